import ActorRuntime
import BuiltinActors
import CBOR
import FilecoinTypes
import IPLD
import Multiformats
import StateMachine
import Testing

@testable import Conformance

/// The misbehaving actor of the reference's vectors, by its published description.
@Suite struct ChaosActorTests {
    private let machine: Machine

    init() throws {
        let store = MemoryBlockStore()
        let root = try FuzzGenesis(version: .v7, random: FuzzRandom(seed: 1), store: store).root()
        let tree = try StateTree(root: root, store: store)
        tree.set(
            ChaosActor.id,
            ActorRecord(
                code: ActorCode(.chaos, .v7).cid,
                head: try store.put(value: ChaosState(value: "old")),
                balance: 77
            )
        )
        let rules = ExecutionRules(
            networkVersion: { _ in 15 },
            prices: .calico,
            policy: .mainnet,
            registry: .withChaos,
            proofs: AssumingVerifier(.always(false)),
            signatures: KeySignatureVerifier()
        )
        machine = try rules.machine(
            tree: tree,
            epoch: 42,
            baseFee: 0,
            view: try RecordedChain(supply: 0, lookback: root)
        )
    }

    private func call(
        _ method: MethodNumber,
        _ params: some CBOREncodable = CBORValue.null,
        value: TokenAmount = .zero
    ) -> (exit: ExitCode, returned: [UInt8]) {
        machine.begin(origin: .id(101), nonce: 0, gasLimit: 10_000_000_000)
        do {
            let returned = try machine.call(
                from: 101,
                to: .id(ChaosActor.id),
                method: method,
                value: value,
                params: params.cborBytes(),
                depth: 0
            )
            return (.ok, returned)
        } catch { return (error.exitCode, []) }
    }

    private func state() throws -> ChaosState {
        let head = try #require(try machine.tree.actor(ChaosActor.id)).head
        return try machine.tree.store.value(head)
    }

    @Test func `who validates callers never or twice is illegal, the others decide`() throws {
        func validation(_ branch: Int64, _ ids: [Address], _ codes: [CID]) -> ExitCode {
            call(
                2,
                ChaosCallerValidation(branch: branch, addresses: ids, codes: codes)
            ).exit
        }
        #expect(validation(0, [], []) == .illegalActor)
        #expect(validation(1, [], []) == .illegalActor)
        #expect(validation(2, [.id(101)], []) == .ok)
        #expect(validation(2, [.id(102)], []) == .systemForbidden)
        #expect(validation(3, [], [ActorCode(.account, .v7).cid]) == .ok)
        #expect(validation(3, [], [ActorCode(.account, .v6).cid]) == .systemForbidden)
        #expect(validation(3, [], [ActorCode(.cron, .v7).cid]) == .systemForbidden)
        #expect(validation(9, [], []) == .reserved1)
        #expect(call(1).exit == .reserved1)
    }

    @Test func `actors are created only with a code that is no singleton's, and an address`() {
        func creation(_ code: ActorKind, noCode: Bool = false, noAddress: Bool = false) -> ExitCode
        {
            call(
                3,
                ChaosCreateActor(
                    hasNoCode: noCode,
                    code: ActorCode(code, .v7).cid,
                    hasNoAddress: noAddress,
                    address: .id(5000)
                )
            ).exit
        }
        #expect(creation(.multisig, noCode: true) == .systemIllegalArgument)
        #expect(creation(.multisig, noAddress: true) == .systemIllegalArgument)
        #expect(creation(.reward) == .systemIllegalArgument)
        #expect(creation(.multisig) == .ok)
        #expect(creation(.multisig) == .systemIllegalArgument)
    }

    @Test func `addresses are resolved, actors called`() throws {
        let known = call(4, Address.id(101))
        #expect(
            try ChaosResolution(cbor: known.returned) == .init(address: .id(101), isFound: true)
        )
        let unknown = call(4, Address.actor(seed: [9]))
        #expect(
            try ChaosResolution(cbor: unknown.returned) == .init(address: .id(0), isFound: false)
        )
        let sent = call(
            6,
            ChaosSend(to: .reward, value: 0, method: 3, params: [])
        )
        #expect(try ChaosSendReturn(cbor: sent.returned).code == .ok)
        let refused = call(6, ChaosSend(to: .reward, value: 0, method: 2, params: []))
        #expect(refused.exit == .ok)
        #expect(try ChaosSendReturn(cbor: refused.returned).code == .serialization)
    }

    @Test func `only what changes inside a transaction stays`() throws {
        #expect(call(7, ChaosMutation(value: "a", branch: 0)).exit == .ok)
        #expect(try state().value == "a")
        #expect(call(7, ChaosMutation(value: "b", branch: 1)).exit == .ok)
        #expect(try state().value == "a")
        #expect(call(7, ChaosMutation(value: "c", branch: 2)).exit == .ok)
        #expect(try state().value == "c-in")
        #expect(call(10).exit == .reserved1)
    }

    @Test func `it ends as it is told, and tells what it sees`() throws {
        let code = ExitCode(rawValue: 51)
        #expect(call(8, ChaosAbort(code: code, message: "x", isUncontrolled: false)).exit == code)
        #expect(
            call(8, ChaosAbort(code: code, message: "x", isUncontrolled: true)).exit == .reserved1
        )
        let seen = try ChaosInspection(cbor: call(9, value: 3).returned)
        #expect(
            seen
                == .init(
                    caller: .id(101),
                    receiver: .id(98),
                    value: 3,
                    epoch: 42,
                    balance: 80,
                    state: .init(value: "old")
                )
        )
        #expect(call(5, Address.id(101)).exit == .ok)
        #expect(try machine.tree.actor(ChaosActor.id) == nil)
    }
}
