import BitFields
import FilecoinTypes
import Foundation
import JSONRPC
import ServiceKit
import VenusAPI

/// Check 5: the first due deadline of each miner is proven, though the sealer is killed in between.
struct ProvingChecks: Sendable {
    private static let submitWindowedPoSt: MethodNumber = 5

    let pool: PoolUnderTest
    let report: CheckReport

    func run() async {
        for number in 1...pool.plan.miners.count {
            let miner = pool.plan.miners[number - 1].id
            await report.check("5.\(number) \(miner) proves its first deadline, killed once") {
                try await checkDeadline(number, miner)
            }
        }
    }

    /// The first deadline with sectors that has not closed.
    private func nextDuty(
        _ miner: Address
    ) async throws -> (opens: ChainEpoch, closes: ChainEpoch, index: UInt64) {
        let node = try pool.node()
        let current = try await node.call(StateMinerProvingDeadline.self, miner, .empty)
        let count = Int64(clamping: current.periodDeadlines)
        for step in 0..<count {
            let index = (Int64(clamping: current.index) + step) % count
            let partitions = try await node.call(
                StateMinerPartitions.self,
                miner,
                UInt64(index),
                .empty
            )
            guard let partitions, partitions.contains(where: { !$0.liveSectors.field.isEmpty })
            else {
                continue
            }
            let window = current.challengeWindow
            let opens = current.open + ChainEpoch(rawValue: step * window.rawValue)
            return (opens, opens + window, UInt64(index))
        }
        throw CheckFailure("\(miner) has no deadline with sectors")
    }

    private func checkDeadline(_ number: Int, _ miner: Address) async throws {
        let duty = try await nextDuty(miner)
        report.note(
            "\(miner): deadline \(duty.index) opens at \(duty.opens), closes at \(duty.closes)"
        )
        let sealer = ServiceName.sealer(number)
        // Nothing gets through to the messager, so that the proof waits for its submission.
        let epochs = max(0, duty.opens.rawValue - (try await pool.head()).height.rawValue)
        try await pool.waitForHead(duty.opens - 1, seconds: pool.seconds(epochs + 12))
        try pool.signal(.messager, SIGSTOP)
        do {
            try await pool.wait(for: "a proof of deadline \(duty.index)", seconds: pool.seconds(30))
            {
                let client = try pool.client(sealer, token: pool.localToken(sealer))
                let records = try await client.call(WindowPoStList.self, 10)
                return records.contains { $0.deadline == duty.index } ? true : nil
            }
        } catch {
            try pool.signal(.messager, SIGCONT)
            throw error
        }
        try await pool.killAndAwait(sealer)
        try pool.signal(.messager, SIGCONT)
        let scan = ChainScan(node: try pool.node())
        try await pool.wait(for: "the proof to land", seconds: pool.seconds(70), every: .seconds(5))
        {
            () -> Bool? in
            let head = try await pool.head()
            let found = try await scan.executed(from: duty.opens, below: head)
                .flatMap { step in
                    step.rows.filter {
                        $0.message.to == miner && $0.message.method == Self.submitWindowedPoSt
                    }
                    .map { (epoch: step.tipset.height, row: $0) }
                }
            guard let first = found.first else {
                try require(head.height < duty.closes + 2, "the deadline closed without a proof")
                return nil
            }
            let code = first.row.receipt.exitCode
            try require(code.isSuccess, "the proof landed with exit code \(code)")
            try require(first.epoch < duty.closes, "the proof landed at \(first.epoch)")
            try requireEqual(found.count, 1, "the number of proofs on the chain")
            return true
        }
    }
}
