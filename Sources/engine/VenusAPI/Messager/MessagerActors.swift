package import FilecoinTypes
package import JSON
package import JSONRPC
package import Multiformats
import ServiceKit

/// What messages to one method of one kind of actor may cost.
package struct MessagerActorSettings: Hashable, Sendable, JSONCodable {
    /// The id that takes the place of one that was not given.
    package static let noID = "00000000-0000-0000-0000-000000000000"

    /// A UUID.
    package var id: String
    /// The generation of the actor, which nothing depends on.
    package var version: Int64
    /// The code of the actor; nil where none was given.
    package var code: CID?
    package var method: MethodNumber
    package var fees: MessagerFees
    /// Nanoseconds since 1970.
    package var createdAt: Int64 = 0
    /// Nanoseconds since 1970.
    package var updatedAt: Int64 = 0

    package init(
        id: String,
        version: Int64 = 0,
        code: CID,
        method: MethodNumber,
        fees: MessagerFees
    ) {
        self.id = id
        self.version = version
        self.code = code
        self.method = method
        self.fees = fees
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        id = try object.decode("id", default: Self.noID)
        version = try object.decode("version", default: 0)
        code = try object.decodeIfPresent("code")
        method = MethodNumber(rawValue: try object.decode("method", default: 0))
        fees = try MessagerFees(object)
        createdAt = try messagerTime(object, "createAt")
        updatedAt = try messagerTime(object, "updateAt")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", id)
            writer.member("version", version)
            writer.member("code", code)
            writer.member("method", method.rawValue)
            fees.encodeMembers(to: &writer)
            writer.member("createAt", CivilTime(nanoseconds: createdAt).rfc3339)
            writer.member("updateAt", CivilTime(nanoseconds: updatedAt).rfc3339)
        }
    }
}

/// New values for the settings of an actor; those that are nil stay.
package struct MessagerFeeChange: Hashable, Sendable, JSONCodable {
    package var gasOverEstimation: Double?
    package var maxFee: TokenAmount?
    package var gasFeeCap: TokenAmount?
    package var gasOverPremium: Double?
    package var baseFee: TokenAmount?

    package init() {}

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        gasOverEstimation = try object.decodeIfPresent("gasOverEstimation")
        maxFee = try object.decodeIfPresent("maxFee")
        gasFeeCap = try object.decodeIfPresent("gasFeeCap")
        gasOverPremium = try object.decodeIfPresent("gasOverPremium")
        baseFee = try object.decodeIfPresent("baseFee")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.memberIfPresent("gasOverEstimation", gasOverEstimation)
            writer.memberIfPresent("maxFee", maxFee)
            writer.memberIfPresent("gasFeeCap", gasFeeCap)
            writer.memberIfPresent("gasOverPremium", gasOverPremium)
            writer.memberIfPresent("baseFee", baseFee)
        }
    }

    /// Puts the values in.
    package func apply(to fees: inout MessagerFees) {
        fees.gasOverEstimation = gasOverEstimation ?? fees.gasOverEstimation
        fees.maxFee = maxFee ?? fees.maxFee
        fees.gasFeeCap = gasFeeCap ?? fees.gasFeeCap
        fees.gasOverPremium = gasOverPremium ?? fees.gasOverPremium
        fees.baseFee = baseFee ?? fees.baseFee
    }
}

/// A call of a method whose parameters are text.
package struct MessagerQuickSend: Hashable, Sendable, JSONCodable {
    package var to: Address
    package var from: Address
    package var value: TokenAmount = 0
    /// Kept for the interface: the sender decides whose wallet signs.
    package var account: String = ""
    package var gasPremium: TokenAmount?
    package var gasFeeCap: TokenAmount?
    package var gasLimit: GasAmount?
    package var method: MethodNumber
    package var parameters: String = ""
    /// `json` or `hex`.
    package var parametersType: String

    package init(to: Address, from: Address, method: MethodNumber, parametersType: String) {
        self.to = to
        self.from = from
        self.method = method
        self.parametersType = parametersType
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        to = try object.decode("To")
        from = try object.decode("From")
        self.value = try object.decode("Val", default: 0)
        account = try object.decode("Account", default: "")
        gasPremium = try object.decodeIfPresent("GasPremium")
        gasFeeCap = try object.decodeIfPresent("GasFeeCap")
        gasLimit = try object.decodeIfPresent("GasLimit")
        method = MethodNumber(rawValue: try object.decode("Method", default: 0))
        parameters = try object.decode("Params", default: "")
        parametersType = try object.decode("ParamsType", default: "")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("To", to)
            writer.member("From", from)
            writer.member("Val", value)
            writer.member("Account", account)
            writer.memberIfPresent("GasPremium", gasPremium)
            writer.memberIfPresent("GasFeeCap", gasFeeCap)
            writer.memberIfPresent("GasLimit", gasLimit)
            writer.member("Method", method.rawValue)
            writer.member("Params", parameters)
            writer.member("ParamsType", parametersType)
        }
    }
}

/// Adds settings of a method of an actor.
package enum MessagerSaveActorCfg: RPCMethod {
    package static let name = "Message.SaveActorCfg"
    package static let parameterNames: [String] = ["settings"]
    package typealias Parameters = Positional<MessagerActorSettings>
    package typealias Result = NoResult
}

/// Changes settings of a method of an actor.
package enum MessagerUpdateActorCfg: RPCMethod {
    package static let name = "Message.UpdateActorCfg"
    package static let parameterNames: [String] = ["id", "change"]
    package typealias Parameters = Positional<String, MessagerFeeChange>
    package typealias Result = NoResult
}

/// Lists the settings of methods of actors.
package enum MessagerListActorCfg: RPCMethod {
    package static let name = "Message.ListActorCfg"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [MessagerActorSettings]
}

/// Settings of a method of an actor.
package enum MessagerGetActorCfgByID: RPCMethod {
    package static let name = "Message.GetActorCfgByID"
    package static let parameterNames: [String] = ["id"]
    package typealias Parameters = Positional<String>
    package typealias Result = MessagerActorSettings
}

/// Takes a call of a method, with parameters as text.
package enum MessagerSend: RPCMethod {
    package static let name = "Message.Send"
    package static let parameterNames: [String] = ["call"]
    package typealias Parameters = Positional<MessagerQuickSend>
    package typealias Result = String
}
