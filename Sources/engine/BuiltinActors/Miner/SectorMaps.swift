package import ActorRuntime
package import BitFields
package import FilecoinTypes

/// Sectors by partition index.
package struct PartitionSectorMap: Sendable {
    private var fields: [UInt64: BitField] = [:]

    package init() {}

    /// Adds sectors of one partition.
    package mutating func add(_ sectors: BitField, partition: UInt64) {
        fields[partition] = fields[partition].map { $0.union(sectors) } ?? sectors
    }

    /// The partitions and their sectors, indices ascending.
    package var sorted: [(partition: UInt64, sectors: BitField)] {
        fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The numbers of partitions and of sectors.
    package func count() throws(ActorError) -> (partitions: UInt64, sectors: UInt64) {
        var sectors: UInt64 = 0
        for field in fields.values {
            try field.requireReadable(nil, "sectors of a partition")
            let (sum, overflow) = sectors.addingReportingOverflow(field.count)
            if overflow { throw .uncoded("overflow when counting sectors") }
            sectors = sum
        }
        return (UInt64(fields.count), sectors)
    }
}

/// Sectors by deadline and partition index.
package struct DeadlineSectorMap: Sendable {
    private var maps: [UInt64: PartitionSectorMap] = [:]

    package init() {}

    /// Adds sectors of one partition of one deadline.
    package mutating func add(
        _ sectors: BitField,
        deadline: UInt64,
        partition: UInt64
    ) throws(ActorError) {
        guard deadline < MinerPolicy.periodDeadlines else {
            throw .uncoded("invalid deadline \(deadline)")
        }
        maps[deadline, default: PartitionSectorMap()].add(sectors, partition: partition)
    }

    /// The deadlines and what they hold, indices ascending.
    package var sorted: [(deadline: UInt64, partitions: PartitionSectorMap)] {
        maps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Checks that no more than the given numbers of partitions and sectors are addressed.
    package func check(maxPartitions: UInt64, maxSectors: UInt64) throws(ActorError) {
        var partitions: UInt64 = 0
        var sectors: UInt64 = 0
        for map in maps.values {
            let count = try map.count()
            let (sum, overflow) = sectors.addingReportingOverflow(count.sectors)
            if overflow { throw .uncoded("overflow when counting sectors") }
            sectors = sum
            partitions += count.partitions
        }
        if partitions > maxPartitions {
            throw .uncoded("too many partitions \(partitions), max \(maxPartitions)")
        }
        if sectors > maxSectors { throw .uncoded("too many sectors \(sectors), max \(maxSectors)") }
    }
}

/// Early terminated sectors that were taken for settlement.
package struct TerminationResult: Sendable {
    /// The sectors by the epoch of their termination.
    package var sectors: [ChainEpoch: BitField] = [:]
    package var partitionsProcessed: UInt64 = 0
    package var sectorsProcessed: UInt64 = 0

    package init() {}

    /// Whether no sector was taken.
    package var isEmpty: Bool { sectorsProcessed == 0 }

    /// The sectors, epochs ascending.
    package var sorted: [(epoch: ChainEpoch, sectors: BitField)] {
        sectors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Adds another result.
    package mutating func add(_ other: TerminationResult) {
        partitionsProcessed += other.partitionsProcessed
        sectorsProcessed += other.sectorsProcessed
        for (epoch, field) in other.sectors {
            sectors[epoch] = sectors[epoch].map { $0.union(field) } ?? field
        }
    }

    /// Whether more may be processed within the limits.
    package func isBelow(maxPartitions: UInt64, maxSectors: UInt64) -> Bool {
        partitionsProcessed < maxPartitions && sectorsProcessed < maxSectors
    }
}
