internal import CBOR
internal import Multiformats

/// What a taken position of a node leads to.
enum HAMTPointer {
    /// One to three entries.
    case bucket(HAMTBucket)
    /// A child that was not read yet.
    case link(CID)
    /// A child in memory.
    case node(HAMTNode)

    var isChild: Bool {
        if case .bucket = self { false } else { true }
    }
}

/// A node of a HAMT in memory.
///
/// Keys and values are bytes here; ``HAMT`` gives them types.
///
/// Which blocks are read and written, and in which order, is part of the protocol, because gas is
/// charged for each: a child is read when first passed and then kept, and written when flushed. All of
/// this follows go-hamt-ipld v3.1.0 (``HAMTLayout/v3``) and v2.0.0 (``HAMTLayout/v0``).
final class HAMTNode {
    var bitmap: NodeBitmap
    /// Where the keys and values of the buckets are.
    var bytes: NodeBytes
    /// One for each taken position, in their order.
    var pointers: [HAMTPointer]
    /// Whether the node differs from what is stored; the root's flag means nothing.
    var isDirty: Bool = false
    /// The CID under which the node was read or last written.
    var storedLink: CID?

    init(
        bitmap: NodeBitmap = NodeBitmap(),
        bytes: NodeBytes = NodeBytes(),
        pointers: [HAMTPointer] = []
    ) {
        self.bitmap = bitmap
        self.bytes = bytes
        self.pointers = pointers
    }

    var hasChildren: Bool { pointers.contains(where: \.isChild) }

    /// The number of entries in the node's own buckets.
    var ownEntryCount: Int {
        pointers.reduce(into: 0) { total, pointer in
            if case .bucket(let bucket) = pointer { total += bucket.count }
        }
    }
}

/// What all nodes of one HAMT share.
struct HAMTContext {
    let store: any BlockStore
    let bitWidth: Int
    let layout: HAMTLayout
    let hash: HAMTHash

    /// The deepest level at which the hash of a key still has bits.
    var maximumDepth: Int { 256 / bitWidth }

    /// Returns the child at `index` of `parent`, reading it if it is not in memory yet.
    ///
    /// The pointer must be a child.
    func child(of parent: HAMTNode, at index: Int) throws -> HAMTNode? {
        switch parent.pointers[index] {
        case .bucket: return nil
        case .node(let node): return node
        case .link(let link):
            let node = try load(link, isRoot: false)
            node.storedLink = link
            parent.pointers[index] = .node(node)
            return node
        }
    }

    /// Reads and checks a node.
    func load(_ cid: CID, isRoot: Bool) throws -> HAMTNode {
        try node(store.require(cid), cid: cid, isRoot: isRoot)
    }

    /// Checks a node that was read.
    func node(_ block: [UInt8], cid: CID, isRoot: Bool) throws(IPLDError) -> HAMTNode {
        do throws(CBORError) {
            return try HAMTNode(
                block: block,
                layout: layout,
                bitWidth: bitWidth,
                isRoot: isRoot
            )
        } catch {
            throw .malformed(cid, error)
        }
    }

    /// Encodes and writes `node`, and returns the block.
    func write(_ node: HAMTNode) throws -> Block {
        let bytes = node.encoded(layout: layout)
        let block = Block(cid: .dagCBOR(hashing: bytes), bytes: bytes)
        try store.put(bytes, cid: block.cid)
        return block
    }

    /// Writes the changed nodes below `node`, children before parents, and keeps the links to them.
    func flushChildren(of node: HAMTNode) throws {
        for index in node.pointers.indices {
            guard case .node(let child) = node.pointers[index] else { continue }
            // The oldest library had no notion of "changed": it wrote again whatever it had read.
            guard child.isDirty || layout == .v0 else { continue }
            try flushChildren(of: child)
            let link = try write(child).cid
            child.isDirty = false
            child.storedLink = link
            // It also forgot what it had written, so the next look-up reads it again.
            if layout == .v0 { node.pointers[index] = .link(link) }
        }
    }

    /// Calls `body` with every entry below `node`, in the order of the hashes of the keys.
    func forEach(
        in node: HAMTNode,
        depth: Int = 1,
        _ body: (HAMTNode, HAMTEntry) throws -> Void
    ) throws {
        // A chain of nodes that no key can reach would otherwise recurse as deep as it is long.
        guard depth <= maximumDepth else { throw IPLDError.tooDeep }
        var index = 0
        while index < node.pointers.count {
            if case .bucket(let bucket) = node.pointers[index] {
                for place in 0..<bucket.count { try body(node, bucket[place]) }
            } else if let child = try child(of: node, at: index) {
                try forEach(in: child, depth: depth + 1, body)
            }
            index += 1
        }
    }
}
