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
            return differences.judge(
                try player.play(scenario),
                program: corpus,
                scenario: name,
                group: program.corpus,
                showsAll: options.showsTrace
            )
        }
    }
}
