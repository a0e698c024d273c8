import BigIntegers
import ChainStore
import FilecoinCrypto
import FilecoinTypes
import JSON
import KeyValueStore
import Multiformats
import NetworkParameters
import Synchronization
import TestSupport
import Testing

@testable import MessagePool

@Suite struct PoolTests {
    /// A key, its address and signed messages of it.
    private struct Account {
        let key: SigningKey
        var address: Address { key.address }

        init(_ number: UInt8, _ type: SignatureType) throws {
            let secret = [UInt8](repeating: number, count: 32)
            key = try SigningKey(KeyInfo(type: type, privateKey: SecretBytes(secret)))
        }

        func message(
            nonce: UInt64,
            premium: TokenAmount = 200_000,
            from: Address? = nil
        ) throws -> SignedMessage {
            let message = Message(
                to: .id(100),
                from: from ?? address,
                nonce: nonce,
                value: 1,
                gasLimit: 2_000_000,
                gasFeeCap: 200_000_000,
                gasPremium: premium
            )
            return SignedMessage(message: message, signature: key.sign(message.cid.bytes))
        }
    }

    private func pool(
        _ chain: ScriptedChain,
        _ store: MemoryStore = MemoryStore(),
        head: Tipset
    ) -> MessagePool {
        MessagePool(chain: chain, parameters: .devnet, store: store, head: head)
    }

    private func chain(_ accounts: [Account], nonce: UInt64 = 5) -> ScriptedChain {
        let chain = ScriptedChain()
        chain.tables.withLock { tables in
            for account in accounts {
                tables.states[account.address] = SenderState(nonce: nonce, balance: .fil(1))
            }
        }
        return chain
    }

    private func code(
        _ body: () async throws -> Void
    ) async -> MessageRejection.Code? {
        do {
            try await body()
            return nil
        } catch { return (error as? MessageRejection)?.code }
    }

    @Test func `a message is stored, found and counted`() async throws {
        for type in [SignatureType.secp256k1, .bls] {
            let alice = try Account(1, type)
            let chain = chain([alice])
            let pool = pool(chain, head: try makeTipset(height: 10))
            let message = try alice.message(nonce: 5)
            #expect(try await pool.nextNonce(of: alice.address) == 5)
            let answer = try await pool.push(message)
            #expect(answer.cid == message.cid)
            #expect(answer.isPublished)
            #expect(try await pool.nextNonce(of: alice.address) == 6)
            #expect(await pool.pendingMessages().messages == [message])
            #expect(chain.tables.withLock { $0.stored } == [message.cid])
            #expect(await code { try await pool.push(message) } == .alreadyPending)
        }
    }

    @Test func `what is wrong by itself is refused`() async throws {
        let alice = try Account(1, .bls)
        let bob = try Account(2, .bls)
        let pool = pool(chain([alice]), head: try makeTipset(height: 10))
        #expect(await code { try await pool.push(try alice.message(nonce: 4)) } == .nonceTooLow)
        #expect(await code { try await pool.push(try bob.message(nonce: 5)) } == .soft)
        let stolen = try bob.message(nonce: 5, from: alice.address)
        #expect(await code { try await pool.push(stolen) } == .badSignature)
        var large = try alice.message(nonce: 5)
        large.message.params = [UInt8](repeating: 0, count: 64 << 10)
        #expect(await code { try await pool.push(large) } == .tooBig)
        #expect(await pool.pendingMessages().messages.isEmpty)
    }

    @Test func `a sender named by its ID shares the queue of its key`() async throws {
        let alice = try Account(1, .secp256k1)
        let chain = chain([alice])
        chain.tables.withLock { $0.keys[.id(101)] = alice.address }
        let pool = pool(chain, head: try makeTipset(height: 10))
        try await pool.push(try alice.message(nonce: 5))
        try await pool.push(try alice.message(nonce: 6, from: .id(101)))
        #expect(try await pool.nextNonce(of: .id(101)) == 7)
        #expect(try await pool.pendingMessages(of: alice.address).messages.count == 2)
    }

    @Test func `local messages survive the process and go when they are final`() async throws {
        let alice = try Account(1, .bls)
        let chain = chain([alice])
        let store = MemoryStore()
        let head = try makeTipset(height: 10)
        let first = pool(chain, store, head: head)
        for nonce: UInt64 in 5...7 { try await first.push(try alice.message(nonce: nonce)) }
        // The process dies here; the first message lands before it is back.
        chain.tables.withLock { $0.states[alice.address]?.nonce = 6 }
        let second = pool(chain, store, head: head)
        #expect(try await second.loadLocalMessages().isEmpty)
        #expect(await second.pendingMessages().messages.map(\.message.nonce) == [6, 7])
        #expect(await second.localMessages.storedCount == 3)
        let final = try makeTipset(height: 911, parent: head)
        try await second.apply(HeadChange(reverted: [], applied: [final]))
        #expect(await second.localMessages.storedCount == 2)
        try await second.clear(includingLocal: true)
        #expect(await second.localMessages.storedCount == 0)
        #expect(await second.pendingMessages().messages.isEmpty)
    }

    @Test func `a landed message leaves the pool and a reverted one returns`() async throws {
        let alice = try Account(1, .bls)
        let bob = try Account(2, .secp256k1)
        let chain = chain([alice, bob])
        let genesis = try makeTipset(height: 10)
        let block = try makeTipset(height: 11, parent: genesis, number: 1)
        let rival = try makeTipset(height: 11, parent: genesis, number: 2)
        let pool = pool(chain, head: genesis)
        let fromAlice = try (5...6).map { try alice.message(nonce: $0) }
        let fromBob = try bob.message(nonce: 5)
        for message in fromAlice + [fromBob] { try await pool.push(message) }
        chain.tables.withLock { tables in
            tables.tipsets[genesis.key] = genesis
            tables.messages[block.cids[0]] = BlockMessages(
                bls: fromAlice.map(\.message),
                secp: [fromBob]
            )
            tables.messages[rival.cids[0]] = BlockMessages(bls: [fromAlice[0].message])
        }
        // A block on another tipset than the head is filled as of that tipset.
        let onBlock = try await pool.selection(on: block)
        #expect(onBlock.pending.isEmpty)

        try await pool.apply(HeadChange(reverted: [], applied: [block]))
        #expect(await pool.pendingMessages().messages.isEmpty)
        let onRival = try await pool.selection(on: rival)
        #expect(onRival.pending[alice.address]?.map(\.nonce) == [6])
        #expect(onRival.pending[bob.address]?.map(\.nonce) == [5])

        try await pool.apply(HeadChange(reverted: [block], applied: [rival]))
        let waiting = await pool.pendingMessages()
        #expect(waiting.head == rival)
        #expect(Set(waiting.messages) == [fromAlice[1], fromBob])
        try await pool.apply(HeadChange(reverted: [rival], applied: []))
        #expect(await pool.pendingMessages().messages.count == 3)
        #expect(await pool.pendingMessages().head == genesis)
    }

    @Test func `only messages of this node are sent again`() async throws {
        let alice = try Account(1, .bls)
        let bob = try Account(2, .bls)
        let chain = chain([alice, bob])
        let head = try makeTipset(height: 10)
        let pool = pool(chain, head: head)
        let own = try alice.message(nonce: 5)
        try await pool.push(own)
        try await pool.push(try bob.message(nonce: 5), from: .network)
        #expect(try await pool.messagesToRepublish() == [own])
        let next = try makeTipset(height: 11, parent: head)
        chain.tables.withLock {
            $0.messages[next.cids[0]] = BlockMessages(bls: [own.message])
        }
        #expect(try await pool.apply(HeadChange(reverted: [], applied: [next])))
        try await pool.clear(includingLocal: false)
        #expect(await pool.pendingMessages().messages.isEmpty)
    }

    @Test func `pruning keeps local messages and the best of others`() async throws {
        let alice = try Account(1, .bls)
        let others = try (2...9).map { try Account($0, .bls) }
        let pool = pool(chain([alice] + others), head: try makeTipset(height: 10))
        await pool.setConfiguration(
            MessagePoolConfiguration(sizeLimitHigh: 8, sizeLimitLow: 4)
        )
        try await pool.push(try alice.message(nonce: 5, premium: 1))
        for (index, account) in others.enumerated() {
            let premium = TokenAmount(attoFIL: BigInt(1000 + index))
            try await pool.push(try account.message(nonce: 5, premium: premium), from: .network)
        }
        #expect(try await pool.prune() == 5)
        let left = await pool.pendingMessages().messages.map(\.message.gasPremium)
        #expect(Set(left) == [1, 1005, 1006, 1007])
        #expect(try await pool.prune() == 0)
    }

    @Test func `a subscriber hears of what comes and goes`() async throws {
        let alice = try Account(1, .bls)
        let pool = pool(chain([alice]), head: try makeTipset(height: 10))
        var updates = await pool.updates().makeAsyncIterator()
        let cheap = try alice.message(nonce: 5)
        let dear = try alice.message(nonce: 5, premium: 300_000)
        try await pool.push(cheap)
        try await pool.push(dear)
        var seen: [MessagePoolUpdate] = []
        for _ in 0..<3 { if let update = await updates.next() { seen.append(update) } }
        #expect(seen.map(\.kind) == [.added, .removed, .added])
        #expect(seen.map(\.message) == [cheap, cheap, dear])
    }

    @Test func `the configuration has lotus's form`() throws {
        let text =
            #"{"PriorityAddrs":null,"SizeLimitHigh":30000,"SizeLimitLow":20000,"#
            + #""ReplaceByFeeRatio":1.25,"PruneCooldown":60000000000,"GasLimitOverestimation":1.25}"#
        #expect(MessagePoolConfiguration().jsonText() == text)
        let read = try MessagePoolConfiguration(json: Array(text.utf8))
        #expect(read == MessagePoolConfiguration())
    }
}
