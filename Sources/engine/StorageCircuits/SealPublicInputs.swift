package import BLS12381
package import Bytes
import ProofSystem
package import StorageProofs

/// What the chain knows of a sector when it judges its proof of replication.
package struct SealStatement: Hashable, Sendable {
    /// Miner, sector number, ticket and type of the proof.
    package let input: SealInput
    package let commD: Bytes32
    package let commR: Bytes32
    /// The interactive randomness that chose the challenges.
    package let seed: Bytes32

    package init(input: SealInput, commD: Bytes32, commR: Bytes32, seed: Bytes32) {
        self.input = input
        self.commD = commD
        self.commR = commR
        self.seed = seed
    }

    /// The public inputs of each partition's proof.
    ///
    /// - Throws: ``PoStInputError/commitmentOutOfRange(sector:)`` for a commitment that is zero or no field
    ///   element.
    package func publicInputs() throws(PoStInputError) -> [[Fr]] {
        let zero = Bytes32()
        guard commD != zero, commR != zero, let commD = Fr(littleEndian: commD.bytes),
            let commR = Fr(littleEndian: commR.bytes)
        else { throw .commitmentOutOfRange(sector: input.sector) }
        let id = input.replicaID(commD: self.commD)
        guard let replicaID = Fr(littleEndian: id.bytes) else {
            throw .commitmentOutOfRange(sector: input.sector)
        }
        let configuration = input.configuration
        let graph = StackedGraph(configuration)
        return (0..<configuration.parameters.poRepPartitions).map { partition in
            let challenges = SealChallenges.challenges(
                configuration,
                replicaID: id,
                commR: self.commR,
                seed: seed,
                partition: partition
            )
            var inputs = [replicaID, commD, commR]
            for challenge in challenges {
                let node = Fr(UInt64(challenge))
                inputs.append(node)
                inputs += graph.parents(of: challenge).map { Fr(UInt64($0)) }
                inputs += [node, node, node]
            }
            return inputs
        }
    }
}

extension VerifyingKeySet {
    /// Returns whether a proof of replication proves the sector.
    ///
    /// Non-interactive ones are aggregates; this form never proves them.
    ///
    /// - Parameters:
    ///   - proof: 192 bytes for each partition.
    ///   - statement: What the sector was committed as.
    ///   - threads: How many threads may compute.
    /// - Returns: False also for bytes that are no proofs, and for more or fewer proofs.
    /// - Throws: ``PoStInputError``.
    package func verifiesSeal(
        _ proof: [UInt8],
        _ statement: SealStatement,
        threads: Int = 1
    ) throws(PoStInputError) -> Bool {
        try verifiesSeals([(proof, statement)], threads: threads)
    }

    /// Returns whether every proof of replication proves its sector, for less than the price of each alone.
    ///
    /// All sectors must have the same size.
    ///
    /// - Throws: ``PoStInputError``, also for an empty batch.
    package func verifiesSeals(
        _ batch: [(proof: [UInt8], statement: SealStatement)],
        threads: Int = 1
    ) throws(PoStInputError) -> Bool {
        guard let size = batch.first?.statement.input.configuration.parameters.sectorSize else {
            throw .wrongSectorCount(expected: "sectors", found: 0)
        }
        guard let circuit = PoRepParameters(sectorSize: size) else {
            throw .unknownSectorSize(size)
        }
        let key = try sealKey(circuit)
        var proofs: [Proof] = []
        var inputs: [[Fr]] = []
        for (bytes, statement) in batch {
            let configuration = statement.input.configuration
            guard configuration.parameters.sectorSize == size,
                configuration.variant != .nonInteractive
            else { return false }
            let rows = try statement.publicInputs()
            guard let list = try? Proof.list(bytes: bytes, count: rows.count) else { return false }
            proofs += list
            inputs += rows
        }
        var generator = SystemRandomNumberGenerator()
        return key.verifiesAll(proofs, inputs: inputs, threads: threads, using: &generator)
    }
}
