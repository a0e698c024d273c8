internal import FilecoinTypes

/// Why the pool did not take a message.
///
/// The texts are those of lotus; what the recorded node answered holds.
package struct MessageRejection: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind, for a caller that acts on it.
    package enum Code: String, Sendable {
        /// More than 64 KiB.
        case tooBig
        /// A field that no block may contain.
        case invalid
        /// More value than there will ever be.
        case valueTooHigh
        /// A fee cap below the least base fee there can be.
        case feeCapTooLow
        /// The signature is not the sender's.
        case badSignature
        /// The nonce was used on the chain.
        case nonceTooLow
        /// Messages between the sender's last one and this one are missing.
        case nonceGap
        /// The very message waits already.
        case alreadyPending
        /// Another message with the nonce waits, and this one offers too little more.
        case replacementTooCheap
        /// The sender has as many messages waiting as it may.
        case tooManyPending
        /// The balance does not cover the message.
        case notEnoughFunds
        /// It may be taken later: the sender is unknown, or the pool may be behind the chain.
        case soft
    }

    package let code: Code
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// Whether the message may be right, and the node's view of the chain behind.
    package var isSoft: Bool { code == .soft || code == .alreadyPending }
}

extension MessageRejection {
    static let valueTooHigh = Self(
        .valueTooHigh,
        "cannot send more filecoin than will ever exist"
    )
    static let feeCapTooLow = Self(.feeCapTooLow, "gas fee cap too low")
    static let tooManyPending = Self(.tooManyPending, "too many pending messages for actor")

    static func tooBig(_ byteCount: Int) -> Self {
        Self(.tooBig, "mpool message too large (\(byteCount)B): message too big")
    }

    static func invalid(_ fault: MessageFault) -> Self {
        Self(.invalid, "message not valid for block inclusion: \(fault)")
    }

    static func notIncluded(_ fault: MessageFault) -> Self {
        Self(.invalid, "verify msg failed: message will not be included in a block: \(fault)")
    }

    static func nonceTooLow(_ nonce: UInt64, expected: UInt64) -> Self {
        Self(
            .nonceTooLow,
            "minimum expected nonce is \(expected), got \(nonce): message nonce too low"
        )
    }

    static func nonceGap(_ nonce: UInt64, expected: UInt64) -> Self {
        Self(
            .nonceGap,
            "failed to add locked: message nonce has too big a gap from expected nonce "
                + "(Nonce: \(nonce), nextNonce: \(expected)): unfulfilled nonce gap"
        )
    }

    static func replacementInGap(_ nonce: UInt64, expected: UInt64) -> Self {
        Self(
            .nonceGap,
            "failed to add locked: rejecting replace by fee because of nonce gap "
                + "(Nonce: \(nonce), nextNonce: \(expected)): unfulfilled nonce gap"
        )
    }

    static func alreadyPending(_ message: Message) -> Self {
        Self(
            .alreadyPending,
            "failed to add locked: message from \(message.from) with nonce \(message.nonce) "
                + "already in mpool: message with nonce already exists"
        )
    }

    static func replacementTooCheap(_ message: Message, minimum: TokenAmount) -> Self {
        Self(
            .replacementTooCheap,
            "failed to add locked: message from \(message.from) with nonce \(message.nonce) "
                + "already in mpool, increase GasPremium to \(minimum.attoFIL) from "
                + "\(message.gasPremium.attoFIL) to trigger replace by fee: "
                + "replace by fee has too low GasPremium"
        )
    }

    static func feeCapBelowBound(_ feeCap: TokenAmount, bound: TokenAmount) -> Self {
        Self(
            .soft,
            "verify msg failed: GasFeeCap doesn't meet base fee lower bound for inclusion in the "
                + "next 20 blocks (GasFeeCap: \(feeCap.attoFIL), baseFeeLowerBound: "
                + "\(bound.attoFIL)): validation failure"
        )
    }

    static func notEnoughFunds(required: TokenAmount, balance: TokenAmount) -> Self {
        Self(
            .notEnoughFunds,
            "failed to check balance: not enough funds (required: \(required), balance: "
                + "\(balance)): not enough funds to execute transaction"
        )
    }

    static func notEnoughFundsWithPending(required: TokenAmount, balance: TokenAmount) -> Self {
        Self(
            .soft,
            "failed to check balance: not enough funds including pending messages (required: "
                + "\(required), balance: \(balance)): validation failure"
        )
    }

    static func senderUnknown(_ cause: some Error) -> Self {
        Self(.soft, "failed to look up actor state nonce: \(cause): validation failure")
    }

    static func badSignature(_ message: SignedMessage, _ cause: some Error) -> Self {
        Self(
            .badSignature,
            "signature verification failed: failed to validate signature: invalid signature for "
                + "message \(message.cid) (type \(message.signature.type.rawValue)): "
                + "\(cause)"
        )
    }
}
