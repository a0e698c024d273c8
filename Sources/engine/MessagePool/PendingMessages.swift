internal import BigIntegers
package import FilecoinTypes

/// All messages that wait for a block, by the key address of their sender.
///
/// A value: rules without clocks, chain or signatures, which the pool around it supplies.
package struct PendingMessages: Sendable {
    private var queues: [Address: SenderQueue] = [:]
    /// How many messages wait.
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// The senders, in the order of their addresses.
    package var senders: [Address] { queues.keys.sorted() }

    /// Every message, sender by sender, each sender's in order.
    package var all: [PendingMessage] { senders.flatMap { messages(of: $0) } }

    /// The messages of a sender in order of their nonces.
    package func messages(of sender: Address) -> [PendingMessage] { queues[sender]?.ordered ?? [] }

    /// The messages of all senders as selection wants them.
    package var bySender: [Address: [PendingMessage]] { queues.mapValues(\.ordered) }

    /// The first nonce that is free for a sender whose nonce on the chain is given.
    package func nextNonce(of sender: Address, chain nonce: UInt64) -> UInt64 {
        max(nonce, queues[sender]?.nextNonce ?? nonce)
    }

    /// What a sender's other messages may cost.
    package func requiredFunds(of sender: Address, besides nonce: UInt64) -> TokenAmount {
        TokenAmount(attoFIL: queues[sender]?.requiredFunds(besides: nonce) ?? 0)
    }

    /// Checks that a sender can pay for a message and for those of it that wait already.
    package func checkFunds(
        for message: PendingMessage,
        sender: Address,
        balance: TokenAmount
    ) throws(MessageRejection) {
        var required = message.message.requiredFunds
        guard balance >= required else {
            throw .notEnoughFunds(required: required, balance: balance)
        }
        required = required + requiredFunds(of: sender, besides: message.nonce)
        guard balance >= required else {
            throw .notEnoughFundsWithPending(required: required, balance: balance)
        }
    }

    /// Adds a message, in place of one with the same nonce if it offers enough more.
    ///
    /// `sender`: the key address of the sender.
    /// `nonce`: the sender's nonce on the chain, where the queue begins if there is none yet.
    /// Returned: the message that was replaced.
    @discardableResult
    package mutating func add(
        _ message: PendingMessage,
        sender: Address,
        chain nonce: UInt64,
        from origin: MessageOrigin
    ) throws(MessageRejection) -> PendingMessage? {
        var queue = queues[sender] ?? SenderQueue(nonce: nonce)
        let replaced = try queue.add(message, from: origin)
        queues[sender] = queue
        if replaced == nil { count += 1 }
        return replaced
    }

    /// Removes the message of a sender with a nonce.
    ///
    /// `isApplied`: whether the nonce is used on the chain now.
    @discardableResult
    package mutating func remove(
        sender: Address,
        nonce: UInt64,
        isApplied: Bool
    ) -> PendingMessage? {
        let removed = queues[sender]?.remove(nonce: nonce, isApplied: isApplied)
        if removed != nil { count -= 1 }
        if queues[sender]?.messages.isEmpty == true { queues[sender] = nil }
        return removed
    }

    /// Removes all messages of a sender.
    package mutating func removeAll(of sender: Address) -> [PendingMessage] {
        let removed = messages(of: sender)
        queues[sender] = nil
        count -= removed.count
        return removed
    }
}
