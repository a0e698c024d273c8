package import IPLD
package import KeyValueStore
package import Multiformats

/// The blocks of the chain and its states, in a key-value store.
///
/// A block's key is `b` followed by the bytes of its CID. Identity CIDs carry their block themselves and are
/// never stored.
package final class ChainBlockStore: BlockStore, Sendable {
    private static let prefix: UInt8 = UInt8(ascii: "b")
    private let store: any KeyValueStore

    /// Keeps blocks in `store`, beside whatever else is there.
    package init(over store: any KeyValueStore) { self.store = store }

    private static func key(_ cid: CID) -> [UInt8] { [prefix] + cid.bytes }

    package func get(_ cid: CID) throws -> [UInt8]? {
        if cid.isIdentity { return cid.multihash.digest }
        return try store.get(Self.key(cid))
    }

    package func has(_ cid: CID) throws -> Bool {
        try cid.isIdentity || store.contains(Self.key(cid))
    }

    package func put(_ block: [UInt8], cid: CID) throws {
        if cid.isIdentity { return }
        try store.put(Self.key(cid), block)
    }

    package func put(_ blocks: [Block]) throws {
        var batch = KeyValueBatch()
        batch.reserveCapacity(blocks.reduce(0) { $0 + $1.bytes.count + 39 })
        for block in blocks where !block.cid.isIdentity {
            batch.put(block.bytes) { key in
                key.append(Self.prefix)
                block.cid.append(to: &key)
            }
        }
        if !batch.isEmpty { try store.write(batch) }
    }
}
