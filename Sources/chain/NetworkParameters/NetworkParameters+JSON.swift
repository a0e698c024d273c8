internal import BigIntegers
internal import FilecoinTypes
public import JSON

/// The form of the file beside a genesis block.
///
/// Unknown members are ignored; members left out keep the value of the named network's profile.
extension NetworkParameters: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("network", network.rawValue)
            writer.member("addressLetter", String(addressNetwork.letter))
            writer.member("blockDelaySeconds", blockDelaySeconds)
            writer.member("propagationDelaySeconds", propagationDelaySeconds)
            writer.member("genesisNetworkVersion", genesisNetworkVersion)
            writer.key("upgrades")
            upgrades.encode(to: &writer, breezeGasTampingDuration: breezeGasTampingDuration)
            writer.member("gasPricing", gasPricing.rawValue)
            writer.member("sectorSizes", sectorSizes)
            writer.member("minerSectorSizes", minerSectorSizes)
            writer.member("consensusMinerMinPower", consensusMinerMinPower.description)
            writer.member("minVerifiedDealSize", minVerifiedDealSize.description)
            writer.member("preCommitChallengeDelay", preCommitChallengeDelay)
            writer.member("beacons", beacons)
            writer.member("headStableSeconds", headStableSeconds)
            writer.member("miningTimeoutSeconds", miningTimeoutSeconds)
            writer.member("ethereumChainID", ethereumChainID)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        let name = try object.decode("network", as: String.self)
        guard let network = Network(name: name) else {
            throw .invalid("unknown network \"\(name)\"")
        }
        self = .profile(network)
        if let letter: String = try object.decodeIfPresent("addressLetter") {
            guard ["f", "t"].contains(letter) else {
                throw .invalid("an address begins with \"f\" or \"t\", not \"\(letter)\"")
            }
            addressNetwork = letter == "f" ? .mainnet : .testnet
        }
        blockDelaySeconds = try object.decode("blockDelaySeconds", default: blockDelaySeconds)
        guard blockDelaySeconds > 0 else { throw .invalid("blockDelaySeconds must be positive") }
        propagationDelaySeconds = try object.decode(
            "propagationDelaySeconds",
            default: propagationDelaySeconds
        )
        genesisNetworkVersion = try object.decode(
            "genesisNetworkVersion",
            default: genesisNetworkVersion
        )
        if let schedule: JSONObject = try object.decodeIfPresent("upgrades") {
            upgrades = try UpgradeSchedule(from: .object(schedule))
            breezeGasTampingDuration = try schedule.decode(
                "BreezeGasTampingDuration",
                default: breezeGasTampingDuration
            )
        }
        let pricing = try object.decode("gasPricing", default: gasPricing.rawValue)
        guard let gasPricing = GasPricing(rawValue: pricing) else {
            throw .invalid("unknown gas pricing \"\(pricing)\"")
        }
        self.gasPricing = gasPricing
        sectorSizes = try object.decode("sectorSizes", default: sectorSizes)
        minerSectorSizes = try object.decode("minerSectorSizes", default: minerSectorSizes)
        consensusMinerMinPower = try object.decode(
            "consensusMinerMinPower",
            default: TokenAmount(attoFIL: consensusMinerMinPower)
        ).attoFIL
        minVerifiedDealSize = try object.decode(
            "minVerifiedDealSize",
            default: TokenAmount(attoFIL: minVerifiedDealSize)
        ).attoFIL
        preCommitChallengeDelay = try object.decode(
            "preCommitChallengeDelay",
            default: preCommitChallengeDelay
        )
        beacons = try object.decode("beacons", default: beacons)
        headStableSeconds = try object.decode("headStableSeconds", default: headStableSeconds)
        miningTimeoutSeconds = try object.decode(
            "miningTimeoutSeconds",
            default: miningTimeoutSeconds
        )
        ethereumChainID = try object.decode("ethereumChainID", default: ethereumChainID)
    }
}

extension BeaconPoint: JSONCodable {
    public func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("start", start)
            writer.member("info", info)
        }
    }

    public init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        start = try object.decode("start")
        info = try object.decode("info")
    }
}
