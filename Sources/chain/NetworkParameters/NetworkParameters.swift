public import BigIntegers
public import FilecoinTypes

/// The networks that this program knows by name.
public enum Network: String, CaseIterable, Hashable, Sendable {
    /// Our own development network: real proofs over 2 KiB sectors, at a pace that two cores can keep.
    case devnet
    /// lotus's development network.
    case twoKiB = "2k"
    /// The test network of 2021 with small sectors.
    case nerpa
    /// The lasting test network.
    case calibration
    /// The main network.
    case mainnet

    /// Reads a name as commands take it; the originals' short and long forms are known too.
    public init?(name: some StringProtocol) {
        switch name.lowercased() {
        case "devnet": self = .devnet
        case "2k", "debug": self = .twoKiB
        case "nerpa", "nerpanet": self = .nerpa
        case "cali", "calibration", "calibrationnet", "calibnet": self = .calibration
        case "mainnet": self = .mainnet
        default: return nil
        }
    }

    /// Whether this version can run a node on the network: it has native actors of versions 6 and 7 only.
    public var isRunnable: Bool { self == .devnet || self == .twoKiB }
}

/// Which prices a network's virtual machine charges.
public enum GasPricing: String, Hashable, Sendable {
    /// The list of epoch 0 for ever: what lotus and venus really do where Calico lies behind the genesis.
    case genesis
    /// The list of the Calico upgrade from the beginning.
    case calico
    /// The first list until the height of Calico, the second one after it.
    case byHeight
}

/// A list of prices.
public enum GasPriceListName: String, Hashable, Sendable {
    case genesis
    case calico
}

/// From when on a drand network gives the randomness.
public struct BeaconPoint: Hashable, Sendable {
    /// The first epoch.
    public var start: ChainEpoch
    /// The drand network.
    public var info: DrandChainInfo

    /// Joins epoch and network.
    public init(start: ChainEpoch, info: DrandChainInfo) {
        self.start = start
        self.info = info
    }
}

/// Everything that differs from network to network, in one value that is passed down from the executable.
///
/// Profiles: ``devnet``, ``twoKiB``, ``nerpa``, ``calibration``, ``mainnet``. A network made from a genesis
/// template keeps its own values in a file beside the genesis block.
public struct NetworkParameters: Hashable, Sendable {
    /// Which network it is.
    public var network: Network
    /// The letter of its addresses.
    public var addressNetwork: AddressNetwork
    /// Seconds from one epoch to the next.
    public var blockDelaySeconds: UInt64
    /// Seconds that a block may take to reach everybody; before, the tipset of the last epoch is not final.
    public var propagationDelaySeconds: UInt64
    /// The rules that the genesis block was made under.
    public var genesisNetworkVersion: NetworkVersion
    /// The heights of the upgrades.
    public var upgrades: UpgradeSchedule
    /// How many epochs after Breeze the base fee was held at its minimum.
    public var breezeGasTampingDuration: ChainEpoch
    /// The prices of gas.
    public var gasPricing: GasPricing
    /// The sizes that new sectors may have.
    public var sectorSizes: [SectorSize]
    /// The sizes of sectors that a miner may be created for, WindowPoSt being what miners are created by.
    public var minerSectorSizes: [SectorSize]
    /// Bytes of power from which a miner may be elected.
    public var consensusMinerMinPower: BigInt
    /// Bytes that a verified deal must have.
    public var minVerifiedDealSize: BigInt
    /// Epochs between a pre-commitment and the randomness of its proof.
    public var preCommitChallengeDelay: ChainEpoch
    /// The sources of randomness by epoch, in order; a devnet's is known once it has a genesis.
    public var beacons: [BeaconPoint]
    /// Seconds that the head must be unchanged before the miner builds on it.
    public var headStableSeconds: UInt64
    /// Seconds after the start of an epoch when a block that is not ready is given up.
    public var miningTimeoutSeconds: UInt64
    /// The number of the network for Ethereum tools.
    public var ethereumChainID: UInt64
}

extension NetworkParameters {
    /// How many epochs a chain may be reorganized back: beyond, it is final.
    public static let finality: ChainEpoch = 900
    /// Epochs between the state that elects and the election, from network version 4 on.
    public static let electionLookback: ChainEpoch = 900
    /// Epochs after which a message counts as landed.
    public static let messageConfidence: ChainEpoch = 5
    /// Seconds by which a block may be ahead of the clock.
    public static let allowableClockDriftSeconds: UInt64 = 1
    /// Epochs in a proving period: a day of 30-second epochs, whatever the network's pace.
    public static let provingPeriod: ChainEpoch = 2880

    /// The network version in force at an epoch.
    public func networkVersion(at epoch: ChainEpoch) -> NetworkVersion {
        upgrades.version(at: epoch, genesis: genesisNetworkVersion)
    }

    /// The prices in force at an epoch.
    public func gasPriceList(at epoch: ChainEpoch) -> GasPriceListName {
        switch gasPricing {
        case .genesis: return .genesis
        case .calico: return .calico
        case .byHeight:
            // As the reference chooses: of the lists whose height is above 0 the latest that has begun.
            let height = upgrades[.calico]
            return height > 0 && epoch >= height ? .calico : .genesis
        }
    }

    /// The types that new sectors may be sealed with.
    public var sealProofs: [RegisteredSealProof] {
        sectorSizes.compactMap { RegisteredSealProof(version: .v1_1, sectorSize: $0) }
    }

    /// The WindowPoSts that miners may be created with.
    public var windowPoStProofs: [RegisteredPoStProof] {
        minerSectorSizes.compactMap {
            RegisteredSealProof(version: .v1_1, sectorSize: $0)?.windowPoStProof()
        }
    }

    /// Whether the base fee of a tipset's children is held after the Breeze upgrade.
    public func holdsBaseFee(at height: ChainEpoch) -> Bool {
        let breeze = upgrades[.breeze]
        return breeze >= 0 && height > breeze && height < breeze + breezeGasTampingDuration
    }

    /// Returns the base fee of the children of a tipset.
    ///
    /// - Parameters:
    ///   - fee: The base fee in the tipset's headers.
    ///   - height: Its epoch.
    ///   - gasLimitTotal: The sum of the gas limits of its distinct messages.
    ///   - blockCount: How many blocks it has.
    /// - Returns: At least ``BaseFee/minimum``.
    public func nextBaseFee(
        after fee: TokenAmount,
        height: ChainEpoch,
        gasLimitTotal: GasAmount,
        blockCount: Int
    ) -> TokenAmount {
        if holdsBaseFee(at: height) { return BaseFee.minimum }
        return BaseFee.next(
            after: fee,
            gasLimitTotal: gasLimitTotal,
            blockCount: blockCount,
            isAfterSmoke: height > upgrades[.smoke]
        )
    }
}
