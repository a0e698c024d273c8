package import Bytes
package import Multiformats
package import ProofSystem
package import StorageProofs

/// The verifying keys of one network, named by its genesis block.
///
/// Block validation takes its keys from here and from nowhere else: a node that follows another genesis needs
/// another set, so a devnet's insecure keys can never judge a public network's proofs.
package struct VerifyingKeySet: Sendable {
    /// The genesis block of the network that the keys judge.
    package let genesis: CID
    // By the name of the parameter file.
    private let keys: [String: PreparedVerifyingKey]
    /// Asked for keys of proofs of replication that are not among ``keys``.
    private let sealStore: ParameterStore?

    /// Creates a set from keys given one by one.
    ///
    /// - Parameters:
    ///   - genesis: The genesis block of the network.
    ///   - keys: The keys of proofs of space-time.
    ///   - sealKeys: The keys of proofs of replication.
    package init(
        genesis: CID,
        keys: [FallbackPoStParameters: VerifyingKey],
        sealKeys: [PoRepParameters: VerifyingKey] = [:]
    ) {
        self.genesis = genesis
        var prepared: [String: PreparedVerifyingKey] = [:]
        for (circuit, key) in keys { prepared[circuit.fileName] = PreparedVerifyingKey(key) }
        for (circuit, key) in sealKeys { prepared[circuit.fileName] = PreparedVerifyingKey(key) }
        self.keys = prepared
        sealStore = nil
    }

    /// Creates a set from a store's keys for the proofs of some sector sizes.
    ///
    /// Keys of proofs of space-time must be there. Those of proofs of replication, which a devnet makes when
    /// they are needed first, are looked for at each use until they are found.
    ///
    /// - Parameters:
    ///   - genesis: The genesis block of the network.
    ///   - store: Where the keys are.
    ///   - sectorSizes: The sizes of the network's sectors, in bytes.
    /// - Throws: ``ParameterError``.
    package init(
        genesis: CID,
        store: ParameterStore,
        sectorSizes: [UInt64]
    ) throws(ParameterError) {
        var keys: [String: PreparedVerifyingKey] = [:]
        for size in sectorSizes {
            guard let winning = FallbackPoStParameters.winning(sectorSize: size),
                let window = FallbackPoStParameters.window(sectorSize: size)
            else { throw .unknownSectorSize(size) }
            keys[winning.fileName] = try store.verifyingKey(winning)
            keys[window.fileName] = try store.verifyingKey(window)
        }
        self.genesis = genesis
        self.keys = keys
        sealStore = store
    }

    /// Why proofs of replication of a sector size cannot be judged now; nil if they can.
    package func missingSealKey(sectorSize: UInt64) -> PoStInputError? {
        guard let circuit = PoRepParameters(sectorSize: sectorSize) else {
            return .unknownSectorSize(sectorSize)
        }
        do throws(PoStInputError) {
            _ = try sealKey(circuit)
            return nil
        } catch { return error }
    }

    /// Returns whether a WinningPoSt proves the sector under the randomness.
    ///
    /// The prover's identity is no input of the circuit; it decided which sector had to be proven.
    ///
    /// - Parameters:
    ///   - proof: 192 bytes.
    ///   - sectorSize: The size of the sector in bytes.
    ///   - randomness: The randomness of the block, its two top bits cleared.
    ///   - sector: The sector that the randomness chose.
    /// - Returns: False also for bytes that are no proof.
    /// - Throws: ``PoStInputError``.
    package func verifiesWinning(
        _ proof: [UInt8],
        sectorSize: UInt64,
        randomness: Bytes32,
        sector: SectorCommitment
    ) throws(PoStInputError) -> Bool {
        guard let circuit = FallbackPoStParameters.winning(sectorSize: sectorSize),
            let parameters = SectorParameters.of(sectorSize: sectorSize)
        else { throw .unknownSectorSize(sectorSize) }
        let key = try key(circuit)
        let inputs = try PoStPublicInputs.winning(
            randomness: randomness,
            sector: sector,
            parameters: parameters
        )
        guard let proof = try? Proof(bytes: proof) else { return false }
        return key.verifies(proof, inputs: inputs)
    }

    /// Returns whether a WindowPoSt proves all sectors under the randomness.
    ///
    /// - Parameters:
    ///   - proof: 192 bytes for each circuit's worth of sectors.
    ///   - sectorSize: The size of the sectors in bytes.
    ///   - version: The version of the registered proof type: v1_0, or v1_2 from network version 19 on.
    ///   - randomness: The randomness of the deadline, its two top bits cleared.
    ///   - sectors: The sectors, ordered by number.
    ///   - threads: How many threads may compute.
    /// - Returns: False also for bytes that are no proofs, and for more or fewer proofs.
    /// - Throws: ``PoStInputError``.
    package func verifiesWindow(
        _ proof: [UInt8],
        sectorSize: UInt64,
        version: ProofVersion,
        randomness: Bytes32,
        sectors: [SectorCommitment],
        threads: Int = 1
    ) throws(PoStInputError) -> Bool {
        guard let circuit = FallbackPoStParameters.window(sectorSize: sectorSize),
            let parameters = SectorParameters.of(sectorSize: sectorSize)
        else { throw .unknownSectorSize(sectorSize) }
        let key = try key(circuit)
        let inputs = try PoStPublicInputs.window(
            randomness: randomness,
            sectors: sectors,
            version: version,
            parameters: parameters
        )
        guard let proofs = try? Proof.list(bytes: proof, count: inputs.count) else { return false }
        var generator = SystemRandomNumberGenerator()
        return key.verifiesAll(proofs, inputs: inputs, threads: threads, using: &generator)
    }

    func key(
        _ circuit: some CircuitParameters
    ) throws(PoStInputError) -> PreparedVerifyingKey {
        guard let key = keys[circuit.fileName] else { throw .noVerifyingKey(circuit.fileName) }
        return key
    }

    func sealKey(_ circuit: PoRepParameters) throws(PoStInputError) -> PreparedVerifyingKey {
        guard keys[circuit.fileName] == nil, let sealStore else { return try key(circuit) }
        do throws(ParameterError) {
            // The store keeps what it has loaded.
            return try sealStore.verifyingKey(circuit)
        } catch { throw .noVerifyingKey("\(circuit.fileName): \(error)") }
    }
}
