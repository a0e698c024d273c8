package import CBOR
package import FilecoinTypes
package import Multiformats

/// What a call to another actor gave.
package struct SendResult {
    /// How the callee ended.
    package let exitCode: ExitCode
    /// The CBOR that it returned; empty if nothing.
    package let returned: [UInt8]
    /// Why it failed.
    let error: ActorError?

    /// Throws what is not success, with the callee's exit code.
    package func requireSuccess(_ attempt: String) throws(ActorError) {
        if exitCode != .ok { throw .exit(exitCode, attempt) }
    }

    /// Decodes the return value.
    ///
    /// - Throws: Exit code 21 if it is none.
    package func decoded<Value: CBORDecodable>(
        as type: Value.Type = Value.self
    ) throws(ActorError) -> Value {
        var decoder = CBORDecoder(returned)
        do { return try Value(from: &decoder) } catch {
            throw .serialization("failed to unmarshal return value: \(error)")
        }
    }
}

/// One invocation of an actor's method: everything the method may know and do.
package final class Runtime {
    package let machine: Machine
    /// Who called: always an ID.
    package let caller: ActorID
    /// The caller's ID address.
    package var callerAddress: Address { .id(caller) }
    /// The actor that runs.
    package let receiver: ActorID
    /// The receiver's ID address.
    package var receiverAddress: Address { .id(receiver) }
    /// The value that came with the call, already in the receiver's balance.
    package let value: TokenAmount
    private let depth: Int
    private var isCallerValidated = false
    private var isInTransaction = false

    init(machine: Machine, caller: ActorID, receiver: ActorID, value: TokenAmount, depth: Int) {
        self.machine = machine
        self.caller = caller
        self.receiver = receiver
        self.value = value
        self.depth = depth
    }

    /// The epoch of the tipset that runs.
    package var epoch: ChainEpoch { machine.epoch }
    package var networkVersion: NetworkVersion { machine.networkVersion }
    /// Which generation of actors this is.
    package var version: ActorsVersion { machine.actorsVersion }
    /// The actors' constants that a network may set.
    package var policy: ActorPolicy { machine.policy }
    package var baseFee: TokenAmount { machine.baseFee }
    /// The block store; every access costs gas.
    package var store: ActorStore { machine.store }

    // MARK: - Caller

    /// Lets anyone call.
    package func validateCallerIsAny() throws(ActorError) { try markValidated() }

    /// Lets only the given actors call.
    package func validateCaller(isOneOf ids: ActorID...) throws(ActorError) {
        try markValidated()
        if !ids.contains(caller) {
            throw .system(.systemForbidden, "caller \(caller) is not one of \(ids)")
        }
    }

    /// Lets only the given addresses call; an address that is no ID never matches.
    package func validateCaller(isOneOf addresses: [Address]) throws(ActorError) {
        try markValidated()
        if !addresses.contains(.id(caller)) {
            throw .system(.systemForbidden, "caller \(caller) is not one of \(addresses)")
        }
    }

    /// Lets only actors of the given kinds call.
    package func validateCaller(kinds: ActorKind...) throws(ActorError) {
        try markValidated()
        guard let actor = try machine.tree.actor(caller) else {
            throw .fatal("failed to look up code of caller \(caller)")
        }
        guard let code = machine.registry.codes.code(of: actor), code.version == version,
            kinds.contains(code.kind)
        else {
            throw .system(.systemForbidden, "caller type \(actor.code) was not one of \(kinds)")
        }
    }

    /// Lets only accounts and multisigs call.
    package func validateCallerIsSignable() throws(ActorError) {
        try validateCaller(kinds: .account, .multisig)
    }

    private func markValidated() throws(ActorError) {
        if isCallerValidated {
            throw .system(.illegalActor, "method must validate caller identity exactly once")
        }
        isCallerValidated = true
    }

    func requireCallerValidated() throws(ActorError) {
        if !isCallerValidated {
            throw .system(.illegalActor, "caller must be validated during method execution")
        }
    }

    // MARK: - State

    /// Reads the state of the receiver.
    package func state<State: CBORDecodable>(
        _ type: State.Type = State.self
    ) throws(ActorError) -> State {
        guard let actor = try machine.tree.actor(receiver) else {
            throw .system(.systemIllegalArgument, "failed to get actor for read-only state")
        }
        return try store.get(actor.head)
    }

    /// Writes the first state of the receiver; it must have none yet.
    package func createState(_ state: some CBOREncodable) throws(ActorError) {
        let head = try store.put(state)
        try commit(head, replacing: EmptyObject.cid)
    }

    /// Reads the state of the receiver, lets `body` change it, and writes it.
    ///
    /// The state is written whether it changed or not, as the reference does. `body` must not call other
    /// actors: they could change the state in between.
    package func transaction<State: CBORCodable, Result>(
        _ type: State.Type = State.self,
        _ body: (inout State) throws(ActorError) -> Result
    ) throws(ActorError) -> Result {
        guard let actor = try machine.tree.actor(receiver) else {
            throw .system(.illegalActor, "failed to get actor for transaction")
        }
        let block = try store.read(actor.head)
        var state: State = try ActorStore.decode(block, actor.head)
        isInTransaction = true
        let result = try body(&state)
        isInTransaction = false
        let head = try store.put(state, replacing: block, actor.head)
        try commit(head, replacing: actor.head)
        return result
    }

    private func commit(_ head: CID, replacing old: CID) throws(ActorError) {
        guard var actor = try machine.tree.actor(receiver) else {
            throw .panicked("failed to get actor to commit state")
        }
        guard actor.head == old else {
            throw .panicked("failed to update, inconsistent base reference")
        }
        actor.head = head
        machine.tree.set(receiver, actor)
    }

    // MARK: - Other actors

    /// The receiver's balance.
    package func currentBalance() throws(ActorError) -> TokenAmount {
        try machine.tree.actor(receiver)?.balance ?? .zero
    }

    /// The ID of an address, if an actor has it; an ID is its own answer.
    package func resolve(_ address: Address) throws(ActorError) -> ActorID? {
        try machine.tree.resolve(address)
    }

    /// The kind of an actor; nil if there is no actor with this ID.
    package func kind(of id: ActorID) throws(ActorError) -> ActorKind? { try code(of: id)?.kind }

    /// The code of an actor; nil if there is no actor with this ID.
    package func code(of id: ActorID) throws(ActorError) -> ActorCode? {
        try machine.tree.actor(id).flatMap { machine.registry.codes.code(of: $0) }
    }

    /// The ID of an address; a key address without account gets one by an empty transfer.
    ///
    /// - Throws: An error with the exit code of that transfer, or without code if the address has still no ID.
    package func resolveCreating(_ address: Address) throws(ActorError) -> ActorID {
        if let id = try resolve(address) { return id }
        let sent = try send(to: address, method: .send)
        if sent.exitCode != .ok {
            throw .exit(sent.exitCode, "failed to send zero balance to address \(address)")
        }
        guard let id = try resolve(address) else {
            throw .uncoded("failed to resolve \(address) even after sending zero balance")
        }
        return id
    }

    /// Calls a method with encoded parameters.
    package func send(
        to: Address,
        method: MethodNumber,
        params: [UInt8] = [],
        value: TokenAmount = .zero
    ) throws(ActorError) -> SendResult {
        if isInTransaction {
            throw .system(.illegalActor, "send is not allowed inside a transaction")
        }
        return try internalSend(
            from: receiver,
            to: to,
            method: method,
            value: value,
            params: params
        )
    }

    /// Calls a method.
    package func send(
        to: ActorID,
        method: MethodNumber,
        params: some CBOREncodable,
        value: TokenAmount = .zero
    ) throws(ActorError) -> SendResult {
        let bytes: [UInt8]
        do { bytes = try params.checkedCBORBytes() } catch {
            throw .system(.serialization, "failed to marshal parameters: \(error)")
        }
        return try send(to: .id(to), method: method, params: bytes, value: value)
    }

    /// Calls a method without parameters.
    package func send(
        to: ActorID,
        method: MethodNumber,
        value: TokenAmount = .zero
    ) throws(ActorError) -> SendResult {
        try send(to: .id(to), method: method, params: [], value: value)
    }

    func internalSend(
        from: ActorID,
        to: Address,
        method: MethodNumber,
        value: TokenAmount,
        params: [UInt8]
    ) throws(ActorError) -> SendResult {
        machine.tree.beginSnapshot()
        defer { machine.tree.endSnapshot() }
        if depth >= Machine.maxCallDepth {
            throw ActorError(
                code: .systemForbidden,
                message: "message execution exceeds call depth",
                kind: .unwinding
            )
        }
        do {
            let returned = try machine.call(
                from: from,
                to: to,
                method: method,
                value: value,
                params: params,
                depth: depth + 1
            )
            return SendResult(exitCode: .ok, returned: returned, error: nil)
        } catch {
            switch error.kind {
            case .fatal, .unwinding: throw error
            case .failure, .abort:
                machine.tree.revert()
                return SendResult(exitCode: error.exitCode, returned: [], error: error)
            }
        }
    }

    /// An address for a new actor that does not depend on the order of messages.
    package func makeActorAddress() throws(ActorError) -> Address { try machine.makeActorAddress() }

    /// Creates an actor without state.
    package func createActor(_ code: CID, id: ActorID) throws(ActorError) {
        guard let known = machine.registry.codes[code], machine.registry[known.kind] != nil,
            known.version == version || known.kind == .chaos
        else { throw .system(.systemIllegalArgument, "can only create built-in actors") }
        if known.kind.isSingleton {
            throw .system(.systemIllegalArgument, "can only have one instance of singleton actors")
        }
        if try machine.tree.actor(id) != nil {
            throw .system(.systemIllegalArgument, "actor address already exists")
        }
        try machine.charge(machine.prices.onCreateActor)
        machine.tree.set(id, ActorRecord(code: code, head: EmptyObject.cid))
    }

    /// Deletes the receiver and gives its balance to `beneficiary`.
    package func deleteActor(beneficiary: Address) throws(ActorError) {
        try machine.charge(machine.prices.onDeleteActor)
        guard let actor = try machine.tree.actor(receiver) else {
            throw .system(.illegalActor, "failed to load actor in delete actor")
        }
        if !actor.balance.isZero {
            guard let heir = try resolve(beneficiary) else {
                throw .system(.systemIllegalArgument, "beneficiary doesn't exist")
            }
            if heir == receiver {
                throw .system(.systemIllegalArgument, "benefactor cannot be beneficiary")
            }
            do {
                try machine.transfer(from: receiver, to: heir, amount: actor.balance)
            } catch {
                throw .fatal("failed to transfer balance to beneficiary: \(error)")
            }
        }
        machine.tree.delete(receiver)
    }

    /// The circulating supply.
    package func circulatingSupply() throws(ActorError) -> TokenAmount {
        try machine.circulatingSupply()
    }

    /// Charges gas for work that has no price of its own.
    package func chargeGas(_ name: StaticString, _ gas: Int64) throws(ActorError) {
        try machine.charge(GasCharge(name, compute: gas))
    }
}
