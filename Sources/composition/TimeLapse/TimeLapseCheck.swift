internal import FilecoinTypes
internal import Foundation
package import Pool
package import ServiceKit
internal import StateView
internal import Synchronization

/// The pool through whole proving periods, in minutes: proofs in time, a lost sector, a stopped sealer.
///
/// | check | period | what happens |
/// |---|---|---|
/// | 8 | 1 | nothing goes wrong: every partition is proven inside its window, power never falls |
/// | 9 | 2 and 3 | one sealed file of miner A is taken away before its window and returns after it |
/// | 10 | 2 and 3 | miner B's sealer is stopped over one window |
///
/// At every tipset ``ChainAudit`` accounts for all the money.
package struct TimeLapseCheck: Sendable {
    private static let period: ChainEpoch = 2880
    private static let window: ChainEpoch = 60
    /// How long before a window something is broken: after faults and recoveries can be declared for it.
    private static let lateNotice: ChainEpoch = 30
    /// How long after a window's end its effects are on the chain.
    private static let aftermath: ChainEpoch = 4

    private let folder: PoolFolder
    private let report: CheckReport
    private let sectors: UInt64
    private let isQuick: Bool

    /// - Parameters:
    ///   - folder: An empty folder in which the pool is made.
    ///   - console: Where to report.
    ///   - sectors: How many sectors each miner has.
    ///   - isQuick: Whether to end after the first due deadline of each miner.
    package init(folder: PoolFolder, console: any Console, sectors: UInt64 = 4, isQuick: Bool) {
        self.folder = folder
        self.sectors = sectors
        self.isQuick = isQuick
        report = CheckReport(console: console)
    }

    /// Runs the checks; tells whether all passed.
    package func run() async -> Bool {
        let begin = ContinuousClock.now
        do { try await lapse() } catch {
            await report.check("the time-lapse runs to its end") { throw error }
        }
        report.note("\((ContinuousClock.now - begin).components.seconds) seconds")
        report.finish()
        return !report.hasFailed
    }

    private func lapse() async throws {
        let report = report
        let steps = ProgressSteps(every: 240)
        let pool = try await TimeLapsePool.start(
            in: folder,
            sectors: sectors,
            note: { report.note($0) },
            progress: { audit in
                if steps.isDue(at: audit.last.height.rawValue) { report.note(Self.text(audit)) }
            }
        )
        do {
            try await check(pool)
            await pool.stop()
        } catch {
            await pool.stop()
            throw error
        }
    }

    private static func text(_ audit: ChainAudit) -> String {
        let epochs = audit.last.height.rawValue
        return
            "epoch \(epochs): \(audit.tipsetCount) tipsets, \(epochs - Int64(audit.tipsetCount)) null "
            + "rounds, \(audit.proofs.count) WindowPoSts, burnt \(audit.burnt)"
    }

    private func check(_ pool: TimeLapsePool) async throws {
        let duties = try await pool.audit.duties()
        for duty in duties {
            report.note(
                "\(duty.miner) proves deadline \(duty.deadline) first from epoch \(duty.opens) on: "
                    + duty.partitions.map { "\($0.count)" }.joined(separator: " + ") + " sectors"
            )
        }
        let firstEnd = duties.map { $0.opens + Self.window + Self.aftermath }.max() ?? 0
        await report.check(
            "8   every due partition is proven inside its window, all money is accounted for"
        ) {
            try await pool.run(to: isQuick ? firstEnd : Self.period)
            try await checkProofs(pool, duties, period: 0)
            try await checkFullPower(pool)
        }
        if isQuick { return }
        try await checkMishaps(pool, duties)
    }

    // MARK: - Check 8

    private func checkProofs(
        _ pool: TimeLapsePool,
        _ duties: [ChainAudit.Duty],
        period: ChainEpoch
    ) async throws {
        let proofs = await pool.audit.proofs
        for duty in duties {
            let open = duty.opens + Self.period * period
            let inWindow = proofs.filter {
                $0.miner == duty.miner && $0.deadline == duty.deadline
                    && $0.epoch >= open && $0.epoch < open + Self.window
            }
            let proven = Set(inWindow.flatMap(\.partitions))
            let due = Set(duty.partitions.indices.map { UInt64($0) })
            try require(
                proven == due,
                "\(duty.miner) proved partitions \(proven.sorted()) of deadline \(duty.deadline) in the window "
                    + "from \(open) on, not \(due.sorted())"
            )
        }
    }

    private func checkFullPower(_ pool: TimeLapsePool) async throws {
        let audit = await pool.audit
        for miner in pool.plan.miners {
            let powers = audit.powers[miner.id] ?? []
            try require(
                powers.count == 1,
                "the power of \(miner.id) was \(powers.map { "\($0.bytes) from \($0.epoch) on" })"
            )
        }
        try require(audit.fees.isEmpty, "fees were paid: \(audit.fees)")
    }

    // MARK: - Checks 9 and 10

    private func checkMishaps(_ pool: TimeLapsePool, _ duties: [ChainAudit.Duty]) async throws {
        let (a, b) = (pool.plan.miners[0].id, pool.plan.miners[1].id)
        guard let lost = duties.first(where: { $0.miner == a }),
            let missed = duties.first(where: { $0.miner == b }),
            let sector = lost.partitions.first?.first
        else { throw CheckFailure("a miner has no sector to prove") }
        let lostOpen = lost.opens + Self.period
        let missedOpen = missed.opens + Self.period
        let file = try MovedFile(
            "\(folder.sectors(1))/sealed/s-\(a)-\(sector)",
            to: "\(folder.path)/lost-s-\(a)-\(sector)"
        )
        // Both windows lie near each other; what is broken for one miner stays whole for the other.
        var steps: [(epoch: ChainEpoch, action: @Sendable () async throws -> Void)] = [
            (lostOpen - Self.lateNotice, { try file.takeAway() }),
            (lostOpen + Self.window + Self.aftermath, { try file.putBack() }),
            (missedOpen - Self.lateNotice, { await pool.stop(.sealer(2)) }),
            (missedOpen + Self.window, { try await pool.start(.sealer(2)) }),
        ]
        steps.sort { $0.epoch < $1.epoch }
        for step in steps {
            try await pool.run(to: step.epoch)
            try await step.action()
        }
        // Sectors of the genesis are all alike.
        let full = await pool.audit.powers[a]?.first?.bytes ?? 0
        let sectorPower = full / sectors
        let lostEnd = lostOpen + Self.window
        await report.check("9.1 a sector whose file is gone costs its power, and no more") {
            try await pool.run(to: max(lostEnd, missedOpen + Self.window) + Self.aftermath)
            let proofs = await pool.audit.proofs.filter {
                $0.miner == a && $0.epoch >= lostOpen && $0.epoch < lostEnd
            }
            try require(
                proofs.flatMap(\.skipped) == [sector],
                "the proofs of \(a) skipped \(proofs.flatMap(\.skipped)), not sector \(sector)"
            )
            try await checkPower(pool, of: a, [full, full - sectorPower])
        }
        let missedBytes = UInt64(missed.partitions.joined().count) * sectorPower
        await report.check(
            "10.1 a missed window is detected by cron and costs the deadline's power"
        ) {
            try await checkPower(pool, of: b, [full, full - missedBytes])
            let change = await pool.audit.powers[b]?.last?.epoch ?? 0
            try require(
                change >= missedOpen + Self.window - 1,
                "the power of \(b) fell at \(change), before its window ended"
            )
        }
        await report.check(
            "9.2 the file is back: recovery declared, power back after the next proof"
        ) {
            try await pool.run(
                to: max(lostEnd, missedOpen + Self.window) + Self.period + Self.aftermath
            )
            try await checkPower(pool, of: a, [full, full - sectorPower, full])
        }
        await report.check("10.2 the sealer is back: it recovers by itself") {
            try await checkPower(pool, of: b, [full, full - missedBytes, full])
        }
        await report.check("10.3 fees, burn and vesting are those of the formulas") {
            try await pool.run(to: Self.period * 3)
            try await checkProofs(pool, duties, period: 2)
            let fees = await pool.audit.fees
            for fee in fees {
                report.note(
                    "fee at \(fee.epoch): \(fee.miner), deadline \(fee.deadline), \(fee.faultyPower) bytes: "
                        + "\(fee.amount)"
                )
            }
            // A skipped sector is faulty before its window ends; detected ones have their first day for free.
            try require(
                fees.map(\.miner) == [a] && fees.map(\.epoch) == [lostEnd - 1],
                "the fees are \(fees)"
            )
        }
    }

    private func checkPower(
        _ pool: TimeLapsePool,
        of miner: Address,
        _ expected: [UInt64]
    ) async throws {
        let powers = await pool.audit.powers[miner] ?? []
        try require(
            powers.map(\.bytes) == expected,
            "the power of \(miner) was \(powers.map { "\($0.bytes) from \($0.epoch) on" }), "
                + "expected \(expected)"
        )
    }
}

/// A file that is taken away and returns.
private final class MovedFile: Sendable {
    private let path: String
    private let place: String

    init(_ path: String, to place: String) throws(CheckFailure) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw CheckFailure("there is no \(path)")
        }
        self.path = path
        self.place = place
    }

    func takeAway() throws { try FileManager.default.moveItem(atPath: path, toPath: place) }
    func putBack() throws { try FileManager.default.moveItem(atPath: place, toPath: path) }
}

/// Says once in a while that it is time for a line.
private final class ProgressSteps: Sendable {
    private let every: Int64
    private let next: Mutex<Int64>

    init(every: Int64) {
        self.every = every
        next = Mutex(every)
    }

    func isDue(at epoch: Int64) -> Bool {
        next.withLock { next in
            guard epoch >= next else { return false }
            next = (epoch / every + 1) * every
            return true
        }
    }
}
