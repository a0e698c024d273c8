import BuiltinActors
import FilecoinTypes
import Testing

/// A sector is proven after the randomness of its proof is there, and within thirty days.
///
/// Rule: specs-actors v7, `ProveCommitSector`: later than `PreCommitChallengeDelay` (10 epochs here) after the
/// pre-commitment, and not later than `MaxProveCommitDuration` after it.
@Suite struct ProveCommitTimeTests {
    @Test func `both ends of the time are exact`() throws {
        let world = try RuleWorld()
        let miner = try world.createMiner()
        try world.preCommit([world.preCommitInfo(7)], of: miner)
        let start = world.epoch
        let proof = ProveCommitSectorParameters(sectorNumber: 7, proof: [1])
        func exit(at epoch: ChainEpoch) throws -> ExitCode {
            world.epoch = epoch
            return try world.exitCode(7, to: miner, from: RuleWorld.other, proof)
        }
        #expect(try exit(at: start + 10) == .forbidden)
        #expect(try exit(at: start + 11) == .ok)
        #expect(try exit(at: start + 86_550) == .ok)
        #expect(try exit(at: start + 86_551) == .illegalArgument)
    }
}
