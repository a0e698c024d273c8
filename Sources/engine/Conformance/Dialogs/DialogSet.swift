internal import Compression
internal import Foundation
internal import JSON

/// Dialogs recorded from the originals of the services, played against ours.
///
/// A file belongs here when it is a JSON object with `scenario`, `program` and `steps`. Each is played against
/// a fresh service. Where ours is meant to answer otherwise stands in `conformance/wanted-differences.json`.
package struct DialogSet: ConformanceSet {
    package let name = "recorded dialogs"

    package init() {}

    package func cases(in files: [ConformanceFile]) throws -> [ConformanceCase] {
        let differences = try WantedDifferences.load()
        return files.compactMap { file in
            // Cheap first: only files below a folder of services can hold dialogs.
            let isCandidate =
                file.relativePath.hasSuffix(".json") || file.relativePath.hasSuffix(".json.gz")
            guard isCandidate, let scenario = Self.scenario(file) else { return nil }
            let binary = scenario["program"]?["binary"]?.string ?? ""
            guard let program = DialogProgram.all.first(where: { $0.binaries.contains(binary) })
            else { return nil }
            return Self.makeCase(scenario, program, differences)
        }
    }

    private static func scenario(_ file: ConformanceFile) -> JSONValue? {
        let components = file.relativePath.split(separator: "/")
        let programs = DialogProgram.all.map { $0.corpus.split(separator: "/").last }
        let isNamed = programs.contains { name in components.contains { $0 == name } }
        guard isNamed, let data = FileManager.default.contents(atPath: file.path) else {
            return nil
        }
        var bytes = [UInt8](data)
        if file.relativePath.hasSuffix(".gz") {
            guard let plain = try? Deflate.decompress(bytes, format: .gzip, limitBytes: 64 << 20)
            else { return nil }
            bytes = plain
        }
        guard let value = try? JSONValue(parsing: bytes), value["steps"]?.array != nil,
            value["scenario"]?.string != nil
        else { return nil }
        return value
    }

    private static func makeCase(
        _ scenario: JSONValue,
        _ program: DialogProgram,
        _ differences: WantedDifferences
    ) -> ConformanceCase {
        let version = scenario["program"]?["tag"]?.string ?? "unknown version"
        let name = scenario["scenario"]?.string ?? ""
        let corpus = "\(program.corpus)/\(version)"
        let steps = differences.steps(program: corpus, scenario: name)
        return ConformanceCase(corpus: corpus, name: name) { options in
            if let reason = program.reasonToSkip(version: version, scenario: name) {
                return ConformanceReport(group: program.corpus, outcome: .skipped(reason))
            }
            let executable = "\(DialogService.programFolder)/\(program.executable)"
            guard FileManager.default.isExecutableFile(atPath: executable) else {
                let reason = "\(program.executable) is not built"
                return ConformanceReport(group: program.corpus, outcome: .skipped(reason))
            }
            let service = try DialogService(program, scenario)
            defer { service.remove() }
            var player = DialogPlayer(service: service)
            let found = try player.play(scenario).filter { !steps.contains($0.step) }
            let text = found.prefix(options.showsTrace ? found.count : 5)
                .map { "step \($0.step): \($0.text)" }
                .joined(separator: "\n  ")
            return ConformanceReport(
                group: program.corpus,
                outcome: found.isEmpty
                    ? .passed : .failed("\(found.count) steps differ:\n  \(text)")
            )
        }
    }
}

/// Where our services are meant to answer otherwise than the originals, with the reasons.
package struct WantedDifferences: Sendable {
    private struct Entry: Sendable {
        let program: String
        let scenario: String
        /// nil for every step.
        let step: Int?
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
            return try WantedDifferences(json: [UInt8](data))
        }
        return try WantedDifferences(json: Array("[]".utf8))
    }

    init(json: [UInt8]) throws {
        entries = try JSONValue(parsing: json).expectArray().map { value in
            guard let program = value["program"]?.string, let scenario = value["scenario"]?.string,
                let reason = value["reason"]?.string, !reason.isEmpty
            else { throw DialogError("a wanted difference lacks program, scenario or reason") }
            return Entry(
                program: program,
                scenario: scenario,
                step: value["step"]?.integer(as: Int.self)
            )
        }
    }

    /// Asks which steps of a dialog may differ.
    package func steps(program: String, scenario: String) -> Steps {
        let matching = entries.filter {
            program.hasSuffix($0.program) && ($0.scenario == "*" || $0.scenario == scenario)
        }
        return Steps(
            numbers: Set(matching.compactMap(\.step)),
            isAll: matching.contains { $0.step == nil }
        )
    }

    package struct Steps: Sendable {
        let numbers: Set<Int>
        let isAll: Bool

        package func contains(_ step: Int) -> Bool { isAll || numbers.contains(step) }
    }
}
