import BLS12381
import Bytes
import Conformance
import Hashing
import JSON
import ProofSystem
import StorageCircuits

extension ProofKind {
    /// A small circuit with everything that comes of it, to the byte.
    static let tinyCircuit: ProofKind = ProofKind(
        "tiny circuits",
        fields: ["constraints", "allocs", "r1cs_digest", "proofs"]
    ) { file in
        let row = file.json
        let proofs = try row.list("proofs")
        return try [
            KnownFile.Row("constraints") {
                let sink = DigestSink()
                let system = ConstraintSystem.recording(into: sink)
                try ListedCircuit(row).synthesize(into: system)
                try checkEqual(system.inputCount, try row.int("num_inputs"), "num_inputs")
                try checkEqual(system.auxiliaryCount, try row.int("num_aux"), "num_aux")
                try checkEqual(
                    system.constraintCount,
                    try row.int("num_constraints"),
                    "num_constraints"
                )
                try checkEqual(sink.digest.hex, try row.text("r1cs_digest"), "r1cs_digest")
            },
            KnownFile.Row("parameters") {
                let generator = try ParameterGenerator(
                    circuit: try ListedCircuit(row),
                    trapdoor: try Trapdoor(row)
                )
                try checkBytes(generator.verifyingKey.bytes, try row.hex("vk"), "vk")
                for threads in [1, 2] {
                    var bytes: [UInt8] = []
                    try generator.write(threads: threads) { bytes += $0 }
                    try checkBytes(bytes, try row.hex("params"), "params")
                    try checkEqual(bytes.count, try row.int("params_bytes"), "params_bytes")
                    try checkDigest(bytes, try row.text("params_sha256"), "params")
                }
            },
        ]
            + proofs.map { proof in
                KnownFile.Row("proof \(try proof.text("witness"))") { try checkTiny(row, proof) }
            }
    }

    private static func checkTiny(_ row: JSONValue, _ proof: JSONValue) throws {
        let key = try ProvingKey(
            parameters: Groth16Parameters(bytes: try row.hex("params")),
            circuit: try ListedCircuit(row)
        )
        let verifier = PreparedVerifyingKey(key.parameters.verifyingKey)
        let circuit = try ListedCircuit(row, proof: proof)
        var inputs = Array(try proof.elements("inputs_le").dropFirst())
        guard try proof.flag("satisfied") else {
            do { _ = try key.prove(circuit, threads: 1) } catch { return }
            throw TestDataError("a witness that breaks a constraint is proved")
        }
        let accepted = try proof.flag("verify")
        for (field, r, s) in [
            ("proof", try proof.element("r_le"), try proof.element("s_le")),
            ("proof_r0_s0", .zero, .zero), ("proof_r1_s0", .one, .zero),
        ] {
            let found = try key.prove(circuit, r: r, s: s, threads: 2).proof
            try checkBytes(found.bytes, try proof.hex(field), field)
            try checkEqual(try Proof(bytes: found.bytes), found, "\(field) read again")
            try checkEqual(verifier.verifies(found, inputs: inputs), accepted, "verify")
        }
        let random = try key.prove(circuit, threads: 1)
        try checkEqual(verifier.verifies(random, inputs: inputs), accepted, "verify, random")
        try check(
            !verifier.verifies(random, inputs: Array(inputs.dropLast())),
            "a proof is accepted for too few inputs"
        )
        try check(
            !verifier.verifies(random, inputs: inputs + [.zero]),
            "a proof is accepted for too many inputs"
        )
        guard !inputs.isEmpty else { return }
        inputs[0] += .one
        let name = "verify_with_input1_plus_one"
        try checkEqual(verifier.verifies(random, inputs: inputs), try proof.flag(name), name)
    }

    /// Parameters and keys of whole circuits, made again from their numbers.
    static let parameters: ProofKind = ProofKind(
        "parameters",
        matching: { $0["params"]?[0]?["alpha_le"] != nil },
        parameterRows
    )

    @Sendable private static func parameterRows(_ file: ProofFile) throws -> [KnownFile.Row] {
        try file.json.list("params").flatMap { row in
            let name = try row.text("circuit")
            let size = try row.int("params_bytes")
            return [
                KnownFile.Row("\(name) key") { try checkKey(name, row, file) },
                KnownFile.Row(
                    "\(name) parameters",
                    cost: size > 200_000_000 && !name.hasPrefix("update")
                        ? "\(size / 1_000_000) MB of parameters take minutes" : nil
                ) {
                    let circuit = try NamedCircuit(name)
                    let made = try file.others.parameters(circuit, try Trapdoor(row))
                    try checkEqual(made.byteCount, size, "params_bytes")
                    try checkEqual(made.sha256.hex, try row.text("params_sha256"), "params_sha256")
                    try checkEqual(
                        made.blake2b512.hex,
                        try row.text("params_blake2b512"),
                        "params_blake2b512"
                    )
                },
                KnownFile.Row("\(name) recorded file") { try checkFile(name, row, file) },
            ]
        }
    }

    private static func checkKey(_ name: String, _ row: JSONValue, _ file: ProofFile) throws {
        let circuit = try NamedCircuit(name)
        try checkEqual(circuit.identifier, try row.text("identifier"), "identifier")
        try checkEqual(circuit.fileName + ".params", try row.text("file"), "file")
        let key = try circuit.generator(try Trapdoor(row)).verifyingKey.bytes
        try checkEqual(key.count, try row.int("vk_bytes"), "vk_bytes")
        try checkDigest(key, try row.text("vk_sha256"), "vk")
        if let recorded = file.others.nearest("\(name).vk", to: file.file) {
            try checkBytes(key, try recorded.contents(), recorded.relativePath)
        }
    }

    /// The whole parameter file, where it was recorded, is read and proves.
    private static func checkFile(_ name: String, _ row: JSONValue, _ file: ProofFile) throws {
        let circuit = try NamedCircuit(name)
        let recorded = ["\(name).params.gz", "\(name).params"]
            .compactMap { file.others.nearest($0, to: file.file) }.first
        guard let recorded else {
            throw KnownFile.Skip(reason: "the parameter file is not among the data")
        }
        let bytes = try recorded.contents()
        try checkDigest(bytes, try row.text("params_sha256"), recorded.relativePath)
        let parameters = try Groth16Parameters(bytes: bytes)
        try checkDigest(parameters.verifyingKey.bytes, try row.text("vk_sha256"), "its key")
        // Reading it as this circuit's compares the length of every vector.
        _ = try circuit.provingKey(parameters)
    }
}
