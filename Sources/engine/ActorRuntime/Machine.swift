internal import CBOR
package import FilecoinTypes
package import Multiformats

/// What the machine asks of the chain around it.
package protocol ChainView: AnyObject {
    /// Randomness from the tickets of the chain.
    func chainRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8]

    /// Randomness from the beacon.
    func beaconRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8]

    /// How much FIL circulates, given the state so far.
    func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) throws -> TokenAmount

    /// The root of the state against which a header of `epoch` is checked.
    func lookbackStateRoot(at epoch: ChainEpoch) throws -> CID
}

/// Verifies the proofs that messages carry.
///
/// A verifier answers false for a bad proof; it never throws, since a node that cannot verify (no keys)
/// must not run messages at all.
package protocol ProofVerifier: AnyObject, Sendable {
    func verify(_ seal: SealVerifyInfo) -> Bool
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool
    func verify(_ update: ReplicaUpdateInfo) -> Bool
    func verify(_ post: WindowPoStVerifyInfo) -> Bool
    /// Verifies many seals; one answer per seal, in the same order.
    func verify(batch: [SealVerifyInfo]) -> [Bool]
}

extension ProofVerifier {
    package func verify(batch: [SealVerifyInfo]) -> [Bool] { batch.map { verify($0) } }
}

/// Verifies signatures; genesis replaces it by one that accepts everything.
package protocol SignatureVerifier: AnyObject, Sendable {
    /// Whether `signature` is `signer`'s over `plaintext`; `signer` is a key address.
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool
}

/// The native virtual machine at one epoch: the state, its prices and rules, and the message that runs.
///
/// One machine applies many messages, one after the other. It belongs to one thread at a time, and that
/// thread needs a deep stack, see ``DeepStack``.
package final class Machine {
    /// How deep calls may nest.
    package static let maxCallDepth = 4096

    package let epoch: ChainEpoch
    package let networkVersion: NetworkVersion
    package let actorsVersion: ActorsVersion
    package let baseFee: TokenAmount
    package let prices: GasPriceList
    package let policy: ActorPolicy
    package let tree: StateTree
    package let registry: ActorRegistry
    package let view: any ChainView
    package let proofs: any ProofVerifier
    package let signatures: any SignatureVerifier
    /// Records what happens, if somebody wants to know.
    package var trace: ExecutionTrace?

    /// Gas that the present message has used.
    package private(set) var gasUsed: Int64 = 0
    private var gasLimit: Int64 = 0
    private(set) var origin: Address = .system
    private(set) var originNonce: UInt64 = 0
    private var actorsCreated: UInt64 = 0
    private let baseCirculatingSupply: TokenAmount
    private(set) lazy var store = ActorStore(machine: self, base: tree.store)

    /// Creates a machine over a state.
    ///
    /// - Throws: What `view` throws when it cannot tell the circulating supply, and
    ///   ``MachineError/unsupportedNetworkVersion(_:)``.
    package init(
        tree: StateTree,
        epoch: ChainEpoch,
        networkVersion: NetworkVersion,
        baseFee: TokenAmount,
        prices: GasPriceList,
        policy: ActorPolicy,
        registry: ActorRegistry,
        view: any ChainView,
        proofs: any ProofVerifier,
        signatures: any SignatureVerifier
    ) throws {
        guard let version = registry.codes.version(of: networkVersion) else {
            throw MachineError.unsupportedNetworkVersion(networkVersion)
        }
        self.tree = tree
        self.epoch = epoch
        self.networkVersion = networkVersion
        self.actorsVersion = version
        self.baseFee = baseFee
        self.prices = prices
        self.policy = policy
        self.registry = registry
        self.view = view
        self.proofs = proofs
        self.signatures = signatures
        baseCirculatingSupply = try view.circulatingSupply(at: epoch, tree: tree)
    }

    // MARK: - Gas

    /// Charges gas; the message ends when its limit is passed.
    package func charge(_ charge: GasCharge) throws(ActorError) {
        let total = charge.total
        if let trace, total != 0 { trace.events.append(.gas(charge)) }
        if gasUsed > gasLimit - total {
            let used = gasUsed
            gasUsed = gasLimit
            throw .system(
                .outOfGas,
                "not enough gas: used=\(used), available=\(gasLimit), use=\(total)"
            )
        }
        gasUsed += total
    }

    // MARK: - Messages

    /// Starts a message: nothing is used, nothing is created.
    package func begin(origin: Address, nonce: UInt64, gasLimit: GasAmount) {
        gasUsed = 0
        self.gasLimit = gasLimit.rawValue
        self.origin = origin
        originNonce = nonce
        actorsCreated = 0
    }

    /// Executes a call: moves the value, runs the method.
    ///
    /// - Returns: The CBOR that the method returned; empty if nothing.
    /// - Throws: Why the call failed. The caller goes back to its snapshot.
    package func call(
        from: ActorID,
        to: Address,
        method: MethodNumber,
        value: TokenAmount,
        params: [UInt8],
        depth: Int,
        initialCharge: GasCharge? = nil
    ) throws(ActorError) -> [UInt8] {
        trace?.events.append(
            .enter(from: from, to: to, method: method, value: value, params: params)
        )
        do {
            if let initialCharge { try charge(initialCharge) }
            let returned = try run(
                from: from,
                to: to,
                method: method,
                value: value,
                params: params,
                depth: depth
            )
            trace?.events.append(.exit(.ok, returned: returned, error: nil))
            return returned
        } catch {
            trace?.events.append(.exit(error.exitCode, returned: [], error: error.message))
            throw error
        }
    }

    private func run(
        from: ActorID,
        to: Address,
        method: MethodNumber,
        value: TokenAmount,
        params: [UInt8],
        depth: Int
    ) throws(ActorError) -> [UInt8] {
        let receiver: ActorID
        let actor: ActorRecord
        if let id = try tree.resolve(to), let found = try tree.actor(id) {
            receiver = id
            actor = found
        } else {
            receiver = try createAccount(to, depth: depth)
            guard let created = try tree.actor(receiver) else {
                throw .fatal("account \(receiver) vanished")
            }
            actor = created
        }
        try charge(prices.onMethodInvocation(transfersValue: !value.isZero, method: method))
        if !value.isZero { try transfer(from: from, to: receiver, amount: value) }
        if method == .send { return [] }
        guard let code = registry.codes.code(of: actor),
            code.version == actorsVersion || code.kind == .chaos,
            let definition = registry[code.kind]
        else { throw .system(.illegalActor, "no code for actor \(actor.code)") }
        guard let function = definition.method(method, version: actorsVersion) else {
            throw .system(.invalidMethod, "no method \(method) on actor \(definition.kind)")
        }
        let runtime = Runtime(
            machine: self,
            caller: from,
            receiver: receiver,
            value: value,
            depth: depth
        )
        do {
            return try function.invoke(runtime, params)
        } catch {
            // The invocation that called too deep ends here like any other.
            if error.kind == .unwinding {
                throw ActorError(code: error.code, message: error.message, kind: .abort)
            }
            throw error
        }
    }

    /// Creates the account of a key address that has none yet.
    private func createAccount(_ address: Address, depth: Int) throws(ActorError) -> ActorID {
        try charge(prices.onCreateActor)
        if address == .blsZero { throw .exit(.illegalArgument, "cannot create the zero bls actor") }
        guard address.isKey else {
            throw .system(.invalidReceiver, "no actor with address \(address)")
        }
        let id = try tree.register(address)
        tree.set(
            id,
            ActorRecord(
                code: registry.codes.cid(of: ActorCode(.account, actorsVersion)),
                head: EmptyObject.cid
            )
        )
        let runtime = Runtime(machine: self, caller: id, receiver: id, value: .zero, depth: depth)
        let result = try runtime.internalSend(
            from: .system,
            to: .id(id),
            method: .constructor,
            value: .zero,
            params: address.cborBytes()
        )
        if let error = result.error { throw error }
        return id
    }

    // MARK: - State

    /// Moves an amount between two actors that exist.
    package func transfer(
        from: ActorID,
        to: ActorID,
        amount: TokenAmount
    ) throws(ActorError) {
        // From network version 15 on, sending oneself more than one has fails.
        let checksFirst = networkVersion >= 15
        if !checksFirst && from == to { return }
        if amount < .zero {
            throw .system(.systemForbidden, "attempted to transfer negative value \(amount)")
        }
        guard var sender = try tree.actor(from) else { throw .fatal("sender \(from) is missing") }
        if sender.balance < amount {
            throw .system(
                .insufficientFunds,
                "actor \(from) has \(sender.balance), less than \(amount)"
            )
        }
        if from == to { return }
        guard var receiver = try tree.actor(to) else { throw .fatal("receiver \(to) is missing") }
        sender.balance = sender.balance - amount
        receiver.balance = receiver.balance + amount
        tree.set(from, sender)
        tree.set(to, receiver)
    }

    /// An address for a new actor that stays the same whatever ID a reorganised chain gives it.
    func makeActorAddress() throws(ActorError) -> Address {
        guard let key = try tree.keyAddress(of: origin) else {
            throw .fatal("origin \(origin) is no account")
        }
        var seed = key.cborBytes()
        for word in [originNonce, actorsCreated] {
            for shift in stride(from: 56, through: 0, by: -8) {
                seed.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        actorsCreated += 1
        return .actor(seed: seed)
    }

    /// The circulating supply as the actors see it.
    func circulatingSupply() throws(ActorError) -> TokenAmount {
        // From network version 15 on it is the one before the first message.
        if networkVersion >= 15 { return baseCirculatingSupply }
        do { return try view.circulatingSupply(at: epoch, tree: tree) } catch {
            throw .exit(.illegalState, "failed to get total circulating supply: \(error)")
        }
    }
}

/// Why a machine cannot be made.
package enum MachineError: Error, Equatable, CustomStringConvertible {
    /// The machine has no actors for this network version.
    case unsupportedNetworkVersion(NetworkVersion)

    package var description: String {
        switch self {
        case .unsupportedNetworkVersion(let version):
            "network version \(version) is not supported; 14 and 15 are"
        }
    }
}
