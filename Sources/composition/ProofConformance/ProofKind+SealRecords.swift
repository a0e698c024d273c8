import BLS12381
import Bytes
import Conformance
import JSON
import StorageProofs

extension ProofKind {
    /// Seals of the reference's regression tests: replica ids, challenges and public inputs.
    ///
    /// Their proofs are of the official parameters, whose keys are not among the data.
    static let sealRecords: ProofKind = ProofKind("seal records", fields: ["records"]) { file in
        try file.json.list("records").enumerated().map { index, row in
            KnownFile.Row("\(index) \(try row.text("set")) \(try row.int("sector_size")) bytes") {
                try checkRecord(row)
            }
        }
    }

    private static func checkRecord(_ row: JSONValue) throws {
        let configuration = try recordConfiguration(row)
        try checkEqual(configuration.partitions, try row.int("partitions"), "partitions")
        let input = SealInput(
            configuration: configuration,
            proverID: try row.node("prover_id"),
            sector: try row.unsigned("sector_id"),
            ticket: try row.node("ticket")
        )
        let commD = try row.node("comm_d")
        let commR = try row.node("comm_r")
        let replicaID = input.replicaID(commD: commD)
        try checkEqual(replicaID, try row.node("replica_id"), "replica_id")
        // The challenges of the larger sectors were not recorded.
        guard row["challenges"] != nil else { return }
        let challenges = SealChallenges.challenges(
            configuration,
            replicaID: replicaID,
            commR: commR,
            seed: try row.node("seed"),
            partition: 0
        )
        try checkList(challenges, try row.integers("challenges"), "challenge")
        let inputs = PoRepPublicInputs.make(
            replicaID: replicaID,
            commD: commD,
            commR: commR,
            challenges: challenges,
            graph: StackedGraph(configuration)
        )
        try checkList(inputs ?? [], try row.elements("public_inputs"), "public input")
    }

    private static func recordConfiguration(_ row: JSONValue) throws -> PoRepConfiguration {
        let versions: [String: ProofVersion] = [
            "V1_0_0": .v1_0, "V1_1_0": .v1_1, "V1_2_0": .v1_2,
        ]
        let features = try row.list("api_features").compactMap(\.string)
        guard let parameters = SectorParameters.of(sectorSize: try row.unsigned("sector_size")),
            let version = versions[try row.text("api_version")]
        else { throw TestDataError("no such sector size or version") }
        return PoRepConfiguration(
            parameters: parameters,
            version: version,
            variant: features.contains("SyntheticPoRep")
                ? .synthetic
                : features.contains("NonInteractivePoRep") ? .nonInteractive : .interactive,
            poRepID: try row.node("porep_id")
        )
    }
}

extension PoRepConfiguration {
    /// Finds a registered proof by its name in the reference's JSON.
    init(named name: String) throws {
        let found = (0..<20).lazy.compactMap { PoRepConfiguration(registeredProof: $0) }
            .first { $0.name == name }
        guard let found else { throw TestDataError("there is no registered proof \(name)") }
        self = found
    }

    /// Finds a registered proof by its number.
    init(number: Int) throws {
        guard let found = PoRepConfiguration(registeredProof: number) else {
            throw TestDataError("there is no registered proof \(number)")
        }
        self = found
    }
}
