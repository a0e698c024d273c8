import ActorRuntime
import CBOR
import ChainStore
import Consensus
import EventLoop
import FilecoinTypes
import IPLD
import MessagePool
import Multiformats
import NetworkParameters
import StateMachine
import StateView

/// The chain as the message pool and the gas estimator ask for it; reads wait on the blocking pool.
struct ChainAccess: MessagePoolChain, GasEstimationChain {
    let chain: NodeChain
    /// Whether senders are looked up so far back that no reorganization can change them, as the pool needs it.
    let looksBack: Bool

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (NodeChain) throws -> Value
    ) async throws -> Value {
        let chain = chain
        return try await BlockingPool.shared.run { try body(chain) }
    }

    // MARK: - The message pool

    func senderStates(
        of addresses: [Address],
        after tipset: Tipset
    ) async throws -> [Address: SenderState] {
        try await read { chain in
            let view = try chain.view(after: tipset)
            var states: [Address: SenderState] = [:]
            for address in addresses {
                do throws(StateViewError) {
                    let actor = try view.actor(address)
                    states[address] = SenderState(nonce: actor.nonce, balance: actor.balance)
                } catch {
                    guard error.isActorNotFound else { throw error }
                }
            }
            return states
        }
    }

    func keyAddress(of address: Address, at tipset: Tipset) async throws -> Address {
        if address.isKey { return address }
        guard looksBack else { return try await presentKey(of: address, at: tipset) }
        return try await read { chain in
            // No reorganization reaches that far.
            let epoch = max(0, tipset.height - NetworkParameters.finality)
            let final = try chain.store.tipset(at: epoch, from: tipset)
            do throws(StateViewError) {
                return try StateView(root: final.parentStateRoot, store: chain.store.blocks)
                    .keyAddress(of: address)
            } catch {
                if epoch > 0 {
                    throw MessageSearch.Failure(
                        description: "ID address not found in lookback state"
                    )
                }
                // A young chain: the accounts of the head will do.
                return try chain.view(after: tipset).keyAddress(of: address)
            }
        }
    }

    private func presentKey(of address: Address, at tipset: Tipset) async throws -> Address {
        try await read { chain in
            let view = try chain.view(after: tipset)
            do throws(StateViewError) { return try view.keyAddress(of: address) } catch {
                let text =
                    error.isActorNotFound
                    ? "failed to find actor: \(address)"
                    : "failed to get account actor state for \(address): "
                        + ChainReader.text(of: error)
                throw MessageSearch.Failure(description: text)
            }
        }
    }

    func baseFee(after tipset: Tipset) async throws -> TokenAmount {
        try await read { try $0.consensus.nextBaseFee(after: tipset) }
    }

    func parent(of tipset: Tipset) async throws -> Tipset {
        try await read { try $0.store.parent(of: tipset) }
    }

    func messages(of header: BlockHeader) async throws -> BlockMessages {
        try await read { try $0.store.messages(of: header) }
    }

    func store(_ message: SignedMessage) async throws {
        try await read { chain in
            let plain = message.message.cborBytes()
            let signed = message.cborBytes()
            try chain.store.blocks.put([
                Block(cid: .dagCBOR(hashing: plain), bytes: plain),
                Block(cid: .dagCBOR(hashing: signed), bytes: signed),
            ])
        }
    }

    // MARK: - Gas

    func gasOffers(of tipset: Tipset) async throws -> [GasOffer] {
        try await read { chain in
            try chain.messages(of: tipset).map {
                GasOffer(premium: $0.message.gasPremium, gasLimit: $0.message.gasLimit)
            }
        }
    }

    func isPaymentChannel(_ address: Address, at tipset: Tipset) async throws -> Bool {
        try await read { chain in
            try chain.view(after: tipset).actor(address).actorCode?.kind == .paymentChannel
        }
    }

    func trial(
        of message: Message,
        after earlier: [Message],
        on tipset: Tipset
    ) async throws -> TrialResult {
        try await read { chain in
            let state = try chain.states.execution(of: tipset).stateRoot
            return try DeepStack.run {
                let buffer = BufferedBlockStore(over: chain.store.blocks)
                let machine = try chain.rules.machine(
                    tree: try StateTree(root: state, store: buffer),
                    epoch: tipset.height,
                    // A trial is free, so that it does not fail for want of fees.
                    baseFee: 0,
                    view: chain.chainView(from: tipset)
                )
                for message in earlier { _ = try machine.apply(Self.onChain(message)) }
                var message = message
                if let sender = try machine.tree.resolve(message.from),
                    let account = try machine.tree.actor(sender)
                {
                    message.nonce = account.nonce
                }
                let result = try machine.apply(Self.onChain(message))
                return TrialResult(
                    exitCode: result.receipt.exitCode,
                    gasUsed: result.receipt.gasUsed,
                    error: result.error ?? ""
                )
            }
        }
    }

    /// A message as it will be on the chain: with 65 bytes of signature if its sender signs by itself.
    private static func onChain(_ message: Message) -> StateMachine.ChainMessage {
        guard message.from.kind == .secp256k1 else { return ChainMessage(message) }
        let signature = Signature(type: .secp256k1, data: [UInt8](repeating: 0, count: 65))
        return ChainMessage(SignedMessage(message: message, signature: signature))
    }
}
