import Compression
package import Conformance
import Foundation
import JSON
import Messager

/// Dialogs recorded from the original messager against a scripted node, played against ours in this process.
///
/// Besides the answers, what is pushed and the rows of the database are compared. Where ours is meant to differ
/// stands in `conformance/wanted-differences.json`.
package struct MessagerDialogSet: ConformanceSet {
    package let name = "recorded messager dialogs"
    private static let corpus = "services/messager"
    static let notPlayed = [
        "mysql": "the MySQL store follows",
        "undefined_to": "the original dies of it; ours refuses the message",
    ]

    package init() {}

    package func cases(in files: [ConformanceFile]) throws -> [ConformanceCase] {
        let differences = try WantedDifferences.load()
        return files.compactMap { file in
            guard file.relativePath.split(separator: "/").contains("messager"),
                let scenario = Self.scenario(file),
                scenario["program"]?["binary"]?.string?.hasSuffix("messager") == true
            else { return nil }
            return Self.makeCase(scenario, differences)
        }
    }

    /// Reads a recording.
    static func scenario(_ file: ConformanceFile) -> JSONValue? {
        let isPacked = file.relativePath.hasSuffix(".json.gz")
        guard isPacked || file.relativePath.hasSuffix(".json"),
            let data = FileManager.default.contents(atPath: file.path)
        else { return nil }
        let bytes =
            isPacked
            ? try? Deflate.decompress([UInt8](data), format: .gzip, limitBytes: 64 << 20)
            : [UInt8](data)
        guard let bytes, let value = try? JSONValue(parsing: bytes), value["steps"]?.array != nil
        else { return nil }
        return value
    }

    private static func makeCase(
        _ scenario: JSONValue,
        _ differences: WantedDifferences
    ) -> ConformanceCase {
        let version = scenario["program"]?["tag"]?.string ?? "unknown version"
        let name = scenario["scenario"]?.string ?? ""
        let corpus = "\(Self.corpus)/\(version)"
        return ConformanceCase(corpus: corpus, name: name) { options in
            if let reason = notPlayed[name] {
                return ConformanceReport(group: Self.corpus, outcome: .skipped(reason))
            }
            return differences.judge(
                try play(scenario),
                program: corpus,
                scenario: name,
                group: Self.corpus,
                showsAll: options.showsTrace
            )
        }
    }

    /// Plays a dialog and says where we differ.
    static func play(_ scenario: JSONValue) throws -> [DialogPlayer.Finding] {
        let dialog = try PlainThread.waiting { try await MessagerDialog(scenario) }
        defer { try? PlainThread.waiting { await dialog.remove() } }
        var text = scenario.jsonText()
        // Where the recording's own node listened.
        text.replace(
            "/ip4/127.0.0.1/tcp/3453",
            with: "/ip4/127.0.0.1/tcp/\(dialog.nodePort)"
        )
        if scenario["program"]?["tag"]?.string == "v1.18.0" {
            // This version forgot to look at it; nothing after it could be compared.
            text.replace(/\\"expireEpoch\\": ?4\b/, with: #"\"expireEpoch\":0"#)
        }
        var player = DialogPlayer(service: dialog)
        return try player.play(JSONValue(parsing: text))
    }
}
