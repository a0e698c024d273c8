internal import CBOR
internal import Multiformats

/// How the nodes of an AMT are stored, and by which library's habits.
public enum AMTLayout: Sendable {
    /// A root states height and count; nodes have eight places. Actors v0 and v2, messages and
    /// receipts of every version.
    case v0
    /// A root states bit width, height and count. Actors v3 and later.
    case v3

    /// The largest index.
    var maximumIndex: UInt64 {
        switch self {
        case .v0: UInt64(1) << 63 - 1
        case .v3: UInt64.max - 1
        }
    }
}

/// What a place of an inner node leads to.
enum AMTLink {
    case none
    /// A child that was not read yet.
    case stored(CID)
    /// A child in memory.
    case node(AMTNode)

    var isNone: Bool {
        if case .none = self { true } else { false }
    }
}

/// A node of an AMT in memory: a leaf has values, an inner node links, an empty node neither.
///
/// Values are bytes here; ``AMT`` gives them a type. As with ``HAMTNode``, which blocks are read and
/// written follows the reference: go-amt-ipld v4.0.0 (``AMTLayout/v3``) and v2.1.0 (``AMTLayout/v0``).
final class AMTNode {
    /// Empty, or one for each place.
    var links: [AMTLink] = []
    /// Empty, or one for each place.
    var values: [ByteStretch] = []
    /// Where the values are.
    var bytes: NodeBytes = NodeBytes()
    /// Whether the node differs from what is stored; the root's flag means nothing.
    var isDirty: Bool = false
    /// The CID under which the node was read or last written.
    var storedLink: CID?

    init() {}

    var isEmpty: Bool {
        !links.contains { !$0.isNone } && !values.contains { !$0.isNone }
    }

    func link(at place: Int) -> AMTLink {
        links.isEmpty ? .none : links[place]
    }

    func value(at place: Int) -> ByteStretch {
        values.isEmpty ? .none : values[place]
    }

    /// Takes over everything that `other` has.
    func become(_ other: AMTNode) {
        links = other.links
        values = other.values
        bytes = other.bytes
    }

    /// Copies the values to new bytes if most of the old ones are not used any more.
    func compactIfNeeded() {
        guard bytes.wantsCompaction else { return }
        let old = bytes
        bytes = NodeBytes()
        for place in values.indices where !values[place].isNone {
            values[place] = bytes.add(old[values[place]])
        }
    }
}

/// What all nodes of one AMT share.
struct AMTContext {
    let store: any BlockStore
    let bitWidth: Int
    let layout: AMTLayout

    /// The number of places of a node.
    var width: Int { 1 << bitWidth }

    /// How many indexes lie below one place of a node at `height`; all of them where 64 bits do not do.
    func span(height: Int) -> UInt64 {
        let bits = bitWidth * height
        return bits >= 64 ? .max : 1 << UInt64(bits)
    }

    /// Reads and checks the child at `height`.
    func load(_ cid: CID, height: Int) throws -> AMTNode {
        let block = try store.require(cid)
        do throws(CBORError) {
            var decoder = CBORDecoder(block)
            let node = try AMTNode(
                from: &decoder,
                bitWidth: bitWidth,
                isLeaf: height == 0,
                mayBeEmpty: false
            )
            try decoder.finish()
            node.storedLink = cid
            return node
        } catch {
            throw IPLDError.malformed(cid, error)
        }
    }

    /// Returns the child at `place`, which is at `height`, reading it if it is not in memory yet.
    func child(of node: AMTNode, at place: Int, height: Int) throws -> AMTNode? {
        switch node.link(at: place) {
        case .none: return nil
        case .node(let child): return child
        case .stored(let link):
            let child = try load(link, height: height)
            node.links[place] = .node(child)
            return child
        }
    }

    /// Writes the changed nodes below `node`, children before parents.
    func flushChildren(of node: AMTNode, height: Int) throws {
        guard height > 0 else { return }
        for place in node.links.indices {
            guard case .node(let child) = node.links[place] else { continue }
            // The oldest library wrote again whatever it had in memory, changed or not.
            guard child.isDirty || layout == .v0 else { continue }
            try flushChildren(of: child, height: height - 1)
            try write(child, height: height - 1)
        }
    }

    /// Writes `node`, whose children are written, and remembers its CID.
    func write(_ node: AMTNode, height: Int) throws {
        var encoder = CBOREncoder(capacity: node.encodedCapacity)
        node.encode(to: &encoder, bitWidth: bitWidth, isLeaf: height == 0)
        let block = encoder.bytes
        let cid = CID.dagCBOR(hashing: block)
        try store.put(block, cid: cid)
        node.storedLink = cid
        node.isDirty = false
    }
}

extension AMTContext {
    /// Looks up `index`.
    ///
    /// - Returns: Where its value is, or nil if it is absent.
    func value(
        at index: UInt64,
        in root: AMTNode,
        height: Int
    ) throws -> (node: AMTNode, value: ByteStretch)? {
        var node = root
        var index = index
        var height = height
        while height > 0 {
            let span = span(height: height)
            guard let child = try child(of: node, at: Int(index / span), height: height - 1) else {
                return nil
            }
            node = child
            index %= span
            height -= 1
        }
        let value = node.value(at: Int(index))
        return value.isNone ? nil : (node, value)
    }

    /// Sets `index` below `node`.
    ///
    /// - Returns: Whether it was absent.
    func set(
        _ index: UInt64,
        _ value: [UInt8],
        in node: AMTNode,
        height: Int
    ) throws -> Bool {
        if height == 0 {
            if node.values.isEmpty { node.values = Array(repeating: .none, count: width) }
            let old = node.values[Int(index)]
            node.values[Int(index)] = node.bytes.replace(old, by: value)
            node.compactIfNeeded()
            return old.isNone
        }
        let span = span(height: height)
        let place = Int(index / span)
        let child = try child(of: node, at: place, height: height - 1) ?? AMTNode()
        let isNew = try set(index % span, value, in: child, height: height - 1)
        // Only now that nothing failed: a failed change must leave nothing to be written.
        child.isDirty = true
        if node.links.isEmpty { node.links = Array(repeating: .none, count: width) }
        node.links[place] = .node(child)
        return isNew
    }

    /// Removes `index` below `node`.
    ///
    /// - Returns: Whether it was present.
    func delete(_ index: UInt64, in node: AMTNode, height: Int) throws -> Bool {
        if height == 0 {
            guard !node.value(at: Int(index)).isNone else { return false }
            node.bytes.drop(node.values[Int(index)])
            node.values[Int(index)] = .none
            return true
        }
        let span = span(height: height)
        let place = Int(index / span)
        guard let child = try child(of: node, at: place, height: height - 1),
            try delete(index % span, in: child, height: height - 1)
        else { return false }
        if child.isEmpty {
            node.links[place] = .none
        } else {
            child.isDirty = true
        }
        return true
    }

    /// Makes the only child of `root` the root, as often as it is the first and only one.
    ///
    /// - Returns: The height afterwards.
    func collapse(_ root: AMTNode, height: Int) throws -> Int {
        var height = height
        while height > 0 {
            let isEmpty = !root.links.contains { !$0.isNone }
            if isEmpty {
                // The oldest library kept the height of an array that became empty.
                return layout == .v0 ? height : 0
            }
            guard !root.links.dropFirst().contains(where: { !$0.isNone }),
                let child = try child(of: root, at: 0, height: height - 1)
            else { return height }
            root.become(child)
            height -= 1
        }
        return 0
    }

    /// Calls `body` with every value below `node` from the index `start` on, in order.
    func forEach(
        in node: AMTNode,
        height: Int,
        from start: UInt64,
        offset: UInt64,
        _ body: (UInt64, AMTNode, ByteStretch) throws -> Void
    ) throws {
        if height == 0 {
            for place in 0..<node.values.count {
                let index = offset + UInt64(place)
                guard index >= start, !node.values[place].isNone else { continue }
                try body(index, node, node.values[place])
            }
            return
        }
        let span = span(height: height)
        for place in 0..<node.links.count where !node.links[place].isNone {
            let first = offset &+ UInt64(place) &* span
            // Past the last index of 64 bits the sum wraps around; then the part is never skipped.
            let next = first &+ span
            let isBeforeStart = next >= first && start >= next
            // The oldest library read a part even to skip it, and did not keep what it read.
            if isBeforeStart && layout == .v3 { continue }
            let child: AMTNode?
            if case .stored(let link) = node.links[place], layout == .v0 {
                child = try load(link, height: height - 1)
            } else {
                child = try self.child(of: node, at: place, height: height - 1)
            }
            if isBeforeStart { continue }
            guard let child else { continue }
            try forEach(in: child, height: height - 1, from: start, offset: first, body)
        }
    }

    /// The lowest index below `node`, or nil if there is none.
    func firstIndex(in node: AMTNode, height: Int) throws -> UInt64? {
        if height == 0 { return node.values.firstIndex { !$0.isNone }.map { UInt64($0) } }
        for place in 0..<node.links.count {
            guard let child = try child(of: node, at: place, height: height - 1) else { continue }
            // A malformed array may reach past 64 bits at its top level; it wraps as in the reference.
            return try firstIndex(in: child, height: height - 1)
                .map { $0 &+ UInt64(place) &* span(height: height) }
        }
        return nil
    }
}
