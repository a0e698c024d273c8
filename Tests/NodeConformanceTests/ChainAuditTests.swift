import ChainStore
import FilecoinTypes
import Foundation
import Node
import TestSupport
import Testing
import TimeLapse

@testable import NodeConformance

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread) struct ChainAuditTests {
    /// The first chain until its miners pay for batches, which is no fee of a fault; the other through weeks of faults.
    @Test(arguments: [("chain-nv15-a", ChainEpoch(34)), ("chain-nv15-long", 20_000)])
    func `the money of a recorded chain is where the rules put it`(
        _ name: String,
        until limit: ChainEpoch
    ) async throws {
        let folder = Vectors.folder.appendingPathComponent("reference/lotus/\(name)").path
        let recorded = try await RecordedNode.start(folder: folder)
        let chain = recorded.node.chain
        var head = try chain.store.head()
        while head.height > limit { head = try chain.store.parent(of: head) }
        var audit = try ChainAudit(chain: chain)
        try audit.advance(to: head)
        #expect(audit.last == head)
        // Weeks of faults cost fees; the other chain's sectors are all proven.
        #expect(audit.fees.isEmpty == (name == "chain-nv15-a"))
        #expect(audit.burnt.isPositive)
        await recorded.stop()
    }
}
