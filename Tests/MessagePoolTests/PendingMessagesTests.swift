import FilecoinTypes
import Testing

@testable import MessagePool

@Suite struct PendingMessagesTests {
    private let alice = sender(1)

    private func add(
        _ pool: inout PendingMessages,
        nonce: UInt64,
        premium: Int64 = 100,
        origin: MessageOrigin = .network
    ) throws {
        try pool.add(
            message(from: alice, nonce: nonce, premium: premium),
            sender: alice,
            chain: 5,
            from: origin
        )
    }

    private func refusal(_ body: () throws -> Void) -> MessageRejection.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? MessageRejection)?.code }
    }

    @Test func `a gap of four is taken from the network and one of five is not`() throws {
        var pool = PendingMessages()
        try add(&pool, nonce: 9)
        #expect(pool.nextNonce(of: alice, chain: 5) == 5)
        #expect(refusal { try add(&pool, nonce: 10) } == .nonceGap)
        try add(&pool, nonce: 10, origin: .local)
        #expect(refusal { try add(&pool, nonce: 6, origin: .untrusted) } == .nonceGap)
        try add(&pool, nonce: 5, origin: .untrusted)
        #expect(pool.count == 3)
    }

    @Test func `filling a gap frees the nonce behind it`() throws {
        var pool = PendingMessages()
        for nonce: UInt64 in [7, 6, 9] { try add(&pool, nonce: nonce) }
        #expect(pool.nextNonce(of: alice, chain: 5) == 5)
        try add(&pool, nonce: 5)
        #expect(pool.nextNonce(of: alice, chain: 5) == 8)
        #expect(pool.messages(of: alice).map(\.nonce) == [5, 6, 7, 9])
    }

    @Test func `a replacement offers ten percent and one attoFIL more`() throws {
        var pool = PendingMessages()
        try add(&pool, nonce: 5, premium: 200_000)
        #expect(refusal { try add(&pool, nonce: 5, premium: 200_000) } == .alreadyPending)
        #expect(refusal { try add(&pool, nonce: 5, premium: 220_000) } == .replacementTooCheap)
        try add(&pool, nonce: 5, premium: 220_001)
        #expect(pool.count == 1)
        #expect(pool.messages(of: alice).map(\.message.gasPremium) == [220_001])
        #expect(ReplaceByFee.automaticPremium(replacing: 200_000) == 250_001)
        #expect(ReplaceByFee.automaticPremium(replacing: 0) == 1)
    }

    @Test func `a message ahead of a gap is not replaced from the network`() throws {
        var pool = PendingMessages()
        try add(&pool, nonce: 7, premium: 100)
        #expect(refusal { try add(&pool, nonce: 7, premium: 1000) } == .nonceGap)
        try add(&pool, nonce: 7, premium: 1000, origin: .local)
    }

    @Test func `a thousand messages of a sender wait and no more`() throws {
        var pool = PendingMessages()
        for nonce in 5..<UInt64(1005) { try add(&pool, nonce: nonce) }
        #expect(refusal { try add(&pool, nonce: 1005) } == .tooManyPending)
        // A replacement takes no place.
        try add(&pool, nonce: 6, premium: 1000)
        #expect(pool.count == 1000)
    }

    @Test func `ten untrusted messages of a sender wait and no more`() throws {
        var pool = PendingMessages()
        for nonce in 5..<UInt64(15) { try add(&pool, nonce: nonce, origin: .untrusted) }
        #expect(refusal { try add(&pool, nonce: 15, origin: .untrusted) } == .tooManyPending)
    }

    @Test func `a message that landed leaves its nonce used and one that was pruned frees it`()
        throws
    {
        var pool = PendingMessages()
        for nonce: UInt64 in 5...9 { try add(&pool, nonce: nonce) }
        pool.remove(sender: alice, nonce: 5, isApplied: true)
        #expect(pool.nextNonce(of: alice, chain: 6) == 10)
        pool.remove(sender: alice, nonce: 7, isApplied: false)
        #expect(pool.nextNonce(of: alice, chain: 6) == 7)
        #expect(pool.count == 3)
        try add(&pool, nonce: 7)
        #expect(pool.nextNonce(of: alice, chain: 6) == 10)
    }

    @Test func `an unknown message that landed moves the nonce over those that wait`() throws {
        var pool = PendingMessages()
        for nonce: UInt64 in [6, 7] { try add(&pool, nonce: nonce) }
        pool.remove(sender: alice, nonce: 5, isApplied: true)
        #expect(pool.nextNonce(of: alice, chain: 6) == 8)
    }

    @Test func `the last message takes its queue with it`() throws {
        var pool = PendingMessages()
        try add(&pool, nonce: 5)
        pool.remove(sender: alice, nonce: 5, isApplied: true)
        #expect(pool.isEmpty)
        #expect(pool.senders.isEmpty)
    }

    @Test func `the balance covers a message and what the others may cost`() throws {
        var pool = PendingMessages()
        let first = message(from: alice, nonce: 5)  // 10^12 attoFIL at most
        let second = message(from: alice, nonce: 6)
        try pool.add(first, sender: alice, chain: 5, from: .local)
        let one: TokenAmount = 1_000_000_000_000
        #expect(
            refusal { try pool.checkFunds(for: second, sender: alice, balance: one - 1) }
                == .notEnoughFunds
        )
        #expect(
            refusal { try pool.checkFunds(for: second, sender: alice, balance: one + one - 1) }
                == .soft
        )
        try pool.checkFunds(for: second, sender: alice, balance: one + one)
        // The message itself does not count twice.
        try pool.checkFunds(for: first, sender: alice, balance: one)
    }
}
