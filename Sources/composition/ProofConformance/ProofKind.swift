import Conformance
import JSON

/// A kind of document, known by its fields.
struct ProofKind: Sendable {
    /// What its cases are counted under.
    let name: String
    /// Whether a document is of this kind.
    let matches: @Sendable (JSONValue) -> Bool
    /// Its rows.
    let rows: @Sendable (ProofFile) throws -> [KnownFile.Row]

    /// A kind of objects, or of lists of objects, that have all of some fields.
    init(
        _ name: String,
        fields: [String],
        isList: Bool = false,
        _ rows: @escaping @Sendable (ProofFile) throws -> [KnownFile.Row]
    ) {
        self.name = name
        matches = { json in
            guard let first = isList ? json[0] : json else { return false }
            return fields.allSatisfy { first[$0] != nil }
        }
        self.rows = rows
    }

    /// A kind that is told in another way.
    init(
        _ name: String,
        matching matches: @escaping @Sendable (JSONValue) -> Bool,
        _ rows: @escaping @Sendable (ProofFile) throws -> [KnownFile.Row]
    ) {
        self.name = name
        self.matches = matches
        self.rows = rows
    }

    /// A kind that waits for a part of the system.
    init(_ name: String, fields: [String], follows reason: String) {
        self.init(name, fields: fields) { _ in
            [KnownFile.Row("file") { throw KnownFile.Skip(reason: reason) }]
        }
    }

    /// Every kind; the first that matches is taken.
    static let all: [ProofKind] = [
        .poseidon, .parents, .parentCaches, .zeroCommitments, .parameterNames, .constraintCounts,
        .publishedChallenges, .sealRecords, .replications, .genesisSectors, .gadget,
        .circuitVersions, .circuit, .tinyCircuit, .parameters, .batch, .challengeRows, .postWitness,
        .pieces, .unsealRanges, .sector, .largeSector,
        ProofKind("aggregates", fields: ["srs", "aggregates"], follows: "SnarkPack follows"),
        ProofKind(
            "replica updates",
            fields: ["registered_update_proof", "key_sector"],
            follows: "SnapDeals follows"
        ),
        .post, .seal,
    ]
}
