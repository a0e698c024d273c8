import BLS12381
import Bytes
import Conformance
import FilecoinTypes
import Foundation
import Hashing
import JSON
import Multiformats
import ProofSystem
import StorageCircuits
import StorageProofs

extension ProofKind {
    /// Complete sealings of 2 KiB sectors with the digest of everything in between.
    static let replications: ProofKind = ProofKind(
        "sealings",
        matching: { json in
            json["sectors"]?[0].map { $0["replica_hex"] != nil && $0["layer_sha256"] != nil }
                ?? false
        },
        { file in
            try file.json.list("sectors").enumerated().map { index, row in
                KnownFile.Row("sector \(index), number \(try row.unsigned("sector"))") {
                    try checkReplication(row)
                }
            }
        }
    )

    private static func checkReplication(_ row: JSONValue) throws {
        let number = try row["registered_seal_proof"]?.integer() ?? Int(row.hex("porep_id")[0])
        let configuration = try PoRepConfiguration(number: number)
        try checkEqual(configuration.poRepID, try row.node("porep_id"), "porep_id")
        if row["proof"] != nil {
            try checkEqual(configuration.name, try row.text("proof"), "proof")
        }
        let isReal = row["unsealed_padded_hex"] != nil
        let data = try row.hex(isReal ? "unsealed_padded_hex" : "data_hex")
        try checkDigest(data, try row.text("data_sha256"), "data")
        if let preimage = row["ticket_preimage"]?.string {
            let ticket = BLAKE2b.hash256(Array(preimage.utf8))
            try checkBytes(ticket, try row.hex("ticket"), "ticket")
        }
        try withTemporaryFolder { folder in
            try SealFiles.write(data, to: "\(folder)/staged")
            let sealed = try SealedSector(
                SealInput(
                    configuration: configuration,
                    proverID: try row.node("prover_id"),
                    sector: try row.unsigned("sector"),
                    ticket: try row.node("ticket")
                ),
                pieces: nil,
                in: folder
            )
            try checkReplication(sealed, row)
            let unsealer = SectorUnsealer(sealed.input, commD: sealed.commitments.commD)
            try unsealer.unseal(replica: sealed.replica, to: "\(folder)/unsealed")
            try checkBytes(try sealed.contents("unsealed"), data, "unsealed data")
        }
    }

    private static func checkReplication(_ sealed: SealedSector, _ row: JSONValue) throws {
        try checkEqual(sealed.phase1.replicaID, try row.node("replica_id"), "replica_id")
        for (index, digest) in try row.list("layer_sha256").enumerated() {
            let labels = try sealed.store(SealFiles.layer(index + 1))
            for (name, found) in [
                ("layer_first_label", labels.prefix(32)), ("layer_last_label", labels.suffix(32)),
            ] {
                try checkEqual(
                    Array(found).hex,
                    try row.list(name)[index].string ?? "",
                    "\(name) \(index)"
                )
            }
            try checkEqual(
                SHA256.hash(labels).hex,
                digest.string ?? "",
                "layer_sha256 \(index)"
            )
        }
        let treeC = try sealed.store(SealFiles.treeC)
        let first = Array(treeC.prefix(32))
        try checkBytes(first, try row.hex("column_hash_node0"), "column_hash_node0")
        try checkDigest(treeC, try row.text("tree_c_sha256"), "tree-c")
        try checkDigest(
            try sealed.store(SealFiles.treeD),
            try row.text("tree_d_sha256"),
            "tree-d"
        )
        try sealed.commitments.check(row)
        let replica = try sealed.contents("sealed")
        try checkBytes(replica, try row.hex("replica_hex"), "replica_hex")
        try checkDigest(replica, try row.text("replica_sha256"), "replica")
        if let cid = row["comm_r_cid"]?.string {
            let found = try CID(.sealed, commitment: sealed.commitments.commR.bytes)
            try checkEqual(found.description, cid, "comm_r_cid")
        }
        if let cid = row["comm_d_cid"]?.string {
            let found = try CID(.unsealed, commitment: sealed.commitments.commD.bytes)
            try checkEqual(found.description, cid, "comm_d_cid")
        }
    }

    // MARK: - Sectors with their files

    /// A sector with all files that the reference left.
    static let sector: ProofKind = ProofKind(
        "sealed sectors",
        fields: ["registered_seal_proof_number", "pieces", "partitions", "replica_id", "files"]
    ) { file in
        let sector = SectorDescription(row: file.json, folder: file.folder)
        let partitions = try file.json.list("partitions")
        let witnesses = file.json["witness"]?.array ?? []
        var rows = [
            KnownFile.Row("files") { try sector.checkFiles() },
            KnownFile.Row("sealing") { try sector.checkSealing() },
            KnownFile.Row("outputs of the phases") { try sector.checkOutputs() },
        ]
        rows += partitions.map { row in
            KnownFile.Row("partition \(row["k"]?.integer() ?? -1)") {
                try sector.checkPartition(row)
            }
        }
        rows += witnesses.map { row in
            KnownFile.Row("witness of partition \(row["k"]?.integer() ?? -1)") {
                try sector.checkWitness(row)
            }
        }
        if file.json["synthetic"].map({ !$0.isNull }) ?? false {
            rows.append(KnownFile.Row("synthetic challenges") { try sector.checkSynthetic() })
        }
        return rows
    }

    /// A larger sector, of which digests were kept.
    static let largeSector: ProofKind = ProofKind(
        "large sectors",
        fields: ["registered_seal_proof_number", "piece", "c1_output_bytes", "files"]
    ) { file in
        let sector = SectorDescription(row: file.json, folder: file.folder)
        let size = try file.json.unsigned("sector_size")
        return [
            KnownFile.Row(
                "sealing",
                cost: size > 8 << 20 ? "sealing \(size >> 20) MiB takes minutes" : nil
            ) { try sector.checkLargeSealing() }
        ]
    }
}

extension SectorDescription {
    /// The recorded files are those that the description lists.
    fileprivate func checkFiles() throws {
        // The phases' outputs were renamed when they were published.
        let names = [
            "c1.json": "c1-output.json.gz", "pc1.json": "pc1-output.json",
            "pc2.json": "pc2-output.json",
        ]
        for entry in try row.list("files") {
            guard let listed = entry[0]?.string, let size: Int = entry[1]?.integer(),
                let digest = entry[2]?.string
            else { throw TestDataError("files has an entry without name, size and digest") }
            let name = names[listed] ?? listed
            // Not every file was published.
            guard FileManager.default.fileExists(atPath: "\(folder)/\(name)") else { continue }
            let bytes = try contents(name)
            try checkEqual(bytes.count, size, "size of \(listed)")
            try checkDigest(bytes, digest, listed)
        }
    }

    /// Stages the pieces and seals them; every file is the reference's to the byte.
    fileprivate func checkSealing() throws {
        try withTemporaryFolder { temporary in
            var stager = PieceStager(path: "\(temporary)/staged")
            for (index, piece) in try row.list("pieces").enumerated() {
                let size = try piece.int("unpadded_size")
                let data = generated(try piece.text("data"), count: size)
                try checkDigest(data, try piece.text("data_sha256"), "data of piece \(index)")
                try checkEqual(
                    stager.stagedSize,
                    try piece.unsigned("staged_len_before"),
                    "staged_len_before of piece \(index)"
                )
                let added = try stager.add(data, size: UInt64(size))
                try checkEqual(
                    added.piece.commitment,
                    try piece.node("commitment"),
                    "commitment of piece \(index)"
                )
                try checkEqual(
                    added.written,
                    try piece.unsigned("bytes_written_incl_alignment"),
                    "bytes_written_incl_alignment of piece \(index)"
                )
            }
            let staged = try SealFiles.read("\(temporary)/staged", limit: 1 << 26)
            try checkBytes(staged, try contents("staged"), "staged")
            let sealed = try SealedSector(try input(), pieces: stager.pieces, in: temporary)
            try checkEqual(sealed.phase1.replicaID, try row.node("replica_id"), "replica_id")
            try checkFiles(of: sealed)
            try sealed.commitments.check(row)
            let unsealer = SectorUnsealer(sealed.input, commD: sealed.commitments.commD)
            try unsealer.unseal(replica: sealed.replica, to: "\(temporary)/unsealed")
            let whole = try sealed.contents("unsealed")
            try checkBytes(Fr32.unpad(whole), try stagedData(), "unsealed data")
        }
    }

    private func checkFiles(of sealed: SealedSector) throws {
        try checkBytes(try sealed.contents("sealed"), try contents("sealed"), "sealed")
        for name in try cacheFiles() {
            // The synthetic proofs are written in the commit phase.
            if name == SyntheticProofs.fileName { continue }
            var bytes = try sealed.contents("cache/\(name)")
            if name == SealFiles.temporaryAux {
                // The reference was given a relative path; it is part of the file.
                var aux = try TemporaryAux(bytes)
                aux.replacePath("\(try row.text("name"))/cache")
                bytes = aux.bytes
            }
            try checkBytes(bytes, try contents("cache/\(name)"), "cache/\(name)")
        }
    }

    private func prover() throws -> PoRepProver {
        try PoRepProver(try input(), cache: "\(folder)/cache", replica: "\(folder)/sealed")
    }

    /// The JSON of all phases, to the byte; challenges are opened in the reference's own files.
    fileprivate func checkOutputs() throws {
        try withSealedAgain { sealed in
            try sealed.commitments.check(row)
            let phase1 = PreCommit1Output(sealed.phase1, cache: "\(try row.text("name"))/cache")
            let phase1Bytes = try contents("pc1-output.json")
            try checkBytes(phase1.jsonBytes(.proofs), phase1Bytes, "pc1-output.json")
            try check(try PreCommit1Output(json: phase1Bytes) == phase1, "pc1-output.json, read")

            let configuration = sealed.input.configuration
            let phase2 = PreCommit2Output(configuration, sealed.commitments)
            let phase2Bytes = try contents("pc2-output.json")
            try checkBytes(phase2.jsonBytes(.proofs), phase2Bytes, "pc2-output.json")
            try check(try PreCommit2Output(json: phase2Bytes) == phase2, "pc2-output.json, read")
        }
        let commit = try Commit1Output(
            try input(),
            prover: try prover(),
            commR: try row.node("comm_r"),
            seed: try row.node("seed")
        )
        let commitBytes = try contents("c1-output.json.gz")
        try checkBytes(commit.jsonBytes(.proofs), commitBytes, "c1-output.json")
        try check(try Commit1Output(json: commitBytes) == commit, "c1-output.json, read")
    }

    /// Challenges, parents, public inputs and vanilla proofs of one partition.
    fileprivate func checkPartition(_ partition: JSONValue) throws {
        let k = try partition.int("k")
        let replicaID = try row.node("replica_id")
        let commR = try row.node("comm_r")
        let prover = try prover()
        let graph = StackedGraph(try configuration())
        let challenges = prover.challenges(
            partition: k,
            seed: try row.node("seed"),
            commR: commR
        )
        try checkList(challenges, try partition.integers("challenges"), "challenge")
        for (challenge, row) in zip(challenges, try partition.list("parents")) {
            try checkEqual(challenge, try row.int("challenge"), "parents.challenge")
            try checkList(
                graph.parents(of: challenge).map(Int.init),
                try row.integers("drg_parents") + row.integers("exp_parents"),
                "parents of \(challenge):"
            )
        }
        let inputs = PoRepPublicInputs.make(
            replicaID: replicaID,
            commD: try row.node("comm_d"),
            commR: commR,
            challenges: challenges,
            graph: graph
        )
        try checkList(
            inputs ?? [],
            try partition.elements("public_inputs_le"),
            "public_inputs_le"
        )
        try withSealedAgain { sealed in
            try sealed.commitments.check(row)
            for challenge in challenges {
                let proof = try prover.open(challenge)
                let isValid = proof.isValid(
                    node: challenge,
                    replicaID: replicaID,
                    commitments: sealed.commitments,
                    graph: graph
                )
                try check(isValid, "the vanilla proof of \(challenge) does not hold")
            }
        }
    }

    /// The whole assignment of the circuit of one partition, by digest.
    fileprivate func checkWitness(_ witness: JSONValue) throws {
        let input = try input()
        let commR = try row.node("comm_r")
        guard
            let parameters = PoRepParameters(
                sectorSize: input.configuration.parameters.sectorSize
            )
        else { throw TestDataError("there is no circuit for the sector") }
        let partitions = try prover().prove(
            seed: try row.node("seed"),
            commR: commR
        )
        let k = try witness.int("k")
        try check(partitions.indices.contains(k), "k: there is no partition \(k)")
        let circuit = try PoRepCircuit(
            parameters: parameters,
            replicaID: try row.node("replica_id"),
            commD: try row.node("comm_d"),
            commR: commR,
            commC: try row.node("comm_c"),
            commRLast: try row.node("comm_r_last"),
            challenges: partitions[k]
        )
        let system = ConstraintSystem.witnessing()
        circuit.synthesize(into: system)
        try CircuitRecord.checkAssignment(system, witness)
    }

    /// The set of synthetic challenges, those selected, and the file of their proofs.
    fileprivate func checkSynthetic() throws {
        let input = try input()
        let synthetic = try row.member("synthetic")
        let replicaID = try row.node("replica_id")
        let all = SealChallenges.syntheticSet(
            replicaID: replicaID,
            commR: try row.node("comm_r"),
            nodes: input.configuration.parameters.nodes
        )
        try checkList(
            all,
            try synthetic.integers("all_synthetic_challenges"),
            "all_synthetic_challenges"
        )
        let selected = try synthetic.integers("porep_challenge_indexes")
        let indices = SealChallenges.syntheticIndices(
            replicaID: replicaID,
            seed: try row.node("seed"),
            setSize: all.count,
            partition: 0,
            count: selected.count
        )
        try checkList(indices, selected, "porep_challenge_indexes")
        try withSealedAgain { sealed in
            let proofs = try SyntheticProofs.make(
                input,
                prover: try prover(),
                commitments: sealed.commitments
            )
            let name = "cache/\(SyntheticProofs.fileName)"
            try checkBytes(proofs, try contents(name), name)
        }
    }

    /// Seals a sector of which the reference kept digests, samples and the output of the commit phase.
    fileprivate func checkLargeSealing() throws {
        let piece = try row.member("piece")
        let size = try piece.int("unpadded_size")
        try withTemporaryFolder { temporary in
            var stager = PieceStager(path: "\(temporary)/staged")
            let data = generated(try piece.text("data"), count: size)
            try checkDigest(data, try piece.text("data_sha256"), "data")
            let added = try stager.add(data, size: UInt64(size))
            try checkEqual(added.piece.commitment, try piece.node("commitment"), "commitment")
            let sealed = try SealedSector(try input(), pieces: stager.pieces, in: temporary)
            try checkEqual(sealed.phase1.replicaID, try row.node("replica_id"), "replica_id")
            for layer in 1...sealed.input.configuration.parameters.layers {
                let labels = try sealed.store(SealFiles.layer(layer))
                for sample in row["layer\(layer)_samples"]?.array ?? [] {
                    let node: Int = sample[0]?.integer() ?? -1
                    try check(
                        (0..<labels.count / 32).contains(node),
                        "layer\(layer)_samples has the node \(node)"
                    )
                    try checkEqual(
                        Array(labels[32 * node..<32 * node + 32]).hex,
                        sample[1]?.string ?? "",
                        "layer\(layer)_samples of node \(node)"
                    )
                }
            }
            try checkLargeFiles(of: sealed)
            try sealed.commitments.check(row)
            try checkLargeCommit(of: sealed)
        }
    }

    private func checkLargeFiles(of sealed: SealedSector) throws {
        for entry in try row.list("files") {
            guard let name = entry[0]?.string, let size: Int = entry[1]?.integer(),
                let digest = entry[2]?.string
            else { throw TestDataError("files has an entry without name, size and digest") }
            // The others hold the reference's path, or come of the commit phase.
            let isComparable =
                name == "sealed" || name.hasPrefix("cache/sc-02") || name == "cache/p_aux"
            guard isComparable else { continue }
            let bytes = try sealed.contents(name)
            try checkEqual(bytes.count, size, "size of \(name)")
            try checkDigest(bytes, digest, name)
        }
    }

    private func checkLargeCommit(of sealed: SealedSector) throws {
        let prover = try PoRepProver(sealed.input, cache: sealed.cache, replica: sealed.replica)
        let commit = try Commit1Output(
            sealed.input,
            prover: prover,
            commR: sealed.commitments.commR,
            seed: try row.node("seed")
        )
        let json = commit.jsonBytes(.proofs)
        try checkEqual(json.count, try row.int("c1_output_bytes"), "c1_output_bytes")
        try checkDigest(json, try row.text("c1_output_sha256"), "c1_output")
        let challenges = prover.challenges(
            partition: 0,
            seed: try row.node("seed"),
            commR: sealed.commitments.commR
        )
        try checkList(challenges, try row.integers("challenges"), "challenge")
    }
}
