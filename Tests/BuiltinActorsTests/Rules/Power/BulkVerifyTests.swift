import ActorRuntime
import BuiltinActors
import FilecoinTypes
import Multiformats
import Testing

/// A miner may prove 200 sectors in one epoch; each counts once, and only if its proof is right.
///
/// Rule: specs-actors v7, `power_actor.go`, `MaxMinerProveCommitsPerEpoch` = 200, exit code 32;
/// `processBatchProofVerifies`, which confirms each sector number once.
@Suite struct BulkVerifyTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
    }

    private func submit(_ number: SectorNumber, proof: UInt8 = 1) throws -> ExitCode {
        let seal = SealVerifyInfo(
            sealProof: RuleWorld.sealProof,
            sector: SectorID(miner: miner, number: number),
            dealIDs: [],
            randomness: RuleWorld.randomness,
            interactiveRandomness: RuleWorld.randomness,
            proof: [proof],
            sealedCID: RuleWorld.sealedCID(number),
            unsealedCID: RuleWorld.sealedCID(number)
        )
        return try world.exitCode(
            PowerMethod.submitPoRepForBulkVerify,
            to: .power,
            from: miner,
            seal
        )
    }

    @Test func `the 201st proof of an epoch is refused, the first of the next is not`() throws {
        for number in 0..<200 { #expect(try submit(SectorNumber(UInt64(number))) == .ok) }
        #expect(try submit(200) == 32)
        try world.endEpoch()
        #expect(try submit(200) == .ok)
    }

    @Test func `right proofs make sectors at the end of the epoch, wrong ones do not`() throws {
        try world.preCommit((1...3).map { world.preCommitInfo(SectorNumber($0)) }, of: miner)
        #expect(try submit(1) == .ok)
        #expect(try submit(1) == .ok)
        #expect(try submit(2, proof: RuleWorld.wrong) == .ok)
        try world.endEpoch()
        #expect(try world.sector(1, of: miner) != nil)
        #expect(try world.sector(2, of: miner) == nil)
        let state: MinerState = try world.state(of: miner)
        #expect(try state.preCommit(1, world.store) == nil)
        #expect(try state.preCommit(2, world.store) != nil)
        // Two deposits of twenty days' reward are left of three.
        #expect(
            state.preCommitDeposits == RuleWorld.expectedReward(epochs: 57_600) * Int64(2)
        )
    }
}
