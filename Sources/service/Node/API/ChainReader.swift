import ActorRuntime
import ChainStore
import Consensus
import EventLoop
import FilecoinTypes
import JSONRPC
import Multiformats
import StateView

/// Which of the two APIs a service answers: the methods differ in a few signatures.
package enum NodeAPIVersion: Sendable {
    /// `/rpc/v0`
    case v0
    /// `/rpc/v1`
    case v1
}

/// What the methods that only look at the chain have in common: a tipset, a thread that may wait, lotus's words.
struct ChainReader: Sendable {
    let chain: NodeChain

    /// The blocks, as the actors' own code reads them.
    var actorStore: ActorStore { ActorStore(reading: chain.store.blocks) }

    /// Runs something that reads the store on a thread that may wait.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (NodeChain) throws -> Value
    ) async throws -> Value {
        let chain = chain
        return try await BlockingPool.shared.run {
            do { return try body(chain) } catch let error as ChainStoreError {
                throw RPCError(Self.text(of: error))
            }
        }
    }

    /// The same at a tipset; the empty key means the head.
    func at<Value: Sendable>(
        _ key: TipsetKey,
        _ body: @escaping @Sendable (NodeChain, Tipset) throws -> Value
    ) async throws -> Value {
        try await read { try body($0, try $0.store.tipset(key)) }
    }

    /// The same with the state that a tipset's blocks carry.
    func state<Value: Sendable>(
        _ key: TipsetKey,
        _ body: @escaping @Sendable (StateView, Tipset) throws -> Value
    ) async throws -> Value {
        try await at(key) { chain, tipset in
            do { return try body(try chain.parentView(of: tipset), tipset) } catch let error
                as StateViewError
            { throw RPCError(Self.text(of: error)) }
        }
    }

    /// The same with a miner in that state.
    ///
    /// `isExplained`: whether an error says what was attempted, as most methods of lotus do.
    func miner<Value: Sendable>(
        _ address: Address,
        _ key: TipsetKey,
        isExplained: Bool = true,
        _ body: @escaping @Sendable (MinerView, Tipset) throws -> Value
    ) async throws -> Value {
        try await state(key) { view, tipset in
            let miner: MinerView
            do throws(StateViewError) { miner = try view.miner(address) } catch {
                guard isExplained else { throw error }
                let what =
                    error.isActorNotFound
                    ? "failed to load miner actor" : "failed to load miner actor state"
                throw RPCError("\(what): \(Self.text(of: error))")
            }
            return try body(miner, tipset)
        }
    }

    /// What lotus says.
    static func text(of error: StateViewError) -> String {
        switch error {
        case .unexpectedCode(_, let code, _): "unknown actor code \(code)"
        case .actorNotFound, .noClaim, .broken: error.description
        }
    }

    static func text(of error: ChainStoreError) -> String {
        switch error {
        case .headerNotFound(let cid), .blockNotFound(let cid): NotFound(cid).description
        case .lookingForward(let from, let to):
            "looking for tipset with height greater than start point, req: \(to), head: \(from)"
        case .notATipset(_, let reason): reason
        default: error.description
        }
    }
}
