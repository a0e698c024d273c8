package import ActorRuntime
package import BitFields
internal import CBOR
package import FilecoinTypes
package import Multiformats

/// The partitions that are proven in one of the 48 windows of a proving period.
///
/// CBOR: the fields in the order of declaration; ``sectorsSnapshot`` only in the shape of actors v7.
package struct Deadline: Hashable, Sendable {
    /// AMT of ``Partition`` by index.
    package var partitions: CID
    /// AMT of bit fields by epoch: partitions that have sectors expiring then.
    package var expirationsEpochs: CID
    /// Partitions proven in the current window.
    package var partitionsPoSted = BitField()
    /// Partitions with early terminated sectors that are not settled.
    package var earlyTerminations = BitField()
    /// Sectors that are not terminated.
    package var liveSectors: UInt64 = 0
    /// All sectors that were not compacted away.
    package var totalSectors: UInt64 = 0
    /// Power of all faulty sectors.
    package var faultyPower = PowerPair.zero
    /// AMT of ``WindowedPoSt``: proofs of this window, accepted without verification.
    package var optimisticPoStSubmissions: CID
    /// The miner's sectors at the end of the last window, while a dispute may need them (actors v7).
    package var sectorsSnapshot: CID?
    /// ``partitions`` at the end of the last window.
    package var partitionsSnapshot: CID
    /// ``optimisticPoStSubmissions`` of the last window.
    package var optimisticPoStSubmissionsSnapshot: CID

    /// Creates a deadline without sectors.
    package init(store: ActorStore, version: ActorsVersion) throws(ActorError) {
        partitions = try ADTArray<Partition>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.deadlinePartitionsBitWidth
        )
        expirationsEpochs = try ADTArray<BitField>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.deadlineExpirationsBitWidth
        )
        if version >= .v7 {
            sectorsSnapshot = try ADTArray<SectorOnChainInfo>.emptyRoot(
                in: store,
                bitWidth: MinerPolicy.sectorsBitWidth
            )
        }
        optimisticPoStSubmissions = try ADTArray<WindowedPoSt>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
        )
        partitionsSnapshot = partitions
        optimisticPoStSubmissionsSnapshot = optimisticPoStSubmissions
    }

    /// Whether the end of the deadline has anything to do.
    package var isLive: Bool {
        liveSectors > 0 || !partitionsPoSted.isEmpty || partitions != partitionsSnapshot
            || optimisticPoStSubmissions != optimisticPoStSubmissionsSnapshot
    }

    /// Checks the counts.
    package func validate() throws(ActorError) {
        if liveSectors > totalSectors {
            throw .uncoded("deadline left with more live sectors than total")
        }
        if faultyPower.isNegative { throw .uncoded("deadline left with negative faulty power") }
    }
}

/// One accepted WindowPoSt.
///
/// CBOR: `[Partitions bit field, Proofs array]`.
package struct WindowedPoSt: Hashable, Sendable {
    /// The partitions that the proof covers.
    package var partitions: BitField
    /// The proof; always one entry.
    package var proofs: [PoStProof]
}

/// One partition of a WindowPoSt submission.
///
/// CBOR: `[Index uint, Skipped bit field]`.
package struct PoStPartition: Hashable, Sendable {
    package var index: UInt64
    /// Sectors that are not proven and become faulty.
    package var skipped: BitField

    package init(index: UInt64, skipped: BitField) {
        self.index = index
        self.skipped = skipped
    }
}

/// What a WindowPoSt submission changed.
package struct PoStResult {
    /// How the miner's power changes.
    package var powerDelta = PowerPair.zero
    package var newFaultyPower = PowerPair.zero
    package var retractedRecoveryPower = PowerPair.zero
    package var recoveredPower = PowerPair.zero
    /// All sectors of the proven partitions.
    package var sectors = BitField()
    /// Those among them that are faulty or terminated.
    package var ignoredSectors = BitField()
    /// The proven partitions.
    package var partitions = BitField()
}

/// What a disputed proof covered.
package struct DisputeInfo {
    package var allSectors = BitField()
    package var ignoredSectors = BitField()
    package var disputedSectors = PartitionSectorMap()
    package var disputedPower = PowerPair.zero
}

extension Deadline {
    // MARK: - Arrays

    /// Loads the partitions.
    package func partitionsArray(_ store: ActorStore) throws(ActorError) -> ADTArray<Partition> {
        do throws(ActorError) {
            return try ADTArray(
                store: store,
                root: partitions,
                bitWidth: MinerPolicy.deadlinePartitionsBitWidth
            )
        } catch { throw error.recoded(.illegalState, "failed to load partitions") }
    }

    private func partitionsSnapshotArray(
        _ store: ActorStore
    ) throws(ActorError) -> ADTArray<Partition> {
        try ADTArray(
            store: store,
            root: partitionsSnapshot,
            bitWidth: MinerPolicy.deadlinePartitionsBitWidth
        )
    }

    /// Loads one partition, which must exist.
    package func loadPartition(
        _ store: ActorStore,
        _ index: UInt64
    ) throws(ActorError) -> Partition {
        var array = try partitionsArray(store)
        return try Self.partition(index, of: &array, loadFailure: .illegalState)
    }

    private static func partition(
        _ index: UInt64,
        of array: inout ADTArray<Partition>,
        loadFailure: ExitCode?
    ) throws(ActorError) -> Partition {
        let found: Partition?
        do throws(ActorError) { found = try array.get(index) } catch {
            guard let loadFailure else { throw error }
            throw error.recoded(loadFailure, "failed to load partition \(index)")
        }
        guard let found else { throw .notFound("no such partition \(index)") }
        return found
    }

    private func expirationQueue(
        _ store: ActorStore,
        _ quant: QuantSpec
    ) throws(ActorError) -> BitFieldQueue {
        try BitFieldQueue(
            store: store,
            root: expirationsEpochs,
            quant: quant,
            bitWidth: MinerPolicy.deadlineExpirationsBitWidth
        )
    }

    /// Records that partitions have sectors expiring at `epoch`.
    package mutating func addExpirations(
        at epoch: ChainEpoch,
        partitions indices: [UInt64],
        _ context: SectorContext
    ) throws(ActorError) {
        if indices.isEmpty { return }
        var queue = try expirationQueue(context.store, context.quant)
        try queue.add(BitField(indices), at: epoch)
        expirationsEpochs = try queue.root()
    }

    // MARK: - Membership

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

    // MARK: - Proofs

    /// Records a proof of partitions: skipped sectors become faulty, recoveries healthy, unproven sectors active.
    package mutating func recordProven(
        _ posts: [PoStPartition],
        in all: inout Sectors,
        faultExpiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> PoStResult {
        var result = PoStResult()
        guard !posts.contains(where: { $0.index == .max }) else {
            // No set has this number: the reference cannot count the partitions.
            throw .uncoded("failed to count posted partitions")
        }
        result.partitions = BitField(posts.map(\.index))
        guard result.partitions.count == UInt64(posts.count) else {
            throw .illegalArgument("duplicate partitions proven")
        }
        guard !partitionsPoSted.containsAny(of: result.partitions) else {
            throw .illegalArgument("partition already proven")
        }
        var array = try partitionsArray(context.store)
        var sectors: [BitField] = []
        var ignored: [BitField] = []
        var rescheduled: [UInt64] = []
        for post in posts {
            var partition = try Self.partition(post.index, of: &array, loadFailure: nil)
            let skipped = try partition.recordSkipped(
                post.skipped,
                in: &all,
                expiration: faultExpiration,
                context
            )
            if skipped.hasNewFaults { rescheduled.append(post.index) }
            let recovered = try partition.recoverFaults(in: &all, context)
            let activated = partition.activateUnproven()
            do throws(ActorError) { try array.set(post.index, partition) } catch {
                throw error.recoded(.illegalState, "failed to update partition \(post.index)")
            }
            result.newFaultyPower += skipped.newFaultyPower
            result.retractedRecoveryPower += skipped.retractedRecoveryPower
            result.recoveredPower += recovered
            result.powerDelta += skipped.powerDelta + activated + recovered
            partitionsPoSted.insert(post.index)
            sectors.append(partition.sectors)
            ignored.append(partition.faults)
            ignored.append(partition.terminated)
        }
        do throws(ActorError) {
            try addExpirations(at: faultExpiration, partitions: rescheduled, context)
        } catch {
            throw error.recoded(.illegalState, "failed to update expirations for new faults")
        }
        faultyPower = faultyPower - result.recoveredPower + result.newFaultyPower
        do throws(ActorError) { partitions = try array.root() } catch {
            throw error.recoded(.illegalState, "failed to persist partitions")
        }
        result.sectors = BitField.union(of: sectors)
        result.ignoredSectors = BitField.union(of: ignored)
        return result
    }

    /// Keeps an accepted proof, so that it can be disputed.
    package mutating func recordProofs(
        _ proofs: [PoStProof],
        partitions: BitField,
        store: ActorStore
    ) throws(ActorError) {
        var array = try ADTArray<WindowedPoSt>(
            store: store,
            root: optimisticPoStSubmissions,
            bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
        )
        try array.append(WindowedPoSt(partitions: partitions, proofs: proofs))
        optimisticPoStSubmissions = try array.root()
    }

    /// Takes one proof of the last window out of the snapshot.
    package mutating func takeProofs(
        at index: UInt64,
        store: ActorStore
    ) throws(ActorError) -> WindowedPoSt {
        var array = try ADTArray<WindowedPoSt>(
            store: store,
            root: optimisticPoStSubmissionsSnapshot,
            bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
        )
        guard let post = try array.get(index) else {
            throw .illegalArgument("proof \(index) not found")
        }
        try array.delete(index)
        optimisticPoStSubmissionsSnapshot = try array.root()
        return post
    }

    /// Returns what a proof of the last window covered.
    package func loadForDispute(
        partitions indices: BitField,
        store: ActorStore
    ) throws(ActorError) -> DisputeInfo {
        var array = try partitionsSnapshotArray(store)
        var info = DisputeInfo()
        var all: [BitField] = []
        var ignored: [BitField] = []
        for index in indices.bits {
            guard let partition = try array.get(index) else {
                throw .uncoded("failed to find partition \(index)")
            }
            all.append(partition.sectors)
            ignored += [partition.faults, partition.terminated, partition.unproven]
            info.disputedSectors.add(partition.activeSectors, partition: index)
            info.disputedPower += partition.activePower
        }
        info.allSectors = BitField.union(of: all)
        info.ignoredSectors = BitField.union(of: ignored)
        return info
    }

    // MARK: - Faults and recoveries

    /// Declares sectors faulty and returns how the miner's power changes.
    package mutating func recordFaults(
        _ faults: PartitionSectorMap,
        in all: inout Sectors,
        expiration: ChainEpoch,
        _ context: SectorContext
    ) throws(ActorError) -> PowerPair {
        var array = try partitionsArray(context.store)
        var powerDelta = PowerPair.zero
        var withFaults: [UInt64] = []
        for (index, numbers) in faults.sorted {
            var partition = try Self.partition(index, of: &array, loadFailure: .illegalState)
            let result = try partition.recordFaults(
                numbers,
                in: &all,
                expiration: expiration,
                context
            )
            faultyPower += result.newFaultyPower
            powerDelta += result.powerDelta
            if !result.newFaults.isEmpty { withFaults.append(index) }
            try array.set(index, partition)
        }
        do throws(ActorError) { partitions = try array.root() } catch {
            throw error.recoded(.illegalState, "failed to store partitions root")
        }
        do throws(ActorError) {
            try addExpirations(at: expiration, partitions: withFaults, context)
        } catch {
            throw error.recoded(.illegalState, "failed to update expirations for new faults")
        }
        return powerDelta
    }

    /// Declares that faulty sectors will be proven in the next window.
    package mutating func declareRecovered(
        _ recovered: PartitionSectorMap,
        in all: inout Sectors,
        _ context: SectorContext
    ) throws(ActorError) {
        var array = try partitionsArray(context.store)
        for (index, numbers) in recovered.sorted {
            var partition = try Self.partition(index, of: &array, loadFailure: .illegalState)
            do throws(ActorError) {
                try partition.declareRecovered(
                    numbers,
                    in: &all,
                    sectorSize: context.sectorSize
                )
            } catch { throw error.recoded(.illegalState, "failed to add recoveries") }
            try array.set(index, partition)
        }
        do throws(ActorError) { partitions = try array.root() } catch {
            throw error.recoded(.illegalState, "failed to store partitions root")
        }
    }

    // MARK: - The end of the window

    /// Makes unproven partitions faulty and takes the snapshots for disputes.
    ///
    /// - Returns: How the miner's power changes, and the power that pays a fee.
    package mutating func processEnd(
        faultExpiration: ChainEpoch,
        sectorsRoot: CID,
        _ context: SectorContext
    ) throws(ActorError) -> (powerDelta: PowerPair, penalizedPower: PowerPair) {
        var array = try partitionsArray(context.store)
        var powerDelta = PowerPair.zero
        var penalizedPower = PowerPair.zero
        var isDetected = false
        var rescheduled: [UInt64] = []
        for index in 0..<array.count where !partitionsPoSted.contains(index) {
            guard var partition = try array.get(index) else {
                throw .uncoded("no partition \(index)")
            }
            if partition.recoveringPower.isZero && partition.faultyPower == partition.livePower {
                continue
            }
            isDetected = true
            let missed = try partition.recordMissedPoSt(expiration: faultExpiration, context)
            if !missed.newFaultyPower.isZero { rescheduled.append(index) }
            try array.set(index, partition)
            faultyPower += missed.newFaultyPower
            powerDelta += missed.powerDelta
            penalizedPower += missed.penalizedPower
        }
        if isDetected {
            do throws(ActorError) { partitions = try array.root() } catch {
                throw error.recoded(.illegalState, "failed to store partitions")
            }
        }
        do throws(ActorError) {
            try addExpirations(at: faultExpiration, partitions: rescheduled, context)
        } catch {
            throw error.recoded(.illegalState, "failed to update deadline expiration queue")
        }
        partitionsPoSted = BitField()
        partitionsSnapshot = partitions
        optimisticPoStSubmissionsSnapshot = optimisticPoStSubmissions
        optimisticPoStSubmissions = try ADTArray<WindowedPoSt>.emptyRoot(
            in: context.store,
            bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
        )
        if sectorsSnapshot != nil {
            // Sectors are kept only while there is a proof that a dispute could need them for.
            if optimisticPoStSubmissions != optimisticPoStSubmissionsSnapshot {
                sectorsSnapshot = sectorsRoot
            } else {
                sectorsSnapshot = try ADTArray<SectorOnChainInfo>.emptyRoot(
                    in: context.store,
                    bitWidth: MinerPolicy.sectorsBitWidth
                )
            }
        }
        return (powerDelta, penalizedPower)
    }

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
