import BLS12381
import Bytes
import Conformance
import JSON
import Multiformats
import ProofSystem
import StorageCircuits
import StorageProofs

extension ProofKind {
    /// Proofs of replication that the reference made and judged.
    static let seal: ProofKind = ProofKind(
        "seal proofs",
        fields: ["registered_seal_proof", "params", "public_inputs_le", "randomisers", "cases"]
    ) { file in
        let seal = RecordedSeal(file: file)
        return [
            KnownFile.Row("public inputs") { try seal.checkPublicInputs() },
            KnownFile.Row("proof") {
                let keys = try seal.keys()
                try checkEqual(
                    try keys.verifiesSeal(try file.json.hex("proof"), try seal.statement()),
                    try file.json.verdict("verify"),
                    "verify"
                )
            },
            KnownFile.Row(
                "proof with the given r and s",
                cost: "a gigabyte of parameters has to be made"
            ) { try seal.checkProving() },
        ]
            + (try file.json.list("cases").map { row in
                KnownFile.Row("case \(try row.text("case"))") { try seal.checkCase(row) }
            })
    }

    /// Batches of those.
    static let batch: ProofKind = ProofKind(
        "seal batches",
        fields: ["batch", "change", "result"],
        isList: true
    ) { file in
        try file.list().map { row in
            let names = try row.list("batch").compactMap(\.string)
            let change = try row.text("change")
            return KnownFile.Row("\(names.count) seals, \(change)") {
                let seals = try names.map { name in
                    guard let found = file.others.nearest("seal-\(name).json", to: file.file) else {
                        throw KnownFile.Skip(reason: "the seal of a batch is not there")
                    }
                    return RecordedSeal(
                        file: ProofFile(file: found, json: try found.json(), others: file.others)
                    )
                }
                try checkBatch(seals, change, try row.verdict("result"))
            }
        }
    }

    private static func checkBatch(
        _ seals: [RecordedSeal],
        _ change: String,
        _ expected: Bool
    ) throws {
        var proofs = try seals.map { try $0.file.json.hex("proof") }
        var statements = try seals.map { try $0.statement() }
        if change.hasPrefix("proof "), let index = number(after: "proof ", in: change) {
            try check(proofs.indices.contains(index), "change: there is no proof \(index)")
            proofs[index] = proofs[(index + 1) % proofs.count]
        } else if change.hasPrefix("seed "), let index = number(after: "seed ", in: change) {
            try check(statements.indices.contains(index), "change: there is no seed \(index)")
            var seed = statements[index].seed.bytes
            seed[0] ^= 1
            statements[index] = SealStatement(
                input: statements[index].input,
                commD: statements[index].commD,
                commR: statements[index].commR,
                seed: Bytes32(seed) ?? Bytes32()
            )
        } else if change != "none" && change != "empty" {
            throw KnownFile.Skip(reason: "a change that is not understood")
        }
        // An empty batch needs no key.
        let keys = try seals.first?.keys() ?? VerifyingKeySet(genesis: .anyGenesis, keys: [:])
        let result = try? keys.verifiesSeals(Array(zip(proofs, statements)))
        try checkEqual(result ?? false, expected, "result")
    }
}

/// One recorded proof of replication.
private struct RecordedSeal: Sendable {
    let file: ProofFile
    private var row: JSONValue { file.json }

    private func configuration() throws -> PoRepConfiguration {
        let configuration = try PoRepConfiguration(named: try row.text("registered_seal_proof"))
        guard configuration.variant != .nonInteractive else {
            throw KnownFile.Skip(reason: "non-interactive seals are aggregates: SnarkPack follows")
        }
        return configuration
    }

    /// What was proved, or what a case makes of it: its fields replace those of the seal.
    func statement(_ altered: JSONValue? = nil) throws -> SealStatement {
        func field(_ name: String) throws -> JSONValue {
            altered?[name] == nil ? row : altered ?? row
        }
        let input = SealInput(
            configuration: try configuration(),
            proverID: try field("prover_id").node("prover_id"),
            sector: try field("sector_number").unsigned("sector_number"),
            ticket: try field("ticket").node("ticket")
        )
        return SealStatement(
            input: input,
            commD: try field("comm_d").node("comm_d"),
            commR: try field("comm_r").node("comm_r"),
            seed: try field("seed").node("seed")
        )
    }

    private func circuit() throws -> (NamedCircuit, PoRepParameters) {
        let circuit = try NamedCircuit(try row.text("params"))
        guard case .poRep(let parameters) = circuit.parameters else {
            throw TestDataError("params names \(circuit.name), no proof of replication")
        }
        return (circuit, parameters)
    }

    func keys() throws -> VerifyingKeySet {
        let (circuit, parameters) = try circuit()
        let key = try file.others.verifyingKey(circuit, near: file.file)
        return VerifyingKeySet(genesis: .anyGenesis, keys: [:], sealKeys: [parameters: key])
    }

    func checkPublicInputs() throws {
        let statement = try statement()
        try checkEqual(
            statement.input.replicaID(commD: statement.commD),
            try row.node("replica_id"),
            "replica_id"
        )
        let found = try statement.publicInputs()
        let expected = try row.list("public_inputs_le")
        try checkEqual(found.count, expected.count, "number of partitions")
        for (partition, (ours, theirs)) in zip(found, expected).enumerated() {
            let what = "public_inputs_le of partition \(partition):"
            try checkList(ours, try theirs.asElements(what), what)
        }
    }

    func checkCase(_ altered: JSONValue) throws {
        let proof = try altered.text("proof") == "same" ? row.hex("proof") : altered.hex("proof")
        let keys = try keys()
        let result = try? keys.verifiesSeal(proof, try statement(altered))
        try checkEqual(result ?? false, try altered.verdict("result"), "result")
    }

    func checkProving() throws {
        let statement = try statement()
        let folder = try file.requiredSectorFolder(try row.text("name"))
        let prover = try PoRepProver(
            statement.input,
            cache: "\(folder)/cache",
            replica: "\(folder)/sealed"
        )
        let aux = try PersistentAux(cache: "\(folder)/cache")
        let (named, parameters) = try circuit()
        let key = try file.others.parameters(named, near: file.file).provingKey
        let partitions = try prover.prove(seed: statement.seed, commR: statement.commR)
        let randomisers = try row.list("randomisers")
        try checkEqual(partitions.count, randomisers.count, "number of randomisers")
        var bytes: [UInt8] = []
        for (challenges, randomiser) in zip(partitions, randomisers) {
            let circuit = try PoRepCircuit(
                parameters: parameters,
                replicaID: statement.input.replicaID(commD: statement.commD),
                commD: statement.commD,
                commR: statement.commR,
                commC: aux.commC,
                commRLast: aux.commRLast,
                challenges: challenges
            )
            bytes += try key.prove(
                circuit,
                r: try randomiser.element("r_le"),
                s: try randomiser.element("s_le"),
                threads: 2
            ).proof.bytes
        }
        try checkBytes(bytes, try row.hex("proof"), "proof")
    }
}

extension CID {
    /// Names a set of keys; whose network they are is not asked here.
    static let anyGenesis: CID = CID.dagCBOR(hashing: Array("proof data".utf8))
}
