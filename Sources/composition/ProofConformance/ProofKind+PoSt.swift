import BLS12381
import Bytes
import Conformance
import Hashing
import JSON
import ProofSystem
import StorageCircuits
import StorageProofs

extension ProofKind {
    /// Proofs of space-time that the reference made and judged.
    static let post: ProofKind = ProofKind(
        "proofs of space-time",
        fields: ["type", "params", "randomness", "sectors", "partitions", "cases"]
    ) { file in
        let post = RecordedPoSt(file: file)
        let sectors = try file.json.list("sectors")
        let partitions = try file.json.list("partitions")
        return try sectors.enumerated().map { position, row in
            KnownFile.Row("sector \(try row.unsigned("sector_number"))") {
                try post.checkSector(row, position: position)
            }
        }
            + partitions.indices.flatMap { index in
                [
                    KnownFile.Row("partition \(index) witness") { try post.checkWitness(index) },
                    KnownFile.Row("partition \(index) proof") { try post.checkProof(index) },
                ]
            }
            + [
                KnownFile.Row("proof") {
                    let proof = try file.json.hex("proof")
                    try checkEqual(try post.judge(proof), try file.json.verdict("verify"), "verify")
                },
                KnownFile.Row("proof with random r and s") {
                    let proof = try file.json.hex("api_proof_random_r_s")
                    try checkEqual(
                        try post.judge(proof),
                        try file.json.verdict("api_verify"),
                        "api_verify"
                    )
                },
            ]
            + (file.json[RecordedPoSt.selection]?.array == nil
                ? [] : [KnownFile.Row("winning sector") { try post.checkSelection() }])
            + (try file.json.list("cases").map { row in
                KnownFile.Row("case \(try row.text("case"))") { try post.checkCase(row) }
            })
    }

    /// The whole assignment of one circuit.
    static let postWitness: ProofKind = ProofKind(
        "witnesses",
        fields: ["r1cs_digest", "inputs_le", "aux_le", "satisfied"]
    ) { file in
        [
            KnownFile.Row("assignment") {
                // The case beside it whose circuit it is: NAME-witness.json.gz goes with NAME.json.
                let name = file.file.path.split(separator: "/").last.map(String.init) ?? ""
                guard let end = name.firstRange(of: "-witness.json")?.lowerBound,
                    let found = file.others.nearest("\(name[..<end]).json", to: file.file)
                else { throw KnownFile.Skip(reason: "the case of a witness is not there") }
                let post = RecordedPoSt(
                    file: ProofFile(file: found, json: try found.json(), others: file.others)
                )
                try checkEqual(
                    try post.digestOfWitness(0, assignment: file.json),
                    try file.json.text("r1cs_digest"),
                    "r1cs_digest"
                )
            }
        ]
    }

    /// Challenges of sectors, and the sectors that tickets select.
    static let challengeRows: ProofKind = ProofKind(
        "challenges",
        fields: ["type", "randomness"],
        isList: true
    ) { file in
        try file.list().enumerated().map { index, row in
            KnownFile.Row("\(index) \(try row.text("type"))") { try checkChallenges(row) }
        }
    }

    private static func checkChallenges(_ row: JSONValue) throws {
        let type = try row.text("type")
        let randomness = PoStChallenges.masked(try row.node("randomness"))
        if type == "winning-sector-selection" {
            let found = PoStChallenges.winningSector(
                proverID: try row.node("prover_id"),
                randomness: randomness,
                count: try row.unsigned("sector_set_len")
            )
            try checkList(
                [found].compactMap { $0.map(Int.init) },
                try row.integers("selected"),
                "selected"
            )
            return
        }
        guard let parameters = SectorParameters.of(sectorSize: try row.unsigned("sector_size")),
            let isWinning = PoStType.isWinning(type)
        else { throw TestDataError("no such sector size or type") }
        // Challenges follow the order in which the sectors were given, the answer is sorted.
        let order = try row.integers("sector_ids")
        let sectors = try row.list("challenges")
        try checkEqual(sectors.count, order.count, "number of sectors")
        for sector in sectors {
            guard let number: Int = sector[0]?.integer(),
                let position = order.firstIndex(of: number), let expected = sector[1]
            else { throw TestDataError("challenges has a sector that is not in sector_ids") }
            let found =
                isWinning
                ? PoStChallenges.winning(
                    randomness: randomness,
                    sector: UInt64(number),
                    parameters: parameters
                )
                : PoStChallenges.window(
                    randomness: randomness,
                    sector: UInt64(number),
                    position: position,
                    version: PoStType.version(type),
                    parameters: parameters
                )
            try checkList(
                found,
                try expected.asIntegers("challenges"),
                "challenge of sector \(number):"
            )
        }
    }
}

/// The types of the recordings: `winning-v1`, `window-v1_2`, `StackedDrgWindow32GiBV1_2`.
private enum PoStType {
    static func isWinning(_ type: String) -> Bool? {
        let lowercased = type.lowercased()
        return lowercased.contains("winning") ? true : lowercased.contains("window") ? false : nil
    }

    static func version(_ type: String) -> ProofVersion {
        type.lowercased().hasSuffix("v1_2") ? .v1_2 : .v1_0
    }
}

/// One recorded proof of space-time.
private struct RecordedPoSt: Sendable {
    let file: ProofFile
    private var row: JSONValue { file.json }

    private func isWinning() throws -> Bool {
        guard let found = PoStType.isWinning(try row.text("type")) else {
            throw TestDataError("type is \(try row.text("type"))")
        }
        return found
    }

    private func version() throws -> ProofVersion { PoStType.version(try row.text("type")) }

    private func circuit() throws -> (NamedCircuit, FallbackPoStParameters, SectorParameters) {
        let circuit = try NamedCircuit(try row.text("params"))
        guard case .post(let parameters) = circuit.parameters,
            let sector = SectorParameters.of(sectorSize: circuit.sectorSize)
        else { throw TestDataError("params names \(circuit.name), no proof of space-time") }
        return (circuit, parameters, sector)
    }

    private func sectors() throws -> [SectorCommitment] {
        try row.list("sectors").map {
            SectorCommitment(
                number: try $0.unsigned("sector_number"),
                commR: try $0.node("comm_r")
            )
        }
    }

    private func partition(_ index: Int) throws -> JSONValue {
        guard let found = try row.member("partitions")[index] else {
            throw TestDataError("there is no partition \(index)")
        }
        return found
    }

    // MARK: - Vanilla proofs

    func checkSector(_ entry: JSONValue, position: Int) throws {
        let (_, _, parameters) = try circuit()
        let number = try entry.unsigned("sector_number")
        let randomness = PoStChallenges.masked(try row.node("randomness"))
        let challenges =
            try isWinning()
            ? PoStChallenges.winning(
                randomness: randomness,
                sector: number,
                parameters: parameters
            )
            : PoStChallenges.window(
                randomness: randomness,
                sector: number,
                position: position,
                version: try version(),
                parameters: parameters
            )
        try checkList(challenges, try entry.integers("challenges"), "challenge")
        let recorded = try entry.hex("vanilla_bincode")
        try checkEqual(recorded.count, try entry.int("vanilla_bytes"), "vanilla_bytes")
        try checkDigest(recorded, try entry.text("vanilla_sha256"), "vanilla_bincode")
        let read = try PoStSectorProof(recorded)
        try checkBytes(read.bytes, recorded, "vanilla_bincode read and written")
        try check(read.isValid(for: challenges), "vanilla_bincode does not prove the challenges")
        // The same again from the sector's files.
        let folder = try file.requiredSectorFolder(try entry.text("sector"))
        let sector = PoStSector(
            number: number,
            commR: try entry.node("comm_r"),
            replica: "\(folder)/sealed",
            cache: "\(folder)/cache"
        )
        let made = try PoStSectorProof(sector, challenges: challenges, parameters: parameters)
        try checkBytes(made.bytes, recorded, "vanilla_bincode")
    }

    // MARK: - Proofs

    /// The circuits of the partitions, with their witnesses.
    private func witnesses() throws -> [FallbackPoStCircuit] {
        let (_, parameters, _) = try circuit()
        let proofs = try row.list("sectors").map {
            try PoStSectorProof(try $0.hex("vanilla_bincode"))
        }
        guard try isWinning() else {
            return try PoStProver.windowWitnesses(proofs, circuit: parameters)
        }
        guard let proof = proofs.first else { throw TestDataError("sectors is empty") }
        let sectors = try proof.paths.map { try FallbackPoStCircuit.Sector(proof, paths: [$0]) }
        return [try FallbackPoStCircuit(parameters: parameters, sectors: sectors)]
    }

    private func witness(_ index: Int) throws -> FallbackPoStCircuit {
        let witnesses = try witnesses()
        try checkEqual(
            witnesses.count,
            try row.list("partitions").count,
            "number of partitions"
        )
        return witnesses[index]
    }

    private func publicInputs() throws -> [[Fr]] {
        let (_, _, parameters) = try circuit()
        let sectors = try sectors()
        let randomness = try row.node("randomness")
        guard try isWinning() else {
            return try PoStPublicInputs.window(
                randomness: randomness,
                sectors: sectors,
                version: try version(),
                parameters: parameters
            )
        }
        guard let sector = sectors.first else { throw TestDataError("sectors is empty") }
        return [
            try PoStPublicInputs.winning(
                randomness: randomness,
                sector: sector,
                parameters: parameters
            )
        ]
    }

    func checkWitness(_ index: Int) throws {
        let partition = try partition(index)
        let inputs = try publicInputs()
        try checkEqual(inputs.count, try row.list("partitions").count, "number of partitions")
        let expected = try partition.elements("public_inputs_le")
        try checkList(inputs[index], expected, "public_inputs_le")
        try checkList(try witness(index).publicInputs, expected, "public_inputs_le of the witness")
        try checkEqual(
            try digestOfWitness(index, assignment: try partition.member("witness")),
            try partition.text("r1cs_digest"),
            "r1cs_digest"
        )
    }

    /// Synthesises with the witness, compares the assignment and returns the digest of the constraints.
    func digestOfWitness(_ index: Int, assignment: JSONValue) throws -> String {
        let sink = DigestSink()
        let system = ConstraintSystem.witnessing(into: sink)
        try witness(index).synthesize(into: system)
        try CircuitRecord.checkAssignment(system, assignment)
        return sink.digest.hex
    }

    func checkProof(_ index: Int) throws {
        let partition = try partition(index)
        let (circuit, _, _) = try circuit()
        let key = try file.others.parameters(circuit, near: file.file).provingKey
        let witness = try witness(index)
        for (field, r, s) in [
            ("proof", try partition.element("r_le"), try partition.element("s_le")),
            ("proof_with_r_s_zero", .zero, .zero),
        ] {
            let found = try key.prove(witness, r: r, s: s, threads: 1).proof
            try checkBytes(found.bytes, try partition.hex(field), field)
        }
    }

    // MARK: - Verdicts

    /// Whether a proof is accepted; what cannot even be judged is not.
    func judge(
        _ proof: [UInt8],
        randomness: Bytes32? = nil,
        sectors: [SectorCommitment]? = nil
    ) throws -> Bool {
        let (circuit, parameters, _) = try circuit()
        let key = try file.others.verifyingKey(circuit, near: file.file)
        let keys = VerifyingKeySet(genesis: .anyGenesis, keys: [parameters: key])
        let randomness = try randomness ?? row.node("randomness")
        let sectors = try sectors ?? self.sectors()
        let version = try version()
        if try isWinning() {
            guard sectors.count == 1 else { return false }
            let result = try? keys.verifiesWinning(
                proof,
                sectorSize: circuit.sectorSize,
                randomness: randomness,
                sector: sectors[0]
            )
            return result ?? false
        }
        let result = try? keys.verifiesWindow(
            proof,
            sectorSize: circuit.sectorSize,
            version: version,
            randomness: randomness,
            sectors: sectors.sorted { $0.number < $1.number }
        )
        return result ?? false
    }

    /// Judges an altered proof or statement; what was altered stands in the case's fields or name.
    func checkCase(_ altered: JSONValue) throws {
        let isSame = try altered.text("proof") == "same"
        let found = try judge(
            isSame ? try row.hex("proof") : try altered.hex("proof"),
            randomness: altered["randomness"] == nil ? nil : try altered.node("randomness"),
            sectors: try alteredSectors(altered, mustDiffer: isSame)
        )
        try checkEqual(found, try altered.verdict("result"), "result")
    }

    private func alteredSectors(
        _ altered: JSONValue,
        mustDiffer: Bool
    ) throws -> [SectorCommitment] {
        var sectors = try sectors()
        let what = try altered.text("case")
        guard let lowest = sectors.indices.min(by: { sectors[$0].number < sectors[$1].number })
        else { throw TestDataError("sectors is empty") }
        if altered["comm_r"] != nil {
            sectors[lowest] = SectorCommitment(
                number: sectors[lowest].number,
                commR: try altered.node("comm_r")
            )
        } else if let distance = number(after: "lowest sector renumbered +", in: what) {
            sectors[lowest] = SectorCommitment(
                number: sectors[lowest].number + UInt64(distance),
                commR: sectors[lowest].commR
            )
        } else if what == "lowest sector left out" {
            sectors.remove(at: lowest)
        } else if let number = number(after: "one more sector (", in: what),
            let start = what.firstRange(of: "comm_r of ")?.upperBound
        {
            let name = String(what[start...].prefix { $0 != ")" })
            sectors.append(
                SectorCommitment(number: UInt64(number), commR: try commR(ofSector: name))
            )
        } else if mustDiffer, altered["randomness"] == nil, altered["prover_id"] == nil {
            throw KnownFile.Skip(reason: "a change that is not understood")
        }
        return sectors
    }

    /// The commitment of a sector by its name: one of this proof's, or one whose files are there.
    private func commR(ofSector name: String) throws -> Bytes32 {
        let own = try row.list("sectors").first { $0["sector"]?.string == name }
        if let own { return try own.node("comm_r") }
        guard let found = file.others.nearest("\(name)/fixture.json", to: file.file) else {
            throw KnownFile.Skip(reason: "the files of the sector are not there")
        }
        return try found.json().node("comm_r")
    }

    static let selection: String = "winning_sector_challenge_for_set_len_n2x7_plus_n_n1to8"

    /// The sectors that the randomness selects among 7n² + n of them.
    func checkSelection() throws {
        let randomness = try row.node("randomness")
        let proverID = try row.node("prover_id")
        var found: [Int] = []
        for n in 1...8 as ClosedRange<UInt64> {
            let selected = PoStChallenges.winningSector(
                proverID: proverID,
                randomness: randomness,
                count: 7 * n * n + n
            )
            found.append(Int(selected ?? 0))
        }
        try checkList(found, try row.integers(Self.selection), Self.selection)
    }
}
