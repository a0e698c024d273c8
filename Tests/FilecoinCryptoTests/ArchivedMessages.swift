import FilecoinTypes
import IPLD
import Multiformats

/// The messages of a block.
struct BlockMessages {
    let bls: [Message]
    let secp: [SignedMessage]

    init(_ header: BlockHeader, store: MemoryBlockStore) throws {
        let meta = try store.value(header.messages, as: MessageMeta.self)
        func cids(_ root: CID) throws -> [CID] {
            let array = try AMT<CID>(root: root, store: store, layout: .v0)
            return try (0..<array.count).compactMap { try array.get($0) }
        }
        bls = try cids(meta.blsMessages).map { try store.value($0, as: Message.self) }
        secp = try cids(meta.secpMessages).map { try store.value($0, as: SignedMessage.self) }
    }
}
