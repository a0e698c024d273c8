internal import CBOR
internal import ChainStore
internal import Conformance
internal import FilecoinTypes
internal import IPLD
internal import JSON
internal import Multiformats

/// The archive of a chain: every block is in the one form that gives its CID, and nothing is missing or too much.
struct ArchiveCheck {
    private let recorded: RecordedChain

    init(_ recorded: RecordedChain) { self.recorded = recorded }

    /// Checks that each block decodes, and encodes to its CID again.
    func checkBlocks() throws {
        // The parent of genesis is a note of 2017 whose keys are not in the order of dag-cbor.
        let oldest = try recorded.store.genesis().parents
        for block in try blocks() where !oldest.contains(block.cid) {
            let again: [UInt8]
            do { again = try CBORValue(cbor: block.bytes).cborBytes() } catch {
                throw TestDataError("block \(block.cid): \(error)")
            }
            try check(again == block.bytes, "block \(block.cid) encodes differently")
            try check(CID.dagCBOR(hashing: again) == block.cid, "block \(block.cid) is another")
        }
        for line in recorded.lines { try checkTypes(line) }
    }

    /// Checks that headers and messages lose nothing in our types.
    private func checkTypes(_ line: ChainLine) throws {
        for cid in line.key.cids {
            let header: BlockHeader = try recorded.store.value(cid)
            try checkEqual(header.cid, cid, "CID of a header of \(line.name), encoded again")
            let cids = try recorded.store.messageCIDs(of: header)
            let messages = try recorded.store.messages(of: header)
            try checkEqual(messages.cids, cids.bls + cids.secp, "CIDs of the messages of \(cid)")
            try checkEqual(
                try ChainStore.put(messages, in: MemoryBlockStore()),
                header.messages,
                "message root of \(cid), made again"
            )
        }
    }

    /// Checks that an export of the chain has the blocks of the archive: no more and no fewer.
    func checkExport() throws {
        var expected = Set(try blocks().map(\.cid))
        let count = expected.count
        func take(_ cid: CID) throws {
            guard expected.remove(cid) == nil else { return }
            throw TestDataError("block \(cid) is not in the archive, or reached twice")
        }
        var bytes: [UInt8] = []
        let head = recorded.head
        try recorded.store.export(head, stateEpochs: head.height + 1) { bytes += $0 }
        var seen: Set<CID> = []
        var reader = try CARReader(bytes)
        try checkEqual(reader.roots, head.cids, "roots")
        while let block = try reader.next() {
            seen.insert(block.cid)
            try take(block.cid)
        }
        // The archive also has the state after the head, and what a reorganization took away.
        for line in recorded.lines {
            let roots = try line.key.cids + [line.cid("stateRoot"), line.cid("receiptsRoot")]
            let store = recorded.store.blocks
            try DAG.forEachBlock(from: roots, in: store, where: { seen.insert($0).inserted }) {
                try take($0.cid)
            }
        }
        if let left = expected.first {
            throw TestDataError(
                "\(expected.count) of \(count) blocks lead nowhere, such as \(left)"
            )
        }
    }

    /// The blocks of the archive in its order; reading compares each with its CID.
    private func blocks() throws -> [Block] {
        var reader = try CARReader(try recorded.folder.archiveFile.contents())
        try checkEqual(reader.roots, recorded.head.cids, "roots")
        var blocks: [Block] = []
        while let block = try reader.next() { blocks.append(block) }
        return blocks
    }

    /// Checks that the lines of the index are the chain of the archive, in order.
    func checkIndex() throws {
        let main = recorded.main
        try checkEqual(main.last?.key, recorded.head.key, "last tipset of the index")
        try checkEqual(main.first?.height, 0, "first height of the index")
        for line in main {
            let found = try recorded.store.tipset(at: line.height, from: recorded.head)
            try checkEqual(found.key, line.key, "tipset at \(line.height)")
        }
        for (parent, line) in zip(main, main.dropFirst()) {
            let tipset = try recorded.tipset(line)
            try checkEqual(tipset.parentKey, parent.key, "parents of \(line.height)")
            try checkEqual(
                tipset.parentStateRoot,
                try parent.cid("stateRoot"),
                "state root that \(line.height) carries"
            )
            try checkEqual(
                tipset.parentMessageReceipts,
                try parent.cid("receiptsRoot"),
                "receipts root that \(line.height) carries"
            )
            try checkEqual(
                "\(tipset.parentWeight)",
                try parent.json.text("weight"),
                "weight that \(line.height) carries"
            )
            try checkEqual(
                "\(tipset.parentBaseFee.attoFIL)",
                try parent.json.text("nextBaseFee"),
                "base fee that \(line.height) carries"
            )
        }
    }
}
