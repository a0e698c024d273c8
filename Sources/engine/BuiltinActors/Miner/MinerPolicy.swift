internal import BigIntegers
package import FilecoinTypes

/// The storage miner actor's constants that do not vary by network.
///
/// Source: specs-actors, `builtin/miner/policy.go` and `monies.go` (v6, v7). Values that a network may set
/// (proof types, pre-commit challenge delay) are in `NetworkParameters`.
package enum MinerPolicy {
    /// Epochs in which every sector is proven once: one day.
    package static let provingPeriod: ChainEpoch = 2880
    /// Deadlines of one proving period.
    package static let periodDeadlines: UInt64 = 48
    /// Epochs that one deadline is open: half an hour.
    package static let challengeWindow: ChainEpoch = 60
    /// Epochs before a deadline opens whose randomness its proofs answer.
    package static let challengeLookback: ChainEpoch = 20
    /// Epochs before a deadline opens after which faults and recoveries are no longer accepted.
    package static let faultDeclarationCutoff: ChainEpoch = 70
    /// Epochs after a challenge window in which an optimistically accepted proof may be disputed.
    package static let disputeWindow: ChainEpoch = 1800
    /// Epochs after which the chain is taken as final.
    package static let chainFinality: ChainEpoch = 900
    /// Epochs that a sector may be faulty before it is terminated: 42 proving periods.
    package static let faultMaxAge: ChainEpoch = 120_960
    /// Epochs between a worker key change and its effect.
    package static let workerKeyChangeDelay: ChainEpoch = 900
    /// The least epochs between activation and expiration of a sector.
    package static let minSectorExpiration: ChainEpoch = 518_400
    /// The most epochs by which one extension may move an expiration.
    package static let maxSectorExpirationExtension: ChainEpoch = 1_555_200
    /// Epochs before the proof in which the seal randomness must have been drawn.
    package static let maxPreCommitRandomnessLookback: ChainEpoch = 3780
    /// Epochs without block production after a reported consensus fault.
    package static let consensusFaultIneligibilityDuration: ChainEpoch = 900
    /// Epochs after its last possible proof in which a pre-commitment is cleaned up.
    package static let expiredPreCommitCleanUpDelay: ChainEpoch = 960

    /// Partitions of one deadline, at most.
    package static let maxPartitionsPerDeadline: UInt64 = 3000
    /// Partitions that one message may address.
    package static let addressedPartitionsMax: UInt64 = 3000
    /// Declarations of one message.
    package static let declarationsMax = 3000
    /// Sectors that one message may address.
    package static let addressedSectorsMax: UInt64 = 25_000
    /// Bytes of a peer id, at most.
    package static let maxPeerIDLength = 128
    /// Bytes of all multi-addresses together, at most.
    package static let maxMultiaddrData = 1024
    /// Control addresses of one miner, at most.
    package static let maxControlAddresses = 10
    /// Sectors of one pre-commit batch, at most.
    package static let preCommitSectorBatchMaxSize = 256
    /// Updates of one ProveReplicaUpdates message, at most.
    package static let proveReplicaUpdatesMaxSize = 256
    /// The fewest sectors of one aggregate proof.
    package static let minAggregatedSectors: UInt64 = 4
    /// The most sectors of one aggregate proof.
    package static let maxAggregatedSectors: UInt64 = 819
    /// Bytes of an aggregate proof, at most.
    package static let maxAggregateProofSize = 81_960
    /// Entries of one expiration set that are expanded, at most.
    package static let expirationEntrySectorsMax: UInt64 = 10_000

    // Bit widths of the state's AMTs.
    package static let preCommitCleanUpBitWidth = 6
    package static let sectorsBitWidth = 5
    package static let deadlinePartitionsBitWidth = 3
    package static let deadlineExpirationsBitWidth = 5
    package static let deadlineOptimisticPoStSubmissionsBitWidth = 2
    package static let partitionExpirationBitWidth = 4
    package static let partitionEarlyTerminationBitWidth = 3

    /// Returns how many partitions one message may load, given the sectors of a full partition.
    package static func loadPartitionsSectorsMax(partitionSectors: UInt64) -> UInt64 {
        min(addressedSectorsMax / partitionSectors, addressedPartitionsMax)
    }

    /// Returns how many deals a sector of `size` bytes may hold.
    package static func sectorDealsMax(sizeBytes: UInt64) -> UInt64 {
        max(256, sizeBytes / 134_217_728)
    }
}

extension MinerPolicy {
    /// The most epochs that a sector may live; `nil` for an unknown proof.
    package static func maxSectorLifetime(_ proof: RegisteredSealProof) -> ChainEpoch? {
        switch proof.version {
        // 540 days: the graphs of the first version are weaker.
        case .v1: 1_555_200
        // Five years of 365 days.
        case .v1_1: 5_256_000
        default: nil
        }
    }
}
