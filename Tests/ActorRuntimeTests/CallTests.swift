import ActorRuntime
import Bytes
import CBOR
import FilecoinTypes
import IPLD
import Multiformats
import Testing

/// An actor that misbehaves on request, in the place of the chaos actor of the reference's tests.
private enum ChaosActor {
    static let definition = ActorDefinition(
        .chaos,
        [
            ActorMethod(2, "Recurse", recurse),
            ActorMethod(3, "ValidateTwice", validateTwice),
            ActorMethod(4, "ValidateNever", validateNever),
            ActorMethod(5, "SendInTransaction", sendInTransaction),
            ActorMethod(6, "CreateStateTwice", createStateTwice),
            ActorMethod(7, "ChangeThenFail", changeThenFail),
            ActorMethod(8, "CallThenGoOn", callThenGoOn),
            ActorMethod(9, "Delete", delete),
            ActorMethod(10, "OnlySystem", onlySystem),
            ActorMethod(11, "CreateSingleton", createSingleton),
            ActorMethod(12, "Echo", echo),
        ]
    )

    static func recurse(_ rt: Runtime) throws(ActorError) -> Counter {
        try rt.validateCallerIsAny()
        let sent = try rt.send(to: rt.receiver, method: 2)
        if sent.exitCode != .ok { return Counter(1) }
        let below: Counter = try sent.decoded()
        return Counter(below.value + 1)
    }

    static func validateTwice(_ rt: Runtime) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.validateCallerIsAny()
    }

    static func validateNever(_ rt: Runtime) throws(ActorError) {}

    static func sendInTransaction(_ rt: Runtime) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.transaction { (_: inout Counter) throws(ActorError) in
            _ = try rt.send(to: .burntFunds, method: .send)
        }
    }

    static func createStateTwice(_ rt: Runtime) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.createState(Counter(9))
    }

    static func changeThenFail(_ rt: Runtime) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.transaction { (state: inout Counter) throws(ActorError) in state = Counter(77) }
        throw .illegalArgument("as asked")
    }

    static func callThenGoOn(_ rt: Runtime) throws(ActorError) -> Counter {
        try rt.validateCallerIsAny()
        let sent = try rt.send(to: rt.receiver, method: 7)
        return Counter(UInt64(bitPattern: sent.exitCode.rawValue))
    }

    static func delete(_ rt: Runtime, _ beneficiary: Address) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.deleteActor(beneficiary: beneficiary)
    }

    static func onlySystem(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
    }

    static func createSingleton(_ rt: Runtime) throws(ActorError) {
        try rt.validateCallerIsAny()
        try rt.createActor(ActorCode(.cron, rt.version).cid, id: 900)
    }

    static func echo(_ rt: Runtime, _ value: Counter) throws(ActorError) -> Counter {
        try rt.validateCallerIsAny()
        return value
    }
}

/// The state, parameters and result of the actor: a number.
private struct Counter: Hashable, Sendable, CBORCodable {
    var value: UInt64

    init(_ value: UInt64) { self.value = value }

    func encode(to encoder: inout CBOREncoder) { encoder.unsigned(value) }

    init(from decoder: inout CBORDecoder) throws(CBORError) { value = try decoder.unsigned() }
}

private final class NoChain: ChainView {
    struct Unused: Error {}

    func chainRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8] { throw Unused() }
    func beaconRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8] { throw Unused() }
    func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) -> TokenAmount { .zero }
    func lookbackStateRoot(at epoch: ChainEpoch) throws -> CID { throw Unused() }
}

private final class NoProofs: ProofVerifier {
    func verify(_ seal: SealVerifyInfo) -> Bool { false }
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { false }
    func verify(_ post: WindowPoStVerifyInfo) -> Bool { false }
}

private final class NoSignatures: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool { false }
}

/// A state with an init actor, two accounts and the misbehaving actor.
private struct World {
    static let chaos: ActorID = 500
    static let alice: ActorID = 100

    let tree: StateTree
    let machine: Machine

    init(networkVersion: NetworkVersion = 15) throws {
        let store = MemoryBlockStore()
        tree = try StateTree(emptyIn: store)
        let version: ActorsVersion = networkVersion == 14 ? .v6 : .v7
        let empty = try HAMT<ActorID>(store: store, bitWidth: 5).flush()
        let names = InitState(addressMap: empty, nextID: 1000, networkName: "test")
        tree.set(
            .initActor,
            ActorRecord(
                code: ActorCode(.`init`, version).cid,
                head: try store.put(value: names)
            )
        )
        for id in [Self.alice, .burntFunds] {
            let state = AccountState(
                address: .secp256k1(publicKey: [4] + [UInt8](repeating: 7, count: 64))
            )
            tree.set(
                id,
                ActorRecord(
                    code: ActorCode(.account, version).cid,
                    head: try store.put(value: state),
                    balance: 1000
                )
            )
        }
        tree.set(
            Self.chaos,
            ActorRecord(
                code: ActorCode(.chaos, version).cid,
                head: try store.put(value: Counter(5)),
                balance: 50
            )
        )
        machine = try Machine(
            tree: tree,
            epoch: 10,
            networkVersion: networkVersion,
            baseFee: .zero,
            prices: .calico,
            policy: .mainnet,
            registry: ActorRegistry([ChaosActor.definition, Self.account]),
            view: NoChain(),
            proofs: NoProofs(),
            signatures: NoSignatures()
        )
    }

    /// Only what a new account needs.
    private static let account = ActorDefinition(
        .account,
        [
            ActorMethod(1, "Constructor") { (rt: Runtime, key: Address) throws(ActorError) in
                try rt.validateCaller(isOneOf: .system)
                try rt.createState(AccountState(address: key))
            }
        ]
    )

    func call(
        _ method: MethodNumber,
        to: Address = .id(Self.chaos),
        value: TokenAmount = .zero,
        params: [UInt8] = [],
        gasLimit: GasAmount = 1_000_000_000_000
    ) -> (exit: ExitCode, returned: [UInt8], fatal: Bool) {
        machine.begin(origin: .id(Self.alice), nonce: 0, gasLimit: gasLimit)
        do {
            let returned = try machine.call(
                from: Self.alice,
                to: to,
                method: method,
                value: value,
                params: params,
                depth: 0
            )
            return (.ok, returned, false)
        } catch { return (error.exitCode, [], error.kind == .fatal) }
    }
}

@Suite struct CallTests {
    @Test(arguments: [
        (MethodNumber(3), ExitCode.illegalActor), (4, .illegalActor), (5, .illegalActor),
        (6, .reserved1), (7, .illegalArgument), (10, .systemForbidden),
        (11, .systemIllegalArgument), (99, .invalidMethod),
    ])
    func `what an actor must not do ends with the machine's code`(
        _ method: MethodNumber,
        _ code: ExitCode
    ) throws {
        #expect(try World().call(method).exit == code)
    }

    @Test func `a failed call leaves no trace in its caller's state`() throws {
        let world = try World()
        let result = world.call(8)
        #expect(result.exit == .ok)
        #expect(try Counter(cbor: result.returned).value == 16)
        let head = try #require(try world.tree.actor(World.chaos)?.head)
        #expect(try world.tree.store.value(head, as: Counter.self) == Counter(5))
    }

    @Test func `calls nest 4096 deep and the caller of the next one fails`() throws {
        let levels = try DeepStack.run {
            let result = try World().call(2)
            #expect(result.exit == .ok)
            return try Counter(cbor: result.returned).value
        }
        // Depths 0 to 4096 run; the last of them ends when it calls, so its caller counts one.
        #expect(levels == 4096)
    }

    @Test func `parameters that do not decode end with 21, bytes after them are ignored`() throws {
        let world = try World()
        #expect(world.call(12, params: []).exit == .serialization)
        #expect(world.call(12, params: [0x61, 0x61]).exit == .serialization)
        #expect(world.call(12, params: [0x07, 0xff]).returned == [0x07])
    }

    @Test func `without enough gas all of it is used`() throws {
        let world = try World()
        let result = world.call(7, gasLimit: 200_000)
        #expect(result.exit == .outOfGas)
        #expect(world.machine.gasUsed == 200_000)
    }

    @Test func `value to a key without account makes one`() throws {
        let world = try World()
        let key = Address.secp256k1(publicKey: [4] + [UInt8](repeating: 9, count: 64))
        #expect(world.call(.send, to: key, value: 10).exit == .ok)
        let id = try #require(try world.tree.resolve(key))
        #expect(id == 1000)
        #expect(try world.tree.actor(id)?.balance == 10)
        #expect(try world.tree.keyAddress(of: .id(id)) == key)
    }

    @Test func `nobody makes an account for the zero key or an unknown actor`() throws {
        let world = try World()
        #expect(world.call(.send, to: .blsZero, value: 1).exit == .illegalArgument)
        #expect(world.call(.send, to: .id(77_777), value: 1).exit == .invalidReceiver)
        #expect(world.call(.send, to: .actor(seed: [1]), value: 1).exit == .invalidReceiver)
    }

    @Test func `sending oneself more than one has fails since network version 15`() throws {
        #expect(
            try World(networkVersion: 15).call(.send, to: .id(100), value: 1001).exit
                == .insufficientFunds
        )
        #expect(try World(networkVersion: 14).call(.send, to: .id(100), value: 1001).exit == .ok)
        #expect(try World(networkVersion: 15).call(.send, to: .id(100), value: 1000).exit == .ok)
    }

    @Test func `values below zero are refused`() throws {
        #expect(try World().call(.send, to: .id(99), value: -1).exit == .systemForbidden)
    }

    @Test func `a deleted actor leaves its balance to the beneficiary`() throws {
        let world = try World()
        #expect(world.call(9, params: Address.id(99).cborBytes()).exit == .ok)
        #expect(try world.tree.actor(World.chaos) == nil)
        #expect(try world.tree.actor(.burntFunds)?.balance == 1050)
        let own = try World()
        let itself = Address.id(World.chaos).cborBytes()
        #expect(own.call(9, params: itself).exit == .systemIllegalArgument)
    }
}

@Suite struct StateTreeTests {
    @Test func `going back undoes changes of actors and addresses, layer by layer`() throws {
        let world = try World()
        let key = Address.secp256k1(publicKey: [4] + [UInt8](repeating: 3, count: 64))
        let tree = world.tree
        tree.beginSnapshot()
        try tree.mutate(World.alice) { (actor) throws(ActorError) in actor.nonce = 1 }
        tree.beginSnapshot()
        let id = try tree.register(key)
        try tree.mutate(World.alice) { (actor) throws(ActorError) in actor.nonce = 2 }
        #expect(try tree.resolve(key) == id)
        tree.revert()
        tree.endSnapshot()
        #expect(try tree.resolve(key) == nil)
        #expect(try tree.actor(World.alice)?.nonce == 1)
        tree.revert()
        tree.endSnapshot()
        #expect(try tree.actor(World.alice)?.nonce == 0)
        #expect(try tree.register(key) == 1000)
    }

    @Test func `a flushed tree reads back with every change`() throws {
        let world = try World()
        world.tree.delete(World.chaos)
        let root = try world.tree.flush()
        let again = try StateTree(root: root, store: world.tree.store)
        #expect(try again.actor(World.chaos) == nil)
        #expect(try again.actor(World.alice)?.balance == 1000)
        var ids: [ActorID] = []
        try again.forEach { id, _ in ids.append(id) }
        #expect(ids.sorted() == [1, 99, 100])
        #expect(try again.flush() == root)
    }
}
