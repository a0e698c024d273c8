package import Conformance
import Foundation
import JSON

/// Recorded data about proofs: what the reference computed for sectors, circuits, keys and proofs.
///
/// A document is known by the folder that it lies in or under, as the index of the test data names them, and
/// by its fields; its own name means nothing. What belongs to it, such as the files of a sector or a verifying
/// key, is looked for among all files, nearest first.
package struct ProofDataSet: ConformanceSet {
    package let name: String = "proof data"

    package init() {}

    /// The folders whose documents are looked at.
    private static let folders: Set<String> = [
        "aggregate", "gadgets", "genesis-sectors", "groth16", "pieces", "post", "proofs", "r1cs",
        "sealed", "update",
    ]

    package func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
        let neighbours = ProofFiles(files)
        return files.filter(Self.isCandidate).flatMap { Self.cases(of: $0, neighbours) }
    }

    /// Whether a JSON document lies in one of the folders, or in a folder of one sector below it.
    private static func isCandidate(_ file: ConformanceFile) -> Bool {
        guard file.path.hasSuffix(".json") || file.path.hasSuffix(".json.gz") else { return false }
        return file.path.split(separator: "/").dropLast().suffix(2)
            .contains { folders.contains(String($0)) }
    }

    private static func cases(
        of file: ConformanceFile,
        _ neighbours: ProofFiles
    ) -> [ConformanceCase] {
        func cases(_ rows: [KnownFile.Row], _ group: String) -> [ConformanceCase] {
            rows.map { $0.conformanceCase(in: file, corpus: corpus(of: file), group: group) }
        }
        do {
            let json = try file.json()
            guard let kind = ProofKind.all.first(where: { $0.matches(json) }) else {
                return isBelowProofs(file) && !isPartOfAnother(json)
                    ? cases([.unknown], "unknown document") : []
            }
            let rows = try kind.rows(ProofFile(file: file, json: json, others: neighbours))
            guard !rows.isEmpty else { throw TestDataError("the file has no rows") }
            return cases(rows, kind.name)
        } catch {
            return cases([.unreadable("\(error)")], "unreadable document")
        }
    }

    /// Data of the reference itself is counted apart from data of other origin.
    private static func corpus(of file: ConformanceFile) -> String {
        let folders = file.path.split(separator: "/").dropLast()
        return folders.last == "proofs" || folders.last == "genesis-sectors"
            ? "proofs" : "reference/proofs"
    }

    private static func isBelowProofs(_ file: ConformanceFile) -> Bool {
        file.path.split(separator: "/").dropLast().contains("proofs")
    }

    /// Documents that say nothing alone: the phases' outputs of a sector, and lists of other files.
    private static func isPartOfAnother(_ json: JSONValue) -> Bool {
        let keys: [[String]] = [
            ["registered_proof", "labels"], ["registered_proof", "comm_r"],
            ["registered_proof", "vanilla_proofs"], ["comm_c", "challenge_proofs"],
            ["columns", "gadgets"], ["what", "columns"], ["file", "srs_hash"],
        ]
        return keys.contains { $0.allSatisfy { json[$0] != nil } }
    }
}

extension KnownFile.Row {
    fileprivate static let unknown: KnownFile.Row = KnownFile.Row("file") {
        throw KnownFile.Skip(reason: "a document below proofs/ whose fields are of no known kind")
    }

    fileprivate static func unreadable(_ reason: String) -> KnownFile.Row {
        KnownFile.Row("file") { throw TestDataError("cannot be read: \(reason)") }
    }
}
