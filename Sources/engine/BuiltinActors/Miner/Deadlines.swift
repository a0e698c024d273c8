internal import BitFields
package import ActorRuntime
package import CBOR
package import FilecoinTypes
package import Multiformats

/// The roots of a miner's 48 deadlines.
///
/// CBOR: `[[CID x 48]]`.
package struct Deadlines: Hashable, Sendable {
    /// The root of each deadline, by index.
    package var due: [CID]

    /// Creates the roots, all of the same deadline.
    package init(all deadline: CID) {
        due = Array(repeating: deadline, count: Int(MinerPolicy.periodDeadlines))
    }

    /// Loads one deadline.
    package func load(_ index: UInt64, _ store: ActorStore) throws(ActorError) -> Deadline {
        guard index < UInt64(due.count) else {
            throw .illegalArgument("invalid deadline \(index)")
        }
        do throws(ActorError) { return try store.get(due[Int(index)]) } catch {
            throw error.recoded(.illegalState, "failed to lookup deadline \(index)")
        }
    }

    /// Writes one deadline.
    package mutating func update(
        _ index: UInt64,
        _ deadline: Deadline,
        _ store: ActorStore
    ) throws(ActorError) {
        guard index < UInt64(due.count) else { throw .uncoded("invalid deadline \(index)") }
        try deadline.validate()
        due[Int(index)] = try store.put(deadline)
    }

    /// Returns where a sector stands.
    package func find(
        _ sector: SectorNumber,
        _ store: ActorStore
    ) throws(ActorError) -> (deadline: UInt64, partition: UInt64) {
        for index in 0..<UInt64(due.count) {
            let deadline = try load(index, store)
            var partitions = try ADTArray<Partition>(
                store: store,
                root: deadline.partitions,
                bitWidth: MinerPolicy.deadlinePartitionsBitWidth
            )
            var found: UInt64?
            try partitions.forEach { (number, partition) throws(ActorError) in
                if partition.sectors.contains(sector.rawValue) { found = number }
                return found == nil
            }
            if let found { return (index, found) }
        }
        throw .uncoded("sector \(sector) not due at any deadline")
    }
}

extension Deadlines: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(due)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        let count = Int(MinerPolicy.periodDeadlines)
        try decoder.array(count: count)
        var roots: [CID] = []
        for _ in 0..<count { roots.append(try decoder.value()) }
        due = roots
    }
}

// MARK: - Assignment

/// Chooses deadlines for new sectors so that the work per day stays level.
///
/// Source: specs-actors, `builtin/miner/deadline_assignment.go`: the deadline with the fewest partitions after
/// the assignment wins; ties go to the one with a partly filled partition, then fewer live sectors, then the
/// lower index.
package struct DeadlineAssignment {
    private struct Candidate {
        let index: Int
        var liveSectors: UInt64
        var totalSectors: UInt64
    }

    private let partitionSize: UInt64
    private let maxPartitions: UInt64
    private var candidates: [Candidate]

    /// Creates the choice among deadlines.
    ///
    /// - Parameters:
    ///   - partitionSize: The most sectors of a partition.
    ///   - maxPartitions: The most partitions of a deadline.
    ///   - deadlines: The deadlines in order; `nil` stands for one that may not change now.
    package init(
        partitionSize: UInt64,
        maxPartitions: UInt64 = MinerPolicy.maxPartitionsPerDeadline,
        deadlines: [Deadline?]
    ) {
        self.partitionSize = partitionSize
        self.maxPartitions = maxPartitions
        candidates = deadlines.enumerated().compactMap { index, deadline in
            deadline.map {
                Candidate(
                    index: index,
                    liveSectors: $0.liveSectors,
                    totalSectors: $0.totalSectors
                )
            }
        }
    }

    /// Assigns sectors in order.
    ///
    /// - Returns: The sectors of each deadline, by its index.
    package mutating func assign<Sector>(
        _ sectors: [Sector]
    ) throws(ActorError) -> [Int: [Sector]] {
        var assigned: [Int: [Sector]] = [:]
        for sector in sectors {
            guard
                let best = candidates.indices.min(by: { precedes(candidates[$0], candidates[$1]) })
            else { throw .uncoded("no deadline may take new sectors") }
            if isFull(candidates[best]) {
                throw .uncoded(
                    "limit of \(maxPartitions) partitions reached for all deadlines"
                )
            }
            assigned[candidates[best].index, default: []].append(sector)
            candidates[best].liveSectors += 1
            candidates[best].totalSectors += 1
        }
        return assigned
    }

    private func isFull(_ candidate: Candidate) -> Bool {
        candidate.totalSectors >= partitionSize * maxPartitions
    }

    private func partitions(of sectors: UInt64) -> UInt64 {
        (sectors + partitionSize - 1) / partitionSize
    }

    private func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
        if isFull(a) != isFull(b) { return !isFull(a) }
        let aCompact = partitions(of: a.liveSectors + 1)
        let bCompact = partitions(of: b.liveSectors + 1)
        if aCompact != bCompact { return aCompact < bCompact }
        let aPartitions = partitions(of: a.totalSectors + 1)
        let bPartitions = partitions(of: b.totalSectors + 1)
        if aPartitions != bPartitions { return aPartitions < bPartitions }
        let aIsFilled = a.totalSectors % partitionSize == 0
        let bIsFilled = b.totalSectors % partitionSize == 0
        if aIsFilled != bIsFilled { return !aIsFilled }
        if !aIsFilled && a.totalSectors != b.totalSectors { return a.totalSectors > b.totalSectors }
        if a.liveSectors != b.liveSectors { return a.liveSectors < b.liveSectors }
        return a.index < b.index
    }
}
