import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import Multiformats
import Testing

/// Who signs two blocks for one epoch pays the reward of the epoch; a quarter of one block's share goes to the
/// reporter.
///
/// Rule: specs-actors v7, `monies.go`, `ConsensusFaultPenalty` = reward × 5 / 5 expected leaders,
/// `RewardForConsensusSlashReport` = reward / (5 × 4), both of the smoothed reward;
/// `ConsensusFaultIneligibilityDuration` = 900 epochs.
@Suite struct ConsensusFaultTests {
    private let world: RuleWorld
    private let miner: ActorID

    init() throws {
        world = try RuleWorld()
        miner = try world.createMiner()
    }

    /// Two headers of the miner with the same height.
    private func fault(at height: ChainEpoch) -> ReportConsensusFaultParameters {
        func header(_ mark: UInt8) -> BlockHeader {
            let root = CID.dagCBOR(hashing: [mark])
            return BlockHeader(
                miner: .id(miner),
                ticket: Ticket(vrfProof: [mark]),
                electionProof: nil,
                beaconEntries: [],
                winPoStProof: [],
                parents: [root],
                parentWeight: 1,
                height: height,
                parentStateRoot: root,
                parentMessageReceipts: root,
                messages: root,
                blsAggregate: nil,
                timestamp: 1,
                blockSignature: Signature(type: .bls, data: [1]),
                parentBaseFee: 100
            )
        }
        return ReportConsensusFaultParameters(
            blockHeader1: header(1).cborBytes(),
            blockHeader2: header(2).cborBytes(),
            blockHeaderExtra: []
        )
    }

    @Test func `the miner pays an epoch's reward, the reporter gets a twentieth of it`() throws {
        var reward = TokenAmount.zero
        let burnt = try world.gain(of: .burntFunds) {
            reward = try world.gain(of: RuleWorld.reporter) {
                try world.send(15, to: miner, from: RuleWorld.reporter, fault(at: world.epoch - 1))
            }
        }
        #expect(reward == TokenAmount(RuleWorld.rewardPerEpoch / 20))
        #expect(burnt == TokenAmount(RuleWorld.rewardPerEpoch) - reward)
    }

    @Test func `for 900 epochs no sector comes in and older faults are covered`() throws {
        let start = world.epoch
        try world.send(15, to: miner, from: RuleWorld.reporter, fault(at: start - 1))
        func preCommit() throws -> ExitCode {
            let batch = PreCommitSectorBatchParameters(sectors: [world.preCommitInfo(7)])
            return try world.exitCode(25, to: miner, from: RuleWorld.owner, batch)
        }
        func report(faultAt height: ChainEpoch) throws -> ExitCode {
            try world.exitCode(15, to: miner, from: RuleWorld.reporter, fault(at: height))
        }
        world.epoch = start + 900
        #expect(try preCommit() == .forbidden)
        world.epoch = start + 901
        #expect(try report(faultAt: start + 899) == .forbidden)
        #expect(try report(faultAt: start + 900) == .ok)
        world.epoch = start + 901 + 900
        #expect(try preCommit() == .forbidden)
        world.epoch = start + 901 + 901
        #expect(try preCommit() == .ok)
    }

    @Test func `a fault of the present epoch is not over yet`() throws {
        #expect(
            try world.exitCode(15, to: miner, from: RuleWorld.reporter, fault(at: world.epoch))
                == .illegalArgument
        )
    }
}
