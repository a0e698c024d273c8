package import FilecoinTypes
package import Multiformats

/// The generations of the built-in actors that this machine runs.
package enum ActorsVersion: UInt64, Comparable, Sendable, CaseIterable {
    /// specs-actors v6.0.2, network version 14.
    case v6 = 6
    /// specs-actors v7.0.1, network version 15.
    case v7 = 7

    /// The generation that a network version runs, or nil if this machine has none for it.
    package init?(networkVersion: NetworkVersion) {
        switch networkVersion.rawValue {
        case 14: self = .v6
        case 15: self = .v7
        default: return nil
        }
    }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What an actor is.
package enum ActorKind: String, Sendable, CaseIterable {
    case system
    case `init`
    case account
    case cron
    case storagePower = "storagepower"
    case storageMarket = "storagemarket"
    case storageMiner = "storageminer"
    case multisig
    case paymentChannel = "paymentchannel"
    case reward
    case verifiedRegistry = "verifiedregistry"
    /// Test support: misbehaves on request. Never part of a network.
    case chaos

    /// Whether there is exactly one, made at genesis.
    package var isSingleton: Bool {
        switch self {
        case .system, .`init`, .cron, .storagePower, .storageMarket, .reward, .verifiedRegistry:
            true
        case .account, .storageMiner, .multisig, .paymentChannel, .chaos: false
        }
    }

    /// The place in tables by kind.
    var index: Int {
        switch self {
        case .system: 0
        case .`init`: 1
        case .account: 2
        case .cron: 3
        case .storagePower: 4
        case .storageMarket: 5
        case .storageMiner: 6
        case .multisig: 7
        case .paymentChannel: 8
        case .reward: 9
        case .verifiedRegistry: 10
        case .chaos: 11
        }
    }

    /// Whether a person can speak through it: an account or a multisig.
    package var isSignable: Bool { self == .account || self == .multisig }
}

/// The code of an actor: its kind and generation, as named by the code CID of the state tree.
///
/// A native actor's code CID is the identity hash, codec raw, of `fil/7/account` and the like.
package struct ActorCode: Hashable, Sendable {
    package let kind: ActorKind
    package let version: ActorsVersion

    package init(_ kind: ActorKind, _ version: ActorsVersion) {
        self.kind = kind
        self.version = version
    }

    /// Reads a code CID; nil if it names no actor of a generation that this machine runs.
    package init?(cid: CID) {
        guard let code = Self.byCID[cid] else { return nil }
        self = code
    }

    /// The code CID.
    package var cid: CID {
        // The table has every combination.
        Self.cids[self] ?? Self.makeCID(self)
    }

    /// `fil/7/account` and the like.
    package var name: String {
        kind == .chaos ? "fil/1/chaos" : "fil/\(version.rawValue)/\(kind.rawValue)"
    }

    fileprivate static let cids: [ActorCode: CID] = Dictionary(
        uniqueKeysWithValues: ActorsVersion.allCases.flatMap { version in
            ActorKind.allCases.map { kind in
                let code = ActorCode(kind, version)
                return (code, makeCID(code))
            }
        }
    )

    private static let byCID: [CID: ActorCode] = Dictionary(
        cids.map { ($1, $0) },
        uniquingKeysWith: { a, b in a.version > b.version ? a : b }
    )

    private static func makeCID(_ code: ActorCode) -> CID {
        CID(codec: .raw, multihash: Multihash(code: .identity, digest: Array(code.name.utf8)))
    }
}

/// Which code CIDs name which actors, and which generation of them a network version runs.
package struct ActorCodeTable: Sendable {
    private let cids: [ActorCode: CID]
    private let codes: [CID: ActorCode]
    private let networkVersions: [NetworkVersion: ActorsVersion]

    /// Joins code CIDs and network versions.
    package init(_ cids: [ActorCode: CID], networkVersions: [NetworkVersion: ActorsVersion]) {
        self.cids = cids
        // Chaos has the same name in every generation; the newest is meant.
        codes = Dictionary(
            cids.map { ($1, $0) },
            uniquingKeysWith: { a, b in a.version > b.version ? a : b }
        )
        self.networkVersions = networkVersions
    }

    /// The generations that this machine has actors for.
    package static let native = ActorCodeTable(
        ActorCode.cids,
        networkVersions: [14: .v6, 15: .v7]
    )

    /// What an actor is; nil if it belongs to no generation of this table.
    package func code(of record: ActorRecord) -> ActorCode? { self[record.code] }

    /// What a code CID names; nil if it belongs to no generation of this table.
    package subscript(cid: CID) -> ActorCode? { codes[cid] }

    /// The code CID of new actors.
    func cid(of code: ActorCode) -> CID { cids[code] ?? code.cid }

    /// The generation that a network version runs, or nil if the table has none for it.
    func version(of networkVersion: NetworkVersion) -> ActorsVersion? {
        networkVersions[networkVersion]
    }
}
