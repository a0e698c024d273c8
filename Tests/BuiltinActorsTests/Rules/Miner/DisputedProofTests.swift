import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// Who shows that an accepted WindowPoSt was wrong gets 4 FIL; the miner pays them, 20 FIL more, and the reward
/// that the disputed power could expect in 5.51 days.
///
/// Rule: specs-actors v7, `monies.go`, `PledgePenaltyForInvalidWindowPoSt` over 2880 × 551 / 100 = 15,868
/// epochs plus `BasePenaltyForDisputedWindowPoSt`; `RewardForDisputedWindowPoSt`; the dispute window is 1800
/// epochs from the end of the deadline.
@Suite struct DisputedProofTests {
    private let world: RuleWorld
    private let miner: ActorID
    private let dispute: DisputeWindowedPoStParameters

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        try world.commit([7], of: miner)
        try world.prove(7, of: miner, proof: RuleWorld.wrong)
        dispute = DisputeWindowedPoStParameters(
            deadline: try world.place(of: 7, miner).deadline,
            postIndex: 0
        )
        try world.endDeadline(of: miner)
    }

    private func report() throws {
        try world.send(24, to: miner, from: RuleWorld.reporter, dispute)
    }

    @Test func `the miner pays, the reporter is paid, the power is gone`() throws {
        #expect(try world.claim(of: miner)?.rawBytePower == 2048)
        var reward = TokenAmount.zero
        let burnt = try world.gain(of: .burntFunds) {
            reward = try world.gain(of: RuleWorld.reporter) { try report() }
        }
        #expect(reward == .fil(4))
        #expect(burnt == .fil(20) + RuleWorld.expectedReward(epochs: 15_868))
        #expect(try world.claim(of: miner)?.rawBytePower == 0)
        #expect(try world.partition(of: 7, miner).faults == [7])
        // The proof is gone: nobody is paid twice.
        #expect(
            try world.exitCode(24, to: miner, from: RuleWorld.reporter, dispute) == .illegalArgument
        )
    }

    @Test func `a poor miner pays the reporter first and owes the rest`() throws {
        try world.setUnlockedBalance(.fil(3), of: miner)
        var reward = TokenAmount.zero
        let burnt = try world.gain(of: .burntFunds) {
            reward = try world.gain(of: RuleWorld.reporter) { try report() }
        }
        #expect(reward == .fil(3))
        #expect(burnt == 0)
        #expect(
            try world.state(of: miner, as: MinerState.self).feeDebt
                == .fil(21) + RuleWorld.expectedReward(epochs: 15_868)
        )
    }

    @Test func `a right proof cannot be disputed`() throws {
        try world.prove(7, of: miner)
        try world.endDeadline(of: miner)
        #expect(
            try world.exitCode(24, to: miner, from: RuleWorld.reporter, dispute) == .illegalArgument
        )
    }

    @Test func `disputes end 1800 epochs after the deadline`() throws {
        let close = world.epoch
        try world.advance(to: close + 1800)
        #expect(try world.exitCode(24, to: miner, from: RuleWorld.reporter, dispute) == .forbidden)
        world.epoch = close + 1799
        #expect(try world.exitCode(24, to: miner, from: RuleWorld.reporter, dispute) == .ok)
    }
}
