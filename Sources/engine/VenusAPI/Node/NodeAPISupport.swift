package import BitFields
package import FilecoinTypes
package import JSON
package import JSONRPC

/// Follows the head: first `current`, then each move as a list of `revert` and `apply`.
package enum ChainNotify: RPCChannelMethod {
    package static let name = "Filecoin.ChainNotify"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Element = [TipsetChange]
}

extension TipsetChange {
    /// What happened to the tipset.
    package enum Kind: String, Hashable, Sendable, JSONEncodable, JSONDecodable {
        /// It is the head as the subscription begins.
        case current
        /// It no longer belongs to the chain.
        case revert
        /// It belongs to the chain now.
        case apply

        package func encode(to writer: inout JSONWriter) { writer.string(rawValue) }

        package init(from value: JSONValue) throws(JSONError) {
            let text = try value.expectString()
            guard let kind = Self(rawValue: text) else {
                throw .invalid("unknown head change \(text)")
            }
            self = kind
        }
    }
}

/// A set of numbers in the API's form: the lengths of alternating runs, the first one of absent numbers.
package struct BitFieldRuns: Hashable, Sendable, JSONEncodable, JSONDecodable {
    /// The set.
    package var field: BitField

    package init(_ field: BitField) { self.field = field }

    package func encode(to writer: inout JSONWriter) {
        let lengths = field.runLengths
        // lotus writes the empty set as one run of nothing.
        writer.value(lengths.isEmpty ? [0] : lengths)
    }

    package init(from value: JSONValue) throws(JSONError) {
        let lengths = try [UInt64](from: value)
        do { field = try BitField(runLengths: lengths) } catch {
            throw .invalid("\(error)")
        }
    }
}

extension JSONWriter {
    /// Writes a list; `null` instead of an empty one, as Go writes a slice that was never filled.
    mutating func member<Element: JSONEncodable>(_ name: String, orNull list: [Element]) {
        key(name)
        if list.isEmpty { null() } else { value(list) }
    }
}

/// The parameters of the network, as the API shows them.
package struct NetworkParametersResult: Hashable, Sendable, JSONEncodable, JSONDecodable {
    package var networkName: String
    package var blockDelaySeconds: UInt64
    package var consensusMinerMinPower: TokenAmount
    package var preCommitChallengeDelay: ChainEpoch
    /// Heights of the network upgrades, by name.
    package var forkUpgradeParameters: JSONValue
    package var eip155ChainID: UInt64
    package var genesisTimestamp: UInt64?

    package init(
        networkName: String,
        blockDelaySeconds: UInt64,
        consensusMinerMinPower: TokenAmount,
        preCommitChallengeDelay: ChainEpoch,
        forkUpgradeParameters: JSONValue,
        eip155ChainID: UInt64,
        genesisTimestamp: UInt64?
    ) {
        self.networkName = networkName
        self.blockDelaySeconds = blockDelaySeconds
        self.consensusMinerMinPower = consensusMinerMinPower
        self.preCommitChallengeDelay = preCommitChallengeDelay
        self.forkUpgradeParameters = forkUpgradeParameters
        self.eip155ChainID = eip155ChainID
        self.genesisTimestamp = genesisTimestamp
    }

    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("NetworkName", networkName)
            writer.member("BlockDelaySecs", blockDelaySeconds)
            writer.member("ConsensusMinerMinPower", consensusMinerMinPower)
            writer.member("PreCommitChallengeDelay", preCommitChallengeDelay)
            writer.member("ForkUpgradeParams", forkUpgradeParameters)
            writer.member("Eip155ChainID", eip155ChainID)
            writer.member("GenesisTimestamp", genesisTimestamp)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        networkName = try object.decode("NetworkName")
        blockDelaySeconds = try object.decode("BlockDelaySecs")
        consensusMinerMinPower = try object.decode("ConsensusMinerMinPower")
        preCommitChallengeDelay = try object.decode("PreCommitChallengeDelay")
        forkUpgradeParameters = try object.decode("ForkUpgradeParams")
        eip155ChainID = try object.decode("Eip155ChainID", default: 0)
        genesisTimestamp = try object.decodeIfPresent("GenesisTimestamp")
    }
}

/// The chain as an archive, in pieces; an empty one says that it is whole.
package enum ChainExportMethod: RPCChannelMethod {
    package static let name = "Filecoin.ChainExport"
    package static let parameterNames: [String] = ["stateEpochs", "skipsOldMessages", "key"]
    package typealias Parameters = Positional<ChainEpoch, Bool, TipsetKey>
    package typealias Element = JSONBytes
}
