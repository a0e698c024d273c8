package import FilecoinTypes
package import JSON
package import StorageProofs

/// What a network begins with: accounts, miners with their sectors, name and time.
///
/// JSON: the template of lotus (`genesis/types.go`), which `venus seed genesis` writes and
/// `venus daemon --genesis-template` reads.
package struct GenesisTemplate: Hashable, Sendable {
    /// An actor that exists from the beginning.
    package struct Actor: Hashable, Sendable {
        /// Who controls an actor.
        package enum Control: Hashable, Sendable {
            case account(owner: Address)
            case multisig(
                signers: [Address],
                threshold: UInt64,
                vestingDuration: ChainEpoch,
                vestingStart: ChainEpoch
            )
        }

        package var control: Control
        package var balance: TokenAmount

        package init(_ control: Control, balance: TokenAmount) {
            self.control = control
            self.balance = balance
        }
    }

    package var networkVersion: NetworkVersion
    /// Accounts and multisigs, which get the IDs from 100 on in this order.
    package var accounts: [Actor]
    /// Miners, which get the IDs from 1000 on in this order; IDs may be left out, which lotus does not know.
    package var miners: [PreSealedMiner]
    package var networkName: String
    /// Seconds since 1970.
    package var timestamp: UInt64
    /// f080, which names the verifiers.
    package var verifiedRegistryRoot: Actor
    /// f090, which gets what is left of the total supply.
    package var remainder: Actor

    package init(
        networkVersion: NetworkVersion,
        accounts: [Actor],
        miners: [PreSealedMiner],
        networkName: String,
        timestamp: UInt64,
        verifiedRegistryRoot: Actor,
        remainder: Actor
    ) {
        self.networkVersion = networkVersion
        self.accounts = accounts
        self.miners = miners
        self.networkName = networkName
        self.timestamp = timestamp
        self.verifiedRegistryRoot = verifiedRegistryRoot
        self.remainder = remainder
    }
}

extension GenesisTemplate.Actor: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            switch control {
            case .account(let owner):
                writer.member("Type", "account")
                writer.member("Balance", balance)
                writer.key("Meta")
                writer.object { writer in writer.member("Owner", owner) }
            case .multisig(let signers, let threshold, let duration, let start):
                writer.member("Type", "multisig")
                writer.member("Balance", balance)
                writer.key("Meta")
                writer.object { writer in
                    writer.member("Signers", signers)
                    writer.member("Threshold", threshold)
                    writer.member("VestingDuration", duration)
                    writer.member("VestingStart", start)
                }
            }
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        balance = try object.decode("Balance")
        let type = try object.decode("Type", as: String.self)
        let meta = try object.decode("Meta", as: JSONObject.self)
        switch type {
        case "account": control = .account(owner: try meta.decode("Owner"))
        case "multisig":
            control = .multisig(
                signers: try meta.decode("Signers"),
                threshold: try meta.decode("Threshold"),
                vestingDuration: try meta.decode("VestingDuration", default: 0),
                vestingStart: try meta.decode("VestingStart", default: 0)
            )
        default: throw .invalid("actor type \"\(type)\" is neither account nor multisig")
        }
    }
}

extension GenesisTemplate: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("NetworkVersion", networkVersion.rawValue)
            writer.member("Accounts", accounts)
            writer.member("Miners", miners)
            writer.member("NetworkName", networkName)
            if timestamp != 0 { writer.member("Timestamp", timestamp) }
            writer.member("VerifregRootKey", verifiedRegistryRoot)
            writer.member("RemainderAccount", remainder)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        networkVersion = NetworkVersion(rawValue: try object.decode("NetworkVersion"))
        accounts = try object.decode("Accounts", default: [])
        miners = try object.decode("Miners", default: [])
        networkName = try object.decode("NetworkName")
        timestamp = try object.decode("Timestamp", default: 0)
        verifiedRegistryRoot = try object.decode("VerifregRootKey")
        remainder = try object.decode("RemainderAccount")
    }
}
