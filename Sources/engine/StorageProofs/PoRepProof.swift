package import Bytes
internal import Hashing

/// The vanilla proof of one PoRep challenge: everything the circuit recomputes.
package struct PoRepChallengeProof: Hashable, Sendable {
    /// The labels of a node in all layers, and the path of their hash in tree-c.
    package struct Column: Hashable, Sendable {
        package let node: Int
        /// The label in each layer, from layer 1.
        package let labels: [Bytes32]
        package let path: MerkleProof

        /// The label in a layer counted from 1.
        package func label(layer: Int) -> Bytes32 { labels[layer - 1] }
    }

    /// The preimage of a label.
    package struct Labeling: Hashable, Sendable {
        package let parents: [Bytes32]
        /// The layer, counted from 1.
        package let layer: Int
        package let node: Int
    }

    /// The path of the data node in tree-d.
    package let dataPath: MerkleProof
    /// The path of the replica node in tree-r-last.
    package let replicaPath: MerkleProof
    /// The column of the challenged node.
    package let column: Column
    /// The columns of its base parents, in the order of hashing.
    package let baseParents: [Column]
    /// The columns of its expander parents.
    package let expanderParents: [Column]
    /// The labels of the challenged node, layer by layer.
    package let labelings: [Labeling]

    /// The labeling whose result is the key of the replica: that of the last layer.
    package var encoding: Labeling { labelings[labelings.count - 1] }
}

extension PoRepChallengeProof {
    /// Checks everything that the circuit checks.
    ///
    /// - Parameters:
    ///   - node: The challenge.
    ///   - replicaID: The id that the labels begin with.
    ///   - commitments: What the sector commits to.
    ///   - graph: The graph of the proof type.
    /// - Returns: Whether all of it holds.
    package func isValid(
        node: Int,
        replicaID: Bytes32,
        commitments: SectorSealer.Commitments,
        graph: StackedGraph
    ) -> Bool {
        let parents = graph.parents(of: node).map(Int.init)
        let columns = baseParents + expanderParents
        guard node > 0, labelings.count == column.labels.count, labelings.last != nil,
            MerkleProof.poseidon([commitments.commC, commitments.commRLast]) == commitments.commR,
            dataPath.root == commitments.commD, dataPath.isValid(for: node, .sha256),
            replicaPath.root == commitments.commRLast,
            replicaPath.isValid(for: node, .poseidon),
            columns.map(\.node) == parents, column.node == node
        else { return false }
        for column in columns + [column] {
            guard column.path.root == commitments.commC,
                column.path.isValid(for: column.node, .poseidon),
                MerkleProof.poseidon(column.labels) == column.path.leaf
            else { return false }
        }
        for labeling in labelings {
            guard labeling.node == node,
                labeling.parents == expectedParents(layer: labeling.layer),
                labeling.label(replicaID: replicaID) == column.label(layer: labeling.layer)
            else { return false }
        }
        return FieldElement.sum(dataPath.leaf, encoding.label(replicaID: replicaID))
            == replicaPath.leaf
    }

    private func expectedParents(layer: Int) -> [Bytes32] {
        var parents = baseParents.map { $0.label(layer: layer) }
        if layer > 1 { parents += expanderParents.map { $0.label(layer: layer - 1) } }
        return (0..<37).map { parents[$0 % parents.count] }
    }
}

extension PoRepChallengeProof.Labeling {
    /// The label that the preimage gives.
    func label(replicaID: Bytes32) -> Bytes32 {
        var preimage = replicaID.bytes
        preimage.appendBigEndian(UInt32(layer))
        preimage.appendBigEndian(UInt64(node))
        preimage += [UInt8](repeating: 0, count: 20)
        for parent in parents { parent.append(to: &preimage) }
        var digest = SHA256.hash(preimage)
        digest[31] &= 0x3f
        return Bytes32(digest) ?? Bytes32()
    }
}

/// Opens the challenged nodes of a freshly sealed sector (the commit phase's first part).
///
/// Needs the files of phases 1 and 2: layers, tree-d, tree-c, tree-r-last, `p_aux` and the replica.
package struct PoRepProver: Sendable {
    private let input: SealInput
    private let parameters: SectorParameters
    private let graph: StackedGraph
    private let layers: [NodeBuffer]
    private let treeD: NodeBuffer
    private let treeC: [NodeBuffer]
    private let replicaTree: ReplicaTree

    /// Maps the files of a sector.
    package init(_ input: SealInput, cache: String, replica: String) throws(SealError) {
        self.input = input
        let parameters = input.configuration.parameters
        self.parameters = parameters
        graph = StackedGraph(input.configuration)
        var layers: [NodeBuffer] = []
        for layer in 1...parameters.layers {
            layers.append(
                try NodeBuffer(
                    reading: SealFiles.storePath(cache, SealFiles.layer(layer)),
                    expected: parameters.nodes
                )
            )
        }
        self.layers = layers
        treeD = try NodeBuffer(
            reading: SealFiles.storePath(cache, SealFiles.treeD),
            expected: 2 * parameters.nodes - 1
        )
        var treeC: [NodeBuffer] = []
        for id in SealFiles.baseTrees(SealFiles.treeC, parameters.tree) {
            treeC.append(
                try NodeBuffer(
                    reading: SealFiles.storePath(cache, id),
                    expected: TreeShape.nodes(leaves: parameters.nodesPerBaseTree)
                )
            )
        }
        self.treeC = treeC
        replicaTree = try ReplicaTree(replica: replica, cache: cache, parameters: parameters)
    }

    /// The commitment of the data, CommD.
    package var commD: Bytes32 { treeD[treeD.count - 1] }

    /// The challenges of one partition; the non-interactive variant does not use the seed.
    package func challenges(partition: Int, seed: Bytes32, commR: Bytes32) -> [Int] {
        SealChallenges.challenges(
            input.configuration,
            replicaID: input.replicaID(commD: commD),
            commR: commR,
            seed: seed,
            partition: partition
        )
    }

    /// Opens all challenges: a list for each partition.
    package func prove(
        seed: Bytes32,
        commR: Bytes32
    ) throws(SealError) -> [[PoRepChallengeProof]] {
        var partitions: [[PoRepChallengeProof]] = []
        for partition in 0..<input.configuration.partitions {
            var proofs: [PoRepChallengeProof] = []
            for challenge in challenges(partition: partition, seed: seed, commR: commR) {
                proofs.append(try open(challenge))
            }
            partitions.append(proofs)
        }
        return partitions
    }

    /// Opens one node other than the first.
    package func open(_ node: Int) throws(SealError) -> PoRepChallengeProof {
        let parents = graph.parents(of: node).map(Int.init)
        let base = Array(parents.prefix(StackedGraph.baseDegree))
        let expander = Array(parents.dropFirst(StackedGraph.baseDegree))
        return PoRepChallengeProof(
            dataPath: dataPath(node),
            replicaPath: try replicaTree.open(node),
            column: column(node),
            baseParents: base.map(column),
            expanderParents: expander.map(column),
            labelings: (1...parameters.layers).map { layer in
                labeling(node, layer: layer, base: base, expander: expander)
            }
        )
    }

    private func dataPath(_ node: Int) -> MerkleProof {
        var steps: [MerkleProof.Step] = []
        var start = 0
        var width = parameters.nodes
        var index = node
        while width > 1 {
            steps.append(
                MerkleProof.Step(siblings: [treeD[start + (index ^ 1)]], index: index & 1)
            )
            start += width
            width /= 2
            index /= 2
        }
        return MerkleProof(leaf: treeD[node], root: treeD[start], base: steps)
    }

    private func column(_ node: Int) -> PoRepChallengeProof.Column {
        let leaves = parameters.nodesPerBaseTree
        let tree = node / leaves
        let rows = treeC[tree]
        let roots = treeC.map { $0[$0.count - 1] }
        let upper = PoseidonTree.upperSteps(roots, parameters.tree, tree: tree)
        return PoRepChallengeProof.Column(
            node: node,
            labels: layers.map { $0[node] },
            path: MerkleProof(
                leaf: rows[node % leaves],
                root: PoseidonTree.root(of: roots, parameters.tree),
                base: PoseidonTree.steps(width: leaves, index: node % leaves) { nodes in
                    nodes.map { rows[$0] }
                },
                sub: upper.sub,
                top: upper.top
            )
        )
    }

    private func labeling(
        _ node: Int,
        layer: Int,
        base: [Int],
        expander: [Int]
    ) -> PoRepChallengeProof.Labeling {
        let labels = layers[layer - 1]
        var parents = base.map { labels[$0] }
        if layer > 1 { parents += expander.map { layers[layer - 2][$0] } }
        // 37 parents: the list again and again, cut at the end.
        let repeated = (0..<37).map { parents[$0 % parents.count] }
        return PoRepChallengeProof.Labeling(parents: repeated, layer: layer, node: node)
    }
}
