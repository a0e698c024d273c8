package import Conformance
import Foundation
import JSON

/// Requests and answers recorded from a lotus node, played against a node in this process.
///
/// What counts is the status and the body byte for byte; of errors about parameters only the code, since the
/// original's text names Go types.
package struct NodeDialogSet: ConformanceSet {
    package let name = "recorded node dialogs"
    private static let corpus = "reference/lotus/rpc"

    package init() {}

    package func cases(in files: [ConformanceFile]) throws -> [ConformanceCase] {
        let wanted = try WantedDifferences.load()
        return try files.filter { $0.relativePath.hasSuffix("rpc/full-node-http.jsonl.gz") }
            .flatMap { file -> [ConformanceCase] in
                let pairs = try NodeDialog.load(file.path)
                let answers = pairs.map(\.answer).joined()
                guard let folder = try RecordedChainFolder.find(for: answers, in: files) else {
                    return [missingChain(file)]
                }
                let shared = NodeDialogRun(pairs: pairs, folder: folder, wanted: wanted)
                return pairs.map { pair in
                    ConformanceCase(corpus: Self.corpus, name: "\(pair.id) \(pair.method)") { _ in
                        try shared.report(of: pair.id)
                    }
                }
            }
    }

    private func missingChain(_ file: ConformanceFile) -> ConformanceCase {
        ConformanceCase(corpus: Self.corpus, name: file.relativePath) { _ in
            let reason = "the chain that it was recorded over lies nowhere below the folder"
            return ConformanceReport(group: "rpc", outcome: .skipped(reason))
        }
    }
}

/// One recorded request with its answer.
struct NodeDialog: Sendable {
    let id: Int
    let group: String
    let http: String
    let path: String
    let headers: [(String, String)]
    let body: String?
    let method: String
    let status: Int
    let answer: String
    let isRepeatable: Bool
    let volatile: [String]

    static func load(_ path: String) throws -> [NodeDialog] {
        let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let plain = try Self.unpack(packed)
        return try plain.split(separator: 0x0A).map { line in
            let value = try JSONValue(parsing: Array(line))
            let request = value["request"]
            let body = request?["body"]?.string
            let parsed = body.flatMap { try? JSONValue(parsing: $0) }
            return NodeDialog(
                id: value["id"]?.integer() ?? -1,
                group: value["group"]?.string ?? "",
                http: request?["http"]?.string ?? "POST",
                path: request?["path"]?.string ?? "/",
                headers: (request?["headers"]?.object?.members ?? []).map {
                    ($0.name, $0.value.string ?? "")
                },
                body: body,
                method: parsed?["method"]?.string ?? "(\(value["name"]?.string ?? "no method"))",
                status: value["response"]?["status"]?.integer() ?? 0,
                answer: value["response"]?["body"]?.string ?? "",
                isRepeatable: value["repeatable"]?.bool ?? true,
                volatile: (value["volatile"]?.array ?? []).compactMap(\.string)
            )
        }
    }
}
