internal import Synchronization

/// The letter that addresses are shown with: `f` on the main network, `t` on every other.
public enum AddressNetwork: UInt8, Hashable, Sendable {
    case mainnet = 0
    case testnet = 1

    /// The letter.
    public var letter: Character {
        switch self {
        case .mainnet: "f"
        case .testnet: "t"
        }
    }
}

extension AddressNetwork {
    // The one setting of the whole process. Address, JSON and log line are written in a thousand places
    // that know nothing of networks, and the letter changes neither identity, order nor chain form; a
    // process shows one network. So it is kept as Go's library keeps it, beside the rule that a value that
    // differs by network is passed down.
    private static let shown = Atomic<UInt8>(AddressNetwork.testnet.rawValue)

    /// The network whose letter addresses show in text and JSON; `t` until someone chooses.
    public static var current: AddressNetwork {
        AddressNetwork(rawValue: shown.load(ordering: .relaxed)) ?? .testnet
    }

    /// Chooses the letter for this process; called once, when the executable knows its network.
    public static func show(_ network: AddressNetwork) {
        shown.store(network.rawValue, ordering: .relaxed)
    }
}
