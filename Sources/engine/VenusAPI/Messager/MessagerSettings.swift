package import FilecoinTypes
package import JSON
import ServiceKit

/// What messages may cost, at one of the levels address, actor and all; zero leaves it to the next.
package struct MessagerFees: Hashable, Sendable {
    /// The factor for the gas limit.
    package var gasOverEstimation: Double = 0
    /// The most that a message may cost.
    package var maxFee: TokenAmount = 0
    /// The fee cap for messages that bring none.
    package var gasFeeCap: TokenAmount = 0
    /// The factor for the premium.
    package var gasOverPremium: Double = 0
    /// Above this base fee messages wait.
    package var baseFee: TokenAmount = 0

    package init() {}

    init(_ object: JSONObject) throws(JSONError) {
        gasOverEstimation = try object.decode("gasOverEstimation", default: 0)
        maxFee = try object.decode("maxFee", default: 0)
        gasFeeCap = try object.decode("gasFeeCap", default: 0)
        gasOverPremium = try object.decode("gasOverPremium", default: 0)
        baseFee = try object.decode("baseFee", default: 0)
    }

    func encodeMembers(to writer: inout JSONWriter) {
        writer.member("gasOverEstimation", gasOverEstimation)
        writer.member("maxFee", maxFee)
        writer.member("gasFeeCap", gasFeeCap)
        writer.member("gasOverPremium", gasOverPremium)
        writer.member("baseFee", baseFee)
    }
}

/// Whether an address may send; the numbers are those of the wire and the database.
package enum MessagerAddressState: Int64, Hashable, Sendable {
    /// It may.
    case alive = 1
    case removing = 2
    case removed = 3
    /// It may not, until it is made active again.
    case forbidden = 4
}

/// A sender that the messager knows.
package struct MessagerAddress: Hashable, Sendable, JSONCodable {
    /// A random UUID.
    package var id: String
    package var address: Address
    /// The nonce of the next message.
    package var nonce: UInt64 = 0
    package var weight: Int64 = 0
    package var state: MessagerAddressState = .alive
    /// How many messages may be on their way; 0 for the setting of all.
    package var selectCount: UInt64 = 0
    package var fees: MessagerFees = MessagerFees()
    /// Nanoseconds since 1970.
    package var createdAt: Int64
    /// Nanoseconds since 1970.
    package var updatedAt: Int64

    package init(id: String, address: Address, createdAt: Int64 = 0) {
        self.id = id
        self.address = address
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("id")
        address = try object.decode("addr")
        nonce = try object.decode("nonce")
        weight = try object.decode("weight", default: 0)
        state = MessagerAddressState(rawValue: try object.decode("state", default: 1)) ?? .removed
        selectCount = try object.decode("selMsgNum", default: 0)
        fees = try MessagerFees(object)
        createdAt = try messagerTime(object, "createAt")
        updatedAt = try messagerTime(object, "updateAt")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("addr", address)
            writer.member("nonce", nonce)
            writer.member("weight", weight)
            writer.member("state", state.rawValue)
            writer.member("selMsgNum", selectCount)
            fees.encodeMembers(to: &writer)
            writer.member("isDeleted", -1)
            writer.member("createAt", CivilTime(nanoseconds: createdAt).rfc3339)
            writer.member("updateAt", CivilTime(nanoseconds: updatedAt).rfc3339)
        }
    }
}

/// New fee settings of an address; empty text and zero leave a setting alone.
package struct MessagerAddressSpec: Hashable, Sendable, JSONCodable {
    /// The address; nil for none, which no row has.
    package var address: Address?
    package var gasOverEstimation: Double = 0
    package var gasOverPremium: Double = 0
    /// AttoFIL in decimal.
    package var maxFee: String = ""
    /// AttoFIL in decimal.
    package var gasFeeCap: String = ""
    /// AttoFIL in decimal.
    package var baseFee: String = ""

    package init(address: Address) { self.address = address }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        address = try object.decodeIfPresent("address")
        gasOverEstimation = try object.decode("gasOverEstimation", default: 0)
        gasOverPremium = try object.decode("gasOverPremium", default: 0)
        maxFee = try object.decode("maxFeeStr", default: "")
        gasFeeCap = try object.decode("gasFeeCapStr", default: "")
        baseFee = try object.decode("baseFeeStr", default: "")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("address", address)
            writer.member("gasOverEstimation", gasOverEstimation)
            writer.member("gasOverPremium", gasOverPremium)
            writer.member("maxFeeStr", maxFee)
            writer.member("gasFeeCapStr", gasFeeCap)
            writer.member("baseFeeStr", baseFee)
        }
    }
}

/// The settings of all addresses.
package struct MessagerSharedSettings: Hashable, Sendable, JSONCodable {
    package var id: UInt64 = 1
    /// How many messages of an address may be on their way.
    package var selectCount: UInt64 = 20
    package var fees: MessagerFees

    /// What the first start writes: limit 1.25 times the estimate, at most 0.07 FIL per message.
    package init() {
        fees = MessagerFees()
        fees.gasOverEstimation = 1.25
        fees.maxFee = TokenAmount(integerLiteral: 70_000_000_000_000_000)
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("id", default: 0)
        selectCount = try object.decode("selMsgNum", default: 0)
        fees = try MessagerFees(object)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("selMsgNum", selectCount)
            fees.encodeMembers(to: &writer)
        }
    }
}

/// Another node that messages are pushed to.
package struct MessagerNode: Hashable, Sendable, JSONCodable {
    /// A random UUID.
    package var id: String
    package var name: String
    /// A multiaddr or URL.
    package var url: String
    package var token: String
    /// 1 is a full node, 2 a light one.
    package var type: Int64
    /// Nanoseconds since 1970.
    package var createdAt: Int64 = 0
    /// Nanoseconds since 1970.
    package var updatedAt: Int64 = 0

    package init(id: String, name: String, url: String, token: String, type: Int64 = 1) {
        self.id = id
        self.name = name
        self.url = url
        self.token = token
        self.type = type
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID", default: "")
        name = try object.decode("Name", default: "")
        url = try object.decode("URL", default: "")
        token = try object.decode("Token", default: "")
        type = try object.decode("Type", default: 0)
        createdAt = try messagerTime(object, "CreatedAt")
        updatedAt = try messagerTime(object, "UpdatedAt")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("Name", name)
            writer.member("URL", url)
            writer.member("Token", token)
            writer.member("Type", type)
            writer.member("CreatedAt", CivilTime(nanoseconds: createdAt).rfc3339)
            writer.member("UpdatedAt", CivilTime(nanoseconds: updatedAt).rfc3339)
        }
    }
}
