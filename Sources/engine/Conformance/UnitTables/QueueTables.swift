internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import Bytes
internal import CBOR
internal import FilecoinTypes
internal import IPLD
internal import JSON
internal import Multiformats

extension KnownFileSet {
    /// Lives of a miner's queues and of one of its deadlines, step by step.
    static let queueTables: [KnownFile] = [
        table("miner_bitfield_queue") { row in
            let store = ActorStore(reading: MemoryBlockStore())
            let width = Int(try row.integer("bitwidth"))
            let empty = try ADTArray<BitField>.emptyRoot(in: store, bitWidth: width)
            try checkEqual(empty.description, try row.text("empty"), "empty queue")
            let grid = try row.grid()
            try play(try row.list("steps"), from: empty) { step, root in
                var queue = try BitFieldQueue(
                    store: store,
                    root: root,
                    quant: grid,
                    bitWidth: width
                )
                try bitFieldStep(step, &queue)
                return try queue.root()
            }
        },
        table("miner_expiration_queue") { row in
            let store = ActorStore(reading: MemoryBlockStore())
            let empty = try ADTArray<ExpirationSet>.emptyRoot(
                in: store,
                bitWidth: Int(try row.integer("bitwidth"))
            )
            try checkEqual(empty.description, try row.text("empty"), "empty queue")
            var sectors: [UInt64: SectorOnChainInfo] = [:]
            for value in try row.list("sectors") {
                let sector = try sector(value)
                sectors[sector.sectorNumber.rawValue] = sector
            }
            let (known, grid) = (sectors, try row.grid())
            try play(try row.list("steps"), from: empty) { step, root in
                var queue = try ExpirationQueue(
                    store: store,
                    root: root,
                    quant: grid,
                    // The tables are of such sectors.
                    sectorSize: SectorSize(rawValue: 32 << 30)
                )
                try expirationStep(step, &queue, known)
                return try queue.root()
            }
        },
        table("miner_deadline_ops") { row in
            let store = ActorStore(reading: MemoryBlockStore())
            var life = DeadlineLife(
                deadline: try Deadline(store: store, version: .v7),
                sectors: try Sectors(
                    store: store,
                    root: try ADTArray<SectorOnChainInfo>.emptyRoot(
                        in: store,
                        bitWidth: MinerPolicy.sectorsBitWidth
                    )
                ),
                context: SectorContext(
                    store: store,
                    sectorSize: SectorSize(rawValue: try row.unsigned("sector_size")),
                    quant: try row.grid()
                ),
                partitionSize: try row.unsigned("partition_size")
            )
            for (index, step) in try row.list("steps").enumerated() {
                try named(step, index) { try life.play(step) }
            }
        },
    ]

    /// Plays steps on a queue that each loads and writes; one that fails leaves the root as it was.
    private static func play(
        _ steps: [JSONValue],
        from empty: CID,
        step: (JSONValue, CID) throws -> CID
    ) throws {
        var root = empty
        for (index, value) in steps.enumerated() {
            try named(value, index) {
                let isRefused = try refuses { root = try step(value, root) }
                try checkEqual(isRefused, try value.flag("error"), "refused")
                try checkEqual(root.description, try value.text("root"), "root")
            }
        }
    }

    /// Whether the actors' code refuses something; other errors are passed on.
    fileprivate static func refuses(_ body: () throws -> Void) throws -> Bool {
        do { try body() } catch is ActorError { return true }
        return false
    }

    /// Says in errors which step it was.
    private static func named(_ step: JSONValue, _ index: Int, _ body: () throws -> Void) throws {
        do { try body() } catch {
            throw TestDataError("step \(index), \(step["op"]?.string ?? "?"): \(error)")
        }
    }

    fileprivate static func sector(_ value: JSONValue) throws -> SectorOnChainInfo {
        try SectorOnChainInfo(cbor: try hexBytes(value.string ?? ""))
    }

    // MARK: - Steps

    @Sendable private static func bitFieldStep(
        _ step: JSONValue,
        _ queue: inout BitFieldQueue
    ) throws {
        switch try step.text("op") {
        case "add": try queue.add(try step.bits("values"), at: try step.epoch("epoch"))
        case "cut": try queue.cut(try step.bits("bits"))
        case "pop":
            let popped = try queue.pop(until: try step.epoch("until"))
            try checkEqual(popped != nil, try step.flag("modified"), "modified")
            try checkEqual(popped ?? BitField(), try step.bits("popped"), "popped")
        case let operation: throw TestDataError("\(operation) is not known")
        }
    }

    private static func expirationStep(
        _ step: JSONValue,
        _ queue: inout ExpirationQueue,
        _ known: [UInt64: SectorOnChainInfo]
    ) throws {
        func sectors(_ name: String) throws -> [SectorOnChainInfo] {
            try step.numbers(name).map { number in
                guard let sector = known[number] else {
                    throw TestDataError("there is no sector \(number)")
                }
                return sector
            }
        }
        switch try step.text("op") {
        case "add_active":
            let added = try queue.addActive(try sectors("sectors"))
            try checkEqual(added.sectors, try step.bits("numbers"), "sectors")
            try checkEqual(added.power, try step.power("power"), "power")
            try checkEqual(added.pledge, try step.amount("pledge"), "pledge")
        case "replace":
            let change = try queue.replace(try sectors("old"), by: try sectors("new"))
            try checkEqual(change.removed, try step.bits("old_numbers"), "removed")
            try checkEqual(change.added, try step.bits("new_numbers"), "added")
            try checkEqual(change.powerDelta, try step.power("power"), "power")
            try checkEqual(change.pledgeDelta, try step.amount("pledge"), "pledge")
        case "remove":
            let change = try queue.remove(
                try sectors("sectors"),
                faults: try step.bits("faults"),
                recovering: try step.bits("recovering")
            )
            try checkEqual(change.removed.cborBytes().hex, try step.text("removed"), "removed")
            try checkEqual(
                change.recoveringPower,
                try step.power("recovering_power"),
                "recovering power"
            )
        case "pop":
            let popped = try queue.pop(until: try step.epoch("until"))
            try checkEqual(popped.cborBytes().hex, try step.text("popped"), "popped")
        case "reschedule_as_faults":
            let power = try queue.rescheduleAsFaults(
                try sectors("sectors"),
                expiration: try step.epoch("epoch")
            )
            try checkEqual(power, try step.power("power"), "power")
        case "reschedule_all_as_faults":
            try queue.rescheduleAllAsFaults(expiration: try step.epoch("epoch"))
        case "reschedule_recovered":
            let power = try queue.rescheduleRecovered(try sectors("sectors"))
            try checkEqual(power, try step.power("power"), "power")
        case let operation: throw TestDataError("\(operation) is not known")
        }
    }
}

extension JSONValue {
    /// The grid of epochs that `unit` and `offset` give.
    fileprivate func grid() throws -> QuantSpec {
        QuantSpec(unit: try epoch("unit"), offset: try epoch("offset"))
    }

    /// Sectors by partition.
    fileprivate func sectorMap(_ name: String) throws -> PartitionSectorMap {
        let value = try member(name)
        var map = PartitionSectorMap()
        for (key, _) in value.object?.members.map({ ($0.name, $0.value) }) ?? [] {
            guard let partition = UInt64(key) else {
                throw TestDataError("\(key) is no partition")
            }
            map.add(try value.bits(key), partition: partition)
        }
        return map
    }
}

/// One deadline through a sequence of changes.
private struct DeadlineLife {
    var deadline: Deadline
    var sectors: Sectors
    let context: SectorContext
    let partitionSize: UInt64

    /// Does one step; a refused one leaves the deadline as it was.
    mutating func play(_ step: JSONValue) throws {
        var next = self
        let isRefused = try KnownFileSet.refuses {
            try next.change(step)
            try next.deadline.validate()
        }
        try checkEqual(isRefused, try step.flag("error"), "refused")
        if !isRefused { self = next }
        let bytes = deadline.cborBytes()
        try checkEqual(bytes.hex, try step.text("deadline"), "deadline")
        try checkEqual(
            CID.dagCBOR(hashing: bytes).description,
            try step.text("deadline_cid"),
            "CID"
        )
        var partitions = try deadline.partitionsArray(context.store)
        for (index, wanted) in try step.elements("partitions_cbor").enumerated() {
            let partition = try partitions.get(UInt64(index))
            try checkEqual(partition?.cborBytes().hex, wanted.string, "partition \(index)")
        }
    }

    private mutating func change(_ step: JSONValue) throws {
        let epoch = try step.epoch("epoch")
        switch try step.text("op") {
        case "add": try add(step)
        case "record_proven": try recordProven(step)
        case "record_faults":
            let delta = try deadline.recordFaults(
                try step.sectorMap("partitions"),
                in: &sectors,
                expiration: try step.epoch("fault_expiration"),
                context
            )
            try checkPower(delta, "power_delta", step)
        case "declare_recovered":
            try deadline.declareRecovered(
                try step.sectorMap("partitions"),
                in: &sectors,
                context
            )
        case "terminate":
            let lost = try deadline.terminate(
                try step.sectorMap("partitions"),
                in: &sectors,
                at: epoch,
                context
            )
            try checkPower(lost, "power_lost", step)
        case "process_deadline_end":
            let (delta, penalized) = try deadline.processEnd(
                faultExpiration: try step.epoch("fault_expiration"),
                sectorsRoot: try CID(try step.text("sectors_root")),
                context
            )
            try checkPower(delta, "power_delta", step)
            try checkPower(penalized, "penalized", step)
        case "pop_expired":
            let popped = try deadline.popExpired(until: epoch, context)
            if let wanted = step["popped"]?.string {
                try checkEqual(popped.cborBytes().hex, wanted, "popped")
            }
        case "pop_early_terminations": try popEarlyTerminations(step)
        case "remove_partitions":
            let removed = try deadline.remove(partitions: try step.bits("remove"), context)
            if step["live"] != nil {
                try checkEqual(removed.live, try step.bits("live"), "live")
                try checkEqual(removed.dead, try step.bits("dead"), "dead")
            }
            try checkPower(removed.power, "removed_power", step)
        case let operation: throw TestDataError("\(operation) is not known")
        }
    }

    /// Compares a power, unless the step failed in the reference and tells none.
    private func checkPower(_ found: PowerPair, _ name: String, _ step: JSONValue) throws {
        if step[name] != nil { try checkEqual(found, try step.power(name), name) }
    }

    private mutating func add(_ step: JSONValue) throws {
        let added = try step.elements("sectors").map(KnownFileSet.sector)
        try sectors.store(added)
        let power = try deadline.add(
            added,
            partitionSize: partitionSize,
            isProven: try step.flag("proven"),
            context
        )
        try checkPower(power, "power", step)
    }

    private mutating func recordProven(_ step: JSONValue) throws {
        let result = try deadline.recordProven(
            try step.elements("partitions").map {
                PoStPartition(index: try $0.unsigned("index"), skipped: try $0.bits("skipped"))
            },
            in: &sectors,
            faultExpiration: try step.epoch("fault_expiration"),
            context
        )
        guard let wanted = step["result"], !wanted.isNull else { return }
        try checkEqual(result.sectors, try wanted.bits("sectors"), "sectors")
        try checkEqual(result.ignoredSectors, try wanted.bits("ignored"), "ignored sectors")
        try checkEqual(result.partitions, try wanted.bits("partitions"), "partitions")
        try checkPower(result.powerDelta, "power_delta", wanted)
        try checkPower(result.newFaultyPower, "new_faulty", wanted)
        try checkPower(result.retractedRecoveryPower, "retracted", wanted)
        try checkPower(result.recoveredPower, "recovered", wanted)
    }

    private mutating func popEarlyTerminations(_ step: JSONValue) throws {
        let (result, hasMore) = try deadline.popEarlyTerminations(
            store: context.store,
            maxPartitions: try step.unsigned("max_partitions"),
            maxSectors: try step.unsigned("max_sectors")
        )
        guard let wanted = step["result"]?.array else { return }
        try checkEqual(hasMore, try step.flag("more"), "more")
        try checkEqual(
            result.partitionsProcessed,
            try step.unsigned("partitions_processed"),
            "partitions"
        )
        try checkEqual(result.sectorsProcessed, try step.unsigned("sectors_processed"), "sectors")
        let found = result.sorted
        try checkEqual(found.count, wanted.count, "epochs")
        for (entry, wanted) in zip(found, wanted) {
            try checkEqual(entry.epoch, try wanted.epoch("epoch"), "epoch")
            try checkEqual(entry.sectors, try wanted.bits("sectors"), "sectors")
        }
    }
}
