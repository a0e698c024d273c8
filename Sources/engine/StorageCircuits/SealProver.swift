import BLS12381
package import Bytes
import ProofSystem
package import StorageProofs

/// Turns vanilla proofs of replication into proofs of 192 bytes a partition (the commit phase's second part).
package struct SealProver: Sendable {
    /// The parameters that are proven with.
    package let store: ParameterStore
    /// How many threads a proof may use.
    package let threads: Int

    package init(store: ParameterStore, threads: Int) {
        self.store = store
        self.threads = threads
    }

    /// Proves all partitions of a sealed sector.
    ///
    /// Takes seconds for 2 KiB sectors and hours for 32 GiB ones: call it on a thread of its own.
    ///
    /// - Parameters:
    ///   - replicaID: The id of the replica.
    ///   - commD: The commitment of the data.
    ///   - commR: The commitment of the replica, the hash of the next two.
    ///   - commC: The root of the tree over columns, from `p_aux`.
    ///   - commRLast: The root of the tree over the replica, from `p_aux`.
    ///   - partitions: The vanilla proofs of the challenges of each partition.
    ///   - sectorSize: The size of the sector in bytes.
    /// - Returns: 192 bytes for each partition.
    /// - Throws: ``ParameterError``, ``FallbackPoStWitnessError`` or `ProvingKey.Unsatisfied`.
    package func prove(
        replicaID: Bytes32,
        commD: Bytes32,
        commR: Bytes32,
        commC: Bytes32,
        commRLast: Bytes32,
        partitions: [[PoRepChallengeProof]],
        sectorSize: UInt64
    ) throws -> [UInt8] {
        guard let parameters = PoRepParameters(sectorSize: sectorSize) else {
            throw ParameterError.unknownSectorSize(sectorSize)
        }
        var bytes: [UInt8] = []
        for challenges in partitions {
            let circuit = try PoRepCircuit(
                parameters: parameters,
                replicaID: replicaID,
                commD: commD,
                commR: commR,
                commC: commC,
                commRLast: commRLast,
                challenges: challenges
            )
            bytes += try store.provingKey(parameters).prove(circuit, threads: threads).bytes
        }
        return bytes
    }
}

extension PoRepCircuit {
    /// Takes the witness of one partition from vanilla proofs.
    ///
    /// - Throws: ``FallbackPoStWitnessError`` if the proofs are not those of such a partition.
    package init(
        parameters: PoRepParameters,
        replicaID: Bytes32,
        commD: Bytes32,
        commR: Bytes32,
        commC: Bytes32,
        commRLast: Bytes32,
        challenges: [PoRepChallengeProof]
    ) throws(FallbackPoStWitnessError) {
        let sector = parameters.sector
        guard challenges.count == sector.poRepChallenges else {
            throw .wrongOpeningCount(
                sector: 0,
                expected: sector.poRepChallenges,
                found: challenges.count
            )
        }
        let reader = WitnessReader(
            treeArities: parameters.treeArities,
            dataArities: [Int](repeating: 2, count: sector.nodes.trailingZeroBitCount),
            layers: sector.layers
        )
        var converted: [Challenge] = []
        for challenge in challenges { converted.append(try reader.challenge(challenge)) }
        self.init(
            replicaID: try reader.element(replicaID),
            commD: try reader.element(commD),
            commR: try reader.element(commR),
            commC: try reader.element(commC),
            commRLast: try reader.element(commRLast),
            layers: sector.layers,
            challenges: converted
        )
    }
}

/// Checks the shape of vanilla proofs while turning them into elements.
private struct WitnessReader {
    let treeArities: [Int]
    let dataArities: [Int]
    let layers: Int

    func element(_ node: Bytes32) throws(FallbackPoStWitnessError) -> Fr {
        guard let element = Fr(littleEndian: node.bytes) else { throw .notAnElement(sector: 0) }
        return element
    }

    func path(
        _ proof: MerkleProof,
        _ arities: [Int]
    ) throws(FallbackPoStWitnessError) -> InclusionPath {
        var levels: [InclusionPath.Level] = []
        for step in proof.steps {
            var siblings: [Fr] = []
            for sibling in step.siblings { siblings.append(try element(sibling)) }
            levels.append(InclusionPath.Level(siblings: siblings, index: step.index))
        }
        guard levels.map({ $0.siblings.count + 1 }) == arities,
            levels.allSatisfy({ $0.index >= 0 && $0.index <= $0.siblings.count })
        else { throw .wrongPathShape(sector: 0) }
        return InclusionPath(levels: levels)
    }

    func column(
        _ column: PoRepChallengeProof.Column
    ) throws(FallbackPoStWitnessError) -> PoRepCircuit.Column {
        guard column.labels.count == layers else { throw .wrongPathShape(sector: 0) }
        var labels: [Fr] = []
        for label in column.labels { labels.append(try element(label)) }
        return PoRepCircuit.Column(labels: labels, path: try path(column.path, treeArities))
    }

    func challenge(
        _ proof: PoRepChallengeProof
    ) throws(FallbackPoStWitnessError) -> PoRepCircuit.Challenge {
        guard proof.baseParents.count == 6, proof.expanderParents.count == 8 else {
            throw .wrongPathShape(sector: 0)
        }
        var parents: [PoRepCircuit.Column] = []
        for parent in proof.baseParents + proof.expanderParents {
            parents.append(try column(parent))
        }
        return PoRepCircuit.Challenge(
            node: UInt64(proof.column.node),
            dataLeaf: try element(proof.dataPath.leaf),
            dataPath: try path(proof.dataPath, dataArities),
            parents: parents,
            columnPath: try path(proof.column.path, treeArities),
            replicaPath: try path(proof.replicaPath, treeArities)
        )
    }
}
