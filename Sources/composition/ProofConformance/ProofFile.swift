import Conformance
import Foundation
import JSON
import ProofSystem
import StorageCircuits
import Synchronization

/// A document with what is around it.
struct ProofFile: Sendable {
    let file: ConformanceFile
    let json: JSONValue
    let others: ProofFiles

    /// The rows of the document.
    func list() throws -> [JSONValue] {
        guard let list = json.array else { throw TestDataError("the document is no list") }
        return list
    }

    /// The folder that the document lies in.
    var folder: String {
        String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)])
    }

    /// The folder with the files of a sector, by the name in its description; nil if it is not there.
    func sectorFolder(_ name: String) throws -> String? {
        guard let found = others.nearest("\(name)/fixture.json", to: file) else { return nil }
        return String(found.path.dropLast("/fixture.json".count))
    }

    /// The folder with the files of a sector.
    ///
    /// - Throws: A reason to skip if it is not there.
    func requiredSectorFolder(_ name: String) throws -> String {
        guard let folder = try sectorFolder(name) else {
            throw KnownFile.Skip(reason: "the files of the sector are not there")
        }
        return folder
    }
}

/// All files below the searched folder.
final class ProofFiles: Sendable {
    private let files: [ConformanceFile]
    private let made = Mutex<[String: MadeParameters]>([:])
    private let keys = Mutex<[String: VerifyingKey]>([:])
    private let summaries = Mutex<[String: CircuitSummary]>([:])

    init(_ files: [ConformanceFile]) { self.files = files }

    /// The file whose path ends in `suffix` at a folder's border and has most in common with that of `file`.
    func nearest(_ suffix: String, to file: ConformanceFile) -> ConformanceFile? {
        files.filter { $0.path.hasSuffix("/" + suffix) }
            .max {
                $0.path.commonPrefix(with: file.path).count
                    < $1.path.commonPrefix(with: file.path).count
            }
    }

    /// The verifying key of a circuit: the nearest file of its name, or else that of the documented numbers.
    func verifyingKey(_ circuit: NamedCircuit, near file: ConformanceFile) throws -> VerifyingKey {
        let found = nearest("\(circuit.name).vk", to: file)
        let name = found?.path ?? circuit.name
        // Held while it is made: another thread that wants it has nothing better to do.
        return try keys.withLock { keys in
            if let key = keys[name] { return key }
            let key =
                if let found {
                    try VerifyingKey(bytes: try found.contents())
                } else {
                    try circuit.generator(.documented(circuit.name)).verifyingKey
                }
            keys[name] = key
            return key
        }
    }

    /// The parameters of a circuit, made once; from the nearest list of numbers, or else the documented ones.
    func parameters(_ circuit: NamedCircuit, near file: ConformanceFile) throws -> MadeParameters {
        try parameters(circuit, try trapdoor(circuit, near: file))
    }

    /// The parameters of a circuit that come of some numbers, made once.
    func parameters(_ circuit: NamedCircuit, _ trapdoor: Trapdoor) throws -> MadeParameters {
        let name = "\(circuit.name) \(trapdoor.tau)"
        return try made.withLock { made in
            if let parameters = made[name] { return parameters }
            let parameters = try MadeParameters(circuit, trapdoor)
            made[name] = parameters
            return parameters
        }
    }

    /// Counts and digest of a circuit, synthesised once.
    func blankSummary(_ circuit: NamedCircuit) -> CircuitSummary {
        summaries.withLock { summaries in
            if let summary = summaries[circuit.name] { return summary }
            let summary = CircuitSummary(circuit)
            summaries[circuit.name] = summary
            return summary
        }
    }

    private func trapdoor(_ circuit: NamedCircuit, near file: ConformanceFile) throws -> Trapdoor {
        guard let list = nearest("params.json", to: file) else { return .documented(circuit.name) }
        let rows = try list.json().list("params")
        guard let row = rows.first(where: { $0["circuit"]?.string == circuit.name }) else {
            return .documented(circuit.name)
        }
        return try Trapdoor(row)
    }
}
