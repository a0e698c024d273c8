public import Multiformats

/// What the state tree holds for an actor.
public struct ActorRecord: Hashable, Sendable {
    /// Which code runs: for native actors an identity hash of their name, such as `fil/7/account`.
    public var code: CID
    /// The root of the actor's own state.
    public var head: CID
    /// How many messages the actor has sent, if it is an account.
    public var nonce: UInt64
    /// What the actor owns.
    public var balance: TokenAmount

    /// Joins the fields.
    public init(code: CID, head: CID, nonce: UInt64 = 0, balance: TokenAmount = 0) {
        self.code = code
        self.head = head
        self.nonce = nonce
        self.balance = balance
    }
}

/// The layout of the state tree.
public enum StateTreeVersion: UInt64, Hashable, Sendable {
    /// Network versions 0 to 3: the root is the HAMT of actors itself.
    case v0 = 0
    /// From network version 4: a ``StateRoot``.
    case v1 = 1
    /// From network version 10: HAMT and AMT of their third layout.
    case v2 = 2
    /// Network version 12.
    case v3 = 3
    /// From network version 13.
    case v4 = 4
    /// From network version 18: actors have a delegated address.
    case v5 = 5

    /// The layout at a network version.
    public init(_ version: NetworkVersion) {
        switch version.rawValue {
        case 0...3: self = .v0
        case 4...9: self = .v1
        case 10...11: self = .v2
        case 12: self = .v3
        case 13...17: self = .v4
        default: self = .v5
        }
    }
}

/// The root of a state tree from network version 4 on.
public struct StateRoot: Hashable, Sendable {
    /// The layout.
    public var version: StateTreeVersion
    /// The root of the HAMT from ID addresses to ``ActorRecord``.
    public var actors: CID
    /// An empty list, kept for later use.
    public var info: CID

    /// Joins the fields.
    public init(version: StateTreeVersion, actors: CID, info: CID) {
        self.version = version
        self.actors = actors
        self.info = info
    }
}

/// The rules in force at an epoch, counted up by network upgrades.
public struct NetworkVersion: ProtocolInteger {
    /// The number: 0 at the launch of the main network.
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The version of the native actors; 8 and later are wasm.
    public var actorsVersion: Int {
        switch rawValue {
        case 0...3: 0
        case 4...9: 2
        case 10...11: 3
        case 12: 4
        case 13: 5
        case 14: 6
        case 15: 7
        case 16: 8
        case 17: 9
        case 18: 10
        case 19...20: 11
        case 21: 12
        case 22: 13
        case 23: 14
        case 24: 15
        case 25...26: 16
        case 27: 17
        default: 18
        }
    }
}
