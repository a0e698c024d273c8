internal import BigIntegers
internal import CBOR
package import FilecoinTypes
package import Multiformats

/// A signed message with what the pool asks of it over and over, worked out once.
package final class PendingMessage: Sendable {
    /// The message with its signature.
    package let signed: SignedMessage
    /// The CID that the chain stores it under.
    package let cid: CID
    /// The CID of the message without its signature.
    package let messageCID: CID
    /// Its bytes on the chain, which inclusion is charged for.
    let chainByteCount: Int

    let nonce: UInt64
    let gasLimit: Int64
    let requiredFunds: BigInt
    let value: BigInt
    private let feeCap: BigInt
    private let premium: BigInt

    package init(_ signed: SignedMessage) {
        self.signed = signed
        let bare = signed.message.cborBytes()
        messageCID = CID.dagCBOR(hashing: bare)
        if signed.signature.type == .bls {
            cid = messageCID
            chainByteCount = bare.count
        } else {
            let bytes = signed.cborBytes()
            cid = CID.dagCBOR(hashing: bytes)
            chainByteCount = bytes.count
        }
        nonce = signed.message.nonce
        gasLimit = signed.message.gasLimit.rawValue
        requiredFunds = signed.message.requiredFunds.attoFIL
        value = signed.message.value.attoFIL
        feeCap = signed.message.gasFeeCap.attoFIL
        premium = signed.message.gasPremium.attoFIL
    }

    /// The bytes of a message without its signature.
    static func byteCount(of message: Message) -> Int { message.cborBytes().count }

    /// The message without its signature.
    package var message: Message { signed.message }

    /// Whether blocks hold messages with this kind of signature.
    var isIncludable: Bool {
        signed.signature.type == .bls || signed.signature.type == .secp256k1
    }

    /// What a miner earns by including the message, in attoFIL: negative if it would be punished.
    ///
    /// The penalty for a fee cap below the base fee counts three times.
    func gasReward(baseFee: BigInt) -> BigInt {
        let available = feeCap - baseFee
        let reward = min(available, premium) * BigInt(gasLimit)
        return reward.isNegative ? reward * 3 : reward
    }
}

/// What the chain knows of a sender.
package struct SenderState: Hashable, Sendable {
    /// The nonce of its next message.
    package var nonce: UInt64
    /// What it owns.
    package var balance: TokenAmount

    package init(nonce: UInt64, balance: TokenAmount) {
        self.nonce = nonce
        self.balance = balance
    }
}
