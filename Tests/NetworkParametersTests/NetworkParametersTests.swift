import FilecoinTypes
import JSON
import NetworkParameters
import TestSupport
import Testing

@Suite struct NetworkParametersTests {
    @Test(arguments: Network.allCases)
    func `a profile comes back from its file`(_ network: Network) throws {
        let profile = NetworkParameters.profile(network)
        #expect(try NetworkParameters(json: profile.jsonBytes(.indented())) == profile)
    }

    @Test func `members that a file leaves out keep the profile's value`() throws {
        var expected = NetworkParameters.devnet
        expected.blockDelaySeconds = 4
        let read = try NetworkParameters(json: #"{"network":"devnet","blockDelaySeconds":4}"#)
        #expect(read == expected)
        #expect(throws: JSONError.self) { try NetworkParameters(json: #"{"network":"moon"}"#) }
        #expect(throws: JSONError.self) {
            try NetworkParameters(json: #"{"network":"devnet","blockDelaySeconds":0}"#)
        }
    }

    @Test func `the epoch of an upgrade still has the old rules`() {
        let mainnet = NetworkParameters.mainnet
        #expect(mainnet.networkVersion(at: 0) == 0)
        #expect(mainnet.networkVersion(at: 41_280) == 0)
        #expect(mainnet.networkVersion(at: 41_281) == 1)
        #expect(mainnet.networkVersion(at: 51_000) == 1)
        #expect(mainnet.networkVersion(at: 51_001) == 2)
        #expect(mainnet.networkVersion(at: 140_760) == 4)
        #expect(mainnet.networkVersion(at: 140_761) == 5)
        #expect(mainnet.networkVersion(at: 170_000) == 5)
        #expect(mainnet.networkVersion(at: 1_594_680) == 14)
        #expect(mainnet.networkVersion(at: 1_594_681) == 15)
        #expect(mainnet.networkVersion(at: 6_052_801) == 28)
        #expect(NetworkParameters.calibration.networkVersion(at: 0) == 3)
        #expect(NetworkParameters.calibration.networkVersion(at: 31) == 4)
        #expect(NetworkParameters.nerpa.networkVersion(at: 300_000) == 12)
    }

    @Test func `development networks stay at version 15`() {
        for network in [NetworkParameters.devnet, .twoKiB] {
            #expect(network.networkVersion(at: 0) == 15)
            #expect(network.networkVersion(at: 10_000_000) == 15)
        }
        var upgrading = NetworkParameters.twoKiB
        upgrading.genesisNetworkVersion = 14
        upgrading.upgrades[.ohSnap] = 62
        #expect(upgrading.networkVersion(at: 0) == 14)
        #expect(upgrading.networkVersion(at: 62) == 14)
        #expect(upgrading.networkVersion(at: 63) == 15)
        #expect(upgrading.upgrades.upgrades(at: 62) == [.ohSnap])
        #expect(upgrading.upgrades.upgrades(at: 63) == [])
        #expect(upgrading.upgrades.upgrades(at: -17) == [])
    }

    @Test func `prices follow the network`() {
        #expect(NetworkParameters.twoKiB.gasPriceList(at: 1_000_000) == .genesis)
        #expect(NetworkParameters.devnet.gasPriceList(at: 0) == .calico)
        #expect(NetworkParameters.mainnet.gasPriceList(at: 265_199) == .genesis)
        #expect(NetworkParameters.mainnet.gasPriceList(at: 265_200) == .calico)
    }

    @Test func `proof types follow the sector sizes`() {
        #expect(NetworkParameters.devnet.sealProofs == [.stackedDrg2KiBV1_1, .stackedDrg8MiBV1_1])
        #expect(NetworkParameters.twoKiB.windowPoStProofs.map(\.rawValue) == [5, 6, 8, 9])
        #expect(NetworkParameters.mainnet.windowPoStProofs.map(\.rawValue) == [8, 9])
    }

    @Test func `times and epochs convert`() {
        let devnet = NetworkParameters.devnet
        #expect(devnet.startTime(of: 7, genesisTime: 1000) == 1070)
        #expect(devnet.epoch(at: 1069, genesisTime: 1000) == 6)
        #expect(devnet.epoch(at: 1070, genesisTime: 1000) == 7)
        #expect(devnet.epoch(at: 1, genesisTime: 1000) == 0)
    }

    @Test func `the base fee is held for a while after Breeze`() {
        let mainnet = NetworkParameters.mainnet
        func next(_ height: ChainEpoch) -> TokenAmount {
            mainnet.nextBaseFee(
                after: 1_000_000,
                height: height,
                gasLimitTotal: 10_000_000_000,
                blockCount: 1
            )
        }
        #expect(next(41_280) == 1_125_000)
        #expect(next(41_281) == 100)
        #expect(next(41_399) == 100)
        #expect(next(41_400) == 1_125_000)
        #expect(!NetworkParameters.twoKiB.holdsBaseFee(at: 1))
    }

    @Test func `names of the originals are known`() {
        #expect(Network(name: "cali") == .calibration)
        #expect(Network(name: "calibrationnet") == .calibration)
        #expect(Network(name: "2k") == .twoKiB)
        #expect(Network(name: "interop") == nil)
        #expect(Network.allCases.filter(\.isRunnable) == [.devnet, .twoKiB])
    }
}

/// The main network's first epochs and the networks of drand.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct BeaconScheduleVectorTests {
    struct Header: Decodable {
        let height: Int64
        let timestamp: UInt64
        let beaconRounds: [UInt64]
    }

    @Test func `the beacon rounds and times of the first epochs are those of the main network`()
        throws
    {
        let headers: [Header] = try Vectors.json("chain/mainnet-export40.index.json")
        #expect(headers.count == 49)
        let mainnet = NetworkParameters.mainnet
        let genesisTime: UInt64 = 1_598_306_400
        for header in headers where header.height > 0 {
            let epoch = ChainEpoch(header.height)
            #expect(mainnet.startTime(of: epoch, genesisTime: genesisTime) == header.timestamp)
            let round = mainnet.beaconRound(at: epoch, genesisTime: genesisTime)
            #expect(header.beaconRounds.last == round)
        }
    }

    @Test func `the built-in drand networks are the published ones`() throws {
        let file = try JSONObject(json: Vectors.bytes("drand/beacons.json"))
        let published: [DrandChainInfo] = try file.decode("networks")
        for info in [DrandChainInfo.leagueOfEntropyIncentinet, .leagueOfEntropyMainnet, .quicknet] {
            #expect(published.contains(info))
        }
    }
}
