import Bytes
package import ProofSystem
import Synchronization

/// The parameter files of one network: where they are, what makes them trustworthy, and what is loaded.
///
/// Devnet parameters lie in a directory of their own, `proof-parameters/devnet-insecure` below the pool's data
/// directory, under the official names. On every other network a file is loaded only if its digest is the
/// published one, so that a devnet's file in the wrong place is refused.
package final class ParameterStore: Sendable {
    /// What makes a file trustworthy.
    package enum Trust: Sendable {
        /// Made here from the published, insecure ``DevnetTrapdoor``.
        case insecureDevnet
        /// Published with this list of digests.
        case published(ParameterManifest)
    }

    /// Where devnet parameters lie below a pool's data directory.
    package static let devnetDirectory: String = "proof-parameters/devnet-insecure"

    package let directory: String
    package let trust: Trust
    private let loaded: Mutex<Loaded> = Mutex(Loaded())

    private struct Loaded {
        // By the name of the file.
        var proving: [String: ProvingKey] = [:]
        var verifying: [String: PreparedVerifyingKey] = [:]
    }

    /// Creates the store of a network.
    ///
    /// - Parameters:
    ///   - directory: Where the files are.
    ///   - trust: What makes them trustworthy.
    package init(directory: String, trust: Trust) {
        self.directory = directory
        self.trust = trust
    }

    /// The store of a devnet whose files lie below `dataDirectory`.
    package static func devnet(dataDirectory: String) -> ParameterStore {
        ParameterStore(
            directory: "\(dataDirectory)/\(devnetDirectory)",
            trust: .insecureDevnet
        )
    }

    private func path(_ circuit: some CircuitParameters, _ suffix: String) -> String {
        "\(directory)/\(circuit.fileName).\(suffix)"
    }

    /// Makes the files of a circuit (`.params`, `.vk`, `.meta`) unless they are there.
    ///
    /// Only a devnet can.
    ///
    /// - Parameters:
    ///   - circuit: The circuit.
    ///   - threads: How many threads may compute.
    ///   - progress: Called with the points made so far and the number of all points.
    /// - Returns: Whether something was made.
    /// - Throws: ``ParameterError``, or a failure of the generator.
    @discardableResult
    package func makeIfMissing(
        _ circuit: some CircuitParameters,
        threads: Int,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> Bool {
        guard case .insecureDevnet = trust else {
            throw ParameterError.cannotMake(name: circuit.fileName)
        }
        let files = ["params", "vk", "meta"].map { path(circuit, $0) }
        guard !files.allSatisfy(ParameterFiles.exists) else { return false }
        try ParameterFiles.makeDirectory(directory)
        ParameterFiles.removeAbandoned(in: directory)
        let generator = try ParameterGenerator(
            circuit: circuit.blankCircuit(),
            trapdoor: DevnetTrapdoor.trapdoor(circuit: circuit.identifier)
        )
        try ParameterFiles.writeAtomically(files[0]) { write in
            try generator.write(threads: threads, progress: progress, to: write)
        }
        try ParameterFiles.writeAtomically(files[1]) { try $0(generator.verifyingKey.bytes) }
        try ParameterFiles.writeAtomically(files[2]) {
            try $0(Array(#"{"sector_size":\#(circuit.sectorSize)}"#.utf8))
        }
        return true
    }

    /// Returns what is needed to prove a circuit, loading it at the first call.
    ///
    /// - Throws: ``ParameterError``.
    package func provingKey(_ circuit: some CircuitParameters) throws(ParameterError) -> ProvingKey
    {
        if let known = loaded.withLock({ $0.proving[circuit.fileName] }) { return known }
        let path = path(circuit, "params")
        let file = try open(path, name: "\(circuit.fileName).params")
        let key: ProvingKey
        do {
            key = try ProvingKey(
                parameters: Groth16Parameters(file: file),
                circuit: circuit.blankCircuit()
            )
        } catch {
            throw .malformed(path: path, reason: "\(error)")
        }
        // Whoever was first keeps its key; both are equal.
        return loaded.withLock { loaded in
            if let known = loaded.proving[circuit.fileName] { return known }
            loaded.proving[circuit.fileName] = key
            return key
        }
    }

    /// Returns what is needed to verify proofs of a circuit, loading it at the first call.
    ///
    /// - Throws: ``ParameterError``.
    package func verifyingKey(
        _ circuit: some CircuitParameters
    ) throws(ParameterError) -> PreparedVerifyingKey {
        if let known = loaded.withLock({ $0.verifying[circuit.fileName] }) { return known }
        let path = path(circuit, "vk")
        let file = try open(path, name: "\(circuit.fileName).vk")
        let key: PreparedVerifyingKey
        do {
            key = PreparedVerifyingKey(
                try VerifyingKey(bytes: unsafe file.withBytes { unsafe Array($0) })
            )
        } catch {
            throw .malformed(path: path, reason: "\(error)")
        }
        guard key.inputCount == circuit.publicInputCount else {
            throw .malformed(
                path: path,
                reason: "\(key.inputCount) public inputs instead of \(circuit.publicInputCount)"
            )
        }
        loaded.withLock { $0.verifying[circuit.fileName] = key }
        return key
    }

    /// Opens a file and checks, outside a devnet, that it is the published one.
    private func open(_ path: String, name: String) throws(ParameterError) -> MappedFile {
        guard ParameterFiles.exists(path) else {
            let hint =
                switch trust {
                case .insecureDevnet: "the devnet makes its parameters when it starts"
                case .published: "fetch it, or name its directory in FIL_PROOFS_PARAMETER_CACHE"
                }
            throw .missing(path: path, hint: hint)
        }
        let file: MappedFile
        do {
            file = try MappedFile(path: path)
        } catch {
            throw .file(path: path, reason: "\(error)")
        }
        guard case .published(let manifest) = trust else { return file }
        guard let entry = manifest.entries[name] else { throw .unpublished(name: name) }
        let found = ParameterFiles.digest(file)
        guard found == entry.digest else {
            throw .wrongDigest(path: path, expected: entry.digest, found: found)
        }
        return file
    }
}
