package import ActorRuntime
internal import ChainStore
package import FilecoinTypes
package import Multiformats
internal import NetworkParameters
internal import StateView

/// The chain that ends in a tipset, as the state machine sees it while it executes that tipset.
///
/// - SeeAlso: lotus, `chain/rand/rand.go`; `chain/stmgr/supply.go`.
package final class ChainStateView: ChainView {
    private let chain: ConsensusChain
    private let beacon: BeaconSchedule
    private let base: Tipset

    /// The chain that ends in `base`: the tipset that is executed, or the one on which messages are tried.
    package init(chain: ConsensusChain, beacon: BeaconSchedule, base: Tipset) {
        self.chain = chain
        self.beacon = beacon
        self.base = base
    }

    package func chainRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8] {
        try chain.ticketRandomness(tag.rawValue, at: epoch, entropy: entropy, base: base)
    }

    package func beaconRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8] {
        try chain.beaconRandomness(
            tag.rawValue,
            at: epoch,
            entropy: entropy,
            base: base,
            schedule: beacon
        )
    }

    package func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) throws -> TokenAmount {
        try CirculatingSupply(tree, at: epoch, parameters: chain.parameters).circulating
    }

    package func lookbackStateRoot(at epoch: ChainEpoch) throws -> CID {
        try chain.lookback(for: epoch, base: base).stateRoot
    }
}

extension ConsensusChain {
    /// Draws randomness from the ticket of an epoch, by the rules in force then.
    ///
    /// Until network version 12 a null round takes the ticket before it, since then the one after it.
    package func ticketRandomness(
        _ purpose: Int64,
        at epoch: ChainEpoch,
        entropy: [UInt8],
        base: Tipset
    ) throws -> [UInt8] {
        try store.ticketRandomness(
            purpose,
            at: epoch,
            entropy: entropy,
            base: base,
            lookback: parameters.networkVersion(at: epoch) < 13
        )
    }

    /// Draws randomness from the beacon entry of an epoch, by the rules since network version 14.
    package func beaconRandomness(
        _ purpose: Int64,
        at epoch: ChainEpoch,
        entropy: [UInt8],
        base: Tipset,
        schedule: BeaconSchedule
    ) throws -> [UInt8] {
        // Before genesis there was no round: its own entry serves.
        let round =
            try epoch < 0
            ? store.latestBeaconEntry(of: store.tipset(at: 0, from: base)).round
            : schedule.beacon(at: epoch).round(at: epoch)
        return try store.beaconRandomness(
            purpose,
            at: epoch,
            round: round,
            entropy: entropy,
            base: base
        )
    }
}
