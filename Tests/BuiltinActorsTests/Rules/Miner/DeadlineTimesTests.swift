import ActorRuntime
import BuiltinActors
import FilecoinTypes
import Testing

/// What may be done with the sectors of a deadline depends on how far away its window is.
///
/// Rule: specs-actors v7, `deadlines.go` and `policy.go`: faults and recoveries until `FaultDeclarationCutoff` =
/// 70 epochs before the window opens, changes of membership until one challenge window (60 epochs) before it
/// opens, proofs in the 60 epochs of the window.
@Suite struct DeadlineTimesTests {
    private let world: RuleWorld
    private let miner: ActorID
    /// The first epoch of the next window.
    private let open: ChainEpoch

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
        try world.commit([7], of: miner)
        open = try world.nextOpening(for: 7, of: miner) - 1
    }

    /// How a message about the sector would end at an epoch; it changes nothing.
    private func exit(_ method: MethodNumber, at epoch: ChainEpoch) throws -> ExitCode {
        world.epoch = epoch
        let declaration = try world.declaration(7, of: miner)
        return try world.trial(method, to: miner, from: RuleWorld.owner, declaration)
    }

    @Test func `faults are declared until 70 epochs before the window`() throws {
        #expect(try exit(10, at: open - 71) == .ok)
        #expect(try exit(10, at: open - 70) == .illegalArgument)
        #expect(try exit(10, at: open + 59) == .illegalArgument)
        // The next window's time has come.
        #expect(try exit(10, at: open + 60) == .ok)
    }

    @Test func `recoveries are declared until 70 epochs before the window`() throws {
        try world.missProof(of: 7, of: miner)
        let next = open + 2880
        #expect(try exit(11, at: next - 71) == .ok)
        #expect(try exit(11, at: next - 70) == .illegalArgument)
        #expect(try exit(11, at: next + 60) == .ok)
    }

    @Test func `sectors are terminated until 60 epochs before the window`() throws {
        #expect(try exit(9, at: open - 61) == .ok)
        #expect(try exit(9, at: open - 60) == .illegalArgument)
        #expect(try exit(9, at: open + 59) == .illegalArgument)
        #expect(try exit(9, at: open + 60) == .ok)
    }

    @Test func `a proof is taken in the 60 epochs of the window`() throws {
        func prove(at epoch: ChainEpoch) throws -> ExitCode {
            world.epoch = epoch
            let proof = try world.proofOfOpenDeadline(for: 7, of: miner)
            return try world.exitCode(5, to: miner, from: RuleWorld.owner, proof)
        }
        #expect(try prove(at: open - 1) == .illegalArgument)
        #expect(try prove(at: open + 60) == .illegalArgument)
        #expect(try prove(at: open + 59) == .ok)
        // Once is enough.
        #expect(try prove(at: open + 59) == .illegalArgument)
    }
}
