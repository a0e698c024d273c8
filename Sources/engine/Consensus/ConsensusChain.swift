internal import BuiltinActors
package import BigIntegers
package import ChainStore
package import FilecoinTypes
package import Multiformats
package import NetworkParameters
package import StateView

/// The chain together with its network's rules: weight, base fee, states that elections look back to.
package struct ConsensusChain: Sendable {
    /// Tipsets, messages and states.
    package let store: ChainStore
    /// The network's constants.
    package let parameters: NetworkParameters

    package init(store: ChainStore, parameters: NetworkParameters) {
        self.store = store
        self.parameters = parameters
    }

    /// The state with a root.
    package func view(_ root: CID) throws -> StateView {
        try StateView(root: root, store: store.blocks)
    }

    /// The weight of a tipset: what headers of its children carry.
    ///
    /// - Throws: ``ConsensusError/noPower(_:)``, or what reading the state throws.
    package func weight(of tipset: Tipset) throws -> BigInt {
        let power = try view(tipset.parentStateRoot).powerState().totalQualityAdjustedPower
        let wins = tipset.blocks.reduce(into: Int64(0)) { sum, block in
            sum = sum &+ (block.electionProof?.winCount ?? 0)
        }
        let weight = ForkChoice.weight(
            after: tipset.parentWeight,
            totalPower: power,
            winCount: wins
        )
        guard let weight else { throw ConsensusError.noPower(tipset.key) }
        return weight
    }

    /// The base fee of a tipset's children.
    ///
    /// - Throws: ``ChainStoreError`` if messages are missing.
    package func nextBaseFee(after tipset: Tipset) throws -> TokenAmount {
        var total: Int64 = 0
        for (_, messages) in try store.messages(of: tipset) {
            for message in messages.messages { total = total &+ message.gasLimit.rawValue }
        }
        return parameters.nextBaseFee(
            after: tipset.parentBaseFee,
            height: tipset.height,
            gasLimitTotal: GasAmount(rawValue: total),
            blockCount: tipset.blocks.count
        )
    }

    /// Moves the head to `tipset` if it is the better chain.
    ///
    /// - Returns: How the head moved; empty if it stayed.
    package func takeIfHeavier(_ tipset: Tipset) throws -> HeadChange {
        let head = try store.head()
        let isBetter = ForkChoice.prefers(
            (tipset, try weight(of: tipset)),
            over: (head, try weight(of: head))
        )
        return isBetter ? try store.setHead(tipset) : HeadChange(reverted: [], applied: [])
    }

    /// The state that decides who may win an epoch, and with which key and power.
    package struct Lookback: Sendable {
        /// The last tipset at or before the epoch that is looked back to.
        package let tipset: Tipset
        /// The root of the state after it.
        package let stateRoot: CID
    }

    /// Finds the state that elections of an epoch look back to: 900 epochs, so that it is final.
    ///
    /// - Parameters:
    ///   - epoch: The epoch of the election.
    ///   - base: The tipset to build on.
    /// - Returns: The state, and the tipset after which it was.
    /// - Throws: ``ConsensusError/tooManyNullRounds(lookback:base:)`` if the base itself is older than that, but
    ///   not on a devnet: there the base's own state elects, as it did in lotus until v1.15.
    package func lookback(for epoch: ChainEpoch, base: Tipset) throws -> Lookback {
        let distance = NetworkParameters.electionLookback
        let target = epoch > distance ? epoch - distance : 0
        if base.height == 0 {
            // The state after genesis is the one that it carries.
            return Lookback(tipset: base, stateRoot: base.parentStateRoot)
        }
        guard target < base.height else {
            guard parameters.network == .devnet else {
                throw ConsensusError.tooManyNullRounds(lookback: target, base: base.height)
            }
            // A devnet whose services all rested for hours goes on, with the newest state that blocks carry.
            return Lookback(tipset: base, stateRoot: base.parentStateRoot)
        }
        let next = try store.tipset(at: target + 1, from: base, previous: false)
        return Lookback(tipset: try store.parent(of: next), stateRoot: next.parentStateRoot)
    }
}

/// Why a question about the chain has no answer.
package enum ConsensusError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No miner has power any more.
    case noPower(TipsetKey)
    /// The last tipset is older than the state that the election would look back to.
    case tooManyNullRounds(lookback: ChainEpoch, base: ChainEpoch)
    /// A block would have to carry more beacon entries than a list on the chain can hold.
    case tooManyBeaconRounds(Int, limit: Int)

    package var description: String {
        switch self {
        case .noPower(let key): "no miner has power at \(key); the network is dead"
        case .tooManyNullRounds(let lookback, let base):
            "lookback height \(lookback) is at or after base height \(base)"
        case .tooManyBeaconRounds(let count, let limit):
            "the block would need \(count) beacon entries, and may carry \(limit)"
        }
    }
}
