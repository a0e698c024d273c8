import CBOR
import IPLD
import Multiformats
import TestSupport
import Testing

/// A block with links, and what a DAG of them looks like.
struct Branch: CBOREncodable {
    let name: UInt64
    var links: [CID] = []

    func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(name)
        encoder.list(links)
    }
}

@Suite struct BlockStoreTests {
    @Test func `a memory store gives back what was put`() throws {
        let store = MemoryBlockStore()
        let cid = try store.put(value: Number(7))
        #expect(try store.value(cid) == Number(7))
        #expect(store.has(cid))
        #expect(store.cids == [cid])
        store.remove(cid)
        #expect(store.get(cid) == nil)
        #expect(throws: IPLDError.blockNotFound(cid)) { try store.require(cid) }
    }

    @Test func `a memory store of many blocks finds, keeps and forgets each`() throws {
        let store = MemoryBlockStore()
        var cids: [CID] = []
        for number in 0..<3000 as Range<UInt64> {
            cids.append(try store.put(value: Number(number)))
        }
        store.put([0xf6], cid: cids[7])
        #expect(store.count == 3000 && store.cids == cids)
        for (number, cid) in cids.enumerated() {
            #expect(try store.value(cid) == Number(UInt64(number)))
        }
        for cid in cids where cid.bytes[10] < 16 { store.remove(cid) }
        for cid in cids { #expect(store.has(cid) == (cid.bytes[10] >= 16)) }
        // A key without a digest of 32 bytes.
        let identity = CID(codec: .raw, multihash: Multihash(code: .identity, digest: [1, 2, 3]))
        store.put([4], cid: identity)
        #expect(store.get(identity) == [4])
    }

    @Test func `only what the root reaches leaves the buffer, children first`() throws {
        let base = CountingStore()
        let shared = try base.put(value: Branch(name: 1))
        let buffer = BufferedBlockStore(over: base)
        let leaf = try buffer.put(value: Branch(name: 2))
        let left = try buffer.put(value: Branch(name: 3, links: [leaf, shared]))
        let right = try buffer.put(value: Branch(name: 4, links: [leaf, left]))
        let root = try buffer.put(value: Branch(name: 5, links: [left, right, shared, leaf]))
        let garbage = try buffer.put(value: Branch(name: 6, links: [root]))
        #expect(try buffer.has(shared) && buffer.has(garbage))
        base.accesses = []
        #expect(try buffer.flush(roots: [root]) == 4)
        var seen: Set<CID> = [shared]
        for access in base.accesses {
            guard case .put(let cid) = access else { continue }
            let links = try CID.links(inDAGCBOR: base.base.get(cid) ?? [])
            #expect(links.allSatisfy(seen.contains))
            seen.insert(cid)
        }
        #expect(seen == [shared, leaf, left, right, root])
        #expect(buffer.count == 1)
        buffer.discard()
        #expect(try buffer.get(garbage) == nil)
        #expect(try buffer.flush(roots: [root]) == 0)
    }

    @Test func `a long chain of blocks is flushed and walked without recursion`() throws {
        let base = MemoryBlockStore()
        let buffer = BufferedBlockStore(over: base)
        var head = try buffer.put(value: Branch(name: 0))
        for name in 1..<20_000 as Range<UInt64> {
            head = try buffer.put(value: Branch(name: name, links: [head]))
        }
        #expect(try buffer.flush(roots: [head]) == 20_000)
        var count = 0
        try DAG.forEachBlock(from: [head], in: base) { _ in count += 1 }
        #expect(count == 20_000)
    }

    @Test func `a walk meets each block once, parents first, and passes over what it is told to`()
        throws
    {
        let store = MemoryBlockStore()
        let identity = CID(
            codec: .raw,
            multihash: Multihash(code: .identity, digest: Array("fil/7/init".utf8))
        )
        let piece = CID(
            codec: .filCommitmentUnsealed,
            multihash: Multihash(
                code: .sha256Truncated254Padded,
                digest: [UInt8](repeating: 1, count: 32)
            )
        )
        let leaf = try store.put(value: Branch(name: 1))
        let left = try store.put(value: Branch(name: 2, links: [leaf, identity, piece]))
        let root = try store.put(value: Branch(name: 3, links: [left, leaf, left]))
        var order: [CID] = []
        try DAG.forEachBlock(from: [root, leaf], in: store) { order.append($0.cid) }
        #expect(order == [root, left, leaf])
        order = []
        try DAG.forEachBlock(from: [root], in: store, where: { $0 != left }) {
            order.append($0.cid)
        }
        #expect(order == [root, leaf])
        store.remove(leaf)
        #expect(throws: IPLDError.blockNotFound(leaf)) {
            try DAG.forEachBlock(from: [root], in: store) { _ in }
        }
    }

    @Test func `a cache reads a block once and stays within its capacity`() throws {
        final class Slow: BlockStore, Sendable {
            let blocks: MemoryBlockStore = MemoryBlockStore()
            let reads: MemoryBlockStore = MemoryBlockStore()

            func get(_ cid: CID) throws -> [UInt8]? {
                reads.put([], cid: cid)
                return blocks.get(cid)
            }

            func put(_ block: [UInt8], cid: CID) throws { blocks.put(block, cid: cid) }
        }
        let slow = Slow()
        let cids = try (0..<100).map {
            try slow.put(value: Octets([UInt8](repeating: $0, count: 840)))
        }
        let cache = CachedBlockStore(over: slow, capacityBytes: 20_000)
        for _ in 0..<3 { #expect(try cache.get(cids[0])?.count == 843) }
        #expect(slow.reads.count == 1)
        // A kilobyte each: ten fit into a generation, so the last ones are there and the first is not.
        for cid in cids { _ = try cache.get(cid) }
        #expect(slow.reads.count == 100)
        slow.blocks.remove(cids[0])
        slow.blocks.remove(cids[99])
        #expect(try cache.get(cids[0]) == nil)
        #expect(try cache.get(cids[99]) != nil)
        let new = try cache.put(value: Number(1))
        #expect(slow.blocks.has(new))
        slow.blocks.remove(new)
        #expect(try cache.has(new))
    }

    @Test func `a block is compared with its CID`() throws {
        let bytes = Number(1).cborBytes()
        let cid = CID.dagCBOR(hashing: bytes)
        try Block(cid: cid, bytes: bytes).verify()
        #expect(throws: IPLDError.hashMismatch(cid)) { try Block(cid: cid, bytes: [0]).verify() }
        let unknown = CID(
            codec: .raw,
            multihash: Multihash(code: .init(rawValue: 0x3e), digest: [1, 2])
        )
        #expect(throws: IPLDError.unknownHash(unknown, code: 0x3e)) {
            try Block(cid: unknown, bytes: bytes).verify()
        }
    }
}
