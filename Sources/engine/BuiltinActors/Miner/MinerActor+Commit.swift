internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// Bringing sectors in: pre-commit, prove-commit, aggregates, replica updates.
extension MinerActor {
    static func preCommitSector(
        _ rt: Runtime,
        _ parameters: SectorPreCommitInfo
    ) throws(ActorError) {
        try preCommitSectorBatch(rt, PreCommitSectorBatchParameters(sectors: [parameters]))
    }

    static func preCommitSectorBatch(
        _ rt: Runtime,
        _ parameters: PreCommitSectorBatchParameters
    ) throws(ActorError) {
        let sectors = parameters.sectors
        if sectors.isEmpty { throw .illegalArgument("batch empty") }
        if sectors.count > MinerPolicy.preCommitSectorBatchMaxSize {
            throw .illegalArgument("batch of \(sectors.count) too large")
        }
        var numbers = BitField()
        for sector in sectors {
            // No set has the largest number of all; what is out of range ends with the same code.
            guard sector.sectorNumber <= .maximum else {
                throw .illegalArgument("sector number \(sector.sectorNumber) out of range")
            }
            if numbers.contains(sector.sectorNumber.rawValue) {
                throw .illegalArgument("duplicate sector number \(sector.sectorNumber)")
            }
            numbers.insert(sector.sectorNumber.rawValue)
            try validate(rt, sector)
        }
        let estimates = try requestEstimates(rt)
        let weights = try requestDealWeights(
            rt,
            sectors.map { SectorDeals(sectorExpiry: $0.expiration, dealIDs: $0.dealIDs) }
        )
        guard weights.count == sectors.count else {
            throw .illegalState(
                "deal weight request returned \(weights.count) records, expected \(sectors.count)"
            )
        }

        let store = rt.store
        let epoch = rt.epoch
        var needsCron = false
        let fee = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            if sectors.count > 1 {
                try state.applyPenalty(
                    MinerMonies.aggregatePreCommitFee(count: sectors.count, baseFee: rt.baseFee)
                )
            }
            // The available balance already leaves out the debt that is repaid next.
            let available = try state.availableBalance(try rt.currentBalance())
            let fee = try state.repayDebts(balance: try rt.currentBalance())
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            if info.isConsensusFaultActive(at: epoch) {
                throw .forbidden("pre-commit not allowed during active consensus fault")
            }
            var onChain: [SectorPreCommitOnChainInfo] = []
            var deposits = TokenAmount.zero
            var cleanUps: [ChainEpoch: [UInt64]] = [:]
            for (sector, weight) in zip(sectors, weights) {
                try validate(rt, sector, weight, info, state)
                let power = SectorQuality.power(
                    size: info.sectorSize,
                    duration: sector.expiration - epoch,
                    dealWeight: weight.dealWeight,
                    verifiedDealWeight: weight.verifiedDealWeight
                )
                let deposit = MinerMonies.preCommitDeposit(estimates.averages, power: power)
                onChain.append(
                    SectorPreCommitOnChainInfo(
                        info: sector,
                        preCommitDeposit: deposit,
                        preCommitEpoch: epoch,
                        dealWeight: weight.dealWeight,
                        verifiedDealWeight: weight.verifiedDealWeight
                    )
                )
                deposits += deposit
                guard let sealLimit = rt.policy.maxProveCommitDuration[sector.sealProof] else {
                    throw .illegalArgument("no max seal duration for \(sector.sealProof)")
                }
                let cleanUp = epoch + sealLimit + MinerPolicy.expiredPreCommitCleanUpDelay
                cleanUps[cleanUp, default: []].append(sector.sectorNumber.rawValue)
            }
            if available < deposits {
                throw .insufficientFunds(
                    "insufficient funds \(available) for pre-commit deposit: \(deposits)"
                )
            }
            try state.addPreCommitDeposit(deposits)
            try state.allocate(numbers, allowingCollisions: false, store)
            try state.put(onChain, store)
            try state.addPreCommitCleanUps(cleanUps, store)
            needsCron = !state.deadlineCronActive
            state.deadlineCronActive = true
            return fee
        }
        try burn(rt, fee)
        let state = try checkBalance(rt)
        if needsCron {
            try enrollCron(rt, at: state.deadlineInfo(at: epoch).last, .provingDeadline)
        }
    }

    /// The checks of a pre-commitment that need no state.
    private static func validate(
        _ rt: Runtime,
        _ sector: SectorPreCommitInfo
    ) throws(ActorError) {
        guard rt.policy.sealProofs.contains(sector.sealProof) else {
            throw .illegalArgument("unsupported seal proof type \(sector.sealProof)")
        }
        guard sector.sectorNumber <= .maximum else {
            throw .illegalArgument("sector number \(sector.sectorNumber) out of range 0..(2^63-1)")
        }
        guard sector.sealedCID.isSealedCommitment else {
            throw .illegalArgument("sealed CID had wrong prefix")
        }
        guard sector.sealRandEpoch < rt.epoch else {
            throw .illegalArgument(
                "seal challenge epoch \(sector.sealRandEpoch) must be before now \(rt.epoch)"
            )
        }
        guard sector.sealRandEpoch >= rt.epoch - MinerPolicy.maxPreCommitRandomnessLookback else {
            throw .illegalArgument("seal challenge epoch \(sector.sealRandEpoch) too old")
        }
        // A proof type without a limit gets none here, as in the reference, and is refused later.
        let sealLimit = rt.policy.maxProveCommitDuration[sector.sealProof] ?? 0
        try validateExpiration(
            rt,
            activation: rt.epoch + sealLimit,
            expiration: sector.expiration,
            sector.sealProof
        )
        guard rt.version < .v7 else {
            if sector.replaceCapacity {
                throw .exit(.systemForbidden, "cc upgrade through precommit discontinued")
            }
            return
        }
        if sector.replaceCapacity && sector.dealIDs.isEmpty {
            throw .illegalArgument("cannot replace sector without committing deals")
        }
        guard sector.replaceSectorDeadline < MinerPolicy.periodDeadlines else {
            throw .illegalArgument("invalid deadline \(sector.replaceSectorDeadline)")
        }
        guard sector.replaceSectorNumber <= .maximum else {
            throw .illegalArgument("invalid sector number \(sector.replaceSectorNumber)")
        }
    }

    /// The checks of a pre-commitment against the miner and the sector's deals.
    private static func validate(
        _ rt: Runtime,
        _ sector: SectorPreCommitInfo,
        _ weight: SectorWeights,
        _ info: MinerInfo,
        _ state: MinerState
    ) throws(ActorError) {
        guard let windowProof = sector.sealProof.windowPoStProof() else {
            throw .illegalArgument("no Window PoSt proof type for \(sector.sealProof)")
        }
        guard windowProof == info.windowPoStProofType else {
            throw .illegalArgument(
                "sector Window PoSt proof \(windowProof) must match miner's \(info.windowPoStProofType)"
            )
        }
        let dealsMax = MinerPolicy.sectorDealsMax(sizeBytes: info.sectorSize.bytes)
        guard UInt64(sector.dealIDs.count) <= dealsMax else {
            throw .illegalArgument(
                "too many deals for sector \(sector.dealIDs.count) > \(dealsMax)"
            )
        }
        guard weight.dealSpace <= info.sectorSize.bytes else {
            throw .illegalArgument("deals too large to fit in sector")
        }
        if rt.version < .v7 && sector.replaceCapacity {
            try validateReplaced(rt, state, sector)
        }
    }

    static func validateExpiration(
        _ rt: Runtime,
        activation: ChainEpoch,
        expiration: ChainEpoch,
        _ proof: RegisteredSealProof
    ) throws(ActorError) {
        guard expiration > activation else {
            throw .illegalArgument(
                "sector expiration \(expiration) must be after activation (\(activation))"
            )
        }
        guard expiration - activation >= MinerPolicy.minSectorExpiration else {
            throw .illegalArgument("total sector lifetime \(expiration - activation) too short")
        }
        guard expiration <= rt.epoch + MinerPolicy.maxSectorExpirationExtension else {
            throw .illegalArgument("invalid expiration \(expiration), too far in the future")
        }
        guard let maxLifetime = MinerPolicy.maxSectorLifetime(proof) else {
            throw .illegalArgument("unrecognized seal proof type \(proof)")
        }
        guard expiration - activation <= maxLifetime else {
            throw .illegalArgument("total sector lifetime cannot exceed \(maxLifetime)")
        }
    }

    // MARK: - Proof of one sector

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

    // MARK: - Proof of many sectors

    static func proveCommitAggregate(
        _ rt: Runtime,
        _ parameters: ProveCommitAggregateParameters
    ) throws(ActorError) {
        try parameters.sectorNumbers.requireReadable(.illegalState, "aggregated sectors")
        let count = parameters.sectorNumbers.count
        guard count <= MinerPolicy.maxAggregatedSectors else {
            throw .illegalArgument("too many sectors addressed: \(count)")
        }
        guard count >= MinerPolicy.minAggregatedSectors else {
            throw .illegalArgument("too few sectors addressed: \(count)")
        }
        guard parameters.aggregateProof.count <= MinerPolicy.maxAggregateProofSize else {
            throw .illegalArgument("proof of \(parameters.aggregateProof.count) bytes too large")
        }
        let store = rt.store
        let state: MinerState = try rt.state()
        let info = try state.loadInfo(store)
        try validateCallerControls(rt, info)
        let preCommits = try state.allPreCommits(parameters.sectorNumbers, store)
        var inTime: [SectorPreCommitOnChainInfo] = []
        for (index, preCommit) in preCommits.enumerated() {
            let proof = preCommit.info.sealProof
            guard let sealLimit = rt.policy.maxProveCommitDuration[proof] else {
                throw .illegalState("no max seal duration for proof type: \(proof)")
            }
            if rt.epoch <= preCommit.preCommitEpoch + sealLimit { inTime.append(preCommit) }
            if index > 0 && preCommits[index - 1].info.sealProof != proof {
                throw .illegalState("aggregate contains mismatched seal proofs")
            }
        }
        try verifyAggregate(rt, preCommits, parameters.aggregateProof)

        let estimates = try requestEstimates(rt)
        try confirm(
            rt,
            inTime,
            baselinePower: estimates.baselinePower,
            estimates.averages
        )

        let after: MinerState = try rt.state()
        let fee = MinerMonies.aggregateProveCommitFee(count: inTime.count, baseFee: rt.baseFee)
        let unlocked = try after.unlockedBalance(try rt.currentBalance())
        if unlocked < fee {
            throw .insufficientFunds(
                "remaining unlocked funds after prove-commit (\(unlocked)) are insufficient to pay aggregation fee of \(fee)"
            )
        }
        try burn(rt, fee)
        do throws(ActorError) { try after.checkBalanceInvariants(try rt.currentBalance()) } catch {
            throw error.coded(balanceInvariantBroken, "balance invariants broken")
        }
    }

    private static func verifyAggregate(
        _ rt: Runtime,
        _ preCommits: [SectorPreCommitOnChainInfo],
        _ proof: [UInt8]
    ) throws(ActorError) {
        let unsealed = try requestUnsealedCIDs(
            rt,
            preCommits.map {
                SectorDataSpec(dealIDs: $0.info.dealIDs, sectorType: $0.info.sealProof)
            }
        )
        let receiver = Address.id(rt.receiver).cborBytes()
        var seals: [AggregatedSeal] = []
        for (preCommit, unsealedCID) in zip(preCommits, unsealed) {
            let interactiveEpoch = preCommit.preCommitEpoch + rt.policy.preCommitChallengeDelay
            guard rt.epoch > interactiveEpoch else {
                throw .forbidden("too early to prove sector \(preCommit.info.sectorNumber)")
            }
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
            seals.append(
                AggregatedSeal(
                    number: preCommit.info.sectorNumber,
                    randomness: randomness,
                    interactiveRandomness: interactive,
                    sealedCID: preCommit.info.sealedCID,
                    unsealedCID: unsealedCID
                )
            )
        }
        guard let first = preCommits.first else {
            throw .illegalState("bit field non-empty but zero precommits read from state")
        }
        guard
            try rt.verifyAggregateSeals(
                AggregateSealVerifyInfo(
                    miner: rt.receiver,
                    sealProof: first.info.sealProof,
                    aggregateProof: .snarkPackV1,
                    proof: proof,
                    seals: seals
                )
            )
        else { throw .illegalArgument("aggregate seal verify failed") }
    }
}

// MARK: - Replaced sectors of actors v6

extension SectorOnChainInfo {
    /// Takes over pledge, age and day reward of the sector that this one replaces.
    fileprivate mutating func take(
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
    private static func validateReplaced(
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
