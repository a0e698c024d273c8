import BuiltinActors
import FilecoinTypes
import Testing

/// A proof names an epoch of its own chain: since the challenge, and before now.
///
/// Rule: specs-actors v7, `SubmitWindowedPoSt`: the challenge lies `WPoStChallengeLookback` = 20 epochs before the
/// window; the randomness of the named epoch must be this chain's.
@Suite struct ChainCommitTests {
    @Test func `the epoch lies between the challenge and now, the randomness is the chain's`()
        throws
    {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.commit([7], of: miner)
        try world.advance(to: try world.nextOpening(for: 7, of: miner))
        let open = world.epoch - 1
        func prove(
            naming epoch: ChainEpoch,
            _ randomness: [UInt8] = RuleWorld.randomness
        ) throws -> ExitCode {
            var proof = try world.proofOfOpenDeadline(for: 7, of: miner)
            proof.chainCommitEpoch = epoch
            proof.chainCommitRand = randomness
            return try world.trial(5, to: miner, from: RuleWorld.owner, proof)
        }
        #expect(try prove(naming: open - 21) == .illegalArgument)
        #expect(try prove(naming: open - 20) == .ok)
        #expect(try prove(naming: world.epoch - 1) == .ok)
        #expect(try prove(naming: world.epoch) == .illegalArgument)
        #expect(try prove(naming: open, [UInt8](repeating: 8, count: 32)) == .illegalArgument)
        #expect(try prove(naming: open, [UInt8](repeating: 7, count: 33)) == .illegalArgument)
    }

    @Test func `a proof of another size of sectors is refused`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.commit([7], of: miner)
        try world.advance(to: try world.nextOpening(for: 7, of: miner))
        for type in [RegisteredPoStProof.stackedDrgWindow8MiBV1, .stackedDrgWinning2KiBV1] {
            var proof = try world.proofOfOpenDeadline(for: 7, of: miner)
            proof.proofs[0].postProof = type
            #expect(
                try world.exitCode(5, to: miner, from: RuleWorld.owner, proof) == .illegalArgument
            )
        }
    }
}
