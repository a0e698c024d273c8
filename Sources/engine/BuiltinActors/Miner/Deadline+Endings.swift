package import ActorRuntime
internal import BitFields
package import FilecoinTypes

// How sectors end: in time, early, or rescheduled to end soon.
extension Deadline {
    /// Ends the sectors whose expiration is not after `epoch`.
    package mutating func popExpired(
        until epoch: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> ExpirationSet {
        var queue = try expirationQueue(context.store, context.quant)
        guard let expiredPartitions = try queue.pop(until: epoch) else { return ExpirationSet() }
        expirationsEpochs = try queue.root()

        var array = try partitionsArray(context.store)
        var onTime: [BitField] = []
        var early: [BitField] = []
        var total = ExpirationSet()
        var withEarly: [UInt64] = []
        for index in expiredPartitions.bits {
            guard var partition = try array.get(index) else {
                throw .uncoded("missing expected partition \(index)")
            }
            let expired = try partition.popExpired(until: epoch, context)
            onTime.append(expired.onTimeSectors)
            early.append(expired.earlySectors)
            total.activePower += expired.activePower
            total.faultyPower += expired.faultyPower
            total.onTimePledge += expired.onTimePledge
            if !expired.earlySectors.isEmpty { withEarly.append(index) }
            try array.set(index, partition)
        }
        partitions = try array.root()
        for index in withEarly { earlyTerminations.insert(index) }
        total.onTimeSectors = BitField.union(of: onTime)
        total.earlySectors = BitField.union(of: early)
        liveSectors -= total.count
        faultyPower -= total.faultyPower
        return total
    }

    // MARK: - Terminations

    /// Ends sectors early and returns the active power that was lost.
    package mutating func terminate(
        _ ending: PartitionSectorMap,
        in all: inout Sectors,
        at epoch: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> PowerPair {
        var array = try partitionsArray(context.store)
        var lost = PowerPair.zero
        for (index, numbers) in ending.sorted {
            var partition = try Self.partition(index, of: &array, loadFailure: nil)
            let removed = try partition.terminate(numbers, in: &all, at: epoch, context)
            try array.set(index, partition)
            if !removed.isEmpty {
                earlyTerminations.insert(index)
                liveSectors -= removed.count
            }
            faultyPower -= removed.faultyPower
            lost += removed.activePower
        }
        partitions = try array.root()
        return lost
    }

    /// Takes early terminated sectors whose fee is to be settled, within the limits.
    package mutating func popEarlyTerminations(
        store: ActorStore,
        maxPartitions: UInt64,
        maxSectors: UInt64
    ) throws(ActorError) -> (result: TerminationResult, hasMore: Bool) {
        var array = try partitionsArray(store)
        var result = TerminationResult()
        var finished: [UInt64] = []
        for index in earlyTerminations.bits {
            guard var partition = try array.get(index) else {
                // It was removed by compaction.
                finished.append(index)
                continue
            }
            let taken = try partition.popEarlyTerminations(
                store: store,
                maxSectors: maxSectors - result.sectorsProcessed
            )
            result.add(taken.result)
            if !taken.hasMore { finished.append(index) }
            try array.set(index, partition)
            if !result.isBelow(maxPartitions: maxPartitions, maxSectors: maxSectors) { break }
        }
        for index in finished { earlyTerminations.remove(index) }
        partitions = try array.root()
        return (result, !earlyTerminations.isEmpty)
    }

    /// Moves active sectors to expire at `expiration` (actors v6: upgraded sectors); skips what it cannot find.
    package mutating func reschedule(
        _ numbers: PartitionSectorMap,
        in all: inout Sectors,
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> [SectorOnChainInfo] {
        var array = try partitionsArray(context.store)
        var rescheduled: [UInt64] = []
        var replaced: [SectorOnChainInfo] = []
        for (index, sectors) in numbers.sorted {
            guard var partition = try array.get(index) else { continue }
            let moved = try partition.reschedule(
                sectors,
                in: &all,
                expiration: expiration,
                context
            )
            if moved.isEmpty { continue }
            replaced += moved
            rescheduled.append(index)
            try array.set(index, partition)
        }
        if !rescheduled.isEmpty {
            partitions = try array.root()
            try addExpirations(at: expiration, partitions: rescheduled, context)
        }
        return replaced
    }
}
