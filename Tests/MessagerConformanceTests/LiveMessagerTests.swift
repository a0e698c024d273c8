import FilecoinCrypto
import FilecoinTypes
import Foundation
import HTTP
import JSONRPC
import NodeConformance
import ServiceKit
import TestSupport
import Testing
import VenusAPI

@testable import MessagerConformance

/// Messages from a client to receipts, through a messager, a wallet and a node with its real pool and chain.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .serialized) struct LiveMessagerTests {
    static let chain = Vectors.folder.path + "/reference/lotus/chain-nv15-a"

    /// Two senders with funds whose keys the wallet has, and somebody to send to.
    struct Cast {
        let secp: Address
        let bls: Address
        let target: Address
    }

    static func withPool(_ body: (LivePool, Cast) async throws -> Void) async throws {
        let folder = try TemporaryDirectory()
        let pool = try await LivePool(chainFolder: chain, folder: folder.path("pool"))
        do {
            let keys = try RecordedNode.keys(in: chain)
            let secp = try await pool.addKey(try #require(keys.first { $0.type == .secp256k1 }))
            let bls = try await pool.addKey(try #require(keys.first { $0.type == .bls }))
            let target = try SigningKey(try #require(keys.last)).address
            try await body(pool, Cast(secp: secp, bls: bls, target: target))
        } catch {
            await pool.stop()
            throw error
        }
        await pool.stop()
    }

    static func row(_ pool: LivePool, _ id: String) async throws -> MessagerMessage {
        try await pool.client.call(MessagerGetMessageByUid.self, id)
    }

    static func push(
        _ pool: LivePool,
        _ id: String,
        from: Address,
        to: Address,
        _ change: (inout Message, inout MessagerSendSpec) -> Void = { _, _ in }
    ) async throws {
        var message = Message(to: to, from: from, value: 1)
        var spec = MessagerSendSpec()
        change(&message, &spec)
        _ = try await pool.client.call(MessagerPushMessageWithId.self, id, message, spec)
    }

    static func nonce(_ pool: LivePool, _ address: Address) async throws -> UInt64 {
        try await pool.nodeClient.call(StateGetActor.self, address, .empty).nonce
    }

    @Test func `two hundred transfers of two senders land with contiguous nonces`() async throws {
        try await Self.withPool { pool, cast in
            var first: [Address: UInt64] = [:]
            for sender in [cast.secp, cast.bls] {
                first[sender] = try await Self.nonce(pool, sender)
            }
            for index in 0..<200 {
                let sender = index.isMultiple(of: 2) ? cast.secp : cast.bls
                try await Self.push(pool, "m\(index)", from: sender, to: cast.target)
            }
            var query = MessagerQuery()
            query.states = [.onChain]
            for _ in 0..<40 {
                try await pool.mine()
                if try await pool.client.call(MessagerListMessage.self, query).count == 200 {
                    break
                }
            }
            let landed = try await pool.client.call(MessagerListMessage.self, query)
            #expect(landed.count == 200)
            #expect(landed.allSatisfy { $0.receipt?.exitCode == .ok })
            for sender in [cast.secp, cast.bls] {
                let start = try #require(first[sender])
                let nonces = landed.filter { $0.message.from == sender }.map(\.message.nonce)
                #expect(nonces.sorted() == Array(start..<start + 100))
            }
        }
    }

    @Test func `messages on their way survive a restart of the messager and of the node`()
        async throws
    {
        try await Self.withPool { pool, cast in
            for index in 0..<5 {
                try await Self.push(pool, "a\(index)", from: cast.bls, to: cast.target)
            }
            try await pool.mine()
            #expect(try await Self.row(pool, "a0").state == .filled)
            try await pool.restartMessager()
            for index in 0..<5 {
                try await Self.push(pool, "b\(index)", from: cast.bls, to: cast.target)
            }
            try await pool.mine()
            try await pool.restartNode()
            for _ in 0..<3 { try await pool.mine() }
            var nonces: [UInt64] = []
            for id in (0..<5).flatMap({ ["a\($0)", "b\($0)"] }) {
                let row = try await Self.row(pool, id)
                #expect(row.state == .onChain && row.receipt?.exitCode == .ok, "\(id)")
                nonces.append(row.message.nonce)
            }
            let first = try #require(nonces.min())
            #expect(nonces.sorted() == Array(first..<first + 10))
        }
    }

    @Test func `the figures of a sender are those of its messages`() async throws {
        try await Self.withPool { pool, cast in
            try await Self.push(pool, "a", from: cast.bls, to: cast.target)
            try await Self.push(pool, "b", from: cast.bls, to: .id(999_999))
            try await pool.settle()
            try await pool.mine()
            var url = pool.client.url
            url.target = "/metrics"
            let answer = try await HTTPClient().send(HTTPRequest(.get, "/metrics"), to: url)
            let lines = String(decoding: answer.bytes, as: UTF8.self).split(separator: "\n")
            let nonce = try await Self.nonce(pool, cast.bls)
            for line in [
                "num_of_fill_msg{wallet=\"\(cast.bls)\"} 1",
                "num_of_unfill_msg{wallet=\"\(cast.bls)\"} 1",
                "num_of_failed_msg{wallet=\"\(cast.bls)\"} 0",
                "wallet_chain_nonce{wallet=\"\(cast.bls)\"} \(nonce)",
                "address_num{state=\"alive\"} 1",
            ] { #expect(lines.contains { $0 == line }, "\(line)") }
            #expect(lines.contains { $0.hasPrefix("wallet_balance{wallet=\"\(cast.bls)\"} ") })
        }
    }

    @Test func `a message whose block leaves the chain lands again`() async throws {
        try await Self.withPool { pool, cast in
            try await Self.push(pool, "a", from: cast.bls, to: cast.target)
            try await pool.mine()
            let base = try await pool.head()
            // The block with the message, and its child, which shows the receipt.
            try await pool.mine()
            let block = try await pool.head()
            try await pool.mine()
            let landed = try await Self.row(pool, "a")
            #expect(landed.state == .onChain && landed.tipset == block.key)

            // Three epochs without the message, from before its block on, weigh more.
            let miner = RecordedMiner(node: pool.node, client: pool.nodeClient)
            var branch = base
            var epoch = try await pool.head().height + 1
            for _ in 0..<3 {
                // Two blocks of one miner on the same parents would be a fault.
                var win: RecordedMiner.Win?
                while win == nil {
                    win = try await miner.winners(of: epoch, on: branch)
                        .first { branch != base || $0.miner != block.blocks[0].miner }
                    epoch = epoch + 1
                }
                branch = try await miner.mine(try #require(win), on: branch, [])
            }
            #expect(try await pool.head() == branch)
            try await pool.settle()
            let reverted = try await Self.row(pool, "a")
            #expect(reverted.state == .filled && reverted.receipt == nil)
            #expect(reverted.signedCID == landed.signedCID)

            try await pool.mine()
            try await pool.mine()
            let again = try await Self.row(pool, "a")
            #expect(again.state == .onChain && again.tipset != block.key)
            #expect(again.signedCID == landed.signedCID)
        }
    }

    @Test func `what cannot land is refused or held, and what comes behind lands`() async throws {
        try await Self.withPool { pool, cast in
            let poor = try await pool.addKey(
                KeyInfo(type: .secp256k1, privateKey: SecretBytes([UInt8](repeating: 7, count: 32)))
            )
            try await Self.push(pool, "good", from: cast.secp, to: cast.target)
            try await Self.push(pool, "rich", from: cast.secp, to: cast.target) { message, _ in
                message.value = TokenAmount.totalSupply - 1
            }
            try await Self.push(pool, "cheap", from: cast.secp, to: cast.target) { message, _ in
                message.gasFeeCap = 1
                message.gasPremium = 1
            }
            try await Self.push(pool, "nowhere", from: cast.secp, to: .id(999_999))
            try await Self.push(pool, "late", from: cast.secp, to: cast.target) { _, spec in
                spec.expireEpoch = 1
            }
            try await Self.push(pool, "poor", from: poor, to: cast.target)
            await #expect(throws: RPCError("can't find a wallet, address: \(cast.target)")) {
                try await Self.push(pool, "stranger", from: cast.target, to: cast.secp)
            }
            await #expect(throws: RPCError.self) {
                try await Self.push(pool, "unknown", from: .id(999_999), to: cast.secp)
            }
            for _ in 0..<3 { try await pool.mine() }
            try await Self.push(pool, "later", from: cast.secp, to: cast.target)
            for _ in 0..<3 { try await pool.mine() }
            #expect(try await Self.row(pool, "good").state == .onChain)
            #expect(try await Self.row(pool, "later").state == .onChain)
            #expect(try await Self.row(pool, "late").state == .failed)
            #expect(try await Self.row(pool, "late").errorText == "expired at epoch 1")
            for (id, text) in [
                ("rich", "message execution failed"), ("cheap", "is below the base fee"),
                ("nowhere", "message execution failed"), ("poor", "SysErrSenderInvalid"),
            ] {
                let row = try await Self.row(pool, id)
                #expect(row.state == .unfilled, "\(id)")
                #expect(row.errorText.contains(text), "\(id): \(row.errorText)")
            }
        }
    }

    @Test func `the nonce of a message that was given up does not hold up the others`() async throws
    {
        try await Self.withPool { pool, cast in
            for id in ["a", "b", "c"] {
                try await Self.push(pool, id, from: cast.bls, to: cast.target)
            }
            try await pool.mine()
            // The newest has the first nonce.
            let lost = try await Self.row(pool, "c")
            #expect(lost.state == .filled)
            _ = try await pool.client.call(MessagerMarkBadMessage.self, "c")
            _ = try await pool.nodeClient.call(MpoolClear.self, true)
            try await Self.push(pool, "d", from: cast.bls, to: cast.target)
            for _ in 0..<4 { try await pool.mine() }
            for id in ["a", "b", "d"] { #expect(try await Self.row(pool, id).state == .onChain) }
            #expect(try await Self.row(pool, "d").message.nonce == lost.message.nonce)

            // No other message is there to take the nonce.
            for id in ["e", "f"] {
                try await Self.push(pool, id, from: cast.bls, to: cast.target)
            }
            try await pool.mine()
            let first = try await Self.row(pool, "f")
            #expect(first.state == .filled)
            _ = try await pool.client.call(MessagerMarkBadMessage.self, "f")
            _ = try await pool.nodeClient.call(MpoolClear.self, true)
            for _ in 0..<4 { try await pool.mine() }
            #expect(try await Self.row(pool, "e").state == .onChain)
            var query = MessagerQuery()
            query.senders = [cast.bls]
            query.states = [.onChain]
            let landed = try await pool.client.call(MessagerListMessage.self, query)
            let filler = landed.first { $0.message.nonce == first.message.nonce }
            #expect(filler?.message.to == cast.bls && filler?.id.hasPrefix("fill-") == true)
        }
    }
}
