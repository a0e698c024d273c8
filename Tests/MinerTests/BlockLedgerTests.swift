import FilecoinTypes
import Multiformats
import SQLStore
import TestSupport
import Testing
import VenusAPI

@testable import Miner

@Suite struct BlockLedgerTests {
    let base = Sample.tipset(Sample.header(Sample.bob, 4, ticket: 1))

    private func block(
        _ epoch: ChainEpoch,
        on parents: [CID],
        ticket: UInt8
    ) -> BlockMessage {
        BlockMessage(
            header: Sample.header(Sample.alice, epoch, parents: parents, ticket: ticket)
        )
    }

    private func isRefused(
        _ block: BlockMessage,
        _ parentEpoch: ChainEpoch,
        by ledger: BlockLedger
    ) async -> Bool {
        do { try await ledger.admit(block, parentEpoch: parentEpoch) } catch { return true }
        return false
    }

    @Test func `what was admitted outlives the process`() async throws {
        let folder = try TemporaryDirectory()
        let first = block(5, on: base.cids, ticket: 2)
        let path = folder.path("slashfilter.db")
        var ledger = try await BlockLedger(.sqlite(path: path))
        try await ledger.admit(first, parentEpoch: 4)
        await ledger.close()
        ledger = try await BlockLedger(.sqlite(path: path))
        #expect(try await ledger.unsent() == [UnsentBlock(block: first, parentEpoch: 4)])
        #expect(await !isRefused(first, 4, by: ledger))
        #expect(await isRefused(block(5, on: base.cids, ticket: 3), 4, by: ledger))
        // Nor a later block on the same parents, nor one that leaves its own block out.
        #expect(await isRefused(block(6, on: base.cids, ticket: 3), 4, by: ledger))
        #expect(await isRefused(block(6, on: [Sample.empty], ticket: 3), 5, by: ledger))
        // Those that were refused are not kept.
        #expect(try await ledger.unsent().map(\.block) == [first])
        try await ledger.taken(first)
        #expect(try await ledger.unsent() == [])
        #expect(await !isRefused(block(6, on: [first.cid], ticket: 3), 5, by: ledger))
        await ledger.close()
    }

    @Test func `a block that all nodes refuse makes room for another`() async throws {
        let ledger = try await BlockLedger(.memory)
        let first = block(5, on: base.cids, ticket: 2)
        try await ledger.admit(first, parentEpoch: 4)
        #expect(try await !ledger.refused(first))
        #expect(try await !ledger.refused(first))
        #expect(await isRefused(block(6, on: base.cids, ticket: 3), 4, by: ledger))
        #expect(try await ledger.refused(first))
        #expect(try await ledger.unsent() == [])
        #expect(await !isRefused(block(6, on: base.cids, ticket: 3), 4, by: ledger))
        await ledger.close()
    }
}
