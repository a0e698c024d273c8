internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// Sectors whose seals are proven, one by one.
extension MinerActor {
    static func proveCommitSector(
        _ rt: Runtime,
        _ parameters: ProveCommitSectorParameters
    ) throws(ActorError) {
        try rt.validateCallerIsAny()
        let number = parameters.sectorNumber
        guard number <= .maximum else {
            throw .illegalArgument("sector number greater than maximum")
        }
        let state: MinerState = try rt.state()
        guard let preCommit = try state.preCommit(number, rt.store) else {
            throw .notFound("no pre-committed sector \(number)")
        }
        guard let maxSize = preCommit.info.sealProof.proofByteCount else {
            throw .illegalState("no proof size for sector \(number)")
        }
        guard parameters.proof.count <= maxSize else {
            throw .illegalArgument("proof of \(parameters.proof.count) bytes, at most \(maxSize)")
        }
        guard let sealLimit = rt.policy.maxProveCommitDuration[preCommit.info.sealProof] else {
            throw .illegalState("no max seal duration for \(preCommit.info.sealProof)")
        }
        let due = preCommit.preCommitEpoch + sealLimit
        guard rt.epoch <= due else {
            throw .illegalArgument("commitment proof for \(number) too late, due \(due)")
        }
        let interactiveEpoch = preCommit.preCommitEpoch + rt.policy.preCommitChallengeDelay
        guard rt.epoch > interactiveEpoch else { throw .forbidden("too early to prove sector") }

        let unsealed = try requestUnsealedCIDs(
            rt,
            [
                SectorDataSpec(
                    dealIDs: preCommit.info.dealIDs,
                    sectorType: preCommit.info.sealProof
                )
            ]
        )
        let receiver = Address.id(rt.receiver).cborBytes()
        let randomness = try rt.randomnessFromTickets(
            .sealRandomness,
            at: preCommit.info.sealRandEpoch,
            entropy: receiver
        )
        let interactive = try rt.randomnessFromBeacon(
            .interactiveSealChallengeSeed,
            at: interactiveEpoch,
            entropy: receiver
        )
        let info = SealVerifyInfo(
            sealProof: preCommit.info.sealProof,
            sector: SectorID(miner: rt.receiver, number: number),
            dealIDs: preCommit.info.dealIDs,
            randomness: randomness,
            interactiveRandomness: interactive,
            proof: parameters.proof,
            sealedCID: preCommit.info.sealedCID,
            unsealedCID: unsealed[0]
        )
        try rt.send(to: .power, method: PowerMethod.submitPoRepForBulkVerify, params: info)
            .requireSuccess("failed to submit proof for bulk verification")
    }

    static func confirmSectorProofsValid(
        _ rt: Runtime,
        _ parameters: ConfirmSectorProofsParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: ActorID.power)
        let state: MinerState = try rt.state()
        let preCommits = try state.findPreCommits(parameters.sectors, rt.store)
        try confirm(
            rt,
            preCommits,
            baselinePower: parameters.rewardBaselinePower,
            MinerMonies.Estimates(
                reward: parameters.rewardSmoothed,
                networkPower: parameters.qualityAdjustedPowerSmoothed
            )
        )
    }

    /// Turns proven pre-commitments into sectors; the ones whose deals cannot be activated stay out.
    static func confirm(
        _ rt: Runtime,
        _ preCommits: [SectorPreCommitOnChainInfo],
        baselinePower: BigInt,
        _ averages: MinerMonies.Estimates
    ) throws(ActorError) {
        let circulatingSupply = try rt.circulatingSupply()
        var valid: [SectorPreCommitOnChainInfo] = []
        var replaced = DeadlineSectorMap()
        for preCommit in preCommits {
            if !preCommit.info.dealIDs.isEmpty {
                let result = try rt.send(
                    to: .market,
                    method: MarketMethod.activateDeals,
                    params: ActivateDealsParameters(
                        dealIDs: preCommit.info.dealIDs,
                        sectorExpiry: preCommit.info.expiration
                    )
                )
                if !result.exitCode.isSuccess { continue }
            }
            valid.append(preCommit)
            if rt.version < .v7 && preCommit.info.replaceCapacity {
                do throws(ActorError) {
                    try replaced.add(
                        BitField([preCommit.info.replaceSectorNumber.rawValue]),
                        deadline: preCommit.info.replaceSectorDeadline,
                        partition: preCommit.info.replaceSectorPartition
                    )
                } catch { throw error.coded(.illegalArgument, "failed to record replacement") }
            }
        }
        if valid.isEmpty { throw .illegalArgument("all prove commits failed to validate") }

        let store = rt.store
        let activation = rt.epoch
        let totalPledge = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(store)
            var replacedByNumber: [SectorNumber: SectorOnChainInfo] = [:]
            if rt.version < .v7 {
                for sector in try state.reschedule(
                    replaced,
                    at: activation,
                    sectorSize: info.sectorSize,
                    store
                ) {
                    replacedByNumber[sector.sectorNumber] = sector
                }
            }
            var newSectors: [SectorOnChainInfo] = []
            var deposits = TokenAmount.zero
            var totalPledge = TokenAmount.zero
            for preCommit in valid {
                let duration = preCommit.info.expiration - activation
                // Pre-commit should have refused it; the others must not fail for it.
                if duration < MinerPolicy.minSectorExpiration { continue }
                var sector = newSector(
                    preCommit,
                    info,
                    averages,
                    duration: duration,
                    baselinePower: baselinePower,
                    circulatingSupply: circulatingSupply,
                    rt
                )
                if rt.version < .v7 && preCommit.info.replaceCapacity {
                    try sector.take(
                        over: replacedByNumber[preCommit.info.replaceSectorNumber],
                        at: activation
                    )
                }
                deposits += preCommit.preCommitDeposit
                totalPledge += sector.initialPledge
                newSectors.append(sector)
            }
            try state.put(newSectors, store)
            try state.deletePreCommits(newSectors.map(\.sectorNumber), store)
            try state.assignToDeadlines(
                newSectors,
                at: activation,
                partitionSize: info.windowPoStPartitionSectors,
                sectorSize: info.sectorSize,
                store
            )
            try state.addPreCommitDeposit(-deposits)
            let unlocked = try state.unlockedBalance(try rt.currentBalance())
            if unlocked < totalPledge {
                throw .insufficientFunds(
                    "insufficient funds for aggregate initial pledge requirement \(totalPledge), available: \(unlocked)"
                )
            }
            try state.addInitialPledge(totalPledge)
            do throws(ActorError) {
                try state.checkBalanceInvariants(try rt.currentBalance())
            } catch {
                throw error.coded(balanceInvariantBroken, "balance invariants broken")
            }
            return totalPledge
        }
        try notifyPledgeChanged(rt, totalPledge)
    }

    private static func newSector(
        _ preCommit: SectorPreCommitOnChainInfo,
        _ info: MinerInfo,
        _ averages: MinerMonies.Estimates,
        duration: ChainEpoch,
        baselinePower: BigInt,
        circulatingSupply: TokenAmount,
        _ rt: Runtime
    ) -> SectorOnChainInfo {
        let power = SectorQuality.power(
            size: info.sectorSize,
            duration: duration,
            dealWeight: preCommit.dealWeight,
            verifiedDealWeight: preCommit.verifiedDealWeight
        )
        return SectorOnChainInfo(
            sectorNumber: preCommit.info.sectorNumber,
            sealProof: preCommit.info.sealProof,
            sealedCID: preCommit.info.sealedCID,
            dealIDs: preCommit.info.dealIDs,
            activation: rt.epoch,
            expiration: preCommit.info.expiration,
            dealWeight: preCommit.dealWeight,
            verifiedDealWeight: preCommit.verifiedDealWeight,
            initialPledge: MinerMonies.initialPledge(
                averages,
                power: power,
                baselinePower: baselinePower,
                circulatingSupply: circulatingSupply
            ),
            expectedDayReward: MinerMonies.dayReward(averages, power: power),
            expectedStoragePledge: MinerMonies.storagePledge(averages, power: power),
            replacedSectorAge: 0,
            replacedDayReward: .zero,
            sectorKeyCID: nil,
            shape: rt.version
        )
    }

    static func checkSectorProven(
        _ rt: Runtime,
        _ parameters: CheckSectorProvenParameters
    ) throws(ActorError) {
        try rt.validateCallerIsAny()
        guard parameters.sectorNumber <= .maximum else {
            throw .illegalArgument("sector number out of range")
        }
        let state: MinerState = try rt.state()
        guard try state.sector(parameters.sectorNumber, rt.store) != nil else {
            throw .notFound("sector \(parameters.sectorNumber) not proven")
        }
    }
}
