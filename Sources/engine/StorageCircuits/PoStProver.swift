import BLS12381
import Bytes
import ProofSystem
package import StorageProofs

/// Turns vanilla proofs of space-time into proofs of 192 bytes a partition.
package struct PoStProver: Sendable {
    /// The parameters that are proven with.
    package let store: ParameterStore
    /// How many threads a proof may use.
    package let threads: Int

    package init(store: ParameterStore, threads: Int) {
        self.store = store
        self.threads = threads
    }

    // Proofs are rare, and their parameters large: between two proofs the memory is another's.

    /// Proves that one sector was known when a block could be won.
    ///
    /// Takes about two seconds of two cores for 2 KiB sectors: call it on a thread of its own, never from an
    /// asynchronous function.
    ///
    /// - Parameters:
    ///   - sector: The vanilla proof, which opens 66 leaves.
    ///   - sectorSize: The size of the sector in bytes.
    /// - Returns: 192 bytes.
    /// - Throws: ``ParameterError``, ``FallbackPoStWitnessError`` or `ProvingKey.Unsatisfied`.
    package func proveWinning(_ sector: PoStSectorProof, sectorSize: UInt64) throws -> [UInt8] {
        guard let circuit = FallbackPoStParameters.winning(sectorSize: sectorSize) else {
            throw ParameterError.unknownSectorSize(sectorSize)
        }
        let key = try store.provingKey(circuit)
        // Each of the circuit's 66 "sectors" is the same one with another leaf.
        let sectors = try sector.paths.map { path in
            try FallbackPoStCircuit.Sector(sector, paths: [path])
        }
        guard sectors.count == circuit.sectorCount else {
            throw FallbackPoStWitnessError.wrongSectorCount(
                expected: circuit.sectorCount,
                found: sectors.count
            )
        }
        let witness = try FallbackPoStCircuit(parameters: circuit, sectors: sectors)
        defer { key.releasePages() }
        return try key.prove(witness, threads: threads).bytes
    }

    /// Proves that all sectors of a deadline are known.
    ///
    /// - Parameters:
    ///   - sectors: The vanilla proofs, ordered by sector number, faulty ones left out.
    ///   - sectorSize: The size of the sectors in bytes.
    /// - Returns: 192 bytes for each circuit's worth of sectors.
    /// - Throws: ``ParameterError``, ``FallbackPoStWitnessError`` or `ProvingKey.Unsatisfied`.
    package func proveWindow(_ sectors: [PoStSectorProof], sectorSize: UInt64) throws -> [UInt8] {
        guard let circuit = FallbackPoStParameters.window(sectorSize: sectorSize) else {
            throw ParameterError.unknownSectorSize(sectorSize)
        }
        guard !sectors.isEmpty else {
            throw FallbackPoStWitnessError.wrongSectorCount(
                expected: circuit.sectorCount,
                found: 0
            )
        }
        var bytes: [UInt8] = []
        let key = try store.provingKey(circuit)
        defer { key.releasePages() }
        for witness in try Self.windowWitnesses(sectors, circuit: circuit) {
            bytes += try key.prove(witness, threads: threads).bytes
        }
        return bytes
    }

    /// The circuits, with their witnesses, of the proofs of a deadline.
    package static func windowWitnesses(
        _ sectors: [PoStSectorProof],
        circuit: FallbackPoStParameters
    ) throws(FallbackPoStWitnessError) -> [FallbackPoStCircuit] {
        var witnesses: [FallbackPoStCircuit] = []
        for start in stride(from: 0, to: sectors.count, by: circuit.sectorCount) {
            let end = min(start + circuit.sectorCount, sectors.count)
            var part: [FallbackPoStCircuit.Sector] = []
            for sector in sectors[start..<end] {
                part.append(try FallbackPoStCircuit.Sector(sector, paths: sector.paths))
            }
            witnesses.append(try FallbackPoStCircuit(parameters: circuit, sectors: part))
        }
        return witnesses
    }
}

extension FallbackPoStCircuit.Sector {
    /// Takes the openings of `paths` from a vanilla proof.
    ///
    /// - Throws: ``FallbackPoStWitnessError/notAnElement(sector:)``.
    package init(
        _ sector: PoStSectorProof,
        paths: [MerkleProof]
    ) throws(FallbackPoStWitnessError) {
        func element(_ node: Bytes32) throws(FallbackPoStWitnessError) -> Fr {
            guard let element = Fr(littleEndian: node.bytes) else {
                throw .notAnElement(sector: sector.sector)
            }
            return element
        }
        var openings: [Opening] = []
        for path in paths {
            var levels: [InclusionPath.Level] = []
            for step in path.steps {
                var siblings: [Fr] = []
                for sibling in step.siblings { siblings.append(try element(sibling)) }
                levels.append(InclusionPath.Level(siblings: siblings, index: step.index))
            }
            openings.append(
                Opening(leaf: try element(path.leaf), path: InclusionPath(levels: levels))
            )
        }
        self.init(
            commR: try element(sector.commR),
            commC: try element(sector.commC),
            commRLast: try element(sector.commRLast),
            openings: openings
        )
    }
}
