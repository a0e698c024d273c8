import Bytes
import Conformance
import JSON
import ProofSystem
import StorageCircuits

extension ProofKind {
    /// One gadget, constraint by constraint.
    static let gadget: ProofKind = ProofKind("gadgets", fields: ["gadget", "assignment"]) { file in
        let record = CircuitRecord(row: file.json)
        let name = try file.json.text("gadget")
        let gadget: @Sendable () throws -> Gadget = {
            try Gadget(named: name, description: try file.json.text("description"))
        }
        return [
            KnownFile.Row("\(name) constraints") {
                try record.checkConstraints(try gadget().synthesize)
            },
            KnownFile.Row("\(name) witness") {
                try record.checkWitness(try gadget().synthesize)
            },
        ]
    }

    /// One circuit without a witness.
    static let circuit: ProofKind = ProofKind(
        "circuits",
        fields: ["circuit", "sector_size", "identifier", "digest"]
    ) { file in
        let kind = try file.json.text("circuit")
        let size = try file.json.unsigned("sector_size")
        let named: @Sendable () throws -> NamedCircuit = {
            try NamedCircuit(kind, sectorSize: size, name: kind)
        }
        return [
            KnownFile.Row("\(kind) of \(size) bytes: parameter file") {
                let circuit = try named()
                try checkEqual(
                    circuit.identifier,
                    try file.json.text("identifier"),
                    "identifier"
                )
                try checkEqual(
                    circuit.fileName + ".params",
                    try file.json.text("parameter_file"),
                    "parameter_file"
                )
            },
            KnownFile.Row(
                "\(kind) of \(size) bytes: constraints",
                cost: kind.hasPrefix("update")
                    ? nil : NamedCircuit.cost(ofConstraints: try file.json.int("constraints"))
            ) {
                let circuit = try named()
                try CircuitRecord(row: file.json).checkConstraints(circuit.synthesizeBlank)
            },
        ]
    }

    /// The same circuits under other versions of the interface; only challenges and parents depend on it.
    static let circuitVersions: ProofKind = ProofKind(
        "circuit versions",
        matching: { $0["columns"]?[0]?.string == "variant" && $0["rows"] != nil },
        { file in
            let columns = try file.json.list("columns").compactMap(\.string)
            return try file.json.list("rows").map { row in
                func value(_ column: String) throws -> JSONValue {
                    guard let index = columns.firstIndex(of: column), let value = row[index] else {
                        throw TestDataError("there is no \(column)")
                    }
                    return value
                }
                let variant = try value("variant").string ?? ""
                let digest = try value("digest").string ?? ""
                let parameterFile = try value("parameter_file").string ?? ""
                let counts = try ["inputs", "aux", "constraints"].map {
                    try value($0).integer(as: Int.self) ?? -1
                }
                return KnownFile.Row(variant) {
                    // porep-2KiB-api1.2-synthetic
                    let parts = variant.split(separator: "-").prefix(2)
                    let circuit = try NamedCircuit(parts.joined(separator: "-"))
                    try checkEqual(circuit.fileName + ".params", parameterFile, "parameter_file")
                    let found = file.others.blankSummary(circuit)
                    try checkEqual(found.counts, counts, "inputs, aux and constraints")
                    try checkEqual(found.digest, digest, "digest")
                }
            }
        }
    )
}

/// Counts and digest of a circuit without a witness.
struct CircuitSummary: Sendable {
    let counts: [Int]
    let digest: String

    init(_ circuit: NamedCircuit) {
        let sink = DigestSink()
        let system = ConstraintSystem.recording(into: sink)
        circuit.synthesizeBlank(into: system)
        counts = [system.inputCount, system.auxiliaryCount, system.constraintCount]
        digest = sink.digest.hex
    }
}
