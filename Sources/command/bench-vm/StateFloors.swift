import Bytes
import CBOR
import IPLD
import Multiformats

/// The blocks of a history, and what must be done with each of them at the least.
struct StateFloors {
    let blocks: [[UInt8]]
    /// Blocks that are roots of maps, with their CIDs.
    let maps: [CID]
    /// Blocks that are roots of arrays, with their bit widths.
    let arrays: [(cid: CID, bitWidth: Int)]
    private let store: MemoryBlockStore = MemoryBlockStore()

    init(blocks: [[UInt8]]) {
        self.blocks = blocks
        var maps: [CID] = []
        var arrays: [(cid: CID, bitWidth: Int)] = []
        for block in blocks {
            let cid = CID.dagCBOR(hashing: block)
            store.put(block, cid: cid)
            if block.count > 2, block[0] == 0x82,
                (try? HAMT<AnyItem>(root: cid, store: store, bitWidth: 5)) != nil
            {
                maps.append(cid)
            } else if block.count > 2, block[0] == 0x84, (1...16).contains(block[1]),
                (try? AMT<AnyItem>(root: cid, store: store, bitWidth: Int(block[1]))) != nil
            {
                arrays.append((cid, Int(block[1])))
            }
        }
        self.maps = maps
        self.arrays = arrays
    }

    func hash() -> UInt64 {
        blocks.reduce(0) { $0 &+ (CID.dagCBOR(hashing: $1).digest32?.word0 ?? 0) }
    }

    func walk() throws -> Int {
        var links = 0
        for block in blocks { try CID.forEachBlockLink(inDAGCBOR: block) { _ in links += 1 } }
        return links
    }

    /// Decodes every root and encodes it again, which a changed entry makes necessary.
    func openMaps() throws -> Int {
        let sink = Sink(over: store)
        for cid in maps {
            let map = try HAMT<AnyItem>(root: cid, store: sink, bitWidth: 5)
            try map.set([0xff, 0x01], AnyItem(bytes: [0xf6]))
            _ = try map.flush()
        }
        return sink.byteCount
    }

    func openArrays() throws -> Int {
        let sink = Sink(over: store)
        for (cid, bitWidth) in arrays {
            let array = try AMT<AnyItem>(root: cid, store: sink, bitWidth: bitWidth)
            try array.set(0, AnyItem(bytes: [0xf6]))
            _ = try array.flush()
        }
        return sink.byteCount
    }

    /// Reads from a store and drops what is written.
    private final class Sink: BlockStore {
        private let base: MemoryBlockStore
        private(set) var byteCount: Int = 0

        init(over base: MemoryBlockStore) { self.base = base }

        func get(_ cid: CID) -> [UInt8]? { base.get(cid) }
        func has(_ cid: CID) -> Bool { base.has(cid) }
        func put(_ block: [UInt8], cid: CID) { byteCount += block.count }
    }
}

/// Any CBOR item, as it is written.
struct AnyItem: CBORCodable {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }
    init(from decoder: inout CBORDecoder) throws(CBORError) { bytes = try decoder.rawItem() }
    func encode(to encoder: inout CBOREncoder) { encoder.raw(bytes) }
}
