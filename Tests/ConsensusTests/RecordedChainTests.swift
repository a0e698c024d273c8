import BigIntegers
import ChainStore
import Consensus
import FilecoinTypes
import Multiformats
import NetworkParameters
import TestSupport
import Testing

/// Rules of the chain against what lotus recorded.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct RecordedChainTests {
    @Test(arguments: RecordedChain.names)
    func `weight and base fee of every tipset are those of the index`(name: String) throws {
        let recorded = try RecordedChain(name)
        for line in recorded.lines {
            let tipset = try recorded.tipset(line)
            #expect(try recorded.chain.weight(of: tipset).description == line["weight"].text)
            #expect(
                try recorded.chain.nextBaseFee(after: tipset).attoFIL.description
                    == line["nextBaseFee"].text
            )
        }
    }

    @Test(arguments: RecordedChain.names)
    func `the messages that are executed are those of the index, in order`(name: String) throws {
        let recorded = try RecordedChain(name)
        for line in recorded.lines where line["height"].integer > 0 {
            let tipset = try recorded.tipset(line)
            let cids = try recorded.chain.executedMessages(of: tipset).flatMap(\.messages.cids)
            #expect(cids == (try line["messages"].list.map { try RecordedChain.cid($0["cid"]) }))
        }
    }

    @Test(arguments: RecordedChain.names)
    func `every block that lotus accepted is accepted`(name: String) throws {
        let recorded = try RecordedChain(name)
        let validator = try recorded.validator(MockWinningPoSt())
        var count = 0
        for line in recorded.lines where line["height"].integer > 0 {
            // The long chain is long; each of its tipsets has the same kind of blocks.
            if name == "chain-nv15-long" && line["height"].integer % 4 != 0 { continue }
            for header in try recorded.tipset(line).blocks {
                let block = FullBlock(
                    header: header,
                    messages: try recorded.store.messages(of: header)
                )
                do { try validator.validate(block) } catch {
                    Issue.record("\(header.height) \(header.cid): \(error)")
                }
                count += 1
            }
        }
        #expect(count > 50)
    }

    @Test func `the heavier tipset of a fork becomes the head`() throws {
        let recorded = try RecordedChain("chain-nv15-a")
        let fork = try recorded.tipset(try #require(recorded.lines.last { $0["fork"].bool }))
        _ = try recorded.store.setHead(fork)
        let change = try recorded.chain.takeIfHeavier(recorded.head)
        #expect(change.reverted.first == fork)
        #expect(change.applied.last == recorded.head)
        #expect(try recorded.chain.takeIfHeavier(fork).isEmpty)
        #expect(try recorded.chain.takeIfHeavier(recorded.head).isEmpty)
    }
}
