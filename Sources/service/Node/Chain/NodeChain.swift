package import ActorRuntime
package import ChainStore
package import Consensus
package import FilecoinTypes
package import Multiformats
package import NetworkParameters
package import StateMachine
package import StateView

/// The chain that a node follows: tipsets, states, and the rules of its network.
///
/// All calls block; callers on the cooperative pool go through the blocking pool.
package final class NodeChain: Sendable {
    /// Tipsets, messages and states.
    package let store: ChainStore
    /// The chain with the rules of its network.
    package let consensus: ConsensusChain
    /// What the execution of tipsets gave.
    package let states: TipsetStates
    /// Executes tipsets, for those who want to know more than ``states`` keeps.
    package let runner: StateMachineRunner
    /// The beacons and what blocks must carry of them.
    package let beacon: BeaconSchedule
    /// The rules of the state machine.
    package let rules: ExecutionRules
    /// The header of the genesis block.
    package let genesis: BlockHeader
    /// The name in the init actor's state.
    package let networkName: String

    /// Composes the chain over a store that has a genesis.
    ///
    /// `beacon`: the network's beacons. `proofs`: verifies the proofs in messages. Fails with `ChainStoreError` or
    /// `StateViewError` if the genesis cannot be read.
    package init(
        _ store: ChainStore,
        parameters: NetworkParameters,
        beacon: BeaconSchedule,
        proofs: any ProofVerifier
    ) throws {
        self.store = store
        self.beacon = beacon
        consensus = ConsensusChain(store: store, parameters: parameters)
        rules = ExecutionRules(parameters, proofs: proofs, signatures: KeySignatures())
        runner = StateMachineRunner(chain: consensus, beacon: beacon, rules: rules)
        states = TipsetStates(store, runner: runner)
        genesis = try store.genesis()
        networkName = try StateView(root: genesis.parentStateRoot, store: store.blocks)
            .initState().networkName
    }

    /// The network's constants.
    package var parameters: NetworkParameters { consensus.parameters }

    /// When epoch 0 began, in seconds since 1970.
    package var genesisTime: UInt64 { genesis.timestamp }

    /// The state that a tipset's blocks carry: the one before its own messages.
    package func parentView(of tipset: Tipset) throws -> StateView {
        try StateView(root: tipset.parentStateRoot, store: store.blocks)
    }

    /// The state after a tipset, which is executed if it was not before.
    package func view(after tipset: Tipset) throws -> StateView {
        try StateView(root: try states.execution(of: tipset).stateRoot, store: store.blocks)
    }

    /// Randomness and older states as messages on top of a tipset see them.
    package func chainView(from tipset: Tipset) -> any ChainView {
        ChainStateView(chain: consensus, beacon: beacon, base: tipset)
    }

    /// The messages of a tipset in the order of execution, with the CIDs that blocks list.
    package func messages(of tipset: Tipset) throws -> [(cid: CID, message: Message)] {
        try store.messages(of: tipset).flatMap { _, messages in
            messages.bls.map { ($0.cid, $0) } + messages.secp.map { ($0.cid, $0.message) }
        }
    }

    /// A message by the CID under which blocks list it.
    ///
    /// - Throws: `ChainStoreError` if it is not here.
    package func message(_ cid: CID) throws -> Message {
        if let message: Message = try? store.value(cid) { return message }
        let signed: SignedMessage = try store.value(cid)
        return signed.message
    }
}
