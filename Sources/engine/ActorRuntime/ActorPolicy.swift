package import BigIntegers
package import FilecoinTypes

/// The constants of the actors that a network may set.
///
/// Everything else is fixed in the actors. Source: specs-actors' `policy.go` files and what lotus changes in
/// them for its networks (`chain/actors/policy`, `build/params_*.go`).
package struct ActorPolicy: Hashable, Sendable {
    /// WindowPoSt types with which a miner may be created.
    package var windowPoStProofs: Set<RegisteredPoStProof>
    /// Seal types with which a sector may be pre-committed.
    package var sealProofs: Set<RegisteredSealProof>
    /// The raw power, in bytes, from which a miner counts for elections whatever the others have.
    package var consensusMinerMinPower: BigInt
    /// The least data cap, in bytes.
    package var minVerifiedDealSize: BigInt
    /// Epochs between a pre-commitment and the randomness of its proof.
    package var preCommitChallengeDelay: ChainEpoch
    /// Epochs within which a sector must be proven, by seal type.
    package var maxProveCommitDuration: [RegisteredSealProof: ChainEpoch]
    /// Epochs whose headers prove no consensus fault: those around the Orange upgrade.
    ///
    /// The main network had halted there. A development network whose upgrades lie before genesis has the rest of them after it.
    package var unreportedEpochs: ClosedRange<ChainEpoch>?

    package init(
        windowPoStProofs: Set<RegisteredPoStProof>,
        sealProofs: Set<RegisteredSealProof>,
        consensusMinerMinPower: BigInt,
        minVerifiedDealSize: BigInt,
        preCommitChallengeDelay: ChainEpoch,
        unreportedEpochs: ClosedRange<ChainEpoch>? = nil,
        maxProveCommitDuration: [RegisteredSealProof: ChainEpoch] = Self.usualProveCommitDurations
    ) {
        self.windowPoStProofs = windowPoStProofs
        self.sealProofs = sealProofs
        self.consensusMinerMinPower = consensusMinerMinPower
        self.minVerifiedDealSize = minVerifiedDealSize
        self.preCommitChallengeDelay = preCommitChallengeDelay
        self.unreportedEpochs = unreportedEpochs
        self.maxProveCommitDuration = maxProveCommitDuration
    }

    /// One day plus the challenge delay for the first seal types, thirty days for the later ones.
    ///
    /// The reference fills its table before a network changes the delay, so that 150 is in it everywhere.
    package static let usualProveCommitDurations: [RegisteredSealProof: ChainEpoch] = Dictionary(
        uniqueKeysWithValues: (0..<10).map { number in
            (RegisteredSealProof(rawValue: number), number < 5 ? 2880 + 150 : 30 * 2880 + 150)
        }
    )

    /// The epochs that are less than one finality away from the Orange upgrade.
    package static func epochs(around orange: ChainEpoch) -> ClosedRange<ChainEpoch> {
        (orange - 899)...(orange + 899)
    }

    /// The main network.
    package static let mainnet = ActorPolicy(
        windowPoStProofs: [.stackedDrgWindow32GiBV1, .stackedDrgWindow64GiBV1],
        sealProofs: [.stackedDrg32GiBV1_1, .stackedDrg64GiBV1_1],
        consensusMinerMinPower: 10 << 40,
        minVerifiedDealSize: 1 << 20,
        preCommitChallengeDelay: 150,
        unreportedEpochs: epochs(around: 336_458)
    )

    /// lotus's `2k` development network.
    package static let twoKiB = ActorPolicy(
        windowPoStProofs: [
            .stackedDrgWindow2KiBV1, .stackedDrgWindow8MiBV1, .stackedDrgWindow32GiBV1,
            .stackedDrgWindow64GiBV1,
        ],
        sealProofs: [.stackedDrg2KiBV1_1, .stackedDrg8MiBV1_1],
        consensusMinerMinPower: 2048,
        minVerifiedDealSize: 256,
        preCommitChallengeDelay: 10,
        unreportedEpochs: epochs(around: -11)
    )

    /// The least power for a WindowPoSt type.
    ///
    /// - Throws: An error without code if there is no such type.
    package func minPower(_ proof: RegisteredPoStProof) throws(ActorError) -> BigInt {
        // The table of the reference has the five first window types.
        guard (5..<10).contains(proof.rawValue) else {
            throw .uncoded("unsupported proof type: \(proof.rawValue)")
        }
        return consensusMinerMinPower
    }
}

/// For what randomness is drawn: the same source gives unrelated values for different purposes.
package enum DomainSeparationTag: Int64, Sendable, CaseIterable {
    case ticketProduction = 1
    case electionProofProduction = 2
    case winningPoStChallengeSeed = 3
    case windowedPoStChallengeSeed = 4
    case sealRandomness = 5
    case interactiveSealChallengeSeed = 6
    case windowedPoStDeadlineAssignment = 7
    case marketDealCronSeed = 8
    case poStChainCommit = 9
}
