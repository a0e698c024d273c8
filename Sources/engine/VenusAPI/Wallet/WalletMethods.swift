package import FilecoinCrypto
package import FilecoinTypes
package import JSON
package import JSONRPC

// The wallet's methods, as lotus and venus call them.

/// Makes a key of a type, `secp256k1` or `bls`.
package enum WalletNew: RPCMethod {
    package static let name = "Filecoin.WalletNew"
    package static let parameterNames: [String] = ["type"]
    package typealias Parameters = Positional<String>
    package typealias Result = Address
}

/// Says whether the wallet has the key of an address.
package enum WalletHas: RPCMethod {
    package static let name = "Filecoin.WalletHas"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<OptionalAddress>
    package typealias Result = Bool
}

/// Lists the addresses, oldest first.
package enum WalletList: RPCMethod {
    package static let name = "Filecoin.WalletList"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [Address]
}

/// Signs what the third parameter says the bytes are.
package enum WalletSign: RPCMethod {
    package static let name = "Filecoin.WalletSign"
    package static let parameterNames: [String] = ["signer", "bytes", "meta"]
    package typealias Parameters = Positional<OptionalAddress, JSONBytes, SigningMeta>
    package typealias Result = Signature
}

/// Gives a key away.
package enum WalletExport: RPCMethod {
    package static let name = "Filecoin.WalletExport"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<OptionalAddress>
    package typealias Result = KeyInfo
}

/// Takes a key in; one that is there already stays as it is.
package enum WalletImport: RPCMethod {
    package static let name = "Filecoin.WalletImport"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<ImportedKey>
    package typealias Result = Address
}

/// Deletes a key for ever.
package enum WalletDelete: RPCMethod {
    package static let name = "Filecoin.WalletDelete"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<OptionalAddress>
    package typealias Result = NoResult
}

/// Sets the password that encrypts the keys, and unlocks.
package enum WalletSetPassword: RPCMethod {
    package static let name = "Filecoin.SetPassword"
    package static let parameterNames: [String] = ["password"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Lets the wallet sign.
package enum WalletUnlock: RPCMethod {
    package static let name = "Filecoin.Unlock"
    package static let parameterNames: [String] = ["password"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Keeps the wallet from signing.
package enum WalletLock: RPCMethod {
    package static let name = "Filecoin.Lock"
    package static let parameterNames: [String] = ["password"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Checks the password that was set.
package enum WalletVerifyPassword: RPCMethod {
    package static let name = "Filecoin.VerifyPassword"
    package static let parameterNames: [String] = ["password"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Says whether the wallet is locked.
package enum WalletLockState: RPCMethod {
    package static let name = "Filecoin.LockState"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Bool
}

/// Says what runs.
package enum WalletVersion: RPCMethod {
    package static let name = "Filecoin.Version"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>

    /// The version of the program and that of its API.
    package struct Result: Hashable, Sendable, JSONCodable {
        package var version: String
        /// `major << 16 | minor << 8 | patch`.
        package var apiVersion: UInt32

        package init(version: String, apiVersion: UInt32) {
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
}

/// Lists what a token allows.
package enum WalletAuthVerify: RPCMethod {
    package static let name = "Filecoin.AuthVerify"
    package static let parameterNames: [String] = ["token"]
    package typealias Parameters = Positional<String>
    package typealias Result = [String]
}

/// Makes a token.
package enum WalletAuthNew: RPCMethod {
    package static let name = "Filecoin.AuthNew"
    package static let parameterNames: [String] = ["permissions"]
    package typealias Parameters = Positional<[String]>
    package typealias Result = JSONBytes
}

/// An address parameter; nothing for an empty text, which no key has.
package struct OptionalAddress: Hashable, Sendable, JSONCodable {
    package let address: Address?

    package init(_ address: Address?) { self.address = address }

    package init(from value: JSONValue) throws(JSONError) {
        let text = try value.expectString()
        address = text.isEmpty ? nil : try Address(from: value)
    }

    package func encode(to writer: inout JSONWriter) {
        if let address { writer.value(address) } else { writer.string("") }
    }
}

/// A key as `WalletImport` takes it; the type may be unknown, which the wallet says.
package struct ImportedKey: Sendable, JSONCodable {
    /// The key, or the name of the type that is none.
    package enum Content: Sendable {
        case key(KeyInfo)
        case unknownType(String)
    }

    package let content: Content

    package init(_ key: KeyInfo) { content = .key(key) }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        if case .string(let name)? = object.value(forField: "Type"),
            SignatureType(name: name) == nil
        {
            content = .unknownType(name)
        } else {
            content = .key(try KeyInfo(from: value))
        }
    }

    package func encode(to writer: inout JSONWriter) {
        switch content {
        case .key(let key): writer.value(key)
        case .unknownType(let name): writer.object { $0.member("Type", name) }
        }
    }
}
