import ActorRuntime
import BitFields
import Bytes
import BuiltinActors
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import StateView
import VenusAPI

extension Deadline {
    /// How many proofs of the last window may still be disputed.
    func disputableProofCount(in store: ActorStore) throws -> UInt64 {
        var proofs = try ADTArray<WindowedPoSt>(
            store: store,
            root: optimisticPoStSubmissionsSnapshot,
            bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
        )
        return UInt64(try proofs.all().count)
    }
}

extension MinerView {
    /// When a sector ends: on time, and early if a fault lasts.
    ///
    /// - Throws: `RPCError` in lotus's words for a sector that is in no partition or terminated.
    func expiration(
        of number: SectorNumber,
        in store: ActorStore
    ) throws -> SectorExpirationResult? {
        for (_, partitions) in try deadlines() {
            for partition in partitions where partition.sectors.contains(number.rawValue) {
                if partition.terminated.contains(number.rawValue) {
                    throw RPCError("sector \(number) was terminated")
                }
                var queue = try ADTArray<ExpirationSet>(
                    store: store,
                    root: partition.expirationsEpochs,
                    bitWidth: MinerPolicy.partitionExpirationBitWidth
                )
                var result = SectorExpirationResult(onTime: 0, early: 0)
                try queue.forEach { (epoch, set) throws(ActorError) in
                    if set.earlySectors.contains(number.rawValue) {
                        result.early = ChainEpoch(Int64(clamping: epoch))
                    }
                    if set.onTimeSectors.contains(number.rawValue) {
                        result.onTime = ChainEpoch(Int64(clamping: epoch))
                    }
                    return result.early == 0 && result.onTime == 0
                }
                if result.early == 0 && result.onTime == 0 {
                    throw RPCError("failed to find sector \(number)")
                }
                return result
            }
        }
        throw RPCError("failed to find sector \(number)")
    }
}

extension MinerInfoResult {
    init(_ info: MinerInfo) {
        self.init(
            owner: info.owner,
            worker: info.worker,
            newWorker: info.pendingWorkerKey?.newWorker,
            controlAddresses: info.controlAddresses,
            workerChangeEpoch: info.pendingWorkerKey?.effectiveAt ?? -1,
            peerID: PeerID.text(info.peerID),
            multiaddrs: info.multiaddrs.map { JSONBytes($0) },
            windowPoStProofType: info.windowPoStProofType,
            sectorSize: info.sectorSize,
            windowPoStPartitionSectors: info.windowPoStPartitionSectors,
            consensusFaultElapsed: info.consensusFaultElapsed,
            pendingOwnerAddress: info.pendingOwnerAddress
        )
    }
}

extension ProvingDeadlineResult {
    init(_ info: DeadlineInfo) {
        self.init(
            currentEpoch: info.currentEpoch,
            periodStart: info.periodStart,
            index: info.index,
            open: info.open,
            close: info.close,
            challenge: info.challenge,
            faultCutoff: info.faultCutoff,
            periodDeadlines: MinerPolicy.periodDeadlines,
            provingPeriod: MinerPolicy.provingPeriod,
            challengeWindow: MinerPolicy.challengeWindow,
            challengeLookback: MinerPolicy.challengeLookback,
            faultDeclarationCutoff: MinerPolicy.faultDeclarationCutoff
        )
    }
}

extension SectorOnChainResult {
    init(_ sector: SectorOnChainInfo) {
        self.init(
            sectorNumber: sector.sectorNumber,
            sealProof: sector.sealProof,
            sealedCID: sector.sealedCID,
            activation: sector.activation,
            expiration: sector.expiration,
            dealWeight: TokenAmount(attoFIL: sector.dealWeight),
            verifiedDealWeight: TokenAmount(attoFIL: sector.verifiedDealWeight),
            initialPledge: sector.initialPledge,
            expectedDayReward: sector.expectedDayReward,
            expectedStoragePledge: sector.expectedStoragePledge,
            powerBaseEpoch: 0,
            replacedDayReward: nil,
            sectorKeyCID: sector.sectorKeyCID,
            flags: 0,
            dailyFee: .zero
        )
    }
}

extension SectorPreCommitOnChainResult {
    init(_ found: SectorPreCommitOnChainInfo) {
        self.init(
            info: SectorPreCommitResult(
                sealProof: found.info.sealProof,
                sectorNumber: found.info.sectorNumber,
                sealedCID: found.info.sealedCID,
                sealRandEpoch: found.info.sealRandEpoch,
                dealIDs: found.info.dealIDs,
                expiration: found.info.expiration,
                unsealedCID: nil
            ),
            preCommitDeposit: found.preCommitDeposit,
            preCommitEpoch: found.preCommitEpoch
        )
    }
}

/// Peer ids as people read them.
enum PeerID {
    /// Base58 of the multihash; nil for none, or for bytes that are no peer id.
    static func text(_ bytes: [UInt8]) -> String? {
        guard (try? Multihash(bytes: bytes)) != nil else { return nil }
        return Base58.encode(bytes)
    }
}
