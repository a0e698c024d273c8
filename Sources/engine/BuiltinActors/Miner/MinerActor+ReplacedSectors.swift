internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// Sectors with deals that take the place of empty ones: actors v6 only, replica updates came after them.

extension SectorOnChainInfo {
    /// Takes over pledge, age and day reward of the sector that this one replaces.
    mutating func take(
        over replaced: SectorOnChainInfo?,
        at epoch: ChainEpoch
    ) throws(ActorError) {
        guard let replaced else { throw .notFound("no such sector to replace") }
        initialPledge = max(initialPledge, replaced.initialPledge)
        replacedSectorAge = max(0, epoch - replaced.activation)
        replacedDayReward = replaced.expectedDayReward
    }
}

extension MinerActor {
    /// Checks that a committed-capacity sector may be replaced (actors v6).
    static func validateReplaced(
        _ rt: Runtime,
        _ state: MinerState,
        _ sector: SectorPreCommitInfo
    ) throws(ActorError) {
        let number = sector.replaceSectorNumber
        guard let replaced = try state.sector(number, rt.store) else {
            throw .notFound("no such sector \(number) to replace")
        }
        guard replaced.dealIDs.isEmpty else {
            throw .illegalArgument("cannot replace sector \(number) which has deals")
        }
        guard replaced.sealProof.windowPoStProof() == sector.sealProof.windowPoStProof() else {
            throw .illegalArgument("new sector window PoSt proof type must match replaced one's")
        }
        guard sector.expiration >= replaced.expiration else {
            throw .illegalArgument("cannot replace sector \(number) with sooner expiration")
        }
        let partition = try state.loadDeadlines(rt.store)
            .load(sector.replaceSectorDeadline, rt.store)
            .loadPartition(rt.store, sector.replaceSectorPartition)
        guard partition.sectors.contains(number.rawValue) else {
            throw .notFound("sector \(number) not a member of its partition")
        }
        if partition.faults.contains(number.rawValue) {
            throw .forbidden("sector \(number) is faulty")
        }
        if partition.terminated.contains(number.rawValue) {
            throw .notFound("sector \(number) is terminated")
        }
    }
}
