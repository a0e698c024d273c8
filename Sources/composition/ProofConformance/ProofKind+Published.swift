import BLS12381
import Bytes
import Conformance
import Hashing
import JSON
import Poseidon
import ProofSystem
import StorageProofs

extension ProofKind {
    /// Constants and hashes of Poseidon, by arity.
    static let poseidon: ProofKind = ProofKind(
        "Poseidon",
        fields: ["arity", "custom1_arity2", "hasher_golden"]
    ) { file in
        let instances = try file.json.member("arity").object?.members ?? []
        return instances.map { instance in
            KnownFile.Row("arity \(instance.name)") {
                guard let arity = Int(instance.name), [2, 4, 8, 11].contains(arity) else {
                    throw KnownFile.Skip(reason: "Poseidon of an arity that no proof uses")
                }
                try checkPlainConstants(arity, instance.value)
                try checkOptimizedConstants(arity, instance.value)
                try checkHashes(arity, instance.value)
            }
        } + [
            KnownFile.Row("replica updates") {
                let digest = Poseidon.replicaUpdate.hash([Fr(0), Fr(1)])
                let row = try file.json.member("custom1_arity2")
                try checkEqual(digest, try row.element("hash(0,1)"), "hash(0,1)")
                try checkEqual(
                    Poseidon.replicaUpdate.constants.domainTag,
                    Fr(try row.unsigned("domain_tag")),
                    "domain_tag"
                )
            },
            KnownFile.Row("trees of two levels") {
                let row = try file.json.member("hasher_golden")
                let left = Poseidon.arity2.hash([Fr(1), Fr(0)])
                let right = Poseidon.arity2.hash([Fr(0), Fr(1)])
                try checkEqual(left, try row.element("H2(1,0)"), "H2(1,0)")
                let root = Poseidon.arity2.hash([left, right])
                let name = "root of [1,0,0,1]"
                try checkEqual(root, try row.element(name), name)
            },
        ]
    }

    private static func digest(_ elements: [Fr]) -> String {
        SHA256.hash(Fr.littleEndianBytes(of: elements)).hex
    }

    private static func checkPlainConstants(_ arity: Int, _ row: JSONValue) throws {
        let constants = PoseidonConstants(arity: arity)
        try checkEqual(constants.width, try row.int("t"), "t")
        try checkEqual(PoseidonConstants.fullRounds, try row.int("R_F"), "R_F")
        try checkEqual(constants.partialRounds, try row.int("R_P"), "R_P")
        try checkEqual(constants.domainTag, Fr(try row.unsigned("domain_tag")), "domain_tag")
        let rounds = constants.roundConstants
        try checkEqual(rounds.count, try row.int("round_constants_count"), "round_constants_count")
        try checkEqual(rounds.first, try row.element("rc_first"), "rc_first")
        try checkEqual(rounds.last, try row.element("rc_last"), "rc_last")
        try checkEqual(
            digest(rounds),
            try row.text("sha256_of_all_rc_le"),
            "sha256_of_all_rc_le"
        )
        try checkEqual(constants.mds[0, 0], try row.element("mds_00"), "mds_00")
    }

    private static func checkOptimizedConstants(_ arity: Int, _ row: JSONValue) throws {
        let constants = Poseidon.merkleTree(arity: arity).constants
        try checkEqual(
            constants.compressedRoundConstants.count,
            try row.int("compressed_round_constants_count"),
            "compressed_round_constants_count"
        )
        let sparse = constants.sparse.flatMap { $0.firstColumn + $0.restOfFirstRow }
        for (name, found) in [
            ("compressed_sha256", constants.compressedRoundConstants),
            ("pre_sparse_sha256_row_major", constants.preSparse.elements),
            ("sparse_sha256 (per round: w_hat then v_rest)", sparse),
        ] {
            try checkEqual(digest(found), try row.text(name), name)
        }
    }

    private static func checkHashes(_ arity: Int, _ row: JSONValue) throws {
        let poseidon = Poseidon.merkleTree(arity: arity)
        let counting = poseidon.hash((0..<UInt64(arity)).map { Fr($0) })
        try checkEqual(counting, try row.element("hash_of_0_1_2_..."), "hash_of_0_1_2_...")
        let zeros = poseidon.hash([Fr](repeating: .zero, count: arity))
        try checkEqual(zeros, try row.element("hash_of_all_zero"), "hash_of_all_zero")
    }

    /// Roots of binary trees over zeros.
    static let zeroCommitments: ProofKind = ProofKind(
        "zero commitments",
        fields: ["padded_size", "commitment"],
        isList: true
    ) { file in
        try file.list().map { row in
            let size = try row.unsigned("padded_size")
            return KnownFile.Row("\(size) bytes") {
                guard let found = BinaryTree.zeroCommitment(paddedSize: size) else {
                    throw TestDataError("no commitment of \(size) zero bytes")
                }
                try checkEqual(found, try row.node("commitment"), "commitment")
            }
        }
    }

    /// The names of parameter files, by sector size and circuit.
    static let parameterNames: ProofKind = ProofKind(
        "parameter names",
        matching: { json in
            guard let first = json.object?.members.first else { return false }
            return UInt64(first.name) != nil && first.value["porep"]?["name"] != nil
        },
        { file in
            (file.json.object?.members ?? []).flatMap { size in
                (size.value.object?.members ?? []).map { circuit in
                    KnownFile.Row("\(circuit.name) of \(size.name) bytes") {
                        let known: [String: ProofCircuit] = [
                            "porep": .poRep, "winning": .winningPoSt, "window": .windowPoSt,
                            "update": .replicaUpdate,
                        ]
                        guard let row = UInt64(size.name).flatMap(SectorParameters.of(sectorSize:)),
                            let kind = known[circuit.name]
                        else { throw TestDataError("no such sector size or circuit") }
                        let found = row.parameterFileName(kind)
                        try checkEqual(found, try circuit.value.text("name"), "name")
                    }
                }
            }
        }
    )

    /// Constraints, variables and densities of the circuits, by name.
    static let constraintCounts: ProofKind = ProofKind(
        "constraint counts",
        fields: ["circuits"]
    ) { file in
        try (file.json.member("circuits").object?.members ?? []).flatMap { circuit in
            let row = circuit.value
            let count = try row.int("constraints")
            return [
                KnownFile.Row("\(circuit.name) table") {
                    let named = try NamedCircuit(circuit.name)
                    let table = SectorParameters.of(sectorSize: named.sectorSize)?.constraints
                    let found =
                        circuit.name.hasPrefix("porep")
                        ? table?.poRep
                        : circuit.name.hasPrefix("winning")
                            ? table?.winningPoSt : table?.windowPoSt
                    try checkEqual(found ?? 0, count, "constraints")
                },
                KnownFile.Row(
                    "\(circuit.name) densities",
                    cost: circuit.name.hasPrefix("update")
                        ? nil : NamedCircuit.cost(ofConstraints: count)
                ) {
                    let named = try NamedCircuit(circuit.name)
                    let sink = DensitySink()
                    let system = ConstraintSystem.recording(into: sink)
                    named.synthesizeBlank(into: system)
                    for (field, found) in [
                        ("constraints", system.constraintCount),
                        ("public_inputs_incl_one", system.inputCount),
                        ("aux", system.auxiliaryCount),
                        ("a_aux_density", sink.density.aAuxiliary.count),
                        ("b_aux_density", sink.density.bAuxiliary.count),
                        ("qap_rows", system.constraintCount + system.inputCount),
                        ("domain_log2", system.shape.domainLog2),
                    ] {
                        try checkEqual(found, try row.int(field), field)
                    }
                },
            ]
        }
    }
}
