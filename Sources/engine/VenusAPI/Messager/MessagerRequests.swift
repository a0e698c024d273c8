package import FilecoinTypes
package import JSON
import ServiceKit

/// Which messages a list has.
package struct MessagerQuery: Hashable, Sendable, JSONCodable {
    /// Only these states; empty for all.
    package var states: [MessagerState] = []
    /// Only these senders; empty for all that the caller may see.
    package var senders: [Address] = []
    /// Only messages not changed since then: nanoseconds since 1970.
    package var updatedBefore: Int64?
    /// Oldest first, instead of newest first.
    package var isAscending: Bool = false
    /// 0 for all.
    package var limit: Int64 = 0
    package var offset: Int64 = 0

    package init() {}

    package init(from value: JSONValue) throws(JSONError) {
        guard !value.isNull else { return }
        let object = try value.expectObject()
        states = try object.decode("State", default: [])
        senders = try object.decode("From", default: [])
        if try object.decodeIfPresent("ByUpdateAt", as: String.self) != nil {
            updatedBefore = try messagerTime(object, "ByUpdateAt")
        }
        isAscending = try object.decode("Asc", default: false)
        limit = try object.decode("Limit", default: 0)
        offset = try object.decode("Offset", default: 0)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("State", states)
            writer.member("From", senders)
            writer.member("ByUpdateAt", updatedBefore.map { CivilTime(nanoseconds: $0).rfc3339 })
            writer.member("Asc", isAscending)
            writer.member("Limit", limit)
            writer.member("Offset", offset)
        }
    }
}

/// How a message that is on its way is to be replaced.
package struct MessagerReplacement: Hashable, Sendable, JSONCodable {
    package var id: String
    /// Whether the messager chooses the gas values.
    package var isAutomatic: Bool
    /// The most that the new one may cost; 0 for the settings.
    package var maxFee: TokenAmount = 0
    /// 0 for the old one.
    package var gasLimit: GasAmount = 0
    package var gasPremium: TokenAmount = 0
    package var gasFeeCap: TokenAmount = 0
    /// The factor for the premium; 0 for the settings.
    package var gasOverPremium: Double = 0

    package init(id: String, isAutomatic: Bool) {
        self.id = id
        self.isAutomatic = isAutomatic
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("ID")
        isAutomatic = try object.decode("Auto", default: false)
        maxFee = try object.decode("MaxFee", default: 0)
        gasLimit = try object.decode("GasLimit", default: 0)
        gasPremium = try object.decode("GasPremium", default: 0)
        gasFeeCap = try object.decode("GasFeecap", default: 0)
        gasOverPremium = try object.decode("GasOverPremium", default: 0)
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("ID", id)
            writer.member("Auto", isAutomatic)
            writer.member("MaxFee", maxFee)
            writer.member("GasLimit", gasLimit)
            writer.member("GasPremium", gasPremium)
            writer.member("GasFeecap", gasFeeCap)
            writer.member("GasOverPremium", gasOverPremium)
        }
    }
}

/// The version of the program and that of its API.
package struct MessagerVersion: Hashable, Sendable, JSONCodable {
    package var version: String
    package var apiVersion: UInt32

    package init(version: String, apiVersion: UInt32 = 0) {
        self.version = version
        self.apiVersion = apiVersion
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        version = try object.decode("Version")
        apiVersion = try object.decode("APIVersion")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Version", version)
            writer.member("APIVersion", apiVersion)
        }
    }
}
