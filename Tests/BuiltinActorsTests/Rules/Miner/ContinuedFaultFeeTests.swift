import BigIntegers
import BuiltinActors
import FilecoinTypes
import Testing

/// A sector that stays faulty costs its miner, every day, the reward that it could expect in 3.51 days.
///
/// Rule: specs-actors v7, `monies.go`, `PledgePenaltyForContinuedFault` over
/// `ContinuedFaultProjectionPeriod` = 2880 × 351 / 100 = 10,108 epochs; charged in
/// `handleProvingDeadline` for power that was faulty before the deadline ended, so a new fault has one
/// deadline for free.
@Suite struct ContinuedFaultFeeTests {
    @Test func `a fault costs nothing on its first day and 3.51 days of reward on every other`()
        throws
    {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.commit([7], of: miner)
        #expect(try world.claim(of: miner)?.rawBytePower == 2048)

        let first = try world.gain(of: .burntFunds) { try world.missProof(of: 7, of: miner) }
        #expect(first == 0)
        #expect(try world.claim(of: miner)?.rawBytePower == 0)
        for _ in 0..<3 {
            let fee = try world.gain(of: .burntFunds) { try world.missProof(of: 7, of: miner) }
            #expect(fee == RuleWorld.expectedReward(epochs: 10_108))
        }
    }
}
