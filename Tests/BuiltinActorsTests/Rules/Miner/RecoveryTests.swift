import BigIntegers
import BitFields
import BuiltinActors
import FilecoinTypes
import Testing

/// A recovery is a promise: the next proof gives the power back, and a missed one breaks it.
///
/// Rule: specs-actors v7, `partition_state.go`, `DeclareFaultsRecovered`, `RecoverFaults`,
/// `RecordMissedPost`. Power that was proven in its deadline is no fault when the deadline ends.
@Suite struct RecoveryTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        try world.commit([7], of: miner)
        try world.missProof(of: 7, of: miner)
        try world.send(11, to: miner, from: RuleWorld.owner, try world.declaration(7, of: miner))
    }

    @Test func `a kept promise gives the power back and costs nothing`() throws {
        let paid = try world.gain(of: .burntFunds) {
            try world.prove(7, of: miner)
            try world.endDeadline(of: miner)
        }
        #expect(paid == 0)
        #expect(try world.partition(of: 7, miner).faults.isEmpty)
        #expect(try world.claim(of: miner)?.rawBytePower == 2048)
    }

    @Test func `the proof of a recovery is verified at once`() throws {
        try world.advance(to: try world.nextOpening(for: 7, of: miner))
        let wrong = try world.proofOfOpenDeadline(for: 7, of: miner, RuleWorld.wrong)
        #expect(try world.exitCode(5, to: miner, from: RuleWorld.owner, wrong) == .illegalArgument)
        let right = try world.proofOfOpenDeadline(for: 7, of: miner)
        #expect(try world.exitCode(5, to: miner, from: RuleWorld.owner, right) == .ok)
    }

    @Test func `a broken promise costs a day and has to be made again`() throws {
        let paid = try world.gain(of: .burntFunds) { try world.missProof(of: 7, of: miner) }
        #expect(paid == RuleWorld.expectedReward(epochs: 10_108))
        let partition = try world.partition(of: 7, miner)
        #expect(partition.recoveries.isEmpty)
        #expect(partition.recoveringPower.isZero)
        // Nothing is left that a proof could be about.
        try world.advance(to: try world.nextOpening(for: 7, of: miner))
        let proof = try world.proofOfOpenDeadline(for: 7, of: miner)
        #expect(try world.exitCode(5, to: miner, from: RuleWorld.owner, proof) == .illegalArgument)
    }

    @Test func `who cannot pay his debts may not promise`() throws {
        try world.missProof(of: 7, of: miner)
        try world.change(miner, as: MinerState.self) { $0.feeDebt = .fil(5) }
        let promise = try world.declaration(7, of: miner)
        try world.setUnlockedBalance(.fil(5) - 1, of: miner)
        #expect(
            try world.exitCode(11, to: miner, from: RuleWorld.owner, promise)
                == .actorInsufficientFunds
        )
        try world.setUnlockedBalance(.fil(5), of: miner)
        let burnt = try world.gain(of: .burntFunds) {
            try world.send(11, to: miner, from: RuleWorld.owner, promise)
        }
        #expect(burnt == .fil(5))
    }
}
