internal import BigIntegers
internal import FilecoinTypes

extension NetworkParameters {
    /// The parameters of a network by its name.
    public static func profile(_ network: Network) -> NetworkParameters {
        switch network {
        case .devnet: devnet
        case .twoKiB: twoKiB
        case .nerpa: nerpa
        case .calibration: calibration
        case .mainnet: mainnet
        }
    }

    /// Our development network: network version 15 from the genesis, 10-second epochs, since a WinningPoSt
    /// takes about two seconds of two cores, and the prices of the public networks.
    public static let devnet: NetworkParameters = {
        var parameters = twoKiB
        parameters.network = .devnet
        parameters.blockDelaySeconds = 10
        parameters.propagationDelaySeconds = 2
        parameters.gasPricing = .calico
        parameters.beacons = []
        parameters.headStableSeconds = 1
        parameters.miningTimeoutSeconds = 7
        return parameters
    }()

    /// lotus's development network, as of lotus v1.15.
    public static let twoKiB = NetworkParameters(
        network: .twoKiB,
        addressNetwork: .testnet,
        blockDelaySeconds: 4,
        propagationDelaySeconds: 1,
        genesisNetworkVersion: 15,
        upgrades: UpgradeSchedule([
            .breeze: -1, .smoke: -1, .ignition: -2, .refuel: -3, .tape: -4, .assembly: -5,
            .liftoff: -6, .kumquat: -7, .calico: -9, .persian: -10, .orange: -11, .claus: -12,
            .trust: -13, .norwegian: -14, .turbo: -15, .hyperdrive: -16, .chocolate: -17,
            .ohSnap: -18,
        ]),
        breezeGasTampingDuration: 0,
        gasPricing: .genesis,
        sectorSizes: [.kib2, .mib8],
        // lotus only adds to the sizes of the main network here.
        minerSectorSizes: [.kib2, .mib8, .gib32, .gib64],
        consensusMinerMinPower: 2048,
        minVerifiedDealSize: 256,
        preCommitChallengeDelay: 10,
        beacons: [BeaconPoint(start: 0, info: .leagueOfEntropyMainnet)],
        headStableSeconds: 1,
        miningTimeoutSeconds: 3,
        ethereumChainID: 31_415_926
    )

    /// The test network of 2021 with 512 MiB sectors.
    public static let nerpa = NetworkParameters(
        network: .nerpa,
        addressNetwork: .mainnet,
        blockDelaySeconds: 30,
        propagationDelaySeconds: 6,
        genesisNetworkVersion: 0,
        upgrades: UpgradeSchedule([
            .breeze: -1, .smoke: -1, .ignition: -2, .refuel: -3, .assembly: 30, .tape: 60,
            .liftoff: -5, .kumquat: 90, .calico: 100, .persian: 220, .claus: 250, .orange: 300,
            .trust: 600, .norwegian: 201_000, .turbo: 203_000, .hyperdrive: 999_999_999,
        ]),
        breezeGasTampingDuration: 0,
        gasPricing: .byHeight,
        sectorSizes: [.mib512, .gib32, .gib64],
        minerSectorSizes: [.mib512, .gib32, .gib64],
        consensusMinerMinPower: 4 << 40,
        minVerifiedDealSize: 1 << 20,
        preCommitChallengeDelay: 10,
        beacons: [BeaconPoint(start: 0, info: .leagueOfEntropyMainnet)],
        headStableSeconds: 6,
        miningTimeoutSeconds: 25,
        ethereumChainID: 0
    )

    /// The lasting test network, as it was restarted in November 2022.
    public static let calibration = NetworkParameters(
        network: .calibration,
        addressNetwork: .testnet,
        blockDelaySeconds: 30,
        propagationDelaySeconds: 10,
        genesisNetworkVersion: 0,
        upgrades: UpgradeSchedule([
            .breeze: -1, .smoke: -2, .ignition: -3, .refuel: -4, .assembly: 30, .tape: 60,
            .liftoff: -5, .kumquat: 90, .calico: 120, .persian: 240, .claus: 270, .orange: 300,
            .trust: 330, .norwegian: 360, .turbo: 390, .hyperdrive: 420, .chocolate: 450,
            .ohSnap: 480, .skyr: 510, .shark: 16_800, .hygge: 322_354, .lightning: 489_094,
            .thunder: 492_214, .watermelon: 1_013_134, .dragon: 1_427_974, .phoenix: 1_428_094,
            .waffle: 1_779_094, .tukTuk: 2_078_794, .teep: 2_523_454, .tock: 2_543_614,
            .goldenWeek: 3_007_294, .fireHorse: 3_694_534,
        ]),
        breezeGasTampingDuration: 120,
        gasPricing: .byHeight,
        sectorSizes: [.gib32, .gib64],
        minerSectorSizes: [.gib32, .gib64],
        consensusMinerMinPower: 32 << 30,
        minVerifiedDealSize: 1 << 20,
        preCommitChallengeDelay: 150,
        beacons: [
            BeaconPoint(start: 0, info: .leagueOfEntropyMainnet),
            BeaconPoint(start: 1_428_094, info: .quicknet),
        ],
        headStableSeconds: 10,
        miningTimeoutSeconds: 25,
        ethereumChainID: 314_159
    )

    /// The main network.
    public static let mainnet = NetworkParameters(
        network: .mainnet,
        addressNetwork: .mainnet,
        blockDelaySeconds: 30,
        propagationDelaySeconds: 10,
        genesisNetworkVersion: 0,
        upgrades: UpgradeSchedule([
            .breeze: 41_280, .smoke: 51_000, .ignition: 94_000, .refuel: 130_800,
            .assembly: 138_720, .tape: 140_760, .liftoff: 148_888, .kumquat: 170_000,
            .calico: 265_200, .persian: 272_400, .orange: 336_458, .claus: 343_200,
            .trust: 550_321, .norwegian: 665_280, .turbo: 712_320, .hyperdrive: 892_800,
            .chocolate: 1_231_620, .ohSnap: 1_594_680, .skyr: 1_960_320, .shark: 2_383_680,
            .hygge: 2_683_348, .lightning: 2_809_800, .thunder: 2_870_280,
            .watermelon: 3_469_380, .dragon: 3_855_360, .phoenix: 3_855_480,
            .waffle: 4_154_640, .tukTuk: 4_461_240, .teep: 4_878_840, .tock: 5_138_040,
            .goldenWeek: 5_348_280, .fireHorse: 6_052_800,
        ]),
        breezeGasTampingDuration: 120,
        gasPricing: .byHeight,
        sectorSizes: [.gib32, .gib64],
        minerSectorSizes: [.gib32, .gib64],
        consensusMinerMinPower: 10 << 40,
        minVerifiedDealSize: 1 << 20,
        preCommitChallengeDelay: 150,
        beacons: [
            BeaconPoint(start: 0, info: .leagueOfEntropyIncentinet),
            BeaconPoint(start: 51_000, info: .leagueOfEntropyMainnet),
            BeaconPoint(start: 3_855_480, info: .quicknet),
        ],
        headStableSeconds: 10,
        miningTimeoutSeconds: 25,
        ethereumChainID: 314
    )
}
