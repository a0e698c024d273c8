package import NetworkParameters

extension ActorPolicy {
    /// The constants that a network sets for its actors.
    package init(_ parameters: NetworkParameters) {
        self.init(
            windowPoStProofs: Set(parameters.windowPoStProofs),
            sealProofs: Set(parameters.sealProofs),
            consensusMinerMinPower: parameters.consensusMinerMinPower,
            minVerifiedDealSize: parameters.minVerifiedDealSize,
            preCommitChallengeDelay: parameters.preCommitChallengeDelay
        )
    }
}

extension GasPriceList {
    /// The list of a name.
    package init(named name: GasPriceListName) {
        switch name {
        case .genesis: self = .genesis
        case .calico: self = .calico
        }
    }
}
