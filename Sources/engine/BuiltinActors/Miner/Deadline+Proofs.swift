package import ActorRuntime
package import BitFields
package import FilecoinTypes

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

// Proofs of the window and disputes about those of the last one.
extension Deadline {
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
}
