package import ActorRuntime
package import BitFields
package import FilecoinTypes
package import Multiformats

/// A miner's proven sectors by number.
///
/// Source: specs-actors, `builtin/miner/sectors.go`.
package struct Sectors {
    private var entries: ADTArray<SectorOnChainInfo>

    /// Loads the array with the given root.
    package init(store: ActorStore, root: CID) throws(ActorError) {
        entries = try ADTArray(
            store: store,
            root: root,
            bitWidth: MinerPolicy.sectorsBitWidth
        )
    }

    /// The number of sectors.
    package var count: UInt64 { entries.count }

    /// Writes the array and returns its root.
    package mutating func root() throws(ActorError) -> CID { try entries.root() }

    /// Returns one sector, or `nil`.
    package mutating func get(_ number: SectorNumber) throws(ActorError) -> SectorOnChainInfo? {
        try entries.get(number.rawValue)
    }

    /// Returns the sectors with the given numbers, all of which must exist.
    package mutating func load(_ numbers: BitField) throws(ActorError) -> [SectorOnChainInfo] {
        var infos: [SectorOnChainInfo] = []
        for number in numbers.bits {
            let info: SectorOnChainInfo?
            do throws(ActorError) { info = try entries.get(number) } catch {
                throw error.recoded(.illegalState, "failed to load sector \(number)")
            }
            guard let info else { throw .notFound("can't find sector \(number)") }
            infos.append(info)
        }
        return infos
    }

    /// Writes sectors at their numbers.
    package mutating func store(_ infos: [SectorOnChainInfo]) throws(ActorError) {
        for info in infos {
            if info.sectorNumber > SectorNumber.maximum {
                throw .uncoded("sector number \(info.sectorNumber) out of range")
            }
            try entries.set(info.sectorNumber.rawValue, info)
        }
    }

    /// Removes sectors, all of which must exist.
    package mutating func remove(_ numbers: BitField) throws(ActorError) {
        for number in numbers.bits { try entries.delete(number) }
    }

    /// Calls `body` with each sector, numbers ascending, until it returns false.
    package mutating func forEach(
        _ body: (SectorOnChainInfo) throws(ActorError) -> Bool
    ) throws(ActorError) {
        try entries.forEach { (_, info) throws(ActorError) in try body(info) }
    }

    /// Returns the sectors that a proof covers, each faulty one replaced by the first good one.
    ///
    /// - Returns: One record per member of `proven`, or none if all of them are faulty.
    package mutating func loadForProof(
        _ proven: BitField,
        faults: BitField
    ) throws(ActorError) -> [SectorOnChainInfo] {
        let good = proven.subtracting(faults)
        guard let firstGood = good.first else { return [] }
        guard let standIn = try get(SectorNumber(firstGood)) else {
            throw .uncoded("failed to load stand-in sector \(firstGood)")
        }
        if faults.count > proven.count {
            throw .uncoded("more faults than sectors")
        }
        var infos: [SectorOnChainInfo] = []
        let faulty = Set(faults.bits)
        for number in proven.bits {
            if faulty.contains(number) {
                infos.append(standIn)
                continue
            }
            guard let info = try get(SectorNumber(number)) else {
                throw .uncoded("sector \(number) not found")
            }
            infos.append(info)
        }
        return infos
    }

    /// Returns the records whose numbers are in `field`, all of which must be among `infos`.
    package static func select(
        _ field: BitField,
        from infos: [SectorOnChainInfo]
    ) throws(ActorError) -> [SectorOnChainInfo] {
        if field.count > UInt64(infos.count) {
            throw .uncoded("failed to find \(field.count) expected sectors")
        }
        var wanted = Set(field.bits)
        let selected = infos.filter { wanted.remove($0.sectorNumber.rawValue) != nil }
        if !wanted.isEmpty { throw .uncoded("failed to find \(wanted.count) expected sectors") }
        return selected
    }
}
