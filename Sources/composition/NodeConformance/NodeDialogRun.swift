import Compression
import Conformance
import Foundation
import HTTP
import JSON
import JSONRPC
import Node
import ServiceKit
import Synchronization

extension NodeDialog {
    /// What it asks, as entries of wanted differences say it.
    fileprivate var subject: String {
        DialogDifference.subject(
            http,
            path,
            calls: method.contains(".") ? method : nil,
            hasToken: path.contains("token=")
                || headers.contains { $0.0.lowercased() == "authorization" && !$0.1.isEmpty }
        )
    }

    static func unpack(_ bytes: [UInt8]) throws -> [UInt8] {
        try Deflate.decompress(bytes, format: .gzip, limitBytes: 64 << 20)
    }
}

/// Plays all pairs once, in order, against one node, and keeps what came out.
final class NodeDialogRun: Sendable {
    private let pairs: [NodeDialog]
    private let folder: String
    private let wanted: WantedDifferences
    private let outcome = Mutex<Result<[Int: ConformanceReport], any Error>?>(nil)

    init(pairs: [NodeDialog], folder: String, wanted: WantedDifferences) {
        self.pairs = pairs
        self.folder = folder
        self.wanted = wanted
    }

    /// The report of one pair.
    ///
    /// The first call plays all of them, and blocks that long.
    func report(of id: Int) throws -> ConformanceReport {
        let all = outcome.withLock { outcome in
            if let outcome { return outcome }
            let result = Result { try PlainThread.waiting { [self] in try await play() } }
            outcome = result
            return result
        }
        guard let report = try all.get()[id] else {
            return ConformanceReport(group: "?", outcome: .failed("not played"))
        }
        return report
    }

    private func play() async throws -> [Int: ConformanceReport] {
        let node = try await RecordedNode.start(folder: folder)
        let built = Set(
            node.node.api(.v0).methods.map { "v0" + $0.name }
                + node.node.api(.v1).methods.map { "v1" + $0.name }
        )
        var reports: [Int: ConformanceReport] = [:]
        for pair in pairs {
            reports[pair.id] = ConformanceReport(
                group: "rpc \(pair.group)",
                outcome: try await play(pair, node, built)
            )
        }
        await node.stop()
        return reports
    }

    private func play(
        _ pair: NodeDialog,
        _ node: RecordedNode,
        _ built: Set<String>
    ) async throws -> ConformanceReport.Outcome {
        let isMethod = pair.method.hasPrefix("Filecoin.")
        let version = pair.path.hasSuffix("v0") ? "v0" : "v1"
        let isKnown = built.contains(version + pair.method)
        let isAboutMissing = pair.answer.contains("-32601")
        if isMethod && !isKnown && !isAboutMissing {
            return .skipped("not built: \(pair.method)")
        }
        var headers: [(String, String)] = []
        for (name, value) in pair.headers {
            headers.append((name, try node.filled(value)))
        }
        let response = try await node.send(
            pair.http,
            try node.filled(pair.path),
            headers: headers,
            body: Array(try node.filled(pair.body ?? "").utf8)
        )
        let isTraced = pair.volatile.contains { $0.hasSuffix(".tt") }
        if !pair.isRepeatable && !isTraced { return .skipped("not repeatable in the original") }
        let text = String(decoding: response.bytes, as: UTF8.self)
        guard let difference = difference(response.status.rawValue, text, pair) else {
            return .passed
        }
        let finding = DialogPlayer.Finding(
            step: pair.id,
            subject: pair.subject,
            difference: difference
        )
        if let reason = wanted.reason(for: finding, program: "node/rpc") {
            return .skipped("wanted difference: \(reason)")
        }
        let parts = difference.parts.joined(separator: " | ")
        return .failed("\(finding.subject), differs in \(parts): \(difference.text)")
    }

    private func difference(
        _ status: Int,
        _ text: String,
        _ pair: NodeDialog
    ) -> DialogDifference? {
        guard status == pair.status else {
            let part = "status \(status), not \(pair.status)"
            return DialogDifference(part, "\(part): \(text)")
        }
        if text == pair.answer { return nil }
        let texts = "\(text.prefix(600)) instead of \(pair.answer.prefix(600))"
        guard let ours = try? JSONValue(parsing: text),
            let theirs = try? JSONValue(parsing: pair.answer)
        else { return DialogDifference("text", texts) }
        if isSame(ours, theirs, pair) { return nil }
        let places = DialogDifference.places(ours, theirs)
        return DialogDifference(parts: places.isEmpty ? ["order"] : places, texts)
    }

    /// Whether two answers differ only where they may.
    private func isSame(_ ours: JSONValue, _ theirs: JSONValue, _ pair: NodeDialog) -> Bool {
        var (ours, theirs) = (ours, theirs)
        // The text of a parameter error names Go types.
        if ours["error"]?["code"]?.integer(as: Int.self) == -32700,
            theirs["error"]?["code"]?.integer(as: Int.self) == -32700
        {
            return true
        }
        // So does what the machine says; what must agree is the exit code.
        if let code = ours["error"]?["code"]?.integer(as: Int.self), code == 3,
            theirs["error"]?["code"]?.integer(as: Int.self) == 3
        {
            func exit(_ value: JSONValue) -> Substring? {
                value["error"]?["message"]?.string?.split(separator: "vm error=").first
            }
            return exit(ours) == exit(theirs)
        }
        if pair.volatile.contains(where: { $0.hasSuffix(".tt") }) {
            return Self.withoutTimes(ours) == Self.withoutTimes(theirs)
        }
        for path in pair.volatile {
            let names = path.split(separator: ".").map(String.init)
            ours = Self.blanked(ours, names[...])
            theirs = Self.blanked(theirs, names[...])
        }
        return ours == theirs
    }

    /// An executed message without what depends on the machine or is for people: times, texts of errors, marks in
    /// the list of charges that cost nothing, and whether nothing is written as `null` or as an empty text.
    private static func withoutTimes(_ value: JSONValue) -> JSONValue {
        if let list = value.array {
            let kept = list.filter { $0["tg"]?.integer(as: Int.self) != 0 }
            return kept.isEmpty ? .null : .array(kept.map { withoutTimes($0) })
        }
        if value.string?.isEmpty ?? false { return .null }
        guard let object = value.object else { return value }
        var members: [(String, JSONValue)] = []
        for member in object.members where !["tt", "Duration", "Error"].contains(member.name) {
            members.append((member.name, withoutTimes(member.value)))
        }
        return .object(JSONObject(members))
    }

    private static func blanked(_ value: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
        guard let first = path.first else { return .null }
        guard var object = value.object, let inner = object[first] else { return value }
        object[first] = blanked(inner, path.dropFirst())
        return .object(object)
    }
}
