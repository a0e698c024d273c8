internal import FilecoinTypes
package import JSON

/// What bytes sent to a wallet are said to be; the wallet checks it.
///
/// The names on the wire are those of venus-wallet, with their spelling.
package enum SigningType: String, Hashable, Sendable, CaseIterable {
    /// Any bytes.
    case unknown
    /// The CID of a message; the message itself is in the extra bytes.
    case message
    /// A block header.
    case block
    case dealProposal = "dealproposal"
    /// The base of a draw of randomness, for a proof of a verifiable random function.
    case drawRandomParameters = "drawrandomparam"
    case signedVoucher = "signedvoucher"
    case storageAsk = "storageask"
    case askResponse = "askresponse"
    case networkResponse = "networkresposne"
    case providerDealState = "providerdealstate"
    case clientDeal = "clientdeal"
}

/// The third parameter of `WalletSign`: `{"Type":"message","Extra":"<base64>"}`.
package struct SigningMeta: Hashable, Sendable, JSONCodable {
    /// What is to be signed; any text on the wire, so that a wallet can name what it refuses.
    package var type: String
    /// What belongs to it; of a message its CBOR.
    package var extra: [UInt8]

    package init(_ type: SigningType, extra: [UInt8] = []) {
        self.type = type.rawValue
        self.extra = extra
    }

    package init(from value: JSONValue) throws(JSONError) {
        guard !value.isNull else {
            (type, extra) = ("", [])
            return
        }
        let object = try value.expectObject()
        switch object.value(forField: "Type") {
        case .string(let name)?: type = name
        case nil, .null?: type = ""
        default: throw .invalid("Type is not text")
        }
        switch object.value(forField: "Extra") {
        case nil, .null?: extra = []
        default: extra = try object.decodeBase64("Extra")
        }
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Type", type)
            writer.member("Extra", base64: extra)
        }
    }
}
