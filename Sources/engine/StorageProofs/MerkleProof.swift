package import Bytes
internal import CSealKernels
internal import Poseidon

/// A path from a leaf of a sector's tree to its root.
package struct MerkleProof: Hashable, Sendable {
    /// One level: the other children of the parent, and the place of one's own among them.
    package struct Step: Hashable, Sendable {
        /// The siblings in order, without the own node.
        package let siblings: [Bytes32]
        /// The place of the own node, 0 for the leftmost.
        package let index: Int

        /// Creates a step.
        package init(siblings: [Bytes32], index: Int) {
            self.siblings = siblings
            self.index = index
        }

        /// All children, with `node` at its place.
        func children(with node: Bytes32) -> [Bytes32] {
            var children = siblings
            children.insert(node, at: min(max(index, 0), siblings.count))
            return children
        }
    }

    /// What inner nodes are hashed with.
    package enum Hasher: Hashable, Sendable {
        /// Trimmed SHA-256, arity 2.
        case sha256
        /// Poseidon of the arity that the siblings give.
        case poseidon
    }

    /// The opened leaf.
    package let leaf: Bytes32
    /// The root that the path leads to.
    package let root: Bytes32
    /// The levels of the base tree, from the leaf up.
    package let base: [Step]
    /// The level above the base trees, if there are several.
    package let sub: Step?
    /// The level above that.
    package let top: Step?

    /// Creates a path.
    package init(leaf: Bytes32, root: Bytes32, base: [Step], sub: Step? = nil, top: Step? = nil) {
        self.leaf = leaf
        self.root = root
        self.base = base
        self.sub = sub
        self.top = top
    }

    /// All levels from the leaf up.
    package var steps: [Step] { base + [sub, top].compactMap { $0 } }

    /// The number of the leaf: the places of all levels as digits, the lowest first.
    package var leafIndex: Int {
        var index = 0
        var weight = 1
        for step in steps {
            index += step.index * weight
            weight *= step.siblings.count + 1
        }
        return index
    }

    /// Whether the path leads from its leaf to its root and its leaf is number `index`.
    package func isValid(for index: Int, _ hasher: Hasher) -> Bool {
        leafIndex == index && isConsistent(hasher)
    }

    /// Whether the path leads from its leaf to its root.
    package func isConsistent(_ hasher: Hasher) -> Bool {
        var node = leaf
        for step in steps {
            guard step.index >= 0, step.index <= step.siblings.count,
                let parent = Self.parent(of: step.children(with: node), hasher)
            else { return false }
            node = parent
        }
        return node == root
    }

    private static func parent(of children: [Bytes32], _ hasher: Hasher) -> Bytes32? {
        switch (hasher, children.count) {
        case (.sha256, 2): BinaryTree.combine(children[0], children[1])
        case (.poseidon, 2), (.poseidon, 4), (.poseidon, 8): poseidon(children)
        default: nil
        }
    }

    /// The Poseidon hash of nodes, or nil if one of them is no field element.
    static func poseidon(_ nodes: [Bytes32]) -> Bytes32? {
        guard nodes.allSatisfy(FieldElement.isCanonical) else { return nil }
        return Bytes32(Poseidon.merkleTree(arity: nodes.count).hash(nodes: nodes.flatMap(\.bytes)))
    }
}

/// Nodes as elements of the scalar field.
package enum FieldElement {
    /// The modulus, as a big-endian number in four words.
    private static let modulus: [UInt64] = [
        0x73ed_a753_299d_7d48, 0x3339_d808_09a1_d805, 0x53bd_a402_fffe_5bfe, 0xffff_ffff_0000_0001,
    ]

    /// Whether a node is below the modulus.
    package static func isCanonical(_ node: Bytes32) -> Bool {
        // A node is little-endian, `Bytes32` keeps its words in the order of the bytes.
        let words = [node.word3, node.word2, node.word1, node.word0].map(\.byteSwapped)
        for (word, limit) in zip(words, modulus) where word != limit { return word < limit }
        return false
    }
}

extension FieldElement {
    /// The sum of two nodes that are field elements, or nil if one is not.
    static func sum(_ a: Bytes32, _ b: Bytes32) -> Bytes32? {
        guard isCanonical(a), isCanonical(b) else { return nil }
        var sum = a.bytes
        unsafe seal_encode(&sum, b.bytes, 1)
        return Bytes32(sum)
    }
}

// MARK: - Binary form

extension MerkleProof {
    func write(to writer: inout BincodeWriter) {
        let levels = 1 + (sub == nil ? 0 : 1) + (top == nil ? 0 : 1)
        writer.unsigned32(UInt32(levels - 1))
        if levels == 1 {
            writer.node(root)
            writer.node(leaf)
        }
        Self.write(base, to: &writer)
        if let sub { Self.write([sub], to: &writer) }
        if let top { Self.write([top], to: &writer) }
        if levels > 1 {
            writer.node(root)
            writer.node(leaf)
        }
    }

    private static func write(_ steps: [Step], to writer: inout BincodeWriter) {
        writer.list(steps) { writer, step in
            writer.list(step.siblings) { $0.node($1) }
            writer.count(step.index)
        }
    }

    init(from reader: inout BincodeReader) throws(SealError) {
        let kind = try reader.unsigned32()
        guard kind <= 2 else {
            throw SealError(.malformedFile, "a tree path of kind \(kind), expected 0, 1 or 2")
        }
        var root = Bytes32()
        var leaf = Bytes32()
        if kind == 0 {
            root = try reader.node()
            leaf = try reader.node()
        }
        base = try Self.steps(from: &reader)
        sub = kind >= 1 ? try Self.steps(from: &reader).first : nil
        top = kind == 2 ? try Self.steps(from: &reader).first : nil
        if kind > 0 {
            root = try reader.node()
            leaf = try reader.node()
        }
        self.root = root
        self.leaf = leaf
    }

    private static func steps(from reader: inout BincodeReader) throws(SealError) -> [Step] {
        try reader.list(unit: 16) { (reader) throws(SealError) in
            let siblings = try reader.list(unit: 32) { (reader) throws(SealError) in
                try reader.node()
            }
            let index = try reader.unsigned64()
            guard index <= UInt64(siblings.count) else {
                throw SealError(
                    .malformedFile,
                    "place \(index) among \(siblings.count + 1) nodes of a tree"
                )
            }
            return Step(siblings: siblings, index: Int(index))
        }
    }
}
