package import CBOR
package import FilecoinTypes
package import IPLD
package import Multiformats

/// The messages of one block.
package struct BlockMessages: Hashable, Sendable {
    /// Messages whose signatures are aggregated in the header, in order.
    package var bls: [Message]
    /// Messages that carry their own signature, in order.
    package var secp: [SignedMessage]

    package init(bls: [Message] = [], secp: [SignedMessage] = []) {
        self.bls = bls
        self.secp = secp
    }

    /// The CIDs of both lists, in the order in which the messages are executed.
    package var cids: [CID] { bls.map(\.cid) + secp.map(\.cid) }

    /// All messages without signatures, in the order in which they are executed.
    package var messages: [Message] { bls + secp.map(\.message) }
}

extension ChainStore {
    /// Bit width of the old AMT layout, which lists of messages and receipts use in every network version.
    private static let listBitWidth = 3

    /// Stores messages and the lists of their CIDs, and returns the root that a header carries.
    package func put(_ messages: BlockMessages) throws -> CID {
        try Self.put(messages, in: blocks)
    }

    /// Stores messages and the lists of their CIDs in any store, and returns the root that a header carries.
    package static func put(_ messages: BlockMessages, in store: any BlockStore) throws -> CID {
        var batch: [Block] = []
        for message in messages.bls {
            let bytes = message.cborBytes()
            batch.append(Block(cid: .dagCBOR(hashing: bytes), bytes: bytes))
        }
        for message in messages.secp {
            let bytes = message.cborBytes()
            batch.append(Block(cid: .dagCBOR(hashing: bytes), bytes: bytes))
        }
        try store.put(batch)
        return try metaRoot(
            blsCIDs: messages.bls.map(\.cid),
            secpCIDs: messages.secp.map(\.cid),
            in: store
        )
    }

    /// Stores the two lists of CIDs and returns the root that a header carries.
    package static func metaRoot(
        blsCIDs: [CID],
        secpCIDs: [CID],
        in store: any BlockStore
    ) throws -> CID {
        let meta = MessageMeta(
            blsMessages: try listRoot(blsCIDs, in: store),
            secpMessages: try listRoot(secpCIDs, in: store)
        )
        let bytes = meta.cborBytes()
        let cid = CID.dagCBOR(hashing: bytes)
        try store.put(bytes, cid: cid)
        return cid
    }

    private static func listRoot(_ cids: [CID], in store: any BlockStore) throws -> CID {
        let list = AMT<CID>(store: store, bitWidth: listBitWidth, layout: .v0)
        try list.set(cids)
        return try list.flush()
    }

    /// Returns the CIDs of a block's messages.
    package func messageCIDs(of header: BlockHeader) throws -> (bls: [CID], secp: [CID]) {
        let meta: MessageMeta = try value(header.messages)
        return (try list(meta.blsMessages), try list(meta.secpMessages))
    }

    /// Returns a block's messages.
    package func messages(of header: BlockHeader) throws -> BlockMessages {
        let cids = try messageCIDs(of: header)
        return BlockMessages(
            bls: try cids.bls.map { try value($0) },
            secp: try cids.secp.map { try value($0) }
        )
    }

    /// Returns the messages of a tipset in the order of execution, each once.
    ///
    /// Of two blocks with the same message the first one has it.
    package func messages(
        of tipset: Tipset
    ) throws -> [(block: BlockHeader, messages: BlockMessages)] {
        var seen: Set<CID> = []
        return try tipset.blocks.map { header in
            let all = try messages(of: header)
            let fresh = BlockMessages(
                bls: all.bls.filter { seen.insert($0.cid).inserted },
                secp: all.secp.filter { seen.insert($0.cid).inserted }
            )
            return (header, fresh)
        }
    }

    /// Returns the receipts of a list.
    package func receipts(_ root: CID) throws -> [MessageReceipt] { try list(root) }

    private func list<Value: CBORCodable>(_ root: CID) throws -> [Value] {
        let list = try AMT<Value>(
            root: root,
            store: blocks,
            bitWidth: Self.listBitWidth,
            layout: .v0
        )
        var values: [Value] = []
        try list.forEach { _, value in values.append(value) }
        return values
    }

    /// Returns a decoded block.
    package func value<Value: CBORDecodable>(_ cid: CID) throws -> Value {
        guard let block = try blocks.get(cid) else { throw ChainStoreError.blockNotFound(cid) }
        do { return try Value(cbor: block) } catch {
            throw ChainStoreError.malformed(cid, "\(error)")
        }
    }
}
