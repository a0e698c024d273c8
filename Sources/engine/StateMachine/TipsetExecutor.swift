package import ActorRuntime
internal import BuiltinActors
internal import CBOR
package import FilecoinTypes
package import IPLD
package import Multiformats

/// The rules of one network, as far as execution needs them.
package struct ExecutionRules: Sendable {
    /// The network version of an epoch.
    package var networkVersion: @Sendable (ChainEpoch) -> NetworkVersion
    /// What operations cost.
    package var prices: GasPriceList
    /// The constants of the actors.
    package var policy: ActorPolicy
    package var registry: ActorRegistry
    package var proofs: any ProofVerifier
    package var signatures: any SignatureVerifier
    /// State changes at given epochs: from the root after that epoch to another one.
    package var upgrades: [ChainEpoch: any StateUpgrade]

    package init(
        networkVersion: @escaping @Sendable (ChainEpoch) -> NetworkVersion,
        prices: GasPriceList,
        policy: ActorPolicy,
        registry: ActorRegistry = .builtin,
        proofs: any ProofVerifier,
        signatures: any SignatureVerifier,
        upgrades: [ChainEpoch: any StateUpgrade] = [:]
    ) {
        self.networkVersion = networkVersion
        self.prices = prices
        self.policy = policy
        self.registry = registry
        self.proofs = proofs
        self.signatures = signatures
        self.upgrades = upgrades
    }

    /// A machine of these rules over a state.
    package func machine(
        tree: StateTree,
        epoch: ChainEpoch,
        baseFee: TokenAmount,
        view: any ChainView
    ) throws -> Machine {
        try Machine(
            tree: tree,
            epoch: epoch,
            networkVersion: networkVersion(epoch),
            baseFee: baseFee,
            prices: prices,
            policy: policy,
            registry: registry,
            view: view,
            proofs: proofs,
            signatures: signatures
        )
    }
}

/// A change of the whole state at an upgrade of the network.
package protocol StateUpgrade: Sendable {
    /// Returns the root of the changed state; new blocks go to `store`.
    func apply(root: CID, epoch: ChainEpoch, store: any BlockStore) throws -> CID
}

/// One block's part of a tipset.
package struct BlockExecution: Sendable {
    package var miner: Address
    package var winCount: Int64
    /// Messages under the block's aggregate signature, then those with their own.
    package var messages: [ChainMessage]

    package init(miner: Address, winCount: Int64, messages: [ChainMessage]) {
        self.miner = miner
        self.winCount = winCount
        self.messages = messages
    }
}

/// A message of a tipset and what it did.
package struct AppliedMessage: Sendable {
    package var message: Message
    package var result: MessageResult
    /// Whether the protocol made the call itself.
    package var isImplicit: Bool
    /// What happened in detail; empty if nobody traced it.
    package var events: [ExecutionTrace.Event] = []
}

/// What the execution of a tipset gave.
package struct TipsetResult: Sendable {
    package var stateRoot: CID
    /// The root of the array of the explicit messages' receipts.
    package var receiptsRoot: CID
    /// Every message in the order of execution, the protocol's own included.
    package var applied: [AppliedMessage]
}

/// Executes tipsets: messages, rewards and cron.
///
/// Needs a deep stack, see `DeepStack`.
///
/// - SeeAlso: lotus, `chain/consensus/filcns/compute_state.go`.
package struct TipsetExecutor {
    /// The gas of all messages of one block, at most.
    private static let blockGasLimit: Int64 = 10_000_000_000

    package let rules: ExecutionRules
    /// Where states are; new blocks are written once per tipset, in one batch.
    package let store: any BlockStore

    package init(rules: ExecutionRules, store: any BlockStore) {
        self.rules = rules
        self.store = store
    }

    /// Executes a tipset on its parent's state.
    ///
    /// - Parameters:
    ///   - parentState: The state after the parent tipset.
    ///   - parentEpoch: Its epoch; the epochs in between are null rounds, which run cron.
    ///   - epoch: The epoch of the tipset.
    ///   - blocks: The blocks in the tipset's order.
    ///   - baseFee: The base fee of the tipset.
    ///   - view: The chain as seen from the tipset.
    ///   - trace: Records what happens, if not nil.
    /// - Returns: The new state and the receipts, which are in the store.
    /// - Throws: ``ExecutionError`` and what the store throws.
    package func execute(
        parentState: CID,
        parentEpoch: ChainEpoch,
        epoch: ChainEpoch,
        blocks: [BlockExecution],
        baseFee: TokenAmount,
        view: any ChainView,
        trace: ExecutionTrace? = nil
    ) throws -> TipsetResult {
        let buffer = BufferedBlockStore(over: store)
        var root = parentState
        var applied: [AppliedMessage] = []
        var past = parentEpoch
        while past < epoch {
            if past > parentEpoch {
                let machine = try machine(root, past, baseFee, view, buffer, trace)
                applied.append(try runCron(machine))
                root = try machine.tree.flush()
            }
            if let upgrade = rules.upgrades[past] {
                root = try upgrade.apply(root: root, epoch: past, store: buffer)
            }
            past = past + 1
        }
        let machine = try machine(root, epoch, baseFee, view, buffer, trace)
        var processed: Set<CID> = []
        for block in blocks {
            try execute(block, machine, &processed, &applied)
        }
        applied.append(try runCron(machine))
        let receipts = AMT<MessageReceipt>(store: buffer, layout: .v0)
        for message in applied where !message.isImplicit {
            try receipts.append(message.result.receipt)
        }
        let receiptsRoot = try receipts.flush()
        let stateRoot = try machine.tree.flush()
        try buffer.flush(roots: [stateRoot, receiptsRoot])
        return TipsetResult(stateRoot: stateRoot, receiptsRoot: receiptsRoot, applied: applied)
    }

    private func machine(
        _ root: CID,
        _ epoch: ChainEpoch,
        _ baseFee: TokenAmount,
        _ view: any ChainView,
        _ buffer: BufferedBlockStore,
        _ trace: ExecutionTrace?
    ) throws -> Machine {
        let machine = try rules.machine(
            tree: try StateTree(root: root, store: buffer),
            epoch: epoch,
            baseFee: baseFee,
            view: view
        )
        machine.trace = trace
        return machine
    }

    private func execute(
        _ block: BlockExecution,
        _ machine: Machine,
        _ processed: inout Set<CID>,
        _ applied: inout [AppliedMessage]
    ) throws {
        var penalty = TokenAmount.zero
        var gasReward = TokenAmount.zero
        for message in block.messages where processed.insert(message.message.cid).inserted {
            let start = machine.trace?.events.count ?? 0
            let result = try machine.apply(message)
            gasReward = gasReward + result.gas.minerTip
            penalty = penalty + result.gas.minerPenalty
            applied.append(
                AppliedMessage(
                    message: message.message,
                    result: result,
                    isImplicit: false,
                    events: machine.trace?.events(from: start) ?? []
                )
            )
        }
        let parameters = AwardBlockRewardParameters(
            miner: block.miner,
            penalty: penalty,
            gasReward: gasReward,
            winCount: block.winCount
        )
        let message = Message(
            to: .reward,
            from: .system,
            nonce: UInt64(bitPattern: machine.epoch.rawValue),
            gasLimit: GasAmount(rawValue: 1 << 30),
            method: RewardMethod.awardBlockReward,
            params: parameters.cborBytes()
        )
        applied.append(try runImplicit(message, "AwardBlockReward", machine))
    }

    private func runCron(_ machine: Machine) throws -> AppliedMessage {
        let message = Message(
            to: .cron,
            from: .system,
            nonce: UInt64(bitPattern: machine.epoch.rawValue),
            gasLimit: GasAmount(rawValue: Self.blockGasLimit * 10_000),
            method: CronMethod.epochTick
        )
        return try runImplicit(message, "EpochTick", machine)
    }

    private func runImplicit(
        _ message: Message,
        _ name: String,
        _ machine: Machine
    ) throws -> AppliedMessage {
        let start = machine.trace?.events.count ?? 0
        let result = try machine.applyImplicit(message)
        guard result.receipt.exitCode.isSuccess else {
            throw ExecutionError.implicitMessageFailed(name, result.receipt.exitCode)
        }
        return AppliedMessage(
            message: message,
            result: result,
            isImplicit: true,
            events: machine.trace?.events(from: start) ?? []
        )
    }
}
