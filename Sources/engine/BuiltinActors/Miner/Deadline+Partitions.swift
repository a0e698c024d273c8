package import ActorRuntime
package import BitFields
internal import FilecoinTypes

// Which sectors belong to a deadline: it gets new ones, and partitions are taken out to be packed anew.
extension Deadline {
    /// Adds sectors, filling the last partition first.
    package mutating func add(
        _ added: [SectorOnChainInfo],
        partitionSize: UInt64,
        isProven: Bool,
        _ context: SectorContext
    ) throws(ActorError) -> PowerPair {
        if added.isEmpty { return .zero }
        var power = PowerPair.zero
        var expirations: [ChainEpoch: [UInt64]] = [:]
        liveSectors += UInt64(added.count)
        totalSectors += UInt64(added.count)

        var array = try partitionsArray(context.store)
        var index = array.count > 0 ? array.count - 1 : 0
        var rest = added[...]
        while !rest.isEmpty {
            var partition: Partition
            if let found = try array.get(index) {
                partition = found
            } else {
                partition = try Partition(store: context.store)
            }
            let filled = partition.sectors.count
            if filled < partitionSize {
                let size = Int(min(partitionSize - filled, UInt64(rest.count)))
                let batch = Array(rest.prefix(size))
                rest = rest.dropFirst(size)
                power += try partition.add(batch, isProven: isProven, context)
                try array.set(index, partition)
                for sector in batch where expirations[sector.expiration]?.last != index {
                    expirations[sector.expiration, default: []].append(index)
                }
            }
            index += 1
        }
        partitions = try array.root()

        var queue = try expirationQueue(context.store, context.quant)
        try queue.add(expirations)
        expirationsEpochs = try queue.root()
        return power
    }

    /// Removes partitions, so that their live sectors can be assigned again.
    ///
    /// - Returns: The live and the terminated sectors of the partitions, and their power.
    package mutating func remove(
        partitions toRemove: BitField,
        _ context: SectorContext
    ) throws(ActorError) -> (live: BitField, dead: BitField, power: PowerPair) {
        var old = try partitionsArray(context.store)
        guard toRemove.count <= old.count else {
            throw .illegalArgument("\(toRemove.count) partitions to remove, there are \(old.count)")
        }
        if toRemove.isEmpty { return (BitField(), BitField(), .zero) }
        for index in toRemove.bits where index >= old.count {
            throw .illegalArgument("partition index \(index) out of range [0, \(old.count))")
        }
        guard earlyTerminations.isEmpty else {
            throw .uncoded("cannot remove partitions from deadline with early terminations")
        }
        var kept = ADTArray<Partition>(
            emptyIn: context.store,
            bitWidth: MinerPolicy.deadlinePartitionsBitWidth
        )
        var dead: [BitField] = []
        var live: [BitField] = []
        var power = PowerPair.zero
        try old.forEach { (index, partition) throws(ActorError) in
            guard toRemove.contains(index) else {
                try kept.append(partition)
                return true
            }
            guard partition.faults.isEmpty else {
                throw .illegalArgument("cannot remove partition \(index): has faults")
            }
            guard partition.unproven.isEmpty else {
                throw .illegalArgument("cannot remove partition \(index): has unproven sectors")
            }
            dead.append(partition.terminated)
            live.append(partition.liveSectors)
            power += partition.livePower
            return true
        }
        partitions = try kept.root()
        let allDead = BitField.union(of: dead)
        let allLive = BitField.union(of: live)
        liveSectors -= allLive.count
        totalSectors -= allLive.count + allDead.count
        var queue = try expirationQueue(context.store, context.quant)
        try queue.cut(toRemove)
        expirationsEpochs = try queue.root()
        return (allLive, allDead, power)
    }
}
