package import FilecoinTypes

// The numbers of the methods that one actor calls on another. The complete tables are the actors' definitions.

/// The account's methods.
package enum AccountMethod {
    package static let pubkeyAddress: MethodNumber = 2
}

/// The init actor's methods.
package enum InitMethod {
    package static let exec: MethodNumber = 2
}

/// The cron actor's methods.
package enum CronMethod {
    package static let epochTick: MethodNumber = 2
}

/// The reward actor's methods.
package enum RewardMethod {
    package static let awardBlockReward: MethodNumber = 2
    package static let thisEpochReward: MethodNumber = 3
    package static let updateNetworkKPI: MethodNumber = 4
}

/// The storage power actor's methods.
package enum PowerMethod {
    package static let createMiner: MethodNumber = 2
    package static let updateClaimedPower: MethodNumber = 3
    package static let enrollCronEvent: MethodNumber = 4
    package static let cronTick: MethodNumber = 5
    package static let updatePledgeTotal: MethodNumber = 6
    package static let submitPoRepForBulkVerify: MethodNumber = 8
    package static let currentTotalPower: MethodNumber = 9
}

/// The miner's methods.
package enum MinerMethod {
    package static let controlAddresses: MethodNumber = 2
    package static let onDeferredCronEvent: MethodNumber = 12
    package static let applyRewards: MethodNumber = 14
    package static let confirmSectorProofsValid: MethodNumber = 17
}

/// The verified registry's methods.
package enum VerifiedRegistryMethod {
    package static let addVerifier: MethodNumber = 2
    package static let addVerifiedClient: MethodNumber = 4
    package static let useBytes: MethodNumber = 5
    package static let restoreBytes: MethodNumber = 6
}

/// The multisig's methods.
package enum MultisigMethod {
    package static let propose: MethodNumber = 2
    package static let approve: MethodNumber = 3
    package static let cancel: MethodNumber = 4
    package static let addSigner: MethodNumber = 5
    package static let removeSigner: MethodNumber = 6
    package static let swapSigner: MethodNumber = 7
}
