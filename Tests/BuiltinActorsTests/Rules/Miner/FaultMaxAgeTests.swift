import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// A sector that is faulty for 42 days ends, and its miner pays as if it had ended the sector itself.
///
/// Rule: specs-actors v7, `policy.go`, `FaultMaxAge` = 42 proving periods, counted from the end of the
/// deadline that found the fault; `popExpiredSectors` makes it an early termination, and
/// `processEarlyTerminations` settles it in the same cron with `PledgePenaltyForTermination`.
@Suite struct FaultMaxAgeTests {
    @Test func `after 42 days of fees the sector ends and the pledge is free`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.commit([7], of: miner)
        let activation = try #require(try world.sector(7, of: miner)).activation
        try world.missProof(of: 7, of: miner)
        let found = world.epoch - 1
        let end = found + 42 * 2880

        let before = try world.gain(of: .burntFunds) { try world.advance(to: end) }
        #expect(before == RuleWorld.expectedReward(epochs: 10_108) * Int64(41))
        #expect(try world.partition(of: 7, miner).terminated.isEmpty)

        let last = try world.gain(of: .burntFunds) { try world.endEpoch() }
        // Twenty days of reward, and half of what the sector earned in its life so far.
        let age = Int128((end - activation).rawValue)
        let dayReward = RuleWorld.rewardPerEpoch * 2880 * 2048 / RuleWorld.networkPower
        let termination =
            RuleWorld.expectedReward(epochs: 57_600) + TokenAmount(dayReward * age / (2 * 2880))
        #expect(last == RuleWorld.expectedReward(epochs: 10_108) + termination)

        let state: MinerState = try world.state(of: miner)
        #expect(state.initialPledge == 0)
        #expect(state.earlyTerminations.isEmpty)
        let partition = try world.partition(of: 7, miner)
        #expect(partition.terminated == [7])
        #expect(partition.liveSectors.isEmpty)
        #expect(partition.faultyPower.isZero)
        #expect(try world.state(of: .power, as: PowerState.self).totalPledgeCollateral == 0)
    }
}
