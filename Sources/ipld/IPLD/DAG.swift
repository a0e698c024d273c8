internal import CBOR
public import Multiformats

/// Walks over what a block reaches.
public enum DAG {
    /// Calls `body` with every block that `roots` reach, each once, a block before what it links to and
    /// links in their order in the block.
    ///
    /// Only dag-cbor blocks are followed. Links to commitments (sealed and unsealed sectors), raw data and
    /// identity CIDs are passed over, as in a chain snapshot: nobody has their blocks.
    ///
    /// - Parameters:
    ///   - roots: Where to begin.
    ///   - store: Has the blocks.
    ///   - isWanted: Asked once for each CID; false leaves it out with all that only it reaches.
    ///   - body: Gets each block.
    /// - Throws: ``IPLDError/blockNotFound(_:)``, ``IPLDError/malformed(_:_:)``, or what the store
    ///   or `body` throws.
    public static func forEachBlock(
        from roots: [CID],
        in store: any BlockStore,
        where isWanted: (CID) -> Bool = { _ in true },
        _ body: (Block) throws -> Void
    ) throws {
        var seen: Set<CID> = []
        var stack = Array(roots.reversed())
        while let cid = stack.popLast() {
            guard cid.codec == .dagCBOR, !cid.isIdentity else { continue }
            guard seen.insert(cid).inserted, isWanted(cid) else { continue }
            let block = Block(cid: cid, bytes: try store.require(cid))
            try body(block)
            stack += try links(of: block).reversed()
        }
    }

    /// Returns the links in a dag-cbor block, in their order, repeated ones too.
    ///
    /// - Throws: ``IPLDError/malformed(_:_:)`` if the block is no CBOR.
    public static func links(of block: Block) throws(IPLDError) -> [CID] {
        guard block.cid.codec == .dagCBOR else { return [] }
        do throws(CBORError) {
            return try CID.links(inDAGCBOR: block.bytes)
        } catch {
            throw .malformed(block.cid, error)
        }
    }
}
