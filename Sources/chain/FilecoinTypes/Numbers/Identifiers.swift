/// The number that the init actor gave to an actor, or that genesis fixed for a singleton.
public struct ActorID: ProtocolInteger {
    /// The number; addresses allow at most 2^63 - 1.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The system actor, f00.
    public static let system: ActorID = 0
    /// The init actor, f01, which creates actors and maps addresses to IDs.
    public static let initActor: ActorID = 1
    /// The reward actor, f02.
    public static let reward: ActorID = 2
    /// The cron actor, f03.
    public static let cron: ActorID = 3
    /// The storage power actor, f04.
    public static let power: ActorID = 4
    /// The storage market actor, f05.
    public static let market: ActorID = 5
    /// The verified registry actor, f06.
    public static let verifiedRegistry: ActorID = 6
    /// The account that holds burnt funds, f099.
    public static let burntFunds: ActorID = 99
    /// The first number that the init actor hands out for miners, multisigs and payment channels.
    public static let firstNonSingleton: ActorID = 100
}

/// Which method of an actor a message calls.
public struct MethodNumber: ProtocolInteger {
    /// The number.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// A plain transfer of value; no method runs.
    public static let send: MethodNumber = 0
    /// The constructor, which only the init actor may call.
    public static let constructor: MethodNumber = 1
}

/// The number of a storage deal, given by the market actor.
public struct DealID: ProtocolInteger {
    /// The number.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }
}
