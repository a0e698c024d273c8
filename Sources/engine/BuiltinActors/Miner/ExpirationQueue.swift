package import ActorRuntime
package import BitFields
package import FilecoinTypes
package import Multiformats

/// A partition's sectors by the epoch at which they expire.
///
/// A healthy sector stands in the set of its committed expiration. A faulty one whose fault would outlast the
/// limit is moved to an earlier set as an early sector.
///
/// Source: specs-actors, `builtin/miner/expiration_queue.go`.
package struct ExpirationQueue {
    private var entries: ADTArray<ExpirationSet>
    private let quant: QuantSpec
    private let sectorSize: SectorSize

    /// What became of sectors that were added or removed.
    package struct Change {
        package var sectors = BitField()
        package var power = PowerPair.zero
        package var pledge = TokenAmount.zero
    }

    /// Sectors that share an epoch.
    private struct Group {
        var epoch: ChainEpoch
        var sectors: [UInt64] = []
        var power = PowerPair.zero
        var pledge = TokenAmount.zero
    }

    /// Loads the queue with the given root.
    package init(
        store: ActorStore,
        root: CID,
        quant: QuantSpec,
        sectorSize: SectorSize
    ) throws(ActorError) {
        entries = try ADTArray(
            store: store,
            root: root,
            bitWidth: MinerPolicy.partitionExpirationBitWidth
        )
        self.quant = quant
        self.sectorSize = sectorSize
    }

    /// Writes the queue and returns its root.
    package mutating func root() throws(ActorError) -> CID { try entries.root() }

    // MARK: - Adding and removing

    /// Adds healthy sectors at their committed expirations.
    package mutating func addActive(_ sectors: [SectorOnChainInfo]) throws(ActorError) -> Change {
        var total = Change()
        var added: [BitField] = []
        for group in groupByDeclaredExpiration(sectors) {
            let numbers = BitField(group.sectors)
            try add(
                ExpirationSet(
                    onTimeSectors: numbers,
                    onTimePledge: group.pledge,
                    activePower: group.power
                ),
                at: group.epoch
            )
            added.append(numbers)
            total.power += group.power
            total.pledge += group.pledge
        }
        total.sectors = BitField.union(of: added)
        return total
    }

    /// Replaces healthy sectors by others.
    ///
    /// - Returns: The numbers removed and added, and how power and pledge changed.
    package mutating func replace(
        _ old: [SectorOnChainInfo],
        by new: [SectorOnChainInfo]
    ) throws(ActorError) -> (
        removed: BitField, added: BitField, powerDelta: PowerPair, pledgeDelta: TokenAmount
    ) {
        let removed = try removeActive(old)
        let added = try addActive(new)
        return (
            removed.sectors, added.sectors, added.power - removed.power,
            added.pledge - removed.pledge
        )
    }

    /// Removes sectors, of which those in `faults` are faulty and those in `recovering` declared recovered.
    ///
    /// - Returns: What was removed, and the power among it that was recovering.
    package mutating func remove(
        _ sectors: [SectorOnChainInfo],
        faults: BitField,
        recovering: BitField
    ) throws(ActorError) -> (removed: ExpirationSet, recoveringPower: PowerPair) {
        try Self.requireExpandable(faults, limit: MinerPolicy.addressedSectorsMax)
        try Self.requireExpandable(recovering, limit: MinerPolicy.addressedSectorsMax)
        let faultSet = Set(faults.bits)
        let recoveringSet = Set(recovering.bits)
        let faulty = sectors.filter { faultSet.contains($0.sectorNumber.rawValue) }
        let healthy = sectors.filter { !faultSet.contains($0.sectorNumber.rawValue) }

        var removed = ExpirationSet()
        var recoveringPower = PowerPair.zero
        let active = try removeActive(healthy)
        removed.onTimeSectors = active.sectors
        removed.activePower = active.power
        removed.onTimePledge = active.pledge

        var remaining = Set(faulty.map(\.sectorNumber.rawValue))
        let size = sectorSize
        try traverse { (_, set) throws(ActorError) in
            try Self.requireExpandable(
                set.onTimeSectors,
                limit: MinerPolicy.expirationEntrySectorsMax
            )
            try Self.requireExpandable(
                set.earlySectors,
                limit: MinerPolicy.expirationEntrySectorsMax
            )
            var isChanged = false
            for sector in faulty {
                let number = sector.sectorNumber.rawValue
                if set.onTimeSectors.contains(number) {
                    set.onTimeSectors.remove(number)
                    removed.onTimeSectors.insert(number)
                    set.onTimePledge -= sector.initialPledge
                    removed.onTimePledge += sector.initialPledge
                } else if set.earlySectors.contains(number) {
                    set.earlySectors.remove(number)
                    removed.earlySectors.insert(number)
                } else {
                    continue
                }
                let power = sector.power(size: size)
                set.faultyPower -= power
                removed.faultyPower += power
                if recoveringSet.contains(number) { recoveringPower += power }
                remaining.remove(number)
                isChanged = true
            }
            try set.validate()
            return (isChanged, !remaining.isEmpty)
        }
        if !remaining.isEmpty {
            throw .uncoded("sectors not found in expiration queue: \(remaining.sorted())")
        }
        return (removed, recoveringPower)
    }

    /// Removes all sets up to and including `epoch` and returns their union.
    package mutating func pop(until epoch: ChainEpoch) throws(ActorError) -> ExpirationSet {
        var keys: [UInt64] = []
        var onTime: [BitField] = []
        var early: [BitField] = []
        var popped = ExpirationSet()
        try entries.forEach { (key, set) throws(ActorError) in
            if Int64(bitPattern: key) > epoch.rawValue { return false }
            keys.append(key)
            onTime.append(set.onTimeSectors)
            early.append(set.earlySectors)
            popped.activePower += set.activePower
            popped.faultyPower += set.faultyPower
            popped.onTimePledge += set.onTimePledge
            return true
        }
        try entries.batchDelete(keys)
        popped.onTimeSectors = BitField.union(of: onTime)
        popped.earlySectors = BitField.union(of: early)
        return popped
    }

    // MARK: - Faults and recoveries

    /// Moves sectors to expire early at `expiration`, unless they expire before it anyway.
    ///
    /// - Returns: The power that became faulty.
    package mutating func rescheduleAsFaults(
        _ sectors: [SectorOnChainInfo],
        expiration: ChainEpoch
    ) throws(ActorError) -> PowerPair {
        var moved: [UInt64] = []
        var expiringPower = PowerPair.zero
        var movedPower = PowerPair.zero
        for (group, found) in try groupByExpiration(sectors) {
            var set = found
            if group.epoch <= quant.roundingUp(expiration) {
                set.activePower -= group.power
                set.faultyPower += group.power
                expiringPower += group.power
            } else {
                set.onTimeSectors = set.onTimeSectors.subtracting(BitField(group.sectors))
                set.onTimePledge -= group.pledge
                set.activePower -= group.power
                moved += group.sectors
                movedPower += group.power
            }
            try updateOrDelete(set, at: group.epoch)
            try set.validate()
        }
        if !moved.isEmpty {
            try add(
                ExpirationSet(earlySectors: BitField(moved), faultyPower: movedPower),
                at: expiration
            )
        }
        return movedPower + expiringPower
    }

    /// Makes every sector faulty and moves those that expire after `expiration` to expire early there.
    package mutating func rescheduleAllAsFaults(expiration: ChainEpoch) throws(ActorError) {
        var movedEpochs: [UInt64] = []
        var movedSectors: [BitField] = []
        var movedPower = PowerPair.zero
        for (key, found) in try entries.all() {
            var set = found
            if Int64(bitPattern: key) <= quant.roundingUp(expiration).rawValue {
                set.faultyPower += set.activePower
                set.activePower = .zero
                try entries.set(key, set)
            } else {
                movedEpochs.append(key)
                if !set.earlySectors.isEmpty {
                    throw .uncoded("early expirations may not move to an even earlier epoch")
                }
                movedSectors.append(set.onTimeSectors)
                movedPower += set.activePower + set.faultyPower
            }
            try set.validate()
        }
        if movedEpochs.isEmpty { return }
        try add(
            ExpirationSet(earlySectors: BitField.union(of: movedSectors), faultyPower: movedPower),
            at: expiration
        )
        try entries.batchDelete(movedEpochs)
    }

    /// Makes faulty sectors healthy again and moves early ones back to their committed expiration.
    ///
    /// - Returns: The power that recovered.
    package mutating func rescheduleRecovered(
        _ sectors: [SectorOnChainInfo]
    ) throws(ActorError) -> PowerPair {
        var remaining = Set(sectors.map(\.sectorNumber.rawValue))
        var rescheduled: [SectorOnChainInfo] = []
        var recoveredPower = PowerPair.zero
        let size = sectorSize
        try traverse { (_, set) throws(ActorError) in
            try Self.requireExpandable(
                set.onTimeSectors,
                limit: MinerPolicy.expirationEntrySectorsMax
            )
            try Self.requireExpandable(
                set.earlySectors,
                limit: MinerPolicy.expirationEntrySectorsMax
            )
            var isChanged = false
            for sector in sectors {
                let number = sector.sectorNumber.rawValue
                let power = sector.power(size: size)
                if set.onTimeSectors.contains(number) {
                    set.faultyPower -= power
                    set.activePower += power
                } else if set.earlySectors.contains(number) {
                    set.earlySectors.remove(number)
                    set.faultyPower -= power
                    rescheduled.append(sector)
                } else {
                    continue
                }
                recoveredPower += power
                remaining.remove(number)
                isChanged = true
            }
            try set.validate()
            return (isChanged, !remaining.isEmpty)
        }
        if !remaining.isEmpty {
            throw .uncoded("sectors not found in expiration queue: \(remaining.sorted())")
        }
        _ = try addActive(rescheduled)
        return recoveredPower
    }

    /// Moves healthy sectors to expire at `expiration` (actors v6: upgraded sectors).
    package mutating func reschedule(
        _ sectors: [SectorOnChainInfo],
        expiration: ChainEpoch
    ) throws(ActorError) {
        if sectors.isEmpty { return }
        let removed = try removeActive(sectors)
        try add(
            ExpirationSet(
                onTimeSectors: removed.sectors,
                onTimePledge: removed.pledge,
                activePower: removed.power
            ),
            at: expiration
        )
    }

    // MARK: - Entries

    private static func requireExpandable(_ field: BitField, limit: UInt64) throws(ActorError) {
        if field.count > limit {
            throw .uncoded("bit field has \(field.count) members, expanded are at most \(limit)")
        }
    }

    private mutating func add(_ set: ExpirationSet, at epoch: ChainEpoch) throws(ActorError) {
        let key = UInt64(bitPattern: quant.roundingUp(epoch).rawValue)
        var sum = try entries.get(key) ?? ExpirationSet()
        try sum.add(set)
        try entries.set(key, sum)
    }

    private mutating func updateOrDelete(
        _ set: ExpirationSet,
        at epoch: ChainEpoch
    ) throws(ActorError) {
        let key = UInt64(bitPattern: epoch.rawValue)
        if set.isEmpty {
            try entries.delete(key)
        } else {
            try entries.set(key, set)
        }
    }

    private mutating func removeActive(
        _ sectors: [SectorOnChainInfo]
    ) throws(ActorError) -> Change {
        var total = Change()
        var removed: [UInt64] = []
        for (group, _) in try groupByExpiration(sectors) {
            let epoch = quant.roundingUp(group.epoch)
            guard var set = try entries.get(UInt64(bitPattern: epoch.rawValue)) else {
                throw .uncoded("missing expected expiration set at epoch \(epoch)")
            }
            try set.remove(
                ExpirationSet(
                    onTimeSectors: BitField(group.sectors),
                    onTimePledge: group.pledge,
                    activePower: group.power
                )
            )
            try updateOrDelete(set, at: epoch)
            removed += group.sectors
            total.power += group.power
            total.pledge += group.pledge
        }
        total.sectors = BitField(removed)
        return total
    }

    /// Calls `body` with each set, epochs ascending; writes a changed one back, or deletes it when it is empty.
    private mutating func traverse(
        _ body: (ChainEpoch, inout ExpirationSet) throws(ActorError) -> (
            isChanged: Bool, goesOn: Bool
        )
    ) throws(ActorError) {
        // Changes are written after the walk: setting an index whose path is loaded touches no block, so the
        // order of block accesses is the reference's.
        var changed: [(UInt64, ExpirationSet)] = []
        var emptied: [UInt64] = []
        try entries.forEach { (key, found) throws(ActorError) in
            var set = found
            let result = try body(ChainEpoch(Int64(bitPattern: key)), &set)
            if result.isChanged {
                if set.isEmpty { emptied.append(key) } else { changed.append((key, set)) }
            }
            return result.goesOn
        }
        for (key, set) in changed { try entries.set(key, set) }
        try entries.batchDelete(emptied)
    }

    // MARK: - Grouping

    private func groupByDeclaredExpiration(_ sectors: [SectorOnChainInfo]) -> [Group] {
        var groups: [ChainEpoch: Group] = [:]
        for sector in sectors {
            let epoch = quant.roundingUp(sector.expiration)
            var group = groups[epoch] ?? Group(epoch: epoch)
            group.sectors.append(sector.sectorNumber.rawValue)
            group.power += sector.power(size: sectorSize)
            group.pledge += sector.initialPledge
            groups[epoch] = group
        }
        return groups.values.sorted { $0.epoch < $1.epoch }
    }

    /// Finds the sets that hold the sectors as on-time ones: first at their declared expirations, then, for
    /// sectors that were moved, in the whole queue.
    private mutating func groupByExpiration(
        _ sectors: [SectorOnChainInfo]
    ) throws(ActorError) -> [(Group, ExpirationSet)] {
        var byNumber: [UInt64: SectorOnChainInfo] = [:]
        var declared: Set<ChainEpoch> = []
        for sector in sectors {
            declared.insert(quant.roundingUp(sector.expiration))
            byNumber[sector.sectorNumber.rawValue] = sector
        }
        var remaining = Set(byNumber.keys)
        var groups: [(Group, ExpirationSet)] = []
        let size = sectorSize
        func collect(_ set: ExpirationSet, at epoch: ChainEpoch) {
            var group = Group(epoch: epoch)
            for number in set.onTimeSectors.bits {
                guard remaining.remove(number) != nil, let sector = byNumber[number] else {
                    continue
                }
                group.sectors.append(number)
                group.power += sector.power(size: size)
                group.pledge += sector.initialPledge
            }
            if !group.sectors.isEmpty { groups.append((group, set)) }
        }

        // The reference visits these in random order: each is one look-up, so the gas is the same.
        for epoch in declared.sorted() {
            let set = try entries.get(UInt64(bitPattern: epoch.rawValue)) ?? ExpirationSet()
            collect(set, at: epoch)
        }
        if !remaining.isEmpty {
            try entries.forEach { (key, set) throws(ActorError) in
                let epoch = ChainEpoch(Int64(bitPattern: key))
                if declared.contains(epoch) { return true }
                for number in set.earlySectors.bits where remaining.contains(number) {
                    throw .uncoded("sector \(number) has an early expiration and cannot be grouped")
                }
                collect(set, at: epoch)
                return !remaining.isEmpty
            }
        }
        if !remaining.isEmpty { throw .uncoded("some sectors not found in expiration queue") }
        return groups.sorted { $0.0.epoch < $1.0.epoch }
    }
}
