import BLS12381
import Conformance
import Foundation
import Hashing
import JSON
import ProofSystem
import StorageCircuits
import StorageProofs

/// A circuit as the data names it: `porep`, `winning` or `window`, with a sector size.
struct NamedCircuit: Sendable {
    enum Parameters: Sendable {
        case poRep(PoRepParameters)
        case post(FallbackPoStParameters)
    }

    let name: String
    let sectorSize: UInt64
    let parameters: Parameters

    /// Finds a circuit.
    ///
    /// - Throws: A reason to skip for circuits that are not built.
    init(_ kind: String, sectorSize: UInt64, name: String) throws {
        let found: Parameters? =
            switch kind {
            case "porep": PoRepParameters(sectorSize: sectorSize).map { .poRep($0) }
            case "winning": FallbackPoStParameters.winning(sectorSize: sectorSize).map { .post($0) }
            case "window": FallbackPoStParameters.window(sectorSize: sectorSize).map { .post($0) }
            case "update", "update-poseidon":
                throw KnownFile.Skip(reason: "SnapDeals follows")
            default: throw TestDataError("there is no circuit \(kind)")
            }
        guard let found else {
            throw TestDataError("there is no circuit \(kind) for \(sectorSize) bytes")
        }
        self.name = name
        self.sectorSize = sectorSize
        parameters = found
    }

    /// Finds a circuit by a name such as `window-2KiB`.
    init(_ name: String) throws {
        guard let dash = name.lastIndex(of: "-"),
            let size = bytes(ofSize: name[name.index(after: dash)...])
        else { throw TestDataError("\(name) names no circuit") }
        try self.init(String(name[..<dash]), sectorSize: size, name: name)
    }

    var identifier: String {
        switch parameters {
        case .poRep(let parameters): parameters.identifier
        case .post(let parameters): parameters.identifier
        }
    }

    var fileName: String {
        switch parameters {
        case .poRep(let parameters): parameters.fileName
        case .post(let parameters): parameters.fileName
        }
    }

    /// Synthesises it without a witness.
    func synthesizeBlank(into system: ConstraintSystem) {
        switch parameters {
        case .poRep(let parameters): parameters.blankCircuit().synthesize(into: system)
        case .post(let parameters): parameters.blankCircuit().synthesize(into: system)
        }
    }

    func generator(_ trapdoor: Trapdoor) throws -> ParameterGenerator {
        switch parameters {
        case .poRep(let parameters):
            try ParameterGenerator(circuit: parameters.blankCircuit(), trapdoor: trapdoor)
        case .post(let parameters):
            try ParameterGenerator(circuit: parameters.blankCircuit(), trapdoor: trapdoor)
        }
    }

    func provingKey(_ made: Groth16Parameters) throws -> ProvingKey {
        switch parameters {
        case .poRep(let parameters):
            try ProvingKey(parameters: made, circuit: parameters.blankCircuit())
        case .post(let parameters):
            try ProvingKey(parameters: made, circuit: parameters.blankCircuit())
        }
    }

    /// Why work with so many constraints is left out, if it is.
    static func cost(ofConstraints count: Int) -> String? {
        count > 10_000_000
            ? "a circuit of \(count / 1_000_000) million constraints takes minutes" : nil
    }
}

extension Trapdoor {
    /// The numbers in the fields of a document.
    init(_ row: JSONValue) throws {
        self.init(
            alpha: try row.element("alpha_le"),
            beta: try row.element("beta_le"),
            gamma: try row.element("gamma_le"),
            delta: try row.element("delta_le"),
            tau: try row.element("tau_le")
        )
    }

    /// The numbers that the description of the data gives for a circuit.
    static func documented(_ circuit: String) -> Trapdoor {
        func number(_ name: String) -> Fr { val("toxic/\(circuit)/\(name)") }
        return Trapdoor(
            alpha: number("alpha"),
            beta: number("beta"),
            gamma: number("gamma"),
            delta: number("delta"),
            tau: number("tau")
        )
    }
}

/// Parameters made from known numbers, kept in a file that is gone when they are.
struct MadeParameters: Sendable {
    let verifyingKey: VerifyingKey
    let provingKey: ProvingKey
    let byteCount: Int
    let sha256: [UInt8]
    let blake2b512: [UInt8]

    init(_ circuit: NamedCircuit, _ trapdoor: Trapdoor) throws {
        let generator = try circuit.generator(trapdoor)
        var sha256 = SHA256()
        var blake2b = BLAKE2b(outputLength: 64)
        var count = 0
        let made = try withTemporaryFolder { folder in
            let path = "\(folder)/params"
            guard FileManager.default.createFile(atPath: path, contents: nil),
                let file = FileHandle(forWritingAtPath: path)
            else {
                throw TestDataError("cannot write \(path)")
            }
            defer { try? file.close() }
            try generator.write(threads: 2) { bytes in
                sha256.update(bytes)
                blake2b.update(bytes)
                count += bytes.count
                try file.write(contentsOf: bytes)
            }
            // What is mapped stays readable when the folder is removed.
            return try Groth16Parameters(file: MappedFile(path: path))
        }
        verifyingKey = generator.verifyingKey
        provingKey = try circuit.provingKey(made)
        byteCount = count
        self.sha256 = sha256.finish()
        blake2b512 = blake2b.finish()
    }
}

/// Runs `body` with a folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("venus-conformance-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(
        at: folder,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
    )
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}
