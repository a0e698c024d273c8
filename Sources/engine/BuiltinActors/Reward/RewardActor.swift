package import ActorRuntime
internal import BigIntegers
internal import CBOR
internal import FilecoinTypes

/// Pays block rewards.
package enum RewardActor {
    /// A miner pays this many times what its block's bad messages cost the network.
    private static let penaltyMultiplier: Int64 = 3
    /// Blocks that an epoch has on average.
    private static let expectedLeadersPerEpoch: BigInt = 5

    package static let definition = ActorDefinition(
        .reward,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "AwardBlockReward", award),
            ActorMethod(3, "ThisEpochReward", thisEpochReward),
            ActorMethod(4, "UpdateNetworkKPI", updateNetworkKPI),
        ]
    )

    static func construct(_ rt: Runtime, _ power: StoragePower) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        try rt.createState(RewardState(realizedPower: power.bytes))
    }

    static func award(
        _ rt: Runtime,
        _ parameters: AwardBlockRewardParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        let priorBalance = try rt.currentBalance()
        if parameters.penalty.isNegative {
            throw .illegalArgument("negative penalty \(parameters.penalty)")
        }
        if parameters.gasReward.isNegative {
            throw .illegalArgument("negative gas reward \(parameters.gasReward)")
        }
        if priorBalance < parameters.gasReward {
            throw .illegalState("balance \(priorBalance) cannot pay \(parameters.gasReward)")
        }
        if parameters.winCount <= 0 {
            throw .illegalArgument("invalid win count \(parameters.winCount)")
        }
        guard let miner = try rt.resolve(parameters.miner) else {
            throw .notFound("failed to resolve given owner address")
        }
        let penalty = parameters.penalty * penaltyMultiplier
        let total = try rt.transaction {
            (state: inout RewardState) throws(ActorError) -> TokenAmount in
            var blockReward = TokenAmount(
                attoFIL: (state.thisEpochReward * parameters.winCount).attoFIL
                    .euclideanDivided(by: expectedLeadersPerEpoch).quotient
            )
            var total = blockReward + parameters.gasReward
            let balance = try rt.currentBalance()
            if total > balance {
                total = balance
                blockReward = total - parameters.gasReward
                if blockReward.isNegative { throw .illegalState("block reward below zero") }
            }
            state.totalStoragePowerReward = state.totalStoragePowerReward + blockReward
            return total
        }
        if total > priorBalance {
            throw .illegalState("reward \(total) exceeds balance \(priorBalance)")
        }
        let sent = try rt.send(
            to: miner,
            method: MinerMethod.applyRewards,
            params: ApplyRewardParameters(reward: total, penalty: penalty),
            value: total
        )
        // A miner that cannot take its reward loses it.
        if !sent.exitCode.isSuccess {
            _ = try rt.send(to: .burntFunds, method: .send, value: total)
        }
    }

    static func thisEpochReward(_ rt: Runtime) throws(ActorError) -> ThisEpochRewardReturn {
        try rt.validateCallerIsAny()
        let state: RewardState = try rt.state()
        return ThisEpochRewardReturn(
            thisEpochRewardSmoothed: state.thisEpochRewardSmoothed,
            thisEpochBaselinePower: state.thisEpochBaselinePower
        )
    }

    static func updateNetworkKPI(_ rt: Runtime, _ power: StoragePower) throws(ActorError) {
        try rt.validateCaller(isOneOf: .power)
        try rt.transaction { (state: inout RewardState) throws(ActorError) in
            let previous = state.epoch
            // Null rounds count for the baseline but earn nothing.
            while state.epoch < rt.epoch { state.advance(realizedPower: power.bytes) }
            state.advanceWithReward(realizedPower: power.bytes)
            state.smooth(after: state.epoch - previous)
        }
    }
}
