import ChainStore
import FilecoinTypes
import IPLD
import KeyValueStore
import Multiformats
import TestSupport
import Testing

/// A chain that lotus made, and what it knew of it.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedChainTests {
    private static let folder = "reference/lotus/chain-nv15-a/"

    private struct Recorded {
        let chain: ChainStore
        let main: [Fixture]
        let forks: [Fixture]
    }

    private static func recorded() throws -> Recorded {
        let archive = try Vectors.unpackedCAR(folder + "chain.car.zst")
        let chain = try ChainStore(MemoryStore())
        let report = try chain.importChain(try CARReader(archive))
        try chain.setGenesis(try #require(report.genesis).cid)
        _ = try chain.setHead(report.head)
        let lines = try Vectors.lines(folder + "index.jsonl.gz")
        return Recorded(
            chain: chain,
            main: lines.filter { !$0["fork"].bool },
            forks: lines.filter { $0["fork"].bool }
        )
    }

    private static func key(_ list: Fixture) throws -> TipsetKey {
        TipsetKey(try list.list.map { try CID($0["/"].text) })
    }

    @Test func `every tipset of the chain is found by its height, with its messages in order`()
        throws
    {
        let recorded = try Self.recorded()
        let chain = recorded.chain
        let head = try chain.head()
        #expect(head.height.rawValue == Int64(try #require(recorded.main.last)["height"].integer))
        for line in recorded.main {
            let height = ChainEpoch(Int64(line["height"].integer))
            let tipset = try chain.tipset(at: height, from: head)
            #expect(tipset.key == (try Self.key(line["key"])))
            let cids = try chain.messages(of: tipset).flatMap(\.messages.cids)
            #expect(cids == (try line["messages"].list.map { try CID($0["cid"]["/"].text) }))
        }
    }

    @Test func `receipts are those of the index`() throws {
        let recorded = try Self.recorded()
        for line in recorded.main {
            let receipts = try recorded.chain.receipts(try CID(line["receiptsRoot"]["/"].text))
            #expect(
                receipts.map(\.exitCode.rawValue)
                    == line["messages"].list.map { Int64($0["exit"].integer) }
            )
            #expect(
                receipts.map(\.gasUsed.rawValue)
                    == line["messages"].list.map { Int64($0["gasUsed"].integer) }
            )
        }
    }

    @Test func `a fork is reverted to the common ancestor`() throws {
        let recorded = try Self.recorded()
        let chain = recorded.chain
        let head = try chain.head()
        let fork = try #require(recorded.forks.last)
        let tipset = try chain.tipset(try Self.key(fork["key"]))
        let away = try chain.setHead(tipset)
        #expect(away.applied.last == tipset)
        #expect(away.reverted.first == head)
        let back = try chain.setHead(head)
        #expect(back.reverted == away.applied.reversed())
        #expect(back.applied == away.reverted.reversed())
    }

    @Test func `the message root of a header is made again from its messages`() throws {
        let recorded = try Self.recorded()
        let chain = recorded.chain
        var tipset = try chain.head()
        for _ in 0..<100 {
            for header in tipset.blocks {
                let messages = try chain.messages(of: header)
                #expect(try ChainStore.put(messages, in: MemoryBlockStore()) == header.messages)
            }
            tipset = try chain.parent(of: tipset)
        }
    }

    @Test func `an export holds the same chain`() throws {
        let recorded = try Self.recorded()
        var bytes: [UInt8] = []
        let head = try recorded.chain.head()
        try recorded.chain.export(head, stateEpochs: 10) { bytes += $0 }
        let copy = try ChainStore(MemoryStore())
        let report = try copy.importChain(try CARReader(bytes))
        #expect(report.head == head)
        #expect(report.genesis == (try recorded.chain.genesis()))
    }
}

@Suite struct ChainStoreTests {
    @Test func `an empty store has no genesis`() throws {
        let chain = try ChainStore(MemoryStore())
        #expect(throws: ChainStoreError.noGenesis) { try chain.head() }
    }
}
