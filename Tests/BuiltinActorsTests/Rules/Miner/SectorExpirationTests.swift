import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// A sector that lived as long as it was promised ends without a fee, and its pledge is free.
///
/// Rule: specs-actors v7, `expiration_queue.go`, `PopUntil`: on-time sectors leave at the end of the first
/// deadline at or after their expiration; `AdvanceDeadline` releases their pledge and power.
@Suite struct SectorExpirationTests {
    @Test func `pledge and power leave at the end of the deadline after the expiration`() throws {
        let world = try RuleWorld(at: 1_000_000)
        let miner = try world.createMiner()
        let expiration = world.epoch + 3 * 2880
        try world.plant(
            7,
            of: miner,
            activation: world.epoch - 200 * 2880,
            expiration: expiration,
            pledge: .fil(5)
        )
        // Proven every day, the last time in the first window that does not end before the expiration.
        try world.prove(7, of: miner)
        while try world.lastEpochOfDeadline(of: miner) < expiration {
            try world.endDeadline(of: miner)
            try world.prove(7, of: miner)
        }
        #expect(try world.claim(of: miner)?.rawBytePower == 2048)
        try world.endDeadline(of: miner)
        #expect(try world.claim(of: miner)?.rawBytePower == 0)
        #expect(try world.state(of: miner, as: MinerState.self).initialPledge == 0)
        #expect(try world.balance(of: .burntFunds) == 0)
        #expect(try world.partition(of: 7, miner).terminated == [7])
        // All of it can be withdrawn now.
        let all = WithdrawBalanceParameters(amountRequested: .fil(10_000))
        let paid = try world.gain(of: RuleWorld.owner) {
            try world.send(16, to: miner, from: RuleWorld.owner, all)
        }
        #expect(paid == .fil(1000))
    }
}
