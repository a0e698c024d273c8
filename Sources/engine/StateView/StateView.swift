package import ActorRuntime
package import BuiltinActors
package import CBOR
package import FilecoinTypes
package import IPLD
package import Multiformats

/// Why a state cannot answer a question.
package enum StateViewError: Error, Hashable, Sendable, CustomStringConvertible {
    /// No actor has this address.
    case actorNotFound(Address)
    /// An actor is not of the kind that was asked for, or of a generation that is not known here.
    case unexpectedCode(Address, code: CID, wanted: ActorKind)
    /// A miner has no claim in the power table.
    case noClaim(Address)
    /// A block of the state is missing or malformed.
    case broken(String)

    /// Whether the state is fine and simply has no such actor.
    package var isActorNotFound: Bool {
        if case .actorNotFound = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .actorNotFound: "actor not found"
        case .unexpectedCode(let address, let code, let wanted):
            "actor \(address) is no \(wanted.rawValue): unknown actor code \(code)"
        case .noClaim(let address): "no claim for actor \(address)"
        case .broken(let reason): reason
        }
    }
}

/// The actors of one state, for looking only: nothing costs gas and nothing is written.
///
/// ```swift
/// let view = try StateView(root: tipset.parentStateRoot, store: chain.blocks)
/// let miner = try view.miner(address)
/// let worker = try view.keyAddress(of: miner.info().worker)
/// ```
/// A view remembers what it has read. It belongs to one thread at a time; making one costs a read or two.
package final class StateView {
    /// The root of the state.
    package let root: CID
    /// The tree of actors.
    package let tree: StateTree
    /// The blocks, as the actors' own code reads them.
    package let store: ActorStore

    /// Opens the state with a root.
    ///
    /// - Throws: ``StateViewError/broken(_:)``.
    package init(root: CID, store blocks: any BlockStore) throws(StateViewError) {
        self.root = root
        store = ActorStore(reading: blocks)
        do { tree = try StateTree(root: root, store: blocks) } catch {
            throw .broken("failed to load state tree \(root): \(error)")
        }
    }

    // MARK: - Actors

    /// Runs code of the actors and turns what it throws into this module's error.
    package func read<Value>(
        _ what: @autoclosure () -> String,
        _ body: () throws -> Value
    ) throws(StateViewError) -> Value {
        do { return try body() } catch let error as StateViewError {
            throw error
        } catch {
            throw .broken("failed to read \(what()): \(error)")
        }
    }

    /// The ID of an address; an ID address is its own answer, whether there is such an actor or not.
    ///
    /// - Throws: ``StateViewError``.
    package func id(of address: Address) throws(StateViewError) -> ActorID {
        let found = try read("address \(address)") { try tree.resolve(address) }
        guard let found else { throw .actorNotFound(address) }
        return found
    }

    /// The actor of an address.
    package func actor(_ address: Address) throws(StateViewError) -> ActorRecord {
        let id = try id(of: address)
        let found = try read("actor \(address)") { try tree.actor(id) }
        guard let found else { throw .actorNotFound(address) }
        return found
    }

    /// Whether there is an actor with this address.
    package func hasActor(_ address: Address) throws(StateViewError) -> Bool {
        try read("actor \(address)") {
            guard let id = try tree.resolve(address) else { return false }
            return try tree.actor(id) != nil
        }
    }

    /// The key that speaks for an account; a key address is its own answer, whether it has an actor or not.
    package func keyAddress(of address: Address) throws(StateViewError) -> Address {
        if address.isKey { return address }
        return try state(of: address, kind: .account, as: AccountState.self).address
    }

    /// The state of an actor that must be of a certain kind.
    package func state<State: CBORDecodable>(
        of address: Address,
        kind: ActorKind,
        as type: State.Type
    ) throws(StateViewError) -> State {
        try state(of: try actor(address), at: address, kind: kind, as: type)
    }

    private func state<State: CBORDecodable>(
        of actor: ActorRecord,
        at address: Address,
        kind: ActorKind,
        as type: State.Type
    ) throws(StateViewError) -> State {
        guard actor.actorCode?.kind == kind else {
            throw .unexpectedCode(address, code: actor.code, wanted: kind)
        }
        return try read("state of \(address)") { try store.get(actor.head) }
    }

    // MARK: - Singletons

    /// The state of the init actor: the network's name and the addresses.
    package func initState() throws(StateViewError) -> InitState {
        try state(of: .initActor, kind: .`init`, as: InitState.self)
    }

    /// The state of the power actor.
    package func powerState() throws(StateViewError) -> PowerState {
        try state(of: .power, kind: .storagePower, as: PowerState.self)
    }

    /// The state of the reward actor.
    package func rewardState() throws(StateViewError) -> RewardState {
        try state(of: .reward, kind: .reward, as: RewardState.self)
    }

    /// The state of the market actor.
    package func marketState() throws(StateViewError) -> MarketState {
        try state(of: .market, kind: .storageMarket, as: MarketState.self)
    }

    // MARK: - Power

    /// A miner's claim; nil if it has none.
    package func claim(of miner: Address) throws(StateViewError) -> PowerClaim? {
        let power = try powerState()
        let id = try id(of: miner)
        return try read("claim of \(miner)") {
            var claims = try power.claims(store)
            return try claims.get(.actor(id))
        }
    }

    /// Every miner with a claim, in the order of the table.
    package func miners() throws(StateViewError) -> [Address] {
        let power = try powerState()
        return try read("claims") {
            var claims = try power.claims(store)
            var found: [Address] = []
            try claims.forEach { (key, _) throws(ActorError) in
                guard let address = try? Address(bytes: key.bytes) else {
                    throw .fatal("claim of no address")
                }
                found.append(address)
                return true
            }
            return found
        }
    }

    /// Whether a miner has the power to be elected.
    ///
    /// - Throws: ``StateViewError/noClaim(_:)`` for a miner without any.
    package func meetsConsensusMinimum(
        _ miner: Address,
        policy: ActorPolicy
    ) throws(StateViewError) -> Bool {
        guard let claim = try claim(of: miner) else { throw .noClaim(miner) }
        let power = try powerState()
        return try read("power of \(miner)") { try power.meetsConsensusMinimum(claim, policy) }
    }

    // MARK: - Miners

    /// A miner's state.
    package func miner(_ address: Address) throws(StateViewError) -> MinerView {
        let actor = try actor(address)
        return MinerView(
            view: self,
            address: address,
            actor: actor,
            state: try state(of: actor, at: address, kind: .storageMiner, as: MinerState.self)
        )
    }
}
