internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// Promising sectors: pre-commitments and what they are checked for.
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
}
