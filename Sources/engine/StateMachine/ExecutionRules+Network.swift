package import ActorRuntime
internal import FilecoinTypes
package import NetworkParameters

extension ActorPolicy {
    /// The constants of the actors on a network.
    package init(_ parameters: NetworkParameters) {
        let orange = parameters.upgrades[.orange]
        self.init(
            windowPoStProofs: Set(parameters.windowPoStProofs),
            sealProofs: Set(parameters.sealProofs),
            consensusMinerMinPower: parameters.consensusMinerMinPower,
            minVerifiedDealSize: parameters.minVerifiedDealSize,
            preCommitChallengeDelay: parameters.preCommitChallengeDelay,
            unreportedEpochs: orange == UpgradeSchedule.never
                ? nil : ActorPolicy.epochs(around: orange)
        )
    }
}

extension ExecutionRules {
    /// The rules of a network, given what verifies its proofs and signatures.
    ///
    /// One list of prices for all epochs: networks whose prices change at an epoch of their own ran actors that
    /// this machine does not have.
    package init(
        _ parameters: NetworkParameters,
        proofs: any ProofVerifier,
        signatures: any SignatureVerifier
    ) {
        let ohSnap = parameters.upgrades[.ohSnap]
        let upgrades: [ChainEpoch: any StateUpgrade] =
            ohSnap >= 0 && ohSnap != UpgradeSchedule.never ? [ohSnap: ActorsV7Upgrade()] : [:]
        self.init(
            networkVersion: { parameters.networkVersion(at: $0) },
            prices: parameters.gasPriceList(at: UpgradeSchedule.never) == .calico
                ? .calico : .genesis,
            policy: ActorPolicy(parameters),
            proofs: proofs,
            signatures: signatures,
            upgrades: upgrades
        )
    }
}
