package import Bytes
internal import Poseidon

/// The tree over a sealed sector, opened at single leaves.
///
/// Its files leave out the leaves, which are the replica itself, and usually the two rows above; what is
/// missing around a leaf is computed from the replica.
package struct ReplicaTree: Sendable {
    private let parameters: SectorParameters
    private let replica: NodeFile
    private let stored: [NodeFile]
    private let discarded: Int
    private let baseRoots: [Bytes32]
    /// The root of the whole tree, CommR-last, as far as the files tell.
    package let root: Bytes32

    /// Opens the files of a sector.
    ///
    /// - Parameters:
    ///   - replica: The path of the sealed sector.
    ///   - cache: The folder with the tree's files.
    ///   - parameters: The numbers of the sector size.
    /// - Throws: If a file is missing or has a length that does not fit.
    package init(
        replica: String,
        cache: String,
        parameters: SectorParameters
    ) throws(SealError) {
        self.parameters = parameters
        self.replica = try NodeFile(replica, expected: parameters.nodes)
        var stored: [NodeFile] = []
        for id in SealFiles.baseTrees(SealFiles.treeRLast, parameters.tree) {
            stored.append(try NodeFile(SealFiles.storePath(cache, id)))
        }
        self.stored = stored
        let leaves = parameters.nodesPerBaseTree
        guard let discarded = Self.discardedRows(leaves: leaves, stored: stored[0].count),
            stored.allSatisfy({ $0.count == stored[0].count })
        else {
            throw SealError(
                .malformedFile,
                "tree-r-last in \(cache) has \(stored[0].count) nodes, which fits no number of rows"
            )
        }
        self.discarded = discarded
        var baseRoots: [Bytes32] = []
        for file in stored { baseRoots += try file.nodes(file.count - 1..<file.count) }
        self.baseRoots = baseRoots
        root = PoseidonTree.root(of: baseRoots, parameters.tree)
    }

    /// The number of rows above the leaves that a file of `stored` nodes leaves out.
    static func discardedRows(leaves: Int, stored: Int) -> Int? {
        var remaining = TreeShape.nodes(leaves: leaves) - leaves
        var row = leaves / TreeShape.base
        var discarded = 0
        while remaining > stored, row > 1 {
            remaining -= row
            row /= TreeShape.base
            discarded += 1
        }
        return remaining == stored ? discarded : nil
    }

    /// Returns the path from leaf `index` to the root.
    ///
    /// - Throws: If replica and files do not belong together, which means that one of them is damaged.
    package func open(_ index: Int) throws(SealError) -> MerkleProof {
        guard index >= 0, index < parameters.nodes else {
            throw SealError(.invalidArgument, "leaf \(index) of \(parameters.nodes)")
        }
        let leaves = parameters.nodesPerBaseTree
        let tree = index / leaves
        var steps: [MerkleProof.Step] = []
        // The leaves below one node of the first stored row.
        var span = 1
        for _ in 0...discarded { span *= TreeShape.base }
        let first = index / span * span
        var row: [UInt8] = try replica.bytes(of: first..<first + span)
        var place = index - first
        let leaf = Bytes32(row, at: 32 * place) ?? Bytes32()
        while row.count > 32 {
            let children = place / TreeShape.base * TreeShape.base
            let nodes = (children..<children + TreeShape.base).map {
                Bytes32(row, at: 32 * $0) ?? Bytes32()
            }
            steps.append(PoseidonTree.step(nodes, place % TreeShape.base))
            row = Poseidon.arity8.hash(nodes: row)
            place /= TreeShape.base
        }
        steps += try PoseidonTree.steps(width: leaves / span, index: index % leaves / span) {
            (nodes) throws(SealError) in try stored[tree].nodes(nodes)
        }
        let upper = PoseidonTree.upperSteps(baseRoots, parameters.tree, tree: tree)
        let proof = MerkleProof(
            leaf: leaf,
            root: root,
            base: steps,
            sub: upper.sub,
            top: upper.top
        )
        guard proof.isValid(for: index, .poseidon) else { throw damaged(index) }
        return proof
    }

    private func damaged(_ index: Int) -> SealError {
        SealError(
            .commitmentMismatch,
            "the replica around leaf \(index) does not belong to the tree stored beside it"
        )
    }
}
