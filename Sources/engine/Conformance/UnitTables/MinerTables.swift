internal import ActorRuntime
internal import BuiltinActors
internal import Bytes
internal import CBOR
internal import FilecoinTypes
internal import Hashing
internal import IPLD
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// The times of a miner's deadlines, the choice among them, and its vesting funds.
    static let minerTables: [KnownFile] = [
        table("miner_deadline_math", deadlineMath),
        table("miner_proving_period_offset") { row in
            let offset = DeadlineInfo.periodOffset(
                of: try row.address("address"),
                at: try row.epoch("epoch"),
                hash: { BLAKE2b.hash256($0) }
            )
            try checkEqual(offset, try row.epoch("offset"), "offset")
        },
        table("miner_assign_deadlines", assignDeadlines),
        table("miner_vesting", vesting),
    ]

    @Sendable private static func deadlineMath(_ row: JSONValue) throws {
        let epoch = try row.epoch("epoch")
        let info = DeadlineInfo(periodStartSeed: try row.epoch("offset"), currentEpoch: epoch)
        let wanted = try row.member("info")
        for (name, found) in [
            ("PeriodStart", info.periodStart), ("Open", info.open), ("Close", info.close),
            ("Challenge", info.challenge), ("FaultCutoff", info.faultCutoff),
        ] {
            try checkEqual(found, try wanted.epoch(name), name)
        }
        try checkEqual(info.periodStart, try row.epoch("period_start"), "period start")
        try checkEqual(info.index, try row.unsigned("index"), "index")
        try checkEqual(info.last, try row.epoch("last"), "last")

        let deadline = try row.unsigned("deadline")
        let start = info.periodStart
        for (name, found) in [
            ("period_start_started", info.isPeriodStarted), ("is_open", info.isOpen),
            ("has_elapsed", info.hasElapsed), ("fault_cutoff_passed", info.isFaultCutoffPassed),
            ("mutable", DeadlineInfo.isMutable(periodStart: start, index: deadline, at: epoch)),
            (
                "dispute",
                DeadlineInfo.isDisputable(periodStart: start, index: deadline, at: epoch)
            ),
            (
                "compact",
                DeadlineInfo.isCompactable(periodStart: start, index: deadline, at: epoch)
            ),
        ] {
            try checkEqual(found, try row.flag(name), name)
        }

        let other = DeadlineInfo(periodStart: start, index: deadline, currentEpoch: epoch)
        try checkEqual(
            other.nextNotElapsed.open,
            try row.epoch("next_open_of_deadline"),
            "next opening"
        )
        let grid = other.quantSpec
        let points = try row.list("quant_in")
        for (index, point) in points.enumerated() {
            let epoch = ChainEpoch(rawValue: point.integer(as: Int64.self) ?? 0)
            let up = try row.list("quant_up")[index].integer(as: Int64.self)
            let down = try row.list("quant_down")[index].integer(as: Int64.self)
            try checkEqual(grid.roundingUp(epoch).rawValue, up ?? 0, "\(epoch) rounded up")
            try checkEqual(grid.roundingDown(epoch).rawValue, down ?? 0, "\(epoch) rounded down")
        }
    }

    @Sendable private static func assignDeadlines(_ row: JSONValue) throws {
        let store = ActorStore(reading: MemoryBlockStore())
        let empty = try Deadline(store: store, version: .v7)
        var deadlines: [Deadline?] = Array(repeating: nil, count: Int(MinerPolicy.periodDeadlines))
        for item in try row.list("deadlines") {
            var deadline = empty
            deadline.liveSectors = try item.unsigned("live")
            deadline.totalSectors = try item.unsigned("total")
            let index = Int(try item.integer("index"))
            guard deadlines.indices.contains(index) else {
                throw TestDataError("there is no deadline \(index)")
            }
            deadlines[index] = deadline
        }
        var assignment = DeadlineAssignment(
            partitionSize: try row.unsigned("partition_size"),
            maxPartitions: try row.unsigned("max_partitions"),
            deadlines: deadlines
        )
        let sectors = Array(0..<(try row.unsigned("sectors")))
        let isRefused = try row.flag("error")
        let assigned: [Int: [UInt64]]
        do throws(ActorError) { assigned = try assignment.assign(sectors) } catch {
            return try check(isRefused, "refused: \(error)")
        }
        try check(!isRefused, "accepted")
        for (index, numbers) in assigned {
            try checkEqual(
                numbers,
                try row.member("assigned").numbers("\(index)"),
                "deadline \(index)"
            )
        }
        let wanted = try row.member("assigned").object?.members.count
        try checkEqual(assigned.count, wanted ?? 0, "deadlines")
    }

    @Sendable private static func vesting(_ row: JSONValue) throws {
        var funds = VestingFunds()
        for (index, step) in (row.array ?? []).enumerated() {
            let epoch = try step.epoch("epoch")
            var unlocked: TokenAmount?
            switch try step.text("op") {
            case "add_reward":
                funds.lock(
                    try step.amount("amount"),
                    at: epoch,
                    provingPeriodStart: try step.epoch("period_start"),
                    spec: .reward
                )
            case "unlock_vested": unlocked = funds.unlockVested(before: epoch)
            case "unlock_unvested":
                unlocked = funds.unlockUnvested(at: epoch, target: try step.amount("target"))
            case let operation: throw TestDataError("\(operation) is not known")
            }
            if let unlocked {
                try checkEqual(unlocked, try step.amount("unlocked"), "step \(index): unlocked")
            }
            try checkEqual(
                funds.funds.count,
                Int(try step.integer("entries")),
                "step \(index): entries"
            )
            let bytes = funds.cborBytes()
            try checkEqual(
                CID.dagCBOR(hashing: bytes).description,
                try step.text("cid"),
                "step \(index): CID"
            )
            if let wanted = step["cbor"]?.string { try checkEqual(bytes.hex, wanted, "CBOR") }
        }
    }
}
