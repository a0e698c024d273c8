internal import ActorRuntime
package import ChainStore
package import FilecoinTypes
package import StateMachine

/// Executes tipsets of a chain with the state machine.
package struct StateMachineRunner: TipsetRunner {
    private let chain: ConsensusChain
    private let beacon: BeaconSchedule
    private let rules: ExecutionRules

    package init(chain: ConsensusChain, beacon: BeaconSchedule, rules: ExecutionRules) {
        self.chain = chain
        self.beacon = beacon
        self.rules = rules
    }

    package func execute(_ tipset: Tipset) throws -> ChainStore.Execution {
        let result = try run(tipset)
        return ChainStore.Execution(
            stateRoot: result.stateRoot,
            receiptsRoot: result.receiptsRoot
        )
    }

    /// Executes a tipset and tells what every message did; if it is traced, in every detail.
    package func run(_ tipset: Tipset, isTraced: Bool = false) throws -> TipsetResult {
        let parent = try chain.store.parent(of: tipset)
        let blocks = try chain.executedMessages(of: tipset).map { block, messages in
            BlockExecution(
                miner: block.miner,
                winCount: block.electionProof?.winCount ?? 0,
                messages: messages.bls.map { ChainMessage($0) }
                    + messages.secp.map { ChainMessage($0) }
            )
        }
        return try DeepStack.run { [chain, beacon, rules] in
            try TipsetExecutor(rules: rules, store: chain.store.blocks).execute(
                parentState: tipset.parentStateRoot,
                parentEpoch: parent.height,
                epoch: tipset.height,
                blocks: blocks,
                baseFee: tipset.parentBaseFee,
                view: ChainStateView(chain: chain, beacon: beacon, base: tipset),
                trace: isTraced ? ExecutionTrace() : nil
            )
        }
    }
}
