internal import Bytes
internal import Hashing

/// How a drand network signs its rounds.
public enum DrandScheme: String, Hashable, Sendable {
    /// Each round signs the one before; keys in G1, signatures in G2.
    case pedersenBLSChained = "pedersen-bls-chained"
    /// Rounds stand alone; keys in G1, signatures in G2.
    case pedersenBLSUnchained = "pedersen-bls-unchained"
    /// Rounds stand alone; signatures in G1 under the tag of G2, a mistake kept for its one network.
    case blsUnchainedOnG1 = "bls-unchained-on-g1"
    /// Rounds stand alone; signatures in G1: quicknet.
    case blsUnchainedG1RFC9380 = "bls-unchained-g1-rfc9380"

    /// Whether a round can only be checked with the one before.
    public var isChained: Bool { self == .pedersenBLSChained }
}

/// What a drand network says of itself at `/info`.
public struct DrandChainInfo: Hashable, Sendable {
    /// The key that all rounds verify under.
    public var publicKey: [UInt8]
    /// Seconds between rounds.
    public var periodSeconds: UInt32
    /// When round 1 came out, in seconds since 1970.
    public var genesisTime: Int64
    /// The hash of the group that made the key; the "signature" before round 1.
    public var groupHash: [UInt8]
    /// How rounds are signed.
    public var scheme: DrandScheme
    /// The name of the network among those of its group; `default` for the first.
    public var beaconID: String

    /// Joins the parts.
    public init(
        publicKey: [UInt8],
        periodSeconds: UInt32,
        genesisTime: Int64,
        groupHash: [UInt8],
        scheme: DrandScheme = .pedersenBLSChained,
        beaconID: String = DrandChainInfo.defaultBeaconID
    ) {
        self.publicKey = publicKey
        self.periodSeconds = periodSeconds
        self.genesisTime = genesisTime
        self.groupHash = groupHash
        self.scheme = scheme
        self.beaconID = beaconID
    }

    /// The name of a group's first network.
    public static let defaultBeaconID = "default"

    /// The network's name on the wire: SHA-256 of period, start, key and group (and name, unless default).
    public var hash: [UInt8] {
        var bytes: [UInt8] = []
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: periodSeconds >> shift))
        }
        for shift in stride(from: Int64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: genesisTime >> shift))
        }
        bytes += publicKey
        bytes += groupHash
        if beaconID != Self.defaultBeaconID { bytes += Array(beaconID.utf8) }
        return SHA256.hash(bytes)
    }

    /// The latest round that is out at a time, in seconds since 1970; 0 before the first.
    public func round(at time: Int64) -> UInt64 {
        guard time >= genesisTime, periodSeconds > 0 else { return 0 }
        return UInt64(time - genesisTime) / UInt64(periodSeconds) + 1
    }
}
