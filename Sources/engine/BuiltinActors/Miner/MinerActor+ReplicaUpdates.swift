internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import FilecoinTypes
internal import Multiformats

// Replacing committed capacity by deals (FIP-0019), actors v7.
extension MinerActor {
    private static let maxProofBytes = 4096

    /// An update that passed the first checks.
    private struct Candidate {
        let update: ReplicaUpdate
        let sector: SectorOnChainInfo
    }

    /// An update with what the market says of its deals.
    private struct Update {
        let update: ReplicaUpdate
        let sector: SectorOnChainInfo
        let weight: SectorWeights
        let unsealedCID: CID
    }

    static func proveReplicaUpdates(
        _ rt: Runtime,
        _ parameters: ProveReplicaUpdatesParameters
    ) throws(ActorError) -> BitField {
        guard parameters.updates.count <= MinerPolicy.proveReplicaUpdatesMaxSize else {
            throw .illegalArgument("too many updates \(parameters.updates.count)")
        }
        let store = rt.store
        let before: MinerState = try rt.state()
        let info = try before.loadInfo(store)
        try validateCallerControls(rt, info)
        var sectors = try Sectors(store: store, root: before.sectors)

        var candidates: [Candidate] = []
        // Not a bit field, which cannot hold every number that a message may name.
        var seen: Set<SectorNumber> = []
        for update in parameters.updates where seen.insert(update.sectorNumber).inserted {
            guard let sector = try sector(rt, update, before, info, &sectors) else { continue }
            let activated = try rt.send(
                to: .market,
                method: MarketMethod.activateDeals,
                params: ActivateDealsParameters(
                    dealIDs: update.deals,
                    sectorExpiry: sector.expiration
                )
            )
            guard activated.exitCode.isSuccess else { continue }
            candidates.append(Candidate(update: update, sector: sector))
        }
        if candidates.isEmpty { throw .illegalArgument("no valid updates") }

        let weights = try requestDealWeights(
            rt,
            candidates.map {
                SectorDeals(sectorExpiry: $0.sector.expiration, dealIDs: $0.update.deals)
            }
        )
        guard weights.count == candidates.count else {
            throw .illegalState("deal weight request returned \(weights.count) records")
        }
        let unsealed = try requestUnsealedCIDs(
            rt,
            candidates.map {
                SectorDataSpec(dealIDs: $0.update.deals, sectorType: $0.sector.sealProof)
            }
        )
        var order: [UInt64] = []
        var byDeadline: [UInt64: [Update]] = [:]
        for (index, candidate) in candidates.enumerated() {
            let deadline = candidate.update.deadline
            if byDeadline[deadline] == nil { order.append(deadline) }
            byDeadline[deadline, default: []].append(
                Update(
                    update: candidate.update,
                    sector: candidate.sector,
                    weight: weights[index],
                    unsealedCID: unsealed[index]
                )
            )
        }
        let estimates = try requestEstimates(rt)

        var succeeded = BitField()
        var powerDelta = PowerPair.zero
        var pledgeDelta = TokenAmount.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var deadlines = try state.loadDeadlines(store)
            // The reference counts positions anew in each deadline, so that updates in several deadlines
            // overwrite each other's place and leave holes, which then fail. That is consensus.
            var newSectors: [SectorOnChainInfo?] = Array(repeating: nil, count: candidates.count)
            for index in order {
                var deadline = try deadlines.load(index, store)
                var partitions = try deadline.partitionsArray(store)
                let context = SectorContext(
                    store: store,
                    sectorSize: info.sectorSize,
                    quant: state.quantSpec(deadline: index)
                )
                for (position, update) in (byDeadline[index] ?? []).enumerated() {
                    try verify(rt, update)
                    let new = try updated(rt, update, info, estimates, &state)
                    guard var partition = try partitions.get(update.update.partition) else {
                        throw .notFound(
                            "no such deadline \(index) partition \(update.update.partition)"
                        )
                    }
                    let delta = try partition.replace([update.sector], by: [new], context)
                    powerDelta += delta.powerDelta
                    pledgeDelta += delta.pledgeDelta
                    try partitions.set(update.update.partition, partition)
                    newSectors[position] = new
                    succeeded.insert(new.sectorNumber.rawValue)
                }
                deadline.partitions = try partitions.root()
                try deadlines.update(index, deadline, store)
            }
            guard succeeded.count == UInt64(candidates.count) else {
                throw .illegalState("unexpected success count \(succeeded.count)")
            }
            for new in newSectors {
                guard let new else { throw .illegalState("nil sector info") }
                try sectors.store([new])
            }
            state.sectors = try sectors.root()
            try state.saveDeadlines(deadlines, store)
        }
        try notifyPledgeChanged(rt, pledgeDelta)
        try requestUpdatePower(rt, powerDelta)
        return succeeded
    }

    /// Returns the sector of an update that may proceed; `nil` if it is to be skipped.
    private static func sector(
        _ rt: Runtime,
        _ update: ReplicaUpdate,
        _ state: MinerState,
        _ info: MinerInfo,
        _ sectors: inout Sectors
    ) throws(ActorError) -> SectorOnChainInfo? {
        let dealsMax = MinerPolicy.sectorDealsMax(sizeBytes: info.sectorSize.bytes)
        guard update.replicaProof.count <= maxProofBytes, !update.deals.isEmpty,
            UInt64(update.deals.count) <= dealsMax,
            update.deadline < MinerPolicy.periodDeadlines,
            update.newSealedCID.isSealedCommitment,
            DeadlineInfo.isMutable(
                periodStart: state.currentPeriodStart(at: rt.epoch),
                index: update.deadline,
                at: rt.epoch
            )
        else { return nil }
        let isActive: Bool
        do throws(ActorError) {
            isActive = try state.isSectorActive(
                update.sectorNumber,
                deadline: update.deadline,
                partition: update.partition,
                requiringProof: true,
                rt.store
            )
        } catch { throw error.coded(.illegalArgument, "error checking sector health") }
        guard isActive else { return nil }
        let sector: SectorOnChainInfo?
        do throws(ActorError) { sector = try sectors.get(update.sectorNumber) } catch {
            if error.mustPropagate { throw error }
            return nil
        }
        guard let sector, sector.dealIDs.isEmpty else { return nil }
        return sector
    }

    private static func verify(_ rt: Runtime, _ update: Update) throws(ActorError) {
        guard let proofType = update.sector.sealProof.updateProof else {
            throw .illegalState("couldn't load update proof type")
        }
        guard update.update.updateProofType == proofType else {
            throw .illegalArgument("unsupported update proof type \(update.update.updateProofType)")
        }
        let isValid = try rt.verifyReplicaUpdate(
            ReplicaUpdateInfo(
                updateProof: proofType,
                oldSealedCID: update.sector.sealedCID,
                newSealedCID: update.update.newSealedCID,
                newUnsealedCID: update.unsealedCID,
                proof: update.update.replicaProof
            )
        )
        guard isValid else {
            throw .illegalArgument(
                "failed to verify replica proof for sector \(update.sector.sectorNumber)"
            )
        }
    }

    /// Returns the sector after the update and adds what its pledge grows by.
    private static func updated(
        _ rt: Runtime,
        _ update: Update,
        _ info: MinerInfo,
        _ estimates: NetworkEstimates,
        _ state: inout MinerState
    ) throws(ActorError) -> SectorOnChainInfo {
        let old = update.sector
        var new = old
        new.sealedCID = update.update.newSealedCID
        if new.sectorKeyCID == nil { new.sectorKeyCID = old.sealedCID }
        new.dealIDs = update.update.deals
        new.activation = rt.epoch
        new.dealWeight = update.weight.dealWeight
        new.verifiedDealWeight = update.weight.verifiedDealWeight
        let power = SectorQuality.power(
            size: info.sectorSize,
            duration: old.expiration - rt.epoch,
            dealWeight: new.dealWeight,
            verifiedDealWeight: new.verifiedDealWeight
        )
        new.replacedDayReward = old.expectedDayReward
        new.expectedDayReward = MinerMonies.dayReward(estimates.averages, power: power)
        new.expectedStoragePledge = MinerMonies.storagePledge(estimates.averages, power: power)
        new.replacedSectorAge = max(0, rt.epoch - old.activation)
        let pledge = MinerMonies.initialPledge(
            estimates.averages,
            power: power,
            baselinePower: estimates.baselinePower,
            circulatingSupply: try rt.circulatingSupply()
        )
        if pledge > old.initialPledge {
            let deficit = pledge - old.initialPledge
            let unlocked = try state.unlockedBalance(try rt.currentBalance())
            guard unlocked >= deficit else {
                throw .insufficientFunds(
                    "insufficient funds for new initial pledge requirement \(deficit), available: \(unlocked)"
                )
            }
            try state.addInitialPledge(deficit)
            new.initialPledge = pledge
        }
        return new
    }
}
