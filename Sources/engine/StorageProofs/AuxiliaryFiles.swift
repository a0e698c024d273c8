package import Bytes

/// What is kept of a sector for as long as it is proved: the file `p_aux`.
///
/// | field | bytes |
/// |---|---|
/// | CommC, root of the tree over the column hashes | 32 |
/// | CommR-last, root of the tree over the replica | 32 |
package struct PersistentAux: Hashable, Sendable {
    package let commC: Bytes32
    package let commRLast: Bytes32

    /// Creates the pair.
    package init(commC: Bytes32, commRLast: Bytes32) {
        self.commC = commC
        self.commRLast = commRLast
    }

    /// Reads the content of the file.
    package init(_ bytes: [UInt8]) throws(SealError) {
        guard bytes.count == 64, let commC = Bytes32(bytes), let last = Bytes32(bytes, at: 32)
        else {
            throw SealError(.malformedFile, "p_aux has \(bytes.count) bytes, expected 64")
        }
        self.init(commC: commC, commRLast: last)
    }

    /// Reads the file of a cache folder.
    package init(cache: String) throws(SealError) {
        try self.init(SealFiles.read(SealFiles.path(cache, SealFiles.persistentAux), limit: 64))
    }

    /// The content of the file.
    package var bytes: [UInt8] { commC.bytes + commRLast.bytes }
}

/// Where a store is and how it is cut: an entry of `t_aux` and of the JSON of phase 1.
package struct StoreConfig: Hashable, Sendable {
    /// The cache folder; replaced by the actual one when read.
    package var path: String
    /// The id that is part of the file's name.
    package var id: String
    /// The number of nodes, if known.
    package var size: UInt64?
    /// The number of rows above the leaves that the file leaves out.
    package var rowsToDiscard: UInt64

    /// Creates an entry.
    package init(path: String, id: String, size: Int?, rowsToDiscard: Int = 0) {
        self.path = path
        self.id = id
        self.size = size.map(UInt64.init)
        self.rowsToDiscard = UInt64(rowsToDiscard)
    }

    fileprivate init(from reader: inout BincodeReader) throws(SealError) {
        path = try reader.text()
        id = try reader.text()
        size = try reader.optional()
        rowsToDiscard = try reader.unsigned64()
    }

    fileprivate func write(to writer: inout BincodeWriter) {
        writer.text(path)
        writer.text(id)
        writer.optional(size)
        writer.unsigned64(rowsToDiscard)
    }
}

/// Where the layers and trees of a sector are: the file `t_aux`.
package struct TemporaryAux: Hashable, Sendable {
    package var labels: [StoreConfig]
    package var treeD: StoreConfig
    package var treeRLast: StoreConfig
    package var treeC: StoreConfig

    /// The entries of a sector sealed into `cache`.
    package init(cache: String, parameters: SectorParameters) {
        let nodes = parameters.nodes
        let leaves = parameters.nodesPerBaseTree
        let treeSize = TreeShape.nodes(leaves: leaves)
        labels = (1...parameters.layers).map {
            StoreConfig(path: cache, id: SealFiles.layer($0), size: nodes)
        }
        treeD = StoreConfig(path: cache, id: SealFiles.treeD, size: 2 * nodes - 1)
        treeRLast = StoreConfig(
            path: cache,
            id: SealFiles.treeRLast,
            size: treeSize,
            rowsToDiscard: TreeShape.rowsToDiscard(leaves: leaves)
        )
        treeC = StoreConfig(path: cache, id: SealFiles.treeC, size: treeSize)
    }

    /// Puts another folder into all entries, for a cache that was moved.
    package mutating func replacePath(_ path: String) {
        for index in labels.indices { labels[index].path = path }
        treeD.path = path
        treeRLast.path = path
        treeC.path = path
    }

    /// Reads the content of the file.
    ///
    /// Old writers put other numbers of rows into all but the replica's tree.
    package init(_ bytes: [UInt8]) throws(SealError) {
        var reader = BincodeReader(bytes, name: SealFiles.temporaryAux)
        labels = try reader.list(unit: 25) { (reader) throws(SealError) in
            try StoreConfig(from: &reader)
        }
        treeD = try StoreConfig(from: &reader)
        treeRLast = try StoreConfig(from: &reader)
        treeC = try StoreConfig(from: &reader)
        try reader.finish()
    }

    /// The content of the file.
    package var bytes: [UInt8] {
        var writer = BincodeWriter()
        writer.list(labels) { $1.write(to: &$0) }
        treeD.write(to: &writer)
        treeRLast.write(to: &writer)
        treeC.write(to: &writer)
        return writer.bytes
    }
}
