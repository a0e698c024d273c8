package import ActorRuntime
package import BitFields
package import CBOR
package import FilecoinTypes
package import Multiformats

/// Sectors that are proven together by one part of a WindowPoSt.
///
/// CBOR: the eleven fields in the order of declaration.
///
/// - Invariant: Unproven, faulty and terminated sectors are members; recoveries are faulty; a terminated sector
///   is neither faulty nor unproven. ``validate()`` checks it after every change.
package struct Partition: Hashable, Sendable {
    /// All sectors, terminated ones included.
    package var sectors = BitField()
    /// Sectors that no proof has covered yet; they have no power.
    package var unproven = BitField()
    /// Sectors detected or declared faulty.
    package var faults = BitField()
    /// Faulty sectors declared recovered, to be proven at the next deadline.
    package var recoveries = BitField()
    /// Sectors that ended.
    package var terminated = BitField()
    /// AMT of ``ExpirationSet`` by epoch.
    package var expirationsEpochs: CID
    /// AMT of bit fields by epoch: sectors terminated early whose fee is not settled.
    package var earlyTerminated: CID
    /// Power of sectors that are not terminated.
    package var livePower = PowerPair.zero
    /// Power of unproven sectors.
    package var unprovenPower = PowerPair.zero
    /// Power of faulty sectors.
    package var faultyPower = PowerPair.zero
    /// Power of recoveries.
    package var recoveringPower = PowerPair.zero

    /// Creates a partition without sectors.
    package init(store: ActorStore) throws(ActorError) {
        expirationsEpochs = try ADTArray<ExpirationSet>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.partitionExpirationBitWidth
        )
        earlyTerminated = try ADTArray<BitField>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.partitionEarlyTerminationBitWidth
        )
    }

    /// Sectors that are not terminated.
    package var liveSectors: BitField { sectors.subtracting(terminated) }

    /// Sectors that are proven and healthy.
    package var activeSectors: BitField {
        liveSectors.subtracting(faults).subtracting(unproven)
    }

    /// Power of ``activeSectors``.
    package var activePower: PowerPair { livePower - faultyPower - unprovenPower }
}

/// What the partition's changes need to know of the miner: sector size and the deadline's grid.
package struct SectorContext {
    package let store: ActorStore
    package let sectorSize: SectorSize
    package let quant: QuantSpec

    package init(store: ActorStore, sectorSize: SectorSize, quant: QuantSpec) {
        self.store = store
        self.sectorSize = sectorSize
        self.quant = quant
    }
}

extension Partition {
    private func expirationQueue(_ context: SectorContext) throws(ActorError) -> ExpirationQueue {
        try ExpirationQueue(
            store: context.store,
            root: expirationsEpochs,
            quant: context.quant,
            sectorSize: context.sectorSize
        )
    }

    // MARK: - Membership

    /// Adds sectors; unless `isProven`, they get power with the next proof.
    ///
    /// - Returns: Their power.
    package mutating func add(
        _ added: [SectorOnChainInfo],
        isProven: Bool,
        _ context: SectorContext
    ) throws(ActorError) -> PowerPair {
        var expirations = try expirationQueue(context)
        let change = try expirations.addActive(added)
        expirationsEpochs = try expirations.root()
        guard !sectors.containsAny(of: change.sectors) else {
            throw .uncoded("not all added sectors are new")
        }
        sectors = sectors.union(change.sectors)
        livePower += change.power
        if !isProven {
            unproven = unproven.union(change.sectors)
            unprovenPower += change.power
        }
        try validate()
        return change.power
    }

    /// Replaces active sectors by new versions of them.
    package mutating func replace(
        _ old: [SectorOnChainInfo],
        by new: [SectorOnChainInfo],
        _ context: SectorContext
    ) throws(ActorError) -> (powerDelta: PowerPair, pledgeDelta: TokenAmount) {
        var expirations = try expirationQueue(context)
        let change = try expirations.replace(old, by: new)
        expirationsEpochs = try expirations.root()
        guard activeSectors.isSuperset(of: change.removed) else {
            throw .uncoded("refusing to replace inactive sectors")
        }
        sectors = sectors.subtracting(change.removed).union(change.added)
        livePower += change.powerDelta
        try validate()
        return (change.powerDelta, change.pledgeDelta)
    }

    // MARK: - Faults and recoveries

    private mutating func addFaults(
        _ numbers: BitField,
        _ infos: [SectorOnChainInfo],
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> (powerDelta: PowerPair, newFaultyPower: PowerPair) {
        var queue = try expirationQueue(context)
        let newFaultyPower = try queue.rescheduleAsFaults(infos, expiration: expiration)
        expirationsEpochs = try queue.root()
        faults = faults.union(numbers)
        faultyPower += newFaultyPower

        let lostUnproven = numbers.intersection(unproven)
        unproven = unproven.subtracting(lostUnproven)
        var powerDelta = -newFaultyPower
        let lost = try Sectors.select(lostUnproven, from: infos)
        if !lost.isEmpty {
            let lostPower = lost.power(size: context.sectorSize)
            unprovenPower -= lostPower
            powerDelta += lostPower
        }
        try validate()
        return (powerDelta, newFaultyPower)
    }

    private mutating func removeRecoveries(_ numbers: BitField, power: PowerPair) {
        if numbers.isEmpty { return }
        recoveries = recoveries.subtracting(numbers)
        recoveringPower -= power
    }

    /// Declares sectors faulty; declared recoveries among them are taken back instead.
    ///
    /// - Returns: The new faults, how the miner's power changed, and the power of the new faults.
    package mutating func recordFaults(
        _ numbers: BitField,
        in all: inout Sectors,
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> (
        newFaults: BitField, powerDelta: PowerPair, newFaultyPower: PowerPair
    ) {
        try requireMembers(numbers)
        let retracted = recoveries.intersection(numbers)
        let newFaults = numbers.subtracting(retracted).subtracting(terminated)
            .subtracting(faults)
        var delta = (powerDelta: PowerPair.zero, newFaultyPower: PowerPair.zero)
        let newInfos = try all.load(newFaults)
        if !newInfos.isEmpty {
            delta = try addFaults(newFaults, newInfos, expiration: expiration, context)
        }
        let retractedInfos = try all.load(retracted)
        if !retractedInfos.isEmpty {
            removeRecoveries(retracted, power: retractedInfos.power(size: context.sectorSize))
        }
        try validate()
        return (newFaults, delta.powerDelta, delta.newFaultyPower)
    }

    /// Makes the declared recoveries healthy, after they were proven.
    ///
    /// - Returns: The power that recovered.
    package mutating func recoverFaults(
        in all: inout Sectors,
        _ context: SectorContext
    ) throws(ActorError) -> PowerPair {
        let recovered = try all.load(recoveries)
        var queue = try expirationQueue(context)
        let power = try queue.rescheduleRecovered(recovered)
        expirationsEpochs = try queue.root()
        faults = faults.subtracting(recoveries)
        recoveries = BitField()
        faultyPower -= power
        recoveringPower -= power
        try validate()
        return power
    }

    /// Gives unproven sectors their power and returns it.
    package mutating func activateUnproven() -> PowerPair {
        let power = unprovenPower
        unprovenPower = .zero
        unproven = BitField()
        return power
    }

    /// Declares that faulty sectors will be proven at the next deadline.
    package mutating func declareRecovered(
        _ numbers: BitField,
        in all: inout Sectors,
        sectorSize: SectorSize
    ) throws(ActorError) {
        try requireMembers(numbers)
        let declared = numbers.intersection(faults).subtracting(recoveries)
        let infos = try all.load(declared)
        recoveries = recoveries.union(declared)
        recoveringPower += infos.power(size: sectorSize)
        try validate()
    }

    /// Makes the sectors that a proof skipped faulty.
    package mutating func recordSkipped(
        _ skipped: BitField,
        in all: inout Sectors,
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> SkippedFaults {
        try skipped.requireReadable(.illegalArgument, "skipped sectors")
        if skipped.isEmpty { return SkippedFaults() }
        guard sectors.isSuperset(of: skipped) else {
            throw .illegalArgument("skipped faults contain sectors outside the partition")
        }
        let retracted = recoveries.intersection(skipped)
        let retractedPower = try all.load(retracted).power(size: context.sectorSize)
        let newFaults = skipped.subtracting(terminated).subtracting(faults)
        let newInfos = try all.load(newFaults)
        let delta = try addFaults(newFaults, newInfos, expiration: expiration, context)
        removeRecoveries(retracted, power: retractedPower)
        try validate()
        return SkippedFaults(
            powerDelta: delta.powerDelta,
            newFaultyPower: delta.newFaultyPower,
            retractedRecoveryPower: retractedPower,
            hasNewFaults: !newInfos.isEmpty
        )
    }

    /// Makes all sectors faulty, after a deadline without a proof.
    package mutating func recordMissedPoSt(
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> (
        powerDelta: PowerPair, penalizedPower: PowerPair, newFaultyPower: PowerPair
    ) {
        var queue = try expirationQueue(context)
        try queue.rescheduleAllAsFaults(expiration: expiration)
        expirationsEpochs = try queue.root()
        let newFaultyPower = livePower - faultyPower
        let penalizedPower = recoveringPower + newFaultyPower
        let powerDelta = -(newFaultyPower - unprovenPower)
        faults = liveSectors
        recoveries = BitField()
        unproven = BitField()
        faultyPower = livePower
        recoveringPower = .zero
        unprovenPower = .zero
        try validate()
        return (powerDelta, penalizedPower, newFaultyPower)
    }

    // MARK: - Endings

    /// Ends sectors before their expiration.
    ///
    /// - Returns: What was removed; its active power leaves out sectors that were unproven.
    package mutating func terminate(
        _ numbers: BitField,
        in all: inout Sectors,
        at epoch: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> ExpirationSet {
        guard liveSectors.isSuperset(of: numbers) else {
            throw .illegalArgument("can only terminate live sectors")
        }
        let infos = try all.load(numbers)
        var expirations = try expirationQueue(context)
        var (removed, recoveringRemoved) = try expirations.remove(
            infos,
            faults: faults,
            recovering: recoveries
        )
        expirationsEpochs = try expirations.root()
        let removedSectors = removed.onTimeSectors.union(removed.earlySectors)
        try recordEarlyTermination(removedSectors, at: epoch, store: context.store)
        let removedUnproven = removedSectors.intersection(unproven)
        faults = faults.subtracting(removedSectors)
        recoveries = recoveries.subtracting(removedSectors)
        terminated = terminated.union(removedSectors)
        unproven = unproven.subtracting(removedUnproven)
        livePower = livePower - removed.activePower - removed.faultyPower
        faultyPower -= removed.faultyPower
        recoveringPower -= recoveringRemoved
        let removedUnprovenPower = try Sectors.select(removedUnproven, from: infos)
            .power(size: context.sectorSize)
        unprovenPower -= removedUnprovenPower
        removed.activePower -= removedUnprovenPower
        try validate()
        return removed
    }

    /// Ends the sectors whose expiration is not after `epoch`.
    package mutating func popExpired(
        until epoch: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> ExpirationSet {
        guard unproven.isEmpty else {
            throw .uncoded("cannot pop expired sectors from a partition with unproven sectors")
        }
        var expirations = try expirationQueue(context)
        let popped = try expirations.pop(until: epoch)
        expirationsEpochs = try expirations.root()
        let expired = popped.onTimeSectors.union(popped.earlySectors)
        guard recoveries.isEmpty, recoveringPower.isZero else {
            throw .uncoded("unexpected recoveries while processing expirations")
        }
        guard !terminated.containsAny(of: expired) else {
            throw .uncoded("expiring sectors already terminated")
        }
        terminated = terminated.union(expired)
        faults = faults.subtracting(expired)
        livePower -= popped.activePower + popped.faultyPower
        faultyPower -= popped.faultyPower
        try recordEarlyTermination(popped.earlySectors, at: epoch, store: context.store)
        try validate()
        return popped
    }

    private mutating func recordEarlyTermination(
        _ numbers: BitField,
        at epoch: ChainEpoch,
        store: ActorStore
    ) throws(ActorError) {
        var queue = try earlyTerminationQueue(store)
        try queue.add(numbers, at: epoch)
        earlyTerminated = try queue.root()
    }

    private func earlyTerminationQueue(_ store: ActorStore) throws(ActorError) -> BitFieldQueue {
        try BitFieldQueue(
            store: store,
            root: earlyTerminated,
            quant: .none,
            bitWidth: MinerPolicy.partitionEarlyTerminationBitWidth
        )
    }

    /// Takes up to `maxSectors` early terminated sectors whose fee is to be settled.
    ///
    /// - Returns: The sectors by the epoch of their termination, and whether more remain.
    package mutating func popEarlyTerminations(
        store: ActorStore,
        maxSectors: UInt64
    ) throws(ActorError) -> (result: TerminationResult, hasMore: Bool) {
        var queue = try earlyTerminationQueue(store)
        var result = TerminationResult()
        result.partitionsProcessed = 1
        var processed: [ChainEpoch] = []
        var rest: (epoch: ChainEpoch, sectors: BitField)?
        try queue.forEach { (epoch, numbers) throws(ActorError) in
            let limit = maxSectors - result.sectorsProcessed
            let count = numbers.count
            if limit < count {
                let taken: BitField
                do { taken = try numbers.slice(skip: 0, count: limit) } catch {
                    throw .uncoded("failed to slice early terminations: \(error)")
                }
                rest = (epoch, numbers.subtracting(taken))
                result.sectorsProcessed += limit
                result.sectors[epoch] = taken
            } else {
                processed.append(epoch)
                result.sectorsProcessed += count
                result.sectors[epoch] = numbers
            }
            return result.sectorsProcessed < maxSectors
        }
        try queue.remove(processed)
        if let rest { try queue.replace(rest.sectors, at: rest.epoch) }
        earlyTerminated = try queue.root()
        try validate()
        return (result, queue.count > 0)
    }

    /// Moves active sectors to expire at `expiration` (actors v6: upgraded sectors); skips others.
    package mutating func reschedule(
        _ numbers: BitField,
        in all: inout Sectors,
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> [SectorOnChainInfo] {
        let active = numbers.intersection(sectors).subtracting(terminated).subtracting(faults)
        let infos = try all.load(active)
        var expirations = try expirationQueue(context)
        try expirations.reschedule(infos, expiration: expiration)
        expirationsEpochs = try expirations.root()
        try validate()
        return infos
    }

    // MARK: - Checks

    private func requireMembers(_ numbers: BitField) throws(ActorError) {
        guard sectors.isSuperset(of: numbers) else {
            throw .illegalArgument("not all sectors are assigned to the partition")
        }
    }

    /// Checks the invariants.
    package func validate() throws(ActorError) {
        for (name, power) in [
            ("live", livePower), ("unproven", unprovenPower), ("faulty", faultyPower),
            ("recovering", recoveringPower),
        ] where power.isNegative {
            throw .uncoded("partition left with negative \(name) power")
        }
        if unprovenPower.raw > livePower.raw {
            throw .uncoded("partition left with more unproven than live power")
        }
        if faultyPower.raw > livePower.raw {
            throw .uncoded("partition left with more faulty than live power")
        }
        if recoveringPower.raw > livePower.raw || recoveringPower.raw > faultyPower.raw {
            throw .uncoded("partition left with more recovering than faulty power")
        }
        let troubled = unproven.union(faults)
        guard !terminated.containsAny(of: troubled) else {
            throw .uncoded("partition left with terminated sectors in multiple states")
        }
        guard sectors.isSuperset(of: troubled.union(terminated)) else {
            throw .uncoded("partition left with invalid sector state")
        }
        guard faults.isSuperset(of: recoveries) else {
            throw .uncoded("partition left with invalid recovery state")
        }
    }
}

/// What a proof's skipped sectors changed.
package struct SkippedFaults {
    package var powerDelta = PowerPair.zero
    package var newFaultyPower = PowerPair.zero
    package var retractedRecoveryPower = PowerPair.zero
    package var hasNewFaults = false
}

extension Partition: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(11)
        encoder.encode(sectors)
        encoder.encode(unproven)
        encoder.encode(faults)
        encoder.encode(recoveries)
        encoder.encode(terminated)
        encoder.encode(expirationsEpochs)
        encoder.encode(earlyTerminated)
        encoder.encode(livePower)
        encoder.encode(unprovenPower)
        encoder.encode(faultyPower)
        encoder.encode(recoveringPower)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 11)
        sectors = try decoder.value()
        unproven = try decoder.value()
        faults = try decoder.value()
        recoveries = try decoder.value()
        terminated = try decoder.value()
        expirationsEpochs = try decoder.value()
        earlyTerminated = try decoder.value()
        livePower = try decoder.value()
        unprovenPower = try decoder.value()
        faultyPower = try decoder.value()
        recoveringPower = try decoder.value()
    }
}
