import Bytes
import CBOR
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// A request to sign, and what became of it.
struct SignRecord: Hashable, Sendable {
    /// A random UUID.
    var id: String
    /// What the bytes were said to be.
    var type: String
    var signer: Address
    /// Why it was refused; empty for a signature.
    var error: String
    /// The message with its fields, where it is one; else the bytes of the request.
    var rawMessage: [UInt8]
    var signature: Signature?
    /// Nanoseconds since 1970.
    var createdAt: Int64
}

extension SignRecord: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { encodeMembers(to: &$0) }
    }

    /// The members, without the braces.
    func encodeMembers(to writer: inout JSONWriter) {
        writer.member("ID", id)
        writer.member("Type", type)
        writer.member("Signer", signer)
        writer.member("Err", error.isEmpty ? nil : error)
        writer.member("RawMsg", base64: rawMessage)
        writer.key("Signature")
        if let signature {
            signature.encode(to: &writer)
        } else {
            writer.object { writer in
                writer.member("Type", 0)
                writer.key("Data")
                writer.null()
            }
        }
        writer.member("CreateAt", CivilTime(nanoseconds: createdAt).rfc3339)
    }

    init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID")
        type = try object.decode("Type")
        signer = try object.decode("Signer")
        error = try object.decodeIfPresent("Err") ?? ""
        rawMessage = try object.decodeBase64("RawMsg")
        let hasData = value["Signature"]?["Data"]?.string != nil
        signature = hasData ? try object.decode("Signature") : nil
        let text: String = try object.decode("CreateAt")
        guard let time = CivilTime(rfc3339: text) else {
            throw .invalid("CreateAt is no RFC 3339 time in UTC")
        }
        createdAt = time.nanosecondsSince1970
    }
}

/// A record with what its bytes say, for people.
struct SignRecordDetail: JSONEncodable {
    let record: SignRecord

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            record.encodeMembers(to: &writer)
            writer.key("Detail")
            if record.type == SigningType.message.rawValue,
                let message = try? Message(cbor: record.rawMessage)
            {
                message.encode(to: &writer)
            } else {
                writer.object { $0.member("Hex", record.rawMessage.hex) }
            }
        }
    }
}

/// Which records a list has; what is nil does not limit it.
struct SignRecordQuery: Hashable, Sendable, JSONCodable {
    var id: String = ""
    var type: String = ""
    var signer: Address?
    /// Only refusals.
    var isError: Bool = false
    var skip: Int64 = 0
    /// 0 for all.
    var limit: Int64 = 0
    /// Nanoseconds since 1970.
    var after: Int64?
    /// Nanoseconds since 1970.
    var before: Int64?

    init() {}

    init(from value: JSONValue) throws(JSONError) {
        guard !value.isNull else { return }
        let object = try value.expectObject()
        id = try object.decode("ID", default: "")
        type = try object.decode("Type", default: "")
        let address: OptionalAddress? = try object.decodeIfPresent("Signer")
        signer = address?.address
        isError = try object.decode("IsError", default: false)
        skip = try object.decode("Skip", default: 0)
        limit = try object.decode("Limit", default: 0)
        after = try Self.time(object, "After")
        before = try Self.time(object, "Before")
    }

    private static func time(_ object: JSONObject, _ name: String) throws(JSONError) -> Int64? {
        // Go writes the year 1 for a time that was not set.
        guard let text: String = try object.decodeIfPresent(name), !text.hasPrefix("0001-") else {
            return nil
        }
        guard let time = CivilTime(rfc3339: text) else {
            throw .invalid("\(name) is no RFC 3339 time in UTC")
        }
        return time.nanosecondsSince1970
    }

    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("Type", type)
            writer.member("Signer", signer)
            writer.member("IsError", isError)
            writer.member("Skip", skip)
            writer.member("Limit", limit)
            writer.member("After", after.map { CivilTime(nanoseconds: $0).rfc3339 })
            writer.member("Before", before.map { CivilTime(nanoseconds: $0).rfc3339 })
        }
    }
}

/// Lists what was signed and what was refused, newest first.
enum WalletListSignedRecord: RPCMethod {
    static let name = "Filecoin.ListSignedRecord"
    static let parameterNames: [String] = ["query"]
    typealias Parameters = Positional<SignRecordQuery>
    typealias Result = [SignRecord]
}
