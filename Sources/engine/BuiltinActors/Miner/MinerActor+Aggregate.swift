internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// Sectors whose seals are proven together, by one aggregate.
extension MinerActor {
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
