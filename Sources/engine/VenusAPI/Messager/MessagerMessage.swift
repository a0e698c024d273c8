package import FilecoinTypes
package import JSON
package import Multiformats
import ServiceKit

/// Where a message of the messager stands; the numbers are those of the wire and the database.
package struct MessagerState: Hashable, Sendable, JSONCodable, CustomStringConvertible {
    /// Any number: the interface lets people write others than the known ones.
    package var rawValue: Int64

    package init(rawValue: Int64) { self.rawValue = rawValue }

    /// None.
    package static let unknown = MessagerState(rawValue: 0)
    /// Accepted; has no nonce, gas or signature yet.
    package static let unfilled = MessagerState(rawValue: 1)
    /// Signed, and pushed until the chain has it.
    package static let filled = MessagerState(rawValue: 2)
    /// Executed by the chain, with or without success.
    package static let onChain = MessagerState(rawValue: 3)
    /// Given up by a person, or expired.
    package static let failed = MessagerState(rawValue: 4)
    /// The chain has another message of the sender with this nonce.
    package static let nonceConflict = MessagerState(rawValue: 5)

    package init(from value: JSONValue) throws(JSONError) { rawValue = try Int64(from: value) }

    package func encode(to writer: inout JSONWriter) { writer.value(rawValue) }

    /// The name that errors and tables show.
    package var description: String {
        switch self {
        case .unknown: "UnKnown"
        case .unfilled: "UnFillMsg"
        case .filled: "FillMsg"
        case .onChain: "OnChainMsg"
        case .failed: "Failed"
        case .nonceConflict: "NonceConflictMsg"
        default: "unrecognized message state \(rawValue)"
        }
    }
}

/// What a caller wishes for one message.
package struct MessagerSendSpec: Hashable, Sendable, JSONCodable {
    /// From this epoch on an unfilled message is given up; 0 for never.
    package var expireEpoch: ChainEpoch = 0
    /// The factor for the gas limit; 0 for the next setting.
    package var gasOverEstimation: Double = 0
    /// The most that the message may cost; 0 for the next setting.
    package var maxFee: TokenAmount = 0
    /// The factor for the premium; 0 for the next setting.
    package var gasOverPremium: Double = 0

    package init() {}

    package init(from value: JSONValue) throws(JSONError) {
        guard !value.isNull else { return }
        let object = try value.expectObject()
        expireEpoch = try object.decode("expireEpoch", default: 0)
        gasOverEstimation = try object.decode("gasOverEstimation", default: 0)
        maxFee = try object.decode("maxFee", default: 0)
        gasOverPremium = try object.decode("gasOverPremium", default: 0)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("expireEpoch", expireEpoch)
            writer.member("gasOverEstimation", gasOverEstimation)
            writer.member("maxFee", maxFee)
            writer.member("gasOverPremium", gasOverPremium)
        }
    }
}

/// A message as the messager keeps it.
package struct MessagerMessage: Hashable, Sendable {
    /// The caller's id, or a UUID.
    package var id: String
    /// The message; nonce and gas are final from ``MessagerState/filled`` on.
    package var message: Message
    package var unsignedCID: CID?
    package var signedCID: CID?
    package var signature: Signature?
    /// The epoch of the tipset that contains the message; 0 before.
    package var height: ChainEpoch = 0
    /// How many epochs the head is above ``height``; known only in answers.
    package var confidence: Int64 = 0
    /// What the chain says; nil before.
    package var receipt: MessageReceipt?
    /// The tipset that contains the message.
    package var tipset: TipsetKey = .empty
    package var spec: MessagerSendSpec
    /// The account that pushed it.
    package var walletName: String
    package var state: MessagerState
    package var errorText: String = ""
    /// Nanoseconds since 1970.
    package var createdAt: Int64
    /// Nanoseconds since 1970.
    package var updatedAt: Int64

    package init(
        id: String,
        message: Message,
        spec: MessagerSendSpec = MessagerSendSpec(),
        walletName: String = "",
        state: MessagerState = .unfilled,
        createdAt: Int64 = 0
    ) {
        self.id = id
        self.message = message
        self.spec = spec
        self.walletName = walletName
        self.state = state
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// The message with its signature, once it is filled.
    package var signed: SignedMessage? {
        signature.map { SignedMessage(message: message, signature: $0) }
    }
}

extension MessagerMessage: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("UnsignedCid", unsignedCID)
            writer.member("SignedCid", signedCID)
            writer.member("Version", message.version)
            writer.member("To", message.to)
            writer.member("From", message.from)
            writer.member("Nonce", message.nonce)
            writer.member("Value", message.value)
            writer.member("GasLimit", message.gasLimit)
            writer.member("GasFeeCap", message.gasFeeCap)
            writer.member("GasPremium", message.gasPremium)
            writer.member("Method", message.method)
            writer.member("Params", JSONBytes(message.params))
            writer.member("Signature", signature)
            writer.member("Height", height)
            writer.member("Confidence", confidence)
            writer.key("Receipt")
            encodeReceipt(to: &writer)
            writer.member("TipSetKey", tipset)
            writer.member("Meta", spec)
            writer.member("WalletName", walletName)
            writer.member("State", state)
            writer.member("ErrorMsg", errorText)
            writer.member("CreatedAt", CivilTime(nanoseconds: createdAt).rfc3339)
            writer.member("UpdatedAt", CivilTime(nanoseconds: updatedAt).rfc3339)
        }
    }

    // Without a receipt the originals show one with exit code -1.
    private func encodeReceipt(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ExitCode", receipt?.exitCode ?? ExitCode(rawValue: -1))
            if let bytes = receipt?.returnValue, !bytes.isEmpty {
                writer.member("Return", JSONBytes(bytes))
            } else {
                writer.key("Return")
                writer.null()
            }
            writer.member("GasUsed", receipt?.gasUsed ?? 0)
            writer.key("EventsRoot")
            writer.null()
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID")
        message = try Message(from: value)
        unsignedCID = try object.decodeIfPresent("UnsignedCid")
        signedCID = try object.decodeIfPresent("SignedCid")
        signature = try object.decodeIfPresent("Signature")
        height = try object.decode("Height", default: 0)
        confidence = try object.decode("Confidence", default: 0)
        let found: MessageReceipt? = try object.decodeIfPresent("Receipt")
        receipt = found?.exitCode == ExitCode(rawValue: -1) ? nil : found
        tipset = try object.decode("TipSetKey", default: .empty)
        spec = try object.decode("Meta", default: MessagerSendSpec())
        walletName = try object.decode("WalletName", default: "")
        state = try object.decode("State", default: .unknown)
        errorText = try object.decode("ErrorMsg", default: "")
        createdAt = try messagerTime(object, "CreatedAt")
        updatedAt = try messagerTime(object, "UpdatedAt")
    }
}

/// Reads a time member; nanoseconds since 1970, 0 where it is absent or before 1970.
func messagerTime(_ object: JSONObject, _ name: String) throws(JSONError) -> Int64 {
    guard let text: String = try object.decodeIfPresent(name) else { return 0 }
    guard let time = CivilTime(rfc3339: text) else {
        // Go's zero time is out of the range of nanoseconds.
        if text == goZeroTime { return 0 }
        throw .invalid("\(name) is no RFC 3339 time in UTC")
    }
    return time.nanosecondsSince1970
}

/// How Go writes a time that was never set.
let goZeroTime = "0001-01-01T00:00:00Z"
