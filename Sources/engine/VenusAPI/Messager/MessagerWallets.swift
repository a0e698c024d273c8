package import FilecoinTypes
package import JSON
package import JSONRPC

/// A wallet that signs for the messager over a direct link.
package struct MessagerWallet: Hashable, Sendable, JSONCodable {
    package var name: String
    /// A multiaddr or URL.
    package var url: String
    /// A token of the wallet with the permission `sign`.
    package var token: String

    package init(name: String, url: String, token: String) {
        self.name = name
        self.url = url
        self.token = token
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        name = try object.decode("Name")
        url = try object.decode("Url")
        token = try object.decode("Token", default: "")
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Name", name)
            writer.member("Url", url)
            writer.member("Token", token)
        }
    }
}

/// Links a wallet.
package enum MessagerSaveWallet: RPCMethod {
    package static let name = "Message.SaveWallet"
    package static let parameterNames: [String] = ["wallet"]
    package typealias Parameters = Positional<MessagerWallet>
    package typealias Result = NoResult
}

/// Lists the linked wallets.
package enum MessagerListWallet: RPCMethod {
    package static let name = "Message.ListWallet"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [MessagerWallet]
}

/// Unlinks a wallet.
package enum MessagerDeleteWallet: RPCMethod {
    package static let name = "Message.DeleteWallet"
    package static let parameterNames: [String] = ["name"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Asks a gateway whether a wallet of these accounts has a key.
package enum GatewayWalletHas: RPCMethod {
    package static let name = "Gateway.WalletHas"
    package static let parameterNames: [String] = ["address", "accounts"]
    package typealias Parameters = Positional<Address, [String]>
    package typealias Result = Bool
}

/// Has a wallet of these accounts sign, over a gateway.
package enum GatewayWalletSign: RPCMethod {
    package static let name = "Gateway.WalletSign"
    package static let parameterNames: [String] = ["signer", "accounts", "bytes", "meta"]
    package typealias Parameters = Positional<Address, [String], JSONBytes, SigningMeta>
    package typealias Result = Signature
}
