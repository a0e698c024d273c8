internal import BigIntegers
internal import FilecoinTypes

/// How strictly a message is judged by where it came from.
package enum MessageOrigin: Hashable, Sendable {
    /// Pushed by a client of this node: any nonce above the last one is taken.
    case local
    /// From the network.
    case network
    /// Pushed through a public gateway: no gaps, and few messages.
    case untrusted
    /// Taken back from a block that is no longer on the chain.
    case reverted

    // lotus pushes untrusted messages as local ones, which lifts the checks it means to add; here the
    // gap and the count hold for them.
    var isStrict: Bool { self == .network || self == .untrusted }
    var nonceGap: UInt64 { self == .untrusted ? 0 : MessagePoolLimits.nonceGap }
    var pendingLimit: Int {
        self == .untrusted
            ? MessagePoolLimits.untrustedPendingPerSender : MessagePoolLimits.pendingPerSender
    }
}

/// The waiting messages of one sender.
struct SenderQueue: Sendable {
    /// By nonce; there may be gaps.
    private(set) var messages: [UInt64: PendingMessage] = [:]
    /// The first nonce that is free.
    private(set) var nextNonce: UInt64
    /// What the messages may cost together, values not counted.
    private(set) var requiredFunds: BigInt = 0

    init(nonce: UInt64) {
        nextNonce = nonce
    }

    /// The messages in order of their nonces.
    var ordered: [PendingMessage] { messages.values.sorted { $0.nonce < $1.nonce } }

    /// What the messages may cost together, without the one with a nonce.
    func requiredFunds(besides nonce: UInt64) -> BigInt {
        guard let replaced = messages[nonce] else { return requiredFunds }
        return requiredFunds - replaced.requiredFunds
    }

    /// Adds a message or replaces one.
    ///
    /// - Returns: The message that was replaced.
    mutating func add(
        _ message: PendingMessage,
        from origin: MessageOrigin
    ) throws(MessageRejection) -> PendingMessage? {
        var next = nextNonce
        var isAhead = false
        if message.nonce == next {
            next = firstFreeNonce(after: message.nonce)
        } else if message.nonce > next {
            if origin.isStrict && message.nonce - next > origin.nonceGap {
                throw .nonceGap(message.nonce, expected: next)
            }
            isAhead = true
        }
        let old = messages[message.nonce]
        if let old {
            if origin.isStrict && isAhead {
                throw .replacementInGap(message.nonce, expected: next)
            }
            try checkReplacement(of: old, by: message)
            requiredFunds -= old.requiredFunds
        } else if origin != .reverted && messages.count >= origin.pendingLimit {
            throw .tooManyPending
        }
        nextNonce = next
        messages[message.nonce] = message
        requiredFunds += message.requiredFunds
        return old
    }

    private func checkReplacement(
        of old: PendingMessage,
        by new: PendingMessage
    ) throws(MessageRejection) {
        guard old.cid != new.cid else { throw .alreadyPending(new.message) }
        let minimum = ReplaceByFee.minimumPremium(replacing: old.message.gasPremium)
        guard new.message.gasPremium >= minimum else {
            throw .replacementTooCheap(new.message, minimum: minimum)
        }
    }

    /// Removes the message with a nonce, whichever it is: two of them cannot both be on the chain.
    ///
    /// `isApplied`: whether a message with the nonce is on the chain now; else the nonce becomes
    /// free again.
    mutating func remove(nonce: UInt64, isApplied: Bool) -> PendingMessage? {
        guard let removed = messages.removeValue(forKey: nonce) else {
            if isApplied && nonce >= nextNonce { nextNonce = firstFreeNonce(after: nonce) }
            return nil
        }
        requiredFunds -= removed.requiredFunds
        if isApplied {
            if nonce >= nextNonce { nextNonce = firstFreeNonce(after: nonce) }
        } else {
            nextNonce = min(nextNonce, nonce)
        }
        return removed
    }

    private func firstFreeNonce(after nonce: UInt64) -> UInt64 {
        var free = nonce + 1
        while messages[free] != nil { free += 1 }
        return free
    }
}
