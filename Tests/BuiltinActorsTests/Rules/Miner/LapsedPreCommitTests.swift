import BuiltinActors
import FilecoinTypes
import Testing

/// A pre-committed sector that is not proven in time loses its deposit: the reward of twenty days.
///
/// Rule: specs-actors v7, `policy.go`: `MaxProveCommitDuration` = 30 days + 150 epochs, then
/// `ExpiredPreCommitCleanUpDelay` = 8 hours, rounded up to the grid of the miner's deadlines;
/// `cleanUpExpiredPreCommits` at the end of the first deadline after that.
@Suite struct LapsedPreCommitTests {
    @Test func `the deposit is burnt at the end of the first deadline after the delay`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.preCommit([world.preCommitInfo(7)], of: miner)
        let deposit = RuleWorld.expectedReward(epochs: 20 * 2880)
        let state: MinerState = try world.state(of: miner)
        #expect(state.preCommitDeposits == deposit)

        let due = world.epoch + (30 * 2880 + 150) + 8 * 120
        let beyondGrid = (due - state.provingPeriodStart) % 60
        let cleanUp = due + (60 - beyondGrid) % 60
        // The end of the deadline that begins at the clean-up epoch.
        try world.advance(to: cleanUp + 59)
        #expect(try world.balance(of: .burntFunds) == 0)
        try world.endEpoch()
        #expect(try world.balance(of: .burntFunds) == deposit)

        let after: MinerState = try world.state(of: miner)
        #expect(after.preCommitDeposits == 0)
        #expect(try after.preCommit(7, world.store) == nil)
        // Nothing is left to watch for.
        #expect(!after.deadlineCronActive)
        // The number is spent.
        let again = PreCommitSectorBatchParameters(sectors: [world.preCommitInfo(7)])
        #expect(
            try world.exitCode(25, to: miner, from: RuleWorld.owner, again) == .illegalArgument
        )
    }
}
