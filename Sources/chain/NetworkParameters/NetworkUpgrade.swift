public import FilecoinTypes

/// A change of the rules, at a height that each network chose for itself.
///
/// In the order of the reference's schedule; the raw value is the name in its parameters.
public enum NetworkUpgrade: String, CaseIterable, Hashable, Sendable {
    case breeze = "Breeze"
    case smoke = "Smoke"
    case ignition = "Ignition"
    case refuel = "Refuel"
    case assembly = "Assembly"
    case tape = "Tape"
    case liftoff = "Liftoff"
    case kumquat = "Kumquat"
    case calico = "Calico"
    case persian = "Persian"
    case orange = "Orange"
    case claus = "Claus"
    case trust = "Trust"
    case norwegian = "Norwegian"
    case turbo = "Turbo"
    case hyperdrive = "Hyperdrive"
    case chocolate = "Chocolate"
    case ohSnap = "OhSnap"
    case skyr = "Skyr"
    case shark = "Shark"
    case hygge = "Hygge"
    case lightning = "Lightning"
    case thunder = "Thunder"
    case watermelon = "Watermelon"
    case dragon = "Dragon"
    case phoenix = "Phoenix"
    case waffle = "Waffle"
    case tukTuk = "Tuktuk"
    case teep = "Teep"
    case tock = "Tock"
    case goldenWeek = "GoldenWeek"
    case fireHorse = "FireHorse"
    case xx = "Xx"

    /// The network version that begins after the upgrade; `nil` for one that changes something else.
    public var networkVersion: NetworkVersion? {
        switch self {
        case .breeze: 1
        case .smoke: 2
        case .ignition: 3
        case .assembly: 4
        case .tape: 5
        case .kumquat: 6
        case .calico: 7
        case .persian: 8
        case .orange: 9
        case .trust: 10
        case .norwegian: 11
        case .turbo: 12
        case .hyperdrive: 13
        case .chocolate: 14
        case .ohSnap: 15
        case .skyr: 16
        case .shark: 17
        case .hygge: 18
        case .lightning: 19
        case .thunder: 20
        case .watermelon: 21
        case .dragon: 22
        case .waffle: 23
        case .tukTuk: 24
        case .teep: 25
        case .tock: 26
        case .goldenWeek: 27
        case .fireHorse: 28
        case .refuel, .liftoff, .claus, .phoenix, .xx: nil
        }
    }
}

/// When each upgrade happens on a network.
public struct UpgradeSchedule: Hashable, Sendable {
    private var heights: [NetworkUpgrade: ChainEpoch]

    /// The height of an upgrade that is not planned.
    public static let never = ChainEpoch(rawValue: .max)

    /// Sets heights; upgrades left out never happen.
    ///
    /// - Parameter heights: Negative heights stand for upgrades that the genesis already has behind it.
    public init(_ heights: [NetworkUpgrade: ChainEpoch]) {
        self.heights = heights
    }

    /// The height of an upgrade, ``never`` if it is not planned.
    public subscript(upgrade: NetworkUpgrade) -> ChainEpoch {
        get { heights[upgrade] ?? Self.never }
        set { heights[upgrade] = newValue == Self.never ? nil : newValue }
    }

    /// The network version in force at an epoch.
    ///
    /// The epoch of an upgrade still has the rules before it: the new ones begin with the next epoch.
    /// `genesis` is the version in which the network began.
    public func version(at epoch: ChainEpoch, genesis: NetworkVersion) -> NetworkVersion {
        var version = genesis
        for upgrade in NetworkUpgrade.allCases {
            guard let next = upgrade.networkVersion else { continue }
            let height = self[upgrade]
            if height >= 0, epoch <= height { return version }
            // An upgrade behind the genesis counts as done, however old the version named for genesis.
            version = max(version, next)
        }
        return version
    }

    /// The upgrades that happen at exactly this epoch, in order.
    public func upgrades(at epoch: ChainEpoch) -> [NetworkUpgrade] {
        guard epoch >= 0 else { return [] }
        return NetworkUpgrade.allCases.filter { self[$0] == epoch }
    }
}
