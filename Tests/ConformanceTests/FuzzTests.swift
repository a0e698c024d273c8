import Conformance
import Foundation
import TestSupport
import Testing

@Suite(.ownThread) struct FuzzTests {
    /// What somebody outside may ask of the actors.
    private static let openMethods = [
        "init.Exec", "multisig.Approve", "multisig.Cancel", "multisig.Propose",
        "paymentchannel.Settle", "paymentchannel.UpdateChannelState", "storagemarket.AddBalance",
        "storagemarket.PublishStorageDeals", "storagemarket.WithdrawBalance",
        "storageminer.ChangeOwnerAddress", "storageminer.ChangeWorkerAddress",
        "storageminer.DeclareFaults", "storageminer.DeclareFaultsRecovered",
        "storageminer.ExtendSectorExpiration", "storageminer.PreCommitSector",
        "storageminer.PreCommitSectorBatch", "storageminer.ProveCommitAggregate",
        "storageminer.ProveCommitSector", "storageminer.SubmitWindowedPoSt",
        "storageminer.TerminateSectors", "storageminer.WithdrawBalance",
        "storagepower.CreateMiner", "verifiedregistry.AddVerifiedClient",
        "verifiedregistry.AddVerifier",
    ]

    @Test func `random messages break no rule, keep the supply and can be replayed`() throws {
        let recorded = Vectors.folder.appendingPathComponent("reference/actors/vectors").path
        let report = try FuzzRunner(
            messages: FuzzRunner.testMessages,
            seed: 1,
            vectors: Vectors.arePresent ? recorded : nil
        ).run()
        #expect(report.problems == [])
        #expect(report.messages == FuzzRunner.testMessages)
        // What nobody could make succeed would have checked little.
        for method in Self.openMethods {
            #expect((report.methods[method]?.succeeded ?? 0) > 0, "\(method) never succeeded")
        }
        // The ends of sectors, which take longer than a run has time for without help.
        #expect(report.expired > 0)
        #expect(report.endedByFault > 0)
        // What is not reached any more is forgotten.
        #expect(report.mostBlocks < 20_000)
    }
}
