import ActorRuntime
import BigIntegers
import BuiltinActors
import FilecoinTypes
import Testing

/// A miner whose cron fails is dropped: its claim goes, its power leaves the totals, and it stays frozen.
///
/// Rule: specs-actors v7, `power_actor.go`, `processDeferredCronEvents`: "Remove power and leave miner frozen";
/// `UpdatePledgeTotal` refuses miners without a claim.
@Suite struct FailedCronTests {
    @Test func `a miner that cannot cover what it locks loses its claim`() throws {
        let world = try RuleWorld()
        let broken = try world.createMiner()
        let healthy = try world.createMiner()
        try world.commit([7], of: broken)
        try world.commit([8], of: healthy)
        let other = try world.claim(of: healthy)
        // More is locked than there is.
        try world.tree.mutate(broken) { $0.balance = 0 }
        try world.advance(to: world.epoch + 61)

        #expect(try world.claim(of: broken) == nil)
        #expect(try world.claim(of: healthy) == other)
        let power: PowerState = try world.state(of: .power)
        #expect(power.minerCount == 1)
        #expect(power.minerAboveMinPowerCount == 1)
        #expect(power.totalBytesCommitted == 2048)
        #expect(power.totalRawBytePower == 2048)
        #expect(power.totalQABytesCommitted == 2048)

        #expect(
            try world.exitCode(
                PowerMethod.updatePledgeTotal,
                to: .power,
                from: broken,
                TokenAmount(1)
            ) == .forbidden
        )
        // Cron does not call it again: its deadline stands still while the other's moves on.
        let frozen = try world.state(of: broken, as: MinerState.self).currentDeadline
        world.miners = [healthy]
        try world.advance(to: world.epoch + 180)
        #expect(try world.state(of: broken, as: MinerState.self).currentDeadline == frozen)
    }
}
