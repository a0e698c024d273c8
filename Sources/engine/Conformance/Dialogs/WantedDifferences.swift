internal import Foundation
internal import JSON

/// Where our services are meant to answer otherwise than the originals, with the reasons.
///
/// An entry of `conformance/wanted-differences.json` holds where all that it names is the case:
///
/// | member | names |
/// |---|---|
/// | `program` | the program and version: `auth/v1.6.0` |
/// | `scenario`, `step` | one dialog, or steps of it (a number or a list) |
/// | `asks` | what is asked (a text or a list): `GET /user/list`, `* without a token`, `command token list` |
/// | `differs` | in what the answer may differ (a text or a list): `$[*].sourceType`, `status 401, not 200` |
/// | `reason` | why |
///
/// A step may differ if entries that hold for it name together all in which it differs. Steps are named where the same
/// difference in another step would be a failure, and where it follows from the steps before.
package struct WantedDifferences: Sendable {
    private struct Entry: Sendable {
        let program: String
        let scenario: String?
        let steps: [Int]
        let reason: String
        let asks: [String]
        let differs: [String]

        init(_ value: JSONValue) throws {
            guard let program = value["program"]?.string, let reason = value["reason"]?.string,
                !reason.isEmpty
            else { throw DialogError("a wanted difference lacks program or reason") }
            self.program = program
            scenario = value["scenario"]?.string
            steps = Self.list(value["step"]).compactMap { $0.integer(as: Int.self) }
            self.reason = reason
            asks = Self.list(value["asks"]).compactMap(\.string)
            differs = Self.list(value["differs"]).compactMap(\.string)
            guard !differs.isEmpty else {
                throw DialogError("a wanted difference of \(program) does not say in what")
            }
        }

        private static func list(_ value: JSONValue?) -> [JSONValue] {
            value?.array ?? value.map { [$0] } ?? []
        }

        func holds(_ finding: DialogPlayer.Finding, program: String, scenario: String) -> Bool {
            program.hasSuffix(self.program) && (self.scenario ?? scenario) == scenario
                && (steps.isEmpty || steps.contains(finding.step))
                && (asks.isEmpty
                    || asks.contains { pattern in
                        pattern.hasPrefix("*")
                            ? finding.subject.hasSuffix(pattern.dropFirst())
                            : finding.subject == pattern
                    })
        }

        func names(_ part: String) -> Bool { differs.contains(part) }
    }

    private let entries: [Entry]

    /// Reads `conformance/wanted-differences.json` of the checkout that the executable was built in, or of
    /// the working directory; without the file nothing may differ.
    package static func load() throws -> WantedDifferences {
        var folder = URL(fileURLWithPath: DialogService.programFolder)
        var candidates = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        while folder.path != "/" {
            candidates.append(folder)
            folder.deleteLastPathComponent()
        }
        for candidate in candidates {
            let path = candidate.appendingPathComponent("conformance/wanted-differences.json").path
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            do { return try WantedDifferences(json: [UInt8](data)) } catch {
                throw DialogError("\(path): \(error)")
            }
        }
        return try WantedDifferences(json: Array("[]".utf8))
    }

    init(json: [UInt8]) throws {
        entries = try JSONValue(parsing: json).expectArray().map(Entry.init)
    }

    /// Why a step may differ as it does; nil if it may not.
    package func reason(
        for finding: DialogPlayer.Finding,
        program: String,
        scenario: String = ""
    ) -> String? {
        let holding = entries.filter { $0.holds(finding, program: program, scenario: scenario) }
        let naming = finding.difference.parts.map { part in holding.first { $0.names(part) } }
        return naming.contains { $0 == nil } ? nil : naming.first??.reason
    }

    /// What a dialog comes to: passed, if all that differs is wanted.
    package func judge(
        _ findings: [DialogPlayer.Finding],
        program: String,
        scenario: String,
        group: String,
        showsAll: Bool
    ) -> ConformanceReport {
        let unwanted = findings.filter {
            reason(for: $0, program: program, scenario: scenario) == nil
        }
        let text = unwanted.prefix(showsAll ? unwanted.count : 5)
            .map { finding in
                "step \(finding.step), \(finding.subject), differs in "
                    + "\(finding.difference.parts.joined(separator: " | ")): \(finding.difference.text)"
            }
            .joined(separator: "\n  ")
        return ConformanceReport(
            group: group,
            outcome: unwanted.isEmpty
                ? .passed : .failed("\(unwanted.count) steps differ:\n  \(text)")
        )
    }
}
