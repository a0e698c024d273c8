package import BLS12381
import Poseidon
package import ProofSystem
package import StorageProofs

/// Proves that a replica was made from the committed data by the stacked depth-robust graph.
///
/// One partition: for each challenged node that its data lies in the unsealed tree, that the columns of its
/// parents lie in the tree of columns, that the labels of all layers follow from them, and that the last
/// label plus the data gives the node of the replica.
package struct PoRepCircuit: Circuit, Sendable {
    /// The labels of a node in all layers, and the way of their hash to CommC.
    package struct Column: Hashable, Sendable {
        package let labels: [Fr]
        package let path: InclusionPath

        package init(labels: [Fr], path: InclusionPath) {
            self.labels = labels
            self.path = path
        }
    }

    /// What is known of one challenged node.
    package struct Challenge: Hashable, Sendable {
        package let node: UInt64
        /// The data of the node and its way to CommD.
        package let dataLeaf: Fr
        package let dataPath: InclusionPath
        /// The 6 base parents, then the 8 expander parents.
        package let parents: [Column]
        /// The node's own way to CommC.
        package let columnPath: InclusionPath
        /// The node of the replica's way to CommR-last.
        package let replicaPath: InclusionPath

        package init(
            node: UInt64,
            dataLeaf: Fr,
            dataPath: InclusionPath,
            parents: [Column],
            columnPath: InclusionPath,
            replicaPath: InclusionPath
        ) {
            self.node = node
            self.dataLeaf = dataLeaf
            self.dataPath = dataPath
            self.parents = parents
            self.columnPath = columnPath
            self.replicaPath = replicaPath
        }

        /// The public inputs of the challenge: its number four times and those of its parents.
        package var publicInputs: [Fr] {
            [Fr(dataPath.leafIndex)] + parents.map { Fr($0.path.leafIndex) }
                + [Fr(node), Fr(replicaPath.leafIndex), Fr(columnPath.leafIndex)]
        }
    }

    package let replicaID: Fr
    package let commD: Fr
    package let commR: Fr
    package let commC: Fr
    package let commRLast: Fr
    package let layers: Int
    package let challenges: [Challenge]

    package init(
        replicaID: Fr,
        commD: Fr,
        commR: Fr,
        commC: Fr,
        commRLast: Fr,
        layers: Int,
        challenges: [Challenge]
    ) {
        self.replicaID = replicaID
        self.commD = commD
        self.commR = commR
        self.commC = commC
        self.commRLast = commRLast
        self.layers = layers
        self.challenges = challenges
    }

    /// Creates the circuit of one partition without a witness.
    package init(blank parameters: PoRepParameters) {
        let sector = parameters.sector
        let tree = InclusionPath(blankWithArities: parameters.treeArities)
        let column = Column(
            labels: [Fr](repeating: .zero, count: sector.layers),
            path: tree
        )
        let challenge = Challenge(
            node: 0,
            dataLeaf: .zero,
            dataPath: InclusionPath(
                blankWithArities: [Int](repeating: 2, count: sector.nodes.trailingZeroBitCount)
            ),
            parents: [Column](repeating: column, count: 14),
            columnPath: tree,
            replicaPath: tree
        )
        self.init(
            replicaID: .zero,
            commD: .zero,
            commR: .zero,
            commC: .zero,
            commRLast: .zero,
            layers: sector.layers,
            challenges: [Challenge](repeating: challenge, count: sector.poRepChallenges)
        )
    }

    /// The public inputs, without the constant one.
    package var publicInputs: [Fr] {
        [replicaID, commD, commR] + challenges.flatMap(\.publicInputs)
    }

    package func synthesize(into system: ConstraintSystem) {
        let replicaIDNum = system.allocate(replicaID)
        system.makeInput(replicaIDNum)
        let replicaIDBits = system.messageBits(of: replicaIDNum)
        let commDNum = system.allocate(commD)
        system.makeInput(commDNum)
        let commRNum = system.allocate(commR)
        system.makeInput(commRNum)
        let commRLastNum = system.allocate(commRLast)
        let commCNum = system.allocate(commC)
        let hash = system.poseidon([commCNum, commRLastNum], Poseidon.arity2.constants)
        system.enforceEqual(commRNum, hash)
        let roots = Roots(commD: commDNum, commC: commCNum, commRLast: commRLastNum)
        for challenge in challenges {
            synthesize(challenge, replicaID: replicaIDBits, roots: roots, into: system)
        }
    }

    private struct Roots {
        let commD: Num
        let commC: Num
        let commRLast: Num
    }

    private func synthesize(
        _ challenge: Challenge,
        replicaID: [Boolean],
        roots: Roots,
        into system: ConstraintSystem
    ) {
        let columnHash = Poseidon.merkleTree(arity: layers).constants
        let data = system.allocate(challenge.dataLeaf)
        system.enforceSHA256Inclusion(of: data, along: challenge.dataPath, in: roots.commD)

        var columns: [[Num]] = []
        for parent in challenge.parents {
            let labels = parent.labels.map { system.allocate($0) }
            let hash = system.poseidon(labels, columnHash)
            system.enforceInclusion(of: hash, along: parent.path, in: roots.commC)
            columns.append(labels)
        }
        let node = system.allocateBits(of: challenge.node, count: 64)
        system.packIntoInputs(node)

        var labels: [Num] = []
        for layer in 1...layers {
            // The bits of a parent are allocated anew in every layer that uses it.
            var parents = columns[..<6].map { system.messageBits(of: $0[layer - 1]) }
            if layer > 1 {
                parents += columns[6...].map { system.messageBits(of: $0[layer - 2]) }
            }
            labels.append(
                system.label(
                    replicaID: replicaID,
                    layer: UInt32(layer),
                    node: node,
                    parents: parents
                )
            )
        }
        let replica = system.add(labels[layers - 1], data)
        system.enforceInclusion(of: replica, along: challenge.replicaPath, in: roots.commRLast)
        let hash = system.poseidon(labels, columnHash)
        system.enforceInclusion(of: hash, along: challenge.columnPath, in: roots.commC)
    }
}

/// The size of a PoRep circuit.
package struct PoRepParameters: Hashable, Sendable {
    package let sector: SectorParameters

    /// The circuit of one partition; nil if no sector has this size.
    package init?(sectorSize: UInt64) {
        guard let sector = SectorParameters.of(sectorSize: sectorSize) else { return nil }
        self.sector = sector
    }

    /// The arities of a path in the trees over columns and replica.
    package var treeArities: [Int] {
        var arities: [Int] = []
        var leaves = sector.nodesPerBaseTree
        while leaves > 1 {
            arities.append(TreeShape.base)
            leaves /= TreeShape.base
        }
        return arities + [sector.tree.sub, sector.tree.top].filter { $0 != 0 }
    }

    /// What the parameter file is named after.
    package var identifier: String { sector.parameterIdentifier(.poRep) }

    /// The name of the parameter file without its extension.
    package var fileName: String { sector.parameterFileName(.poRep) }

    /// The number of public inputs, without the constant one.
    package var publicInputCount: Int { 3 + 18 * sector.poRepChallenges }
}
