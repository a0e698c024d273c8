package import FilecoinTypes
package import JSON
package import JSONRPC

// The node itself: version, tokens, logs, keys.

/// What the service is.
package enum NodeVersion: RPCMethod {
    package static let name = "Filecoin.Version"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = VersionResult
}

/// What a local token allows.
package enum AuthVerify: RPCMethod {
    package static let name = "Filecoin.AuthVerify"
    package static let parameterNames: [String] = ["token"]
    package typealias Parameters = Positional<String>
    package typealias Result = [String]
}

/// Makes a local token.
package enum AuthNew: RPCMethod {
    package static let name = "Filecoin.AuthNew"
    package static let parameterNames: [String] = ["permissions"]
    package typealias Parameters = Positional<[String]>
    package typealias Result = JSONBytes
}

/// The subsystems that log.
package enum LogList: RPCMethod {
    package static let name = "Filecoin.LogList"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [String]
}

/// Sets what a subsystem logs.
package enum LogSetLevel: RPCMethod {
    package static let name = "Filecoin.LogSetLevel"
    package static let parameterNames: [String] = ["subsystem", "level"]
    package typealias Parameters = Positional<String, String>
    package typealias Result = NoResult
}

/// Makes a key in the node's own wallet.
package enum NodeWalletNew: RPCMethod {
    package static let name = "Filecoin.WalletNew"
    package static let parameterNames: [String] = ["type"]
    package typealias Parameters = Positional<JSONValue>
    package typealias Result = Address
}

/// Whether the node's own wallet has a key.
package enum NodeWalletHas: RPCMethod {
    package static let name = "Filecoin.WalletHas"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = Bool
}

/// The keys of the node's own wallet.
package enum NodeWalletList: RPCMethod {
    package static let name = "Filecoin.WalletList"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [Address]
}

/// The balance of an address.
package enum NodeWalletBalance: RPCMethod {
    package static let name = "Filecoin.WalletBalance"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = TokenAmount
}

/// A key of the node's own wallet.
package enum NodeWalletExport: RPCMethod {
    package static let name = "Filecoin.WalletExport"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = JSONValue
}

/// Puts a key into the node's own wallet.
package enum NodeWalletImport: RPCMethod {
    package static let name = "Filecoin.WalletImport"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<JSONValue>
    package typealias Result = Address
}

/// The address that sends when none is named.
package enum NodeWalletDefaultAddress: RPCMethod {
    package static let name = "Filecoin.WalletDefaultAddress"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Address
}

/// Estimates, signs with the node's own wallet and takes a message.
package enum MpoolPushMessage: RPCMethod {
    package static let name = "Filecoin.MpoolPushMessage"
    package static let parameterNames: [String] = ["message", "spec"]
    package typealias Parameters = Positional<Message, MessageSendSpec?>
    package typealias Result = SignedMessage
}

/// Signs bytes with a key of the node's own wallet.
package enum NodeWalletSign: RPCMethod {
    package static let name = "Filecoin.WalletSign"
    package static let parameterNames: [String] = ["address", "bytes"]
    package typealias Parameters = Positional<Address, JSONBytes>
    package typealias Result = Signature
}

/// Signs a message with a key of the node's own wallet.
package enum NodeWalletSignMessage: RPCMethod {
    package static let name = "Filecoin.WalletSignMessage"
    package static let parameterNames: [String] = ["address", "message"]
    package typealias Parameters = Positional<Address, Message>
    package typealias Result = SignedMessage
}

/// Whether a signature is that of an address.
package enum NodeWalletVerify: RPCMethod {
    package static let name = "Filecoin.WalletVerify"
    package static let parameterNames: [String] = ["address", "bytes", "signature"]
    package typealias Parameters = Positional<Address, JSONBytes, Signature>
    package typealias Result = Bool
}

/// Removes a key of the node's own wallet.
package enum NodeWalletDelete: RPCMethod {
    package static let name = "Filecoin.WalletDelete"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Sets the address that sends when none is named.
package enum NodeWalletSetDefault: RPCMethod {
    package static let name = "Filecoin.WalletSetDefault"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Reads an address.
package enum NodeWalletValidateAddress: RPCMethod {
    package static let name = "Filecoin.WalletValidateAddress"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<String>
    package typealias Result = Address
}
