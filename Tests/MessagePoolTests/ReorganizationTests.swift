import BigIntegers
import ChainStore
import FilecoinCrypto
import FilecoinTypes
import KeyValueStore
import Multiformats
import NetworkParameters
import Synchronization
import TestSupport
import Testing

@testable import MessagePool

/// Random histories of pushes, blocks, reorganizations and deaths of the process.
@Suite struct ReorganizationTests {
    private struct Block {
        let tipset: Tipset
        let messages: [SignedMessage]
    }

    /// A chain of the pool's own blocks, and what was pushed.
    private struct History {
        let chain = ScriptedChain()
        let store = MemoryStore()
        var blocks: [Block] = []
        var pushed: [SignedMessage] = []
        var serial: UInt64 = 0

        var head: Tipset { blocks[blocks.count - 1].tipset }
        var landed: [SignedMessage] { blocks.flatMap(\.messages) }

        /// Adds a block to the tables without telling the pool.
        mutating func extend(with messages: [SignedMessage]) throws -> Tipset {
            serial += 1
            let parent = blocks.last?.tipset
            let tipset = try makeTipset(
                height: (parent?.height ?? 9) + 1,
                parent: parent,
                number: serial
            )
            blocks.append(Block(tipset: tipset, messages: messages))
            chain.tables.withLock { tables in
                tables.tipsets[tipset.key] = tipset
                tables.messages[tipset.cids[0]] = BlockMessages(
                    bls: messages.filter { $0.signature.type == .bls }.map(\.message),
                    secp: messages.filter { $0.signature.type != .bls }
                )
            }
            return tipset
        }

        /// Sets the senders' nonces to those after the head.
        func settle(_ senders: [Address]) {
            let landed = landed
            chain.tables.withLock { tables in
                for sender in senders {
                    let count = landed.count { $0.message.from == sender }
                    tables.states[sender] = SenderState(nonce: UInt64(count), balance: .fil(1000))
                }
            }
        }
    }

    private static let keys: [SigningKey] = (UInt8(1)...4).compactMap { number in
        let type: SignatureType = number % 2 == 0 ? .bls : .secp256k1
        let secret = SecretBytes([UInt8](repeating: number, count: 32))
        return try? SigningKey(KeyInfo(type: type, privateKey: secret))
    }

    private func pool(_ history: History) -> MessagePool {
        MessagePool(
            chain: history.chain,
            parameters: .devnet,
            store: history.store,
            head: history.head
        )
    }

    @Test(arguments: 1...12)
    func `no message is lost and no nonce is free twice`(_ seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let senders = Self.keys.map(\.address)
        var history = History()
        _ = try history.extend(with: [])
        history.settle(senders)
        var pool = pool(history)
        for _ in 0..<60 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let key = Self.keys[Int.random(in: 0..<4, using: &generator)]
                let nonce = try await pool.nextNonce(of: key.address)
                let message = Message(
                    to: .id(100),
                    from: key.address,
                    nonce: nonce,
                    gasLimit: 2_000_000,
                    gasFeeCap: 200_000_000,
                    gasPremium: TokenAmount(
                        attoFIL: BigInt(Int64.random(in: 1...1000, using: &generator))
                    )
                )
                let signed = SignedMessage(
                    message: message,
                    signature: key.sign(message.cid.bytes)
                )
                try await pool.push(signed)
                history.pushed.append(signed)
            case 5..<8:
                try await extend(&history, pool, senders, dropping: 0, &generator)
            case 8:
                try await extend(&history, pool, senders, dropping: 2, &generator)
            default:
                pool = self.pool(history)
                #expect(try await pool.loadLocalMessages().isEmpty)
            }
            try await check(history, pool, senders, seed)
        }
    }

    /// Takes blocks away and puts a block of the pool's choice in their place.
    private func extend(
        _ history: inout History,
        _ pool: MessagePool,
        _ senders: [Address],
        dropping count: Int,
        _ generator: inout SeededGenerator
    ) async throws {
        let count = min(count, history.blocks.count - 1)
        let reverted = history.blocks.suffix(count).reversed().map(\.tipset)
        history.blocks.removeLast(count)
        history.settle(senders)
        let base = history.head
        let chosen = try await pool.select(on: base, quality: 0.5, using: &generator)
        let kept = chosen.prefix(Int.random(in: 0...max(1, chosen.count), using: &generator))
        let next = try history.extend(with: Array(kept))
        history.settle(senders)
        try await pool.apply(HeadChange(reverted: reverted, applied: [next]))
    }

    private func check(
        _ history: History,
        _ pool: MessagePool,
        _ senders: [Address],
        _ seed: Int
    ) async throws {
        let (waiting, head) = await pool.pendingMessages()
        #expect(head == history.head)
        let landed = Set(history.landed.map(\.message.cid))
        let known = landed.union(waiting.map(\.message.cid))
        #expect(history.pushed.allSatisfy { known.contains($0.message.cid) }, "seed \(seed)")
        #expect(waiting.allSatisfy { !landed.contains($0.message.cid) }, "seed \(seed)")
        for sender in senders {
            let count = history.pushed.count { $0.message.from == sender }
            #expect(try await pool.nextNonce(of: sender) == UInt64(count), "seed \(seed)")
        }
    }
}
