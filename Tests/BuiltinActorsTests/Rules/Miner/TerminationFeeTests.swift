import BigIntegers
import BuiltinActors
import FilecoinTypes
import Testing

/// Ending a sector before its time costs twenty days of reward and half of what it earned in up to 140 days.
///
/// Rule: specs-actors v7, `monies.go`, `PledgePenaltyForTermination`: the larger of the reward of 3.5 days
/// (10,080 epochs) at today's averages, and the storage pledge plus `TerminationRewardFactor` = 1/2 of the
/// day reward per day of age, `TerminationLifetimeCap` = 140 days.
@Suite struct TerminationFeeTests {
    private static let day: ChainEpoch = 2880
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld(at: 1_000_000)
        miner = try world.createMiner()
    }

    /// What is burnt when a sector ends that began `days` days before.
    private func fee(
        afterDays days: Int64,
        dayReward: TokenAmount,
        storagePledge: TokenAmount
    ) throws -> TokenAmount {
        // After the first proof, before the next is due.
        let now = world.epoch + Self.day + 220
        try world.plant(
            7,
            of: miner,
            activation: now - ChainEpoch(days) * Self.day,
            expiration: now + 200 * Self.day
        ) {
            $0.expectedDayReward = dayReward
            $0.expectedStoragePledge = storagePledge
        }
        try world.advance(to: now)
        return try world.gain(of: .burntFunds) {
            try world.send(9, to: miner, from: RuleWorld.owner, try world.declaration(7, of: miner))
        }
    }

    @Test func `half of each day's reward counts`() throws {
        // 20 FIL, and ten days of half a FIL.
        #expect(
            try fee(afterDays: 10, dayReward: .fil(1), storagePledge: .fil(20)) == .fil(25)
        )
        #expect(try world.state(of: miner, as: MinerState.self).initialPledge == 0)
        #expect(try world.claim(of: miner)?.rawBytePower == 0)
    }

    @Test func `days beyond 140 do not count`() throws {
        // 140 days of half a FIL are 70.
        #expect(
            try fee(afterDays: 150, dayReward: .fil(1), storagePledge: .fil(20)) == .fil(90)
        )
    }

    @Test func `it costs at least the reward of 3.5 days`() throws {
        #expect(
            try fee(afterDays: 10, dayReward: 0, storagePledge: 0)
                == RuleWorld.expectedReward(epochs: 10_080)
        )
    }
}
