import CBOR
import IPLD
import Multiformats
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ChainArchiveTests {
    static let geneses: [String] =
        ((try? Vectors.files(below: "genesis")) ?? []).filter { $0.hasSuffix(".car.zst") }
    static let chains: [String] = [
        "chain/mainnet-chain4.car.zst", "chain/mainnet-export40.car.zst", "chain/carv2.car.zst",
    ]

    /// The block that the first header of every network names as its parent: how the tokens were to be
    /// distributed, dated 2017.
    static let note: String = "bafyreiaqpwbbyjo4a42saasj36kkrpv4tsherf2e7bvezkert2a7dhonoi"

    /// One item of any shape, as it is.
    struct Item: CBORCodable {
        let bytes: [UInt8]

        init(from decoder: inout CBORDecoder) throws(CBORError) { bytes = try decoder.rawItem() }

        func encode(to encoder: inout CBOREncoder) { encoder.raw(bytes) }
    }

    /// The links of a block header that lead to maps and arrays.
    struct HeaderLinks: CBORDecodable {
        let parents: [CID]
        let stateRoot: CID
        let receipts: CID
        let messages: CID

        init(from decoder: inout CBORDecoder) throws(CBORError) {
            try decoder.array(count: 16)
            for _ in 0..<5 { try decoder.skip() }
            parents = try decoder.list()
            for _ in 0..<2 { try decoder.skip() }
            stateRoot = try decoder.value()
            receipts = try decoder.value()
            messages = try decoder.value()
            for _ in 0..<5 { try decoder.skip() }
        }
    }

    /// A tuple of links; fails for anything else.
    struct Links: CBORDecodable {
        let links: [CID]

        init(from decoder: inout CBORDecoder) throws(CBORError) { links = try decoder.list() }
    }

    /// The wrapper around a state tree since actors v2: version, root, information.
    struct StateRoot: CBORDecodable {
        let version: UInt64
        let actors: CID

        init(from decoder: inout CBORDecoder) throws(CBORError) {
            try decoder.array(count: 3)
            version = try decoder.unsigned()
            actors = try decoder.value()
            try decoder.skip()
        }
    }

    @Test(arguments: geneses + chains)
    func `every block hashes to its CID, decodes and encodes to the same bytes`(
        _ archive: String
    ) throws {
        // Reading the archive compares each block with its CID.
        let (_, store) = try Vectors.archive(archive)
        for cid in store.cids where cid.codec == .dagCBOR && cid.description != Self.note {
            let bytes = try store.require(cid)
            #expect(try CBORValue(cbor: bytes).cborBytes() == bytes, "\(cid)")
        }
        // The note is there, is sound CBOR, and only the order of its keys is not that of dag-cbor.
        let note = try store.require(try CID(Self.note))
        var decoder = CBORDecoder(note)
        #expect(try decoder.rawItem() == note)
        #expect(throws: CBORError(.invalidKeyOrder, at: 30)) { try CBORValue(cbor: note) }
        if archive.hasSuffix("carv2.car.zst") { #expect(store.count <= 7153) }
    }

    @Test(arguments: geneses + chains)
    func `the walk from the roots finds blocks that are all there`(_ archive: String) throws {
        let (roots, store) = try Vectors.archive(archive)
        var count = 0
        // A chain export ends at some height, and some leave out receipts; those are not walked.
        try DAG.forEachBlock(from: roots, in: store, where: store.has) { _ in count += 1 }
        #expect(count > 0 && count <= store.count)
        if Self.geneses.contains(archive) {
            #expect(count == store.cids.count { $0.codec == .dagCBOR })
        }
    }

    @Test(arguments: geneses)
    func `the state tree built anew has the same root`(_ archive: String) throws {
        let (roots, store) = try Vectors.archive(archive)
        let header = try store.value(try #require(roots.first), as: HeaderLinks.self)
        let wrapper = try? store.value(header.stateRoot, as: StateRoot.self)
        let root = wrapper?.actors ?? header.stateRoot
        // Versions 0 and 1 of the state tree are those of actors v0 and v2.
        let layout: HAMTLayout = (wrapper?.version ?? 0) < 2 ? .v0 : .v3
        let tree = try HAMT<Item>(root: root, store: store, bitWidth: 5, layout: layout)
        let fresh = HAMT<Item>(store: MemoryBlockStore(), bitWidth: 5, layout: layout)
        var actors: [[UInt8]] = []
        try tree.forEach { address, actor in
            actors.append(address)
            try fresh.set(address, actor)
        }
        #expect(actors.count >= 10)
        #expect(try fresh.flush() == root)
        #expect(try tree.flush() == root)
        // Taken apart in another order, the empty map is left.
        for address in actors.reversed() { #expect(try fresh.delete(address)) }
        #expect(try fresh.isEmpty)
    }

    @Test(arguments: geneses + chains)
    func `message and receipt arrays built anew have the same roots`(_ archive: String) throws {
        let (roots, store) = try Vectors.archive(archive)
        var arrays: Set<CID> = []
        var seen: Set<CID> = []
        var tipset = roots
        while !tipset.isEmpty {
            let new = tipset.filter { store.has($0) && seen.insert($0).inserted }
            tipset = []
            for cid in new {
                // The parent of the first block is a note, not a header.
                guard let header = try? store.value(cid, as: HeaderLinks.self) else { continue }
                tipset += header.parents
                arrays.insert(header.receipts)
                if store.has(header.messages) {
                    arrays.formUnion(try store.value(header.messages, as: Links.self).links)
                }
            }
        }
        var elements: UInt64 = 0
        for root in arrays where store.has(root) {
            let array = try AMT<Item>(root: root, store: store, layout: .v0)
            let fresh = AMT<Item>(store: MemoryBlockStore(), layout: .v0)
            try array.forEach { index, value in try fresh.set(index, value) }
            #expect(fresh.count == array.count)
            #expect(try fresh.flush() == root)
            elements += array.count
        }
        #expect(!arrays.isEmpty)
        if archive.contains("export40") { #expect(elements >= 247) }
    }
}
