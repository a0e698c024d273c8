import BuiltinActors
import FilecoinTypes
import Testing

/// What miners tell the power actor, and what the network tells the reward actor, must make sense.
///
/// Rule: specs-actors v7, `EnrollCronEvent`, `UpdatePledgeTotal`; `AwardBlockReward`, `ApplyRewards`.
@Suite struct RefusedReportsTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
    }

    @Test func `cron events lie after the genesis, the network's pledge stays above zero`() throws {
        func enroll(_ epoch: ChainEpoch) throws -> ExitCode {
            try world.exitCode(
                PowerMethod.enrollCronEvent,
                to: .power,
                from: miner,
                EnrollCronEventParameters(eventEpoch: epoch, payload: [])
            )
        }
        func pledge(_ delta: TokenAmount) throws -> ExitCode {
            try world.exitCode(PowerMethod.updatePledgeTotal, to: .power, from: miner, delta)
        }
        #expect(try enroll(-1) == .illegalArgument)
        #expect(try enroll(0) == .ok)
        #expect(try world.state(of: .power, as: PowerState.self).firstCronEpoch == 0)
        #expect(try pledge(5) == .ok)
        #expect(try pledge(-6) == .illegalState)
        #expect(try pledge(-5) == .ok)
    }

    @Test func `a block reward has wins, a known miner and no negative amounts`() throws {
        func award(
            penalty: TokenAmount = 0,
            tips: TokenAmount = 0,
            wins: Int64 = 1,
            to address: Address? = nil
        ) throws -> ExitCode {
            try world.exitCode(
                RewardMethod.awardBlockReward,
                to: .reward,
                from: .system,
                AwardBlockRewardParameters(
                    miner: address ?? .id(miner),
                    penalty: penalty,
                    gasReward: tips,
                    winCount: wins
                )
            )
        }
        #expect(try award(penalty: -1) == .illegalArgument)
        #expect(try award(tips: -1) == .illegalArgument)
        #expect(try award(tips: .fil(1_000_000_001)) == .illegalState)
        #expect(try award(wins: 0) == .illegalArgument)
        #expect(try award(to: .actor(seed: [1])) == .notFound)
        #expect(try award() == .ok)
    }

    @Test func `a miner takes no negative reward and no negative penalty`() throws {
        func apply(_ reward: TokenAmount, _ penalty: TokenAmount) throws -> ExitCode {
            try world.exitCode(
                MinerMethod.applyRewards,
                to: miner,
                from: .reward,
                ApplyRewardParameters(reward: reward, penalty: penalty)
            )
        }
        #expect(try apply(-1, 0) == .illegalArgument)
        #expect(try apply(0, -1) == .illegalArgument)
        // Three quarters of the reward are to be locked, and the miner must have them.
        try world.setUnlockedBalance(2, of: miner)
        #expect(try apply(4, 0) == .actorInsufficientFunds)
        try world.setUnlockedBalance(3, of: miner)
        #expect(try apply(4, 0) == .ok)
    }
}
