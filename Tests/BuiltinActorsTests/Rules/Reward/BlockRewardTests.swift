import ActorRuntime
import BigIntegers
import BuiltinActors
import FilecoinTypes
import Testing

/// A block earns a fifth of the epoch's reward for each win, plus its tips; a penalty counts threefold.
///
/// Rule: specs-actors v7, `reward_actor.go`, `AwardBlockReward`, `PenaltyMultiplier` = 3; three quarters of what
/// a miner gets are locked (`LockedRewardFactorNum` = 75) and pay its penalties first.
@Suite struct BlockRewardTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        // 100 FIL for an epoch: 20 for each of five expected blocks.
        try world.change(.reward, as: RewardState.self) { $0.thisEpochReward = .fil(100) }
    }

    private func award(
        penalty: TokenAmount = 0,
        tips: TokenAmount = 0,
        wins: Int64 = 1
    ) throws {
        try world.send(
            RewardMethod.awardBlockReward,
            to: .reward,
            from: .system,
            AwardBlockRewardParameters(
                miner: .id(miner),
                penalty: penalty,
                gasReward: tips,
                winCount: wins
            )
        )
    }

    @Test func `each win counts, and three quarters are locked`() throws {
        let paid = try world.gain(of: miner) { try award(tips: .fil(4), wins: 3) }
        #expect(paid == .fil(64))
        #expect(try world.state(of: miner, as: MinerState.self).lockedFunds == .fil(48))
        // Tips are no part of what was minted.
        #expect(
            try world.state(of: .reward, as: RewardState.self).totalStoragePowerReward == .fil(60)
        )
    }

    @Test func `a penalty is paid three times, out of the reward that was locked just now`() throws
    {
        let burnt = try world.gain(of: .burntFunds) { try award(penalty: .fil(4)) }
        #expect(burnt == .fil(12))
        let state: MinerState = try world.state(of: miner)
        #expect(state.lockedFunds == .fil(15 - 12))
        #expect(state.feeDebt == 0)
    }

    @Test func `what is left is paid when the reward runs out, the tips first`() throws {
        try world.tree.mutate(.reward) { $0.balance = .fil(9) }
        let paid = try world.gain(of: miner) { try award(tips: .fil(4)) }
        #expect(paid == .fil(9))
        #expect(
            try world.state(of: .reward, as: RewardState.self).totalStoragePowerReward == .fil(5)
        )
    }

    @Test func `a miner that cannot take its reward loses it`() throws {
        try world.change(miner, as: MinerState.self) { $0.initialPledge = .fil(5000) }
        var paid = TokenAmount.zero
        let burnt = try world.gain(of: .burntFunds) {
            paid = try world.gain(of: miner) { try award(tips: .fil(4)) }
        }
        #expect(paid == 0)
        #expect(burnt == .fil(24))
    }

    @Test func `null rounds earn nothing and are counted`() throws {
        let before: RewardState = try world.state(of: .reward)
        world.epoch = before.epoch + 10
        try world.endEpoch()
        let after: RewardState = try world.state(of: .reward)
        // The state is one epoch ahead of the cron that wrote it.
        #expect(after.epoch == before.epoch + 11)
    }
}
