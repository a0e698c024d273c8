internal import Bytes
internal import Poseidon

/// Building and reading the trees of arity 8 over columns and replica.
enum PoseidonTree {
    /// Nodes hashed by one thread at a time: a few milliseconds of work.
    private static let grain: Int = 1_024

    /// Fills the rows above the first: row after row, the root last.
    ///
    /// `tree` has room for all rows; its first `width` nodes, a power of 8, are there.
    static func build(
        in tree: NodeBuffer,
        width: Int,
        threads: Int,
        report: (_ done: Int) throws -> Void
    ) throws {
        var start = 0
        var width = width
        while width > 1 {
            hashRow(
                into: tree,
                at: start + width,
                from: tree,
                nodes: start..<start + width,
                threads: threads
            )
            start += width
            width /= TreeShape.base
            try report(start)
        }
    }

    /// Hashes the nodes of a row, eight by eight, into the next.
    static func hashRow(
        into output: NodeBuffer,
        at offset: Int,
        from input: NodeBuffer,
        nodes: Range<Int>,
        threads: Int
    ) {
        let arity = TreeShape.base
        let count = nodes.count / arity
        ParallelWork.forEachRange(of: count, grain: grain, threads: threads) { range in
            let first = nodes.lowerBound + arity * range.lowerBound
            unsafe Poseidon.arity8.hashRow(
                into: output.bytes(of: offset + range.lowerBound..<offset + range.upperBound),
                from: UnsafeRawBufferPointer(input.bytes(of: first..<first + arity * range.count)),
                count: range.count
            )
        }
    }

    /// Hashes columns of labels into the leaves of a tree.
    static func hashColumns(
        into output: NodeBuffer,
        from layers: [NodeBuffer],
        nodes: Range<Int>,
        threads: Int
    ) {
        let poseidon = Poseidon.merkleTree(arity: layers.count)
        ParallelWork.forEachRange(of: nodes.count, grain: grain, threads: threads) { range in
            let source = nodes.lowerBound + range.lowerBound..<nodes.lowerBound + range.upperBound
            let columns = unsafe layers.map {
                unsafe UnsafeRawBufferPointer($0.bytes(of: source))
            }
            unsafe poseidon.hashColumns(
                into: output.bytes(of: range),
                from: columns,
                count: range.count
            )
        }
    }

    /// Joins the roots of the base trees to the root of the whole tree.
    static func root(of baseRoots: [Bytes32], _ shape: TreeShape) -> Bytes32 {
        var roots = baseRoots
        for arity in [shape.sub, shape.top] where arity > 0 {
            roots = stride(from: 0, to: roots.count, by: arity).map {
                digest(Array(roots[$0..<$0 + arity]))
            }
        }
        return roots[0]
    }

    /// The hash of nodes that are known to be field elements.
    static func digest(_ nodes: [Bytes32]) -> Bytes32 {
        let bytes = Poseidon.merkleTree(arity: nodes.count).hash(nodes: nodes.flatMap(\.bytes))
        return Bytes32(bytes) ?? Bytes32()
    }

    /// The step from node `index` to its parent among `children`.
    static func step(_ children: [Bytes32], _ index: Int) -> MerkleProof.Step {
        var siblings = children
        siblings.remove(at: index)
        return MerkleProof.Step(siblings: siblings, index: index)
    }

    /// The steps above base tree `tree`.
    static func upperSteps(
        _ baseRoots: [Bytes32],
        _ shape: TreeShape,
        tree: Int
    ) -> (sub: MerkleProof.Step?, top: MerkleProof.Step?) {
        guard shape.sub > 0 else { return (nil, nil) }
        let group = tree / shape.sub
        let sub = step(
            Array(baseRoots[group * shape.sub..<(group + 1) * shape.sub]),
            tree % shape.sub
        )
        guard shape.top > 0 else { return (sub, nil) }
        let groups = (0..<shape.top).map {
            digest(Array(baseRoots[$0 * shape.sub..<($0 + 1) * shape.sub]))
        }
        return (sub, step(groups, group))
    }

    /// The steps of a base tree whose rows lie one after the other.
    ///
    /// The first row has `width` nodes, of which number `index` is the own one; the root is last.
    static func steps<Failure: Error>(
        width: Int,
        index: Int,
        nodes: (Range<Int>) throws(Failure) -> [Bytes32]
    ) throws(Failure) -> [MerkleProof.Step] {
        var steps: [MerkleProof.Step] = []
        var start = 0
        var width = width
        var index = index
        while width > 1 {
            let first = start + index / TreeShape.base * TreeShape.base
            let children = try nodes(first..<first + TreeShape.base)
            steps.append(step(children, index % TreeShape.base))
            start += width
            width /= TreeShape.base
            index /= TreeShape.base
        }
        return steps
    }
}
