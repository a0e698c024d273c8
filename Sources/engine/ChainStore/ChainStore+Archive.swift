internal import CBOR
package import FilecoinTypes
package import IPLD
internal import Multiformats

extension ChainStore {
    /// What an import found.
    package struct ImportReport: Sendable {
        /// The tipset that the archive's roots name.
        package let head: Tipset
        /// The header at height 0 that the head leads back to, if the archive has the whole chain.
        package let genesis: BlockHeader?
        /// Blocks that were read.
        package let blockCount: Int
    }

    /// Reads a genesis archive: its one root is the header of the genesis block.
    ///
    /// - Throws: ``ChainStoreError``, `CARError`, or what the store throws.
    package func importGenesis(_ archive: CARReader) throws -> BlockHeader {
        var reader = archive
        guard reader.roots.count == 1 else {
            throw ChainStoreError.notAChain("genesis has \(reader.roots.count) roots, not one")
        }
        let root = reader.roots[0]
        _ = try reader.copyBlocks(into: blocks)
        try setGenesis(root)
        return try genesis()
    }

    /// Reads a chain export: its roots are the headers of the newest tipset.
    ///
    /// Every header on the way back is indexed. The head is not moved: whoever trusts the archive does that.
    package func importChain(_ archive: CARReader) throws -> ImportReport {
        var reader = archive
        let count = try reader.copyBlocks(into: blocks)
        let head = try tipset(TipsetKey(reader.roots))
        var current = head
        while true {
            for header in current.blocks { try put(header) }
            if current.height == 0 { break }
            // An export with recent roots only ends before genesis.
            guard try current.parentKey.cids.allSatisfy({ try blocks.has($0) }) else {
                return ImportReport(head: head, genesis: nil, blockCount: count)
            }
            current = try parent(of: current)
        }
        return ImportReport(head: head, genesis: current.minTicketBlock, blockCount: count)
    }

    /// Writes the chain that ends in `head`: all headers, and messages, receipts and states.
    ///
    /// - Parameters:
    ///   - head: The newest tipset.
    ///   - stateEpochs: For how many epochs before the head states are written too; genesis' state always is.
    ///   - write: Gets the archive piece by piece.
    /// - Throws: ``ChainStoreError``, `IPLDError`, or what `write` throws.
    package func export(
        _ head: Tipset,
        stateEpochs: ChainEpoch,
        write: ([UInt8]) throws -> Void
    ) throws {
        var writer = CARWriter(roots: head.cids)
        var seen: Set<CID> = []
        func append(_ block: Block) throws {
            writer.append(block)
            if writer.pendingByteCount > 1 << 20 { try write(writer.takeBytes()) }
        }
        func walk(_ roots: [CID]) throws {
            try DAG.forEachBlock(from: roots, in: blocks, where: { seen.insert($0).inserted }) {
                try append($0)
            }
        }
        var current = head
        while true {
            for header in current.blocks where seen.insert(header.cid).inserted {
                try append(Block(cid: header.cid, bytes: header.cborBytes()))
                // Genesis' parent is a block of 2017 that every node has.
                if current.height == 0 { try walk(header.parents) }
                try walk([header.messages])
            }
            if current.height == 0 || head.height - current.height < stateEpochs {
                try walk([current.parentStateRoot, current.parentMessageReceipts])
            }
            if current.height == 0 { break }
            current = try parent(of: current)
        }
        try write(writer.takeBytes())
    }
}
