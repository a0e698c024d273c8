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

// MARK: - Arrays

extension Deadline {
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

    /// Loads the partitions as they were at the end of the last window.
    func partitionsSnapshotArray(
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

    /// Returns one partition, which must exist.
    static func partition(
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

    /// Loads which partitions have sectors expiring when.
    func expirationQueue(
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
}
