internal import ActorRuntime
internal import BitFields
internal import CBOR
internal import FilecoinTypes

// Proving that sectors are kept: WindowPoSt, disputes, faults, recoveries.
extension MinerActor {
    static func submitWindowedPoSt(
        _ rt: Runtime,
        _ parameters: SubmitWindowedPoStParameters
    ) throws(ActorError) {
        let epoch = rt.epoch
        let store = rt.store
        guard parameters.proofs.count == 1, let proof = parameters.proofs.first else {
            throw .illegalArgument("expected exactly one proof, got \(parameters.proofs.count)")
        }
        guard rt.policy.windowPoStProofs.contains(proof.postProof) else {
            throw .illegalArgument("proof type \(proof.postProof) not allowed")
        }
        guard parameters.deadline < MinerPolicy.periodDeadlines else {
            throw .illegalArgument("invalid deadline \(parameters.deadline)")
        }
        guard parameters.chainCommitRand.count <= 32 else {
            throw .illegalArgument("expected at most 32 bytes of randomness")
        }

        let result = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            let current = state.deadlineInfo(at: epoch)
            try checkSubmission(rt, parameters, proof, info, current)

            var sectors = try Sectors(store: store, root: state.sectors)
            var deadlines = try state.loadDeadlines(store)
            var deadline = try deadlines.load(parameters.deadline, store)
            let context = SectorContext(
                store: store,
                sectorSize: info.sectorSize,
                quant: current.quantSpec
            )
            let result = try deadline.recordProven(
                parameters.partitions,
                in: &sectors,
                faultExpiration: current.last + MinerPolicy.faultMaxAge,
                context
            )
            // A proof without any sector would be valid whatever its bytes are.
            if result.sectors.subtracting(result.ignoredSectors).isEmpty {
                throw .illegalArgument("cannot prove partitions with no active sectors")
            }
            if result.recoveredPower.isZero {
                try deadline.recordProofs(
                    parameters.proofs,
                    partitions: result.partitions,
                    store: store
                )
            } else {
                let proven = try sectors.loadForProof(
                    result.sectors,
                    faults: result.ignoredSectors
                )
                guard
                    try isValidWindowPoSt(
                        rt,
                        challenge: current.challenge,
                        proven,
                        parameters.proofs
                    )
                else { throw .illegalArgument("window post failed") }
            }
            try deadlines.update(parameters.deadline, deadline, store)
            try state.saveDeadlines(deadlines, store)
            return result
        }
        try requestUpdatePower(rt, result.powerDelta)
        try checkBalance(rt)
    }

    private static func checkSubmission(
        _ rt: Runtime,
        _ parameters: SubmitWindowedPoStParameters,
        _ proof: PoStProof,
        _ info: MinerInfo,
        _ current: DeadlineInfo
    ) throws(ActorError) {
        guard proof.postProof == info.windowPoStProofType else {
            throw .illegalArgument(
                "expected proof of type \(info.windowPoStProofType), got \(proof.postProof)"
            )
        }
        let maxSize = RegisteredPoStProof.proofByteCount * parameters.partitions.count
        guard proof.proofBytes.count <= maxSize else {
            throw .illegalArgument("expected proof to be smaller than \(maxSize) bytes")
        }
        let limit = MinerPolicy.loadPartitionsSectorsMax(
            partitionSectors: info.windowPoStPartitionSectors
        )
        guard UInt64(parameters.partitions.count) <= limit else {
            throw .illegalArgument(
                "too many partitions \(parameters.partitions.count), limit \(limit)"
            )
        }
        guard current.isOpen else {
            throw .illegalState("proving period \(current.periodStart) not yet open at \(rt.epoch)")
        }
        guard parameters.deadline == current.index else {
            throw .illegalArgument(
                "invalid deadline \(parameters.deadline), expected \(current.index)"
            )
        }
        guard parameters.chainCommitEpoch >= current.challenge else {
            throw .illegalArgument(
                "chain commit epoch \(parameters.chainCommitEpoch) before challenge \(current.challenge)"
            )
        }
        guard parameters.chainCommitEpoch < rt.epoch else {
            throw .illegalArgument(
                "chain commit epoch \(parameters.chainCommitEpoch) must be less than \(rt.epoch)"
            )
        }
        let commit = try rt.randomnessFromTickets(
            .poStChainCommit,
            at: parameters.chainCommitEpoch,
            entropy: []
        )
        guard commit == parameters.chainCommitRand else {
            throw .illegalArgument("post commit randomness mismatched")
        }
    }

    private static func isValidWindowPoSt(
        _ rt: Runtime,
        challenge: ChainEpoch,
        _ sectors: [SectorOnChainInfo],
        _ proofs: [PoStProof]
    ) throws(ActorError) -> Bool {
        let randomness = try rt.randomnessFromBeacon(
            .windowedPoStChallengeSeed,
            at: challenge,
            entropy: Address.id(rt.receiver).cborBytes()
        )
        return try rt.verifyPoSt(
            WindowPoStVerifyInfo(
                randomness: randomness,
                proofs: proofs,
                challengedSectors: sectors.map {
                    SectorInfo(
                        sealProof: $0.sealProof,
                        sectorNumber: $0.sectorNumber,
                        sealedCID: $0.sealedCID
                    )
                },
                prover: rt.receiver
            )
        )
    }

    static func disputeWindowedPoSt(
        _ rt: Runtime,
        _ parameters: DisputeWindowedPoStParameters
    ) throws(ActorError) {
        try rt.validateCallerIsSignable()
        let reporter = rt.caller
        guard parameters.deadline < MinerPolicy.periodDeadlines else {
            throw .illegalArgument("invalid deadline \(parameters.deadline)")
        }
        let epoch = rt.epoch
        let store = rt.store
        let estimates = try requestEstimates(rt)
        var toBurn = TokenAmount.zero
        var toReward = TokenAmount.zero
        var pledgeDelta = TokenAmount.zero
        var powerDelta = PowerPair.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let current = state.deadlineInfo(at: epoch)
            guard
                DeadlineInfo.isDisputable(
                    periodStart: current.periodStart,
                    index: parameters.deadline,
                    at: epoch
                )
            else {
                throw .forbidden(
                    "can only dispute window posts within \(MinerPolicy.disputeWindow) epochs after the window"
                )
            }
            let info = try state.loadInfo(store)
            let periodStart =
                current.index < parameters.deadline
                ? current.periodStart - MinerPolicy.provingPeriod : current.periodStart
            let target = DeadlineInfo(
                periodStart: periodStart,
                index: parameters.deadline,
                currentEpoch: epoch
            )
            var deadlines = try state.loadDeadlines(store)
            var deadline = try deadlines.load(parameters.deadline, store)
            let post = try deadline.takeProofs(at: parameters.postIndex, store: store)
            let dispute = try deadline.loadForDispute(partitions: post.partitions, store: store)
            var sectors = try Sectors(
                store: store,
                root: deadline.sectorsSnapshot ?? state.sectors
            )
            let proven = try sectors.loadForProof(
                dispute.allSectors,
                faults: dispute.ignoredSectors
            )
            if try isValidWindowPoSt(rt, challenge: target.challenge, proven, post.proofs) {
                throw .illegalArgument("failed to dispute valid post")
            }
            powerDelta = try deadline.recordFaults(
                dispute.disputedSectors,
                in: &sectors,
                expiration: target.last + MinerPolicy.faultMaxAge,
                SectorContext(
                    store: store,
                    sectorSize: info.sectorSize,
                    quant: target.quantSpec
                )
            )
            try deadlines.update(parameters.deadline, deadline, store)
            try state.saveDeadlines(deadlines, store)

            let rewardTarget = MinerMonies.baseRewardForDisputedWindowPoSt
            let penalty = MinerMonies.invalidWindowPoStPenalty(
                estimates.averages,
                power: dispute.disputedPower.qualityAdjusted
            )
            try state.applyPenalty(penalty + rewardTarget)
            let paid = try state.repayPartialDebt(
                at: epoch,
                balance: try rt.currentBalance(),
                store
            )
            toBurn = paid.fromVesting + paid.fromBalance
            toReward = min(toBurn, rewardTarget)
            toBurn -= toReward
            pledgeDelta = -paid.fromVesting
        }
        try requestUpdatePower(rt, powerDelta)
        if !toReward.isZero {
            let result = try rt.send(to: reporter, method: .send, value: toReward)
            if !result.exitCode.isSuccess { toBurn += toReward }
        }
        try burn(rt, toBurn)
        try notifyPledgeChanged(rt, pledgeDelta)
        try checkBalance(rt)
    }

    // MARK: - Declarations

    static func declareFaults(
        _ rt: Runtime,
        _ parameters: SectorDeclarations
    ) throws(ActorError) {
        let declared = try group(parameters)
        let store = rt.store
        let epoch = rt.epoch
        var powerDelta = PowerPair.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            var deadlines = try state.loadDeadlines(store)
            var sectors = try Sectors(store: store, root: state.sectors)
            for (index, partitions) in declared.sorted {
                let target = try declarationDeadline(state, index, epoch)
                var deadline = try deadlines.load(index, store)
                powerDelta += try deadline.recordFaults(
                    partitions,
                    in: &sectors,
                    expiration: target.last + MinerPolicy.faultMaxAge,
                    SectorContext(
                        store: store,
                        sectorSize: info.sectorSize,
                        quant: target.quantSpec
                    )
                )
                try deadlines.update(index, deadline, store)
            }
            try state.saveDeadlines(deadlines, store)
        }
        try requestUpdatePower(rt, powerDelta)
    }

    static func declareFaultsRecovered(
        _ rt: Runtime,
        _ parameters: SectorDeclarations
    ) throws(ActorError) {
        let declared = try group(parameters)
        let store = rt.store
        let epoch = rt.epoch
        let fee = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let fee = try state.repayDebts(balance: try rt.currentBalance())
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            if info.isConsensusFaultActive(at: epoch) {
                throw .forbidden("recovery not allowed during active consensus fault")
            }
            var deadlines = try state.loadDeadlines(store)
            var sectors = try Sectors(store: store, root: state.sectors)
            for (index, partitions) in declared.sorted {
                let target = try declarationDeadline(state, index, epoch)
                var deadline = try deadlines.load(index, store)
                try deadline.declareRecovered(
                    partitions,
                    in: &sectors,
                    SectorContext(
                        store: store,
                        sectorSize: info.sectorSize,
                        quant: target.quantSpec
                    )
                )
                try deadlines.update(index, deadline, store)
            }
            try state.saveDeadlines(deadlines, store)
            return fee
        }
        try burn(rt, fee)
        try checkBalance(rt)
    }

    static func group(_ parameters: SectorDeclarations) throws(ActorError) -> DeadlineSectorMap {
        guard parameters.declarations.count <= MinerPolicy.declarationsMax else {
            throw .illegalArgument(
                "too many declarations \(parameters.declarations.count), max \(MinerPolicy.declarationsMax)"
            )
        }
        do throws(ActorError) {
            var map = DeadlineSectorMap()
            for declaration in parameters.declarations {
                try map.add(
                    declaration.sectors,
                    deadline: declaration.deadline,
                    partition: declaration.partition
                )
            }
            try map.check(
                maxPartitions: MinerPolicy.addressedPartitionsMax,
                maxSectors: MinerPolicy.addressedSectorsMax
            )
            return map
        } catch { throw error.coded(.illegalArgument, "cannot process requested parameters") }
    }

    private static func declarationDeadline(
        _ state: MinerState,
        _ index: UInt64,
        _ epoch: ChainEpoch
    ) throws(ActorError) -> DeadlineInfo {
        let target = DeadlineInfo(
            periodStart: state.currentPeriodStart(at: epoch),
            index: index,
            currentEpoch: epoch
        ).nextNotElapsed
        if target.isFaultCutoffPassed {
            throw .illegalArgument("late fault or recovery declaration for deadline \(index)")
        }
        return target
    }
}
