import ActorRuntime
import FilecoinTypes
import IPLD
import Multiformats
import StateMachine
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct TipsetWriteTests {
    /// Notes how often it is written to.
    private final class NotingStore: BlockStore {
        private let base: any BlockStore
        var batches: [[Block]] = []
        var singles: Int = 0

        init(over base: any BlockStore) { self.base = base }

        func get(_ cid: CID) throws -> [UInt8]? { try base.get(cid) }

        func put(_ block: [UInt8], cid: CID) throws {
            singles += 1
            try base.put(block, cid: cid)
        }

        func put(_ blocks: [Block]) throws {
            batches.append(blocks)
            try base.put(blocks)
        }
    }

    private final class Nobody: ProofVerifier, SignatureVerifier {
        func verify(_ seal: SealVerifyInfo) -> Bool { false }
        func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }
        func verify(_ update: ReplicaUpdateInfo) -> Bool { false }
        func verify(_ post: WindowPoStVerifyInfo) -> Bool { false }
        func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool { false }
    }

    private final class NoChain: ChainView {
        struct Asked: Error {}

        func chainRandomness(
            _ tag: DomainSeparationTag,
            epoch: ChainEpoch,
            entropy: [UInt8]
        ) throws -> [UInt8] { throw Asked() }

        func beaconRandomness(
            _ tag: DomainSeparationTag,
            epoch: ChainEpoch,
            entropy: [UInt8]
        ) throws -> [UInt8] { throw Asked() }

        func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) -> TokenAmount { .zero }
        func lookbackStateRoot(at epoch: ChainEpoch) throws -> CID { throw Asked() }
    }

    @Test func `what a tipset changed is written once, in one batch, children first`() throws {
        let (roots, genesis) = try Vectors.archive("reference/actors/replay/2k-v7.genesis.car.zst")
        let store = NotingStore(over: genesis)
        let nobody = Nobody()
        let executor = TipsetExecutor(
            rules: ExecutionRules(
                networkVersion: { _ in 15 },
                prices: .calico,
                policy: .twoKiB,
                proofs: nobody,
                signatures: nobody
            ),
            store: store
        )
        var root = try #require(roots.first)
        for epoch in 1000..<1003 as Range<Int64> {
            store.batches = []
            // Two null rounds before each, whose own states are among the blocks that nobody wants.
            let result = try executor.execute(
                parentState: root,
                parentEpoch: ChainEpoch(rawValue: 3 * epoch - 3),
                epoch: ChainEpoch(rawValue: 3 * epoch),
                blocks: [],
                baseFee: 100,
                view: NoChain()
            )
            root = result.stateRoot
            #expect(store.singles == 0)
            #expect(store.batches.count == 1)
            let batch = store.batches[0]
            #expect(Set(batch.map(\.cid)).count == batch.count)
            #expect(batch.contains { $0.cid == result.stateRoot })
            #expect(batch.contains { $0.cid == result.receiptsRoot })
            var written: Set<CID> = []
            let all = Set(batch.map(\.cid))
            for block in batch {
                let links = try CID.links(inDAGCBOR: block.bytes)
                #expect(links.allSatisfy { !all.contains($0) || written.contains($0) })
                written.insert(block.cid)
            }
        }
    }
}
