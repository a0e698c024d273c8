import EventLoop
import FilecoinCrypto
import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
import Node
import ServiceKit
import TestSupport
import Testing
import VenusAPI

@testable import NodeConformance

/// Blocks made and submitted over JSON-RPC, with the keys of the recorded chain.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread) struct BlockMakingTests {
    @Test func `a pushed message gets into a block that the node makes, takes and executes`()
        async throws
    {
        let node = try await RecordedNode.start(
            folder: Vectors.folder.path + "/reference/lotus/chain-nv15-a"
        )
        let url = HTTPURL(.ws, host: "127.0.0.1", port: node.address.port ?? 0, target: "/rpc/v1")
        let token = try node.tokens.make(["read", "write", "sign", "admin"])
        let client = RPCClient(url, token: token.revealed)
        var changes = try await client.open(ChainNotify.self).makeAsyncIterator()
        var head = try #require(try await changes.next()).first?.tipset
        #expect(try await client.call(ChainHead.self) == head)
        let base = try #require(head)

        let from = try await client.call(NodeWalletDefaultAddress.self)
        let to = try #require(try await client.call(NodeWalletList.self).last)
        let sent = try await client.call(
            MpoolPushMessage.self,
            Message(to: to, from: from, value: 1000),
            nil
        )
        let miners = RecordedMiners(node: node, client: client)
        let won = try await miners.wins(from: base.height + 1, on: base) { !$0.isEmpty }[0]
        let chosen = try await client.call(MpoolSelects.self, base.key, [0.9])
        #expect(chosen == [[sent]])
        node.clock.advance(by: .seconds(4 * (won.epoch.rawValue - base.height.rawValue)))

        let made = try await client.call(
            MinerCreateBlock.self,
            miners.template(won, on: base, chosen[0])
        )
        #expect(made.header.blockSignature != nil)
        #expect(made.blsMessages + made.secpMessages == [sent.cid])
        _ = try await client.call(SyncSubmitBlock.self, made)
        let applied = try #require(try await changes.next())
        #expect(applied.map(\.type) == [.apply])
        head = applied.first?.tipset
        #expect(head?.cids == [made.header.cid])
        #expect(try await client.call(ChainHead.self) == head)
        #expect(try await client.call(MpoolPending.self, .empty).isEmpty)
        // Once nothing is under way, all have acted on the head.
        while !node.node.isIdle { await Task.yield() }
        #expect(node.node.actedHead == head.map { "\($0.key)" })

        // Another block of the miner for the same epoch would be a fault that costs it power.
        var other = miners.template(won, on: base)
        other.winningPoStProof[0].proofBytes[0] = 2
        let double = try await client.call(MinerCreateBlock.self, other)
        await #expect(throws: RPCError.self) {
            try await client.call(SyncSubmitBlock.self, double)
        }

        // The receipt is in the state of the next block.
        let newHead = try #require(head)
        let second = try await miners.wins(from: newHead.height + 1, on: newHead) { !$0.isEmpty }[0]
        node.clock.advance(by: .seconds(4 * 20))
        let next = try await client.call(
            MinerCreateBlock.self,
            miners.template(second, on: newHead)
        )
        _ = try await client.call(SyncSubmitBlock.self, next)
        let lookup = try await client.call(
            StateWaitMsg.self,
            sent.cid,
            0,
            -1,
            true
        )
        #expect(lookup.receipt.exitCode == .ok)
        #expect(lookup.height == second.epoch)
        await client.close()
        await node.stop()
    }

    @Test func `an operator can set the head back and on, and have the pool forget a sender`()
        async throws
    {
        let node = try await RecordedNode.start(
            folder: Vectors.folder.path + "/reference/lotus/chain-nv15-a"
        )
        let url = HTTPURL(.ws, host: "127.0.0.1", port: node.address.port ?? 0, target: "/rpc/v1")
        let token = try node.tokens.make(["read", "write", "sign", "admin"])
        let client = RPCClient(url, token: token.revealed)
        var changes = try await client.open(ChainNotify.self).makeAsyncIterator()
        let head = try #require(try await changes.next()?.first).tipset
        let parent = try await client.call(ChainGetTipSet.self, head.parentKey)
        for (target, kind) in [(parent, TipsetChange.Kind.revert), (head, .apply)] {
            _ = try await client.call(ChainSetHead.self, target.key)
            #expect(try await changes.next() == [.init(type: kind, tipset: head)])
            #expect(try await client.call(ChainHead.self) == target)
        }
        await #expect(throws: RPCError.self) {
            try await client.call(ChainSetHead.self, TipsetKey([head.parentStateRoot]))
        }
        #expect(try await client.call(ChainHead.self) == head)

        let from = try await client.call(NodeWalletDefaultAddress.self)
        let message = Message(to: from, from: from, value: 1000)
        let sent = try await client.call(MpoolPushMessage.self, message, nil)
        #expect(try await client.call(MpoolPending.self, .empty) == [sent])
        _ = try await client.call(MpoolDeleteByAddress.self, from)
        #expect(try await client.call(MpoolPending.self, .empty).isEmpty)
        await client.close()
        await node.stop()
    }
}
