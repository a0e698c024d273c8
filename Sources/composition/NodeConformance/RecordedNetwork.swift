import FilecoinTypes
import NetworkParameters

extension NetworkParameters {
    /// The network of the recorded chains.
    static let recorded: NetworkParameters = {
        var parameters = NetworkParameters.twoKiB
        parameters.beacons = []
        // lotus needs some height for what comes after actors v7.
        let later: [NetworkUpgrade] = [
            .skyr, .shark, .hygge, .lightning, .thunder, .watermelon, .dragon, .phoenix, .waffle,
            .tukTuk, .teep, .tock, .goldenWeek, .fireHorse, .xx,
        ]
        var height: ChainEpoch = 9_000_000
        for upgrade in later {
            // Phoenix and Waffle share one.
            if upgrade != .waffle { height = height + 1 }
            parameters.upgrades[upgrade] = height
        }
        return parameters
    }()
}
