import ActorRuntime
import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import IPLD
import Multiformats
import StateMachine
import TestSupport
import Testing

@testable import Conformance

/// Parameters that the reference's libraries refuse in places of their own.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct HostileParameterTests {
    /// Bytes that are no RLE+, but have its version: the length of the first run never ends.
    private static let malformed: CBORValue = .bytes([0xe4] + [UInt8](repeating: 0xff, count: 12))
    private static let miner: ActorID = 121
    private static let proof: CBORValue = .bytes([1] + [UInt8](repeating: 0, count: 191))

    private let root: CID
    private let store: MemoryBlockStore

    init() throws {
        let archive = try Vectors.archive("reference/actors/state/world707-v7.car.zst")
        root = try #require(archive.roots.first)
        store = archive.store
    }

    private func minerState() throws -> (state: MinerState, worker: ActorID) {
        let reader = ActorStore(reading: store)
        let record = try #require(
            try StateTree(root: root, store: store).actor(Self.miner)
        )
        let state: MinerState = try reader.get(record.head)
        return (state, try #require(try state.loadInfo(reader).worker.actorID))
    }

    private func call(
        _ method: MethodNumber,
        _ params: CBORValue,
        to: ActorID = miner,
        at epoch: ChainEpoch = 3199
    ) throws -> ExitCode {
        let rules = ExecutionRules(
            networkVersion: { _ in 15 },
            prices: .calico,
            policy: .twoKiB,
            proofs: AssumingVerifier(.always(true)),
            signatures: KeySignatureVerifier()
        )
        let machine = try rules.machine(
            tree: try StateTree(root: root, store: store),
            epoch: epoch,
            baseFee: 100,
            view: try RecordedChain(supply: .fil(400_000_000), lookback: root)
        )
        let worker = try minerState().worker
        machine.begin(origin: .id(worker), nonce: 0, gasLimit: 10_000_000_000)
        do {
            _ = try machine.call(
                from: worker,
                to: .id(to),
                method: method,
                value: .zero,
                params: params.cborBytes(),
                depth: 0
            )
            return .ok
        } catch {
            #expect(error.kind != .fatal, "\(error)")
            return error.exitCode
        }
    }

    @Test func `a malformed bit field is refused where its bits are first looked at`() throws {
        let declarations: CBORValue = .list([
            .list([.list([.integer(1), .integer(0), Self.malformed])])
        ])
        for method: MethodNumber in [9, 10, 11] {
            #expect(try call(method, declarations) == .illegalArgument, "method \(method)")
        }
        let extensions: CBORValue = .list([
            .list([.list([.integer(1), .integer(0), Self.malformed, .integer(900_000)])])
        ])
        #expect(try call(8, extensions) == .illegalArgument)
        #expect(try call(19, .list([.integer(1), Self.malformed])) == .illegalArgument)
        #expect(try call(20, .list([Self.malformed])) == .illegalArgument)
        // The reference calls this one an illegal state.
        #expect(try call(26, .list([Self.malformed, Self.proof])) == .illegalState)
    }

    /// A proof for the first deadline with sectors, in an epoch in which it is open.
    private func post(_ index: UInt64?, skipped: CBORValue) throws -> ExitCode {
        let reader = ActorStore(reading: store)
        let state = try minerState().state
        let deadlines = try state.loadDeadlines(reader)
        for deadline in 0..<UInt64(48) {
            if try deadlines.load(deadline, reader).liveSectors == 0 { continue }
            let info = DeadlineInfo(
                periodStart: state.currentPeriodStart(at: 3199),
                index: deadline,
                currentEpoch: 3199
            ).nextNotElapsed
            let partition: CBORValue = .list([.integer(Int128(index ?? 0)), skipped])
            let params: CBORValue = .list([
                .integer(Int128(info.index)), .list([partition]),
                .list([.list([.integer(5), Self.proof])]), .integer(Int128(info.open.rawValue)),
                .bytes(Array("i_am_random_____i_am_random_____".utf8)),
            ])
            return try call(5, params, at: info.open + 1)
        }
        Issue.record("no deadline has sectors")
        return .ok
    }

    @Test func `skipped sectors and partition indices are looked at before they are used`() throws {
        let none: CBORValue = .bytes([])
        #expect(try post(nil, skipped: Self.malformed) == .illegalArgument)
        #expect(try post(UInt64.max - 1, skipped: none) == .notFound)
        // No set holds the largest number: the reference cannot count the partitions.
        #expect(try post(UInt64.max, skipped: none) == .illegalState)
    }

    @Test(arguments: [UInt64.max, UInt64.max - 1, 1 << 63])
    func `a sector number out of range is refused`(_ number: UInt64) throws {
        let cid = CID(
            codec: .filCommitmentSealed,
            multihash: Multihash(
                code: .poseidonBLS12381A2FC1,
                digest: [UInt8](repeating: 1, count: 32)
            )
        )
        let sector: CBORValue = .list([
            .integer(5), .integer(Int128(number)), .link(cid.bytes), .integer(3100), .list([]),
            .integer(900_000), .bool(false), .integer(0), .integer(0), .integer(0),
        ])
        #expect(try call(6, sector) == .illegalArgument)
        #expect(try call(25, .list([.list([sector])])) == .illegalArgument)
        let update: CBORValue = .list([
            .integer(Int128(number)), .integer(0), .integer(0), .link(cid.bytes),
            .list([.integer(1)]), .integer(0), Self.proof,
        ])
        let updates = try call(27, .list([.list([update, update])]))
        // The deadline has no such partition.
        #expect(updates == .notFound)
    }

    @Test func `delegated addresses do not decode`() throws {
        let address = try Address.delegated(namespace: 10, subaddress: [1, 2, 3])
        let item: CBORValue = .bytes(address.bytes)
        let key: CBORValue = .bytes(Address.id(100).bytes)
        #expect(try call(2, item, to: .market) == .serialization)
        #expect(try call(23, item) == .serialization)
        #expect(try call(3, .list([key, .list([item])])) == .serialization)
        #expect(try call(3, .list([item, .list([])])) == .serialization)
        #expect(
            try call(4, .list([item, .bytes(TokenAmount(1).cborBytes())]), to: .verifiedRegistry)
                == .serialization
        )
        // The same with an address that native actors know gets further.
        #expect(try call(3, .list([key, .list([key])])) != .serialization)
    }
}
