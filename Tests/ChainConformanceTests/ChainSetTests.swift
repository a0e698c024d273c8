import ChainConformance
import Conformance
import Foundation
import TestSupport
import Testing

/// Whole chains of lotus, and blocks that it judged.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct ChainSetTests {
    private static let lotus = Vectors.folder.appendingPathComponent("reference/lotus")

    private static func run(
        _ folder: URL,
        filters: [String] = []
    ) throws -> ConformanceRunner.Summary {
        try ConformanceRunner(
            sets: [ChainSet(), InvalidBlockSet()],
            options: ConformanceOptions()
        ).run(folder: folder.path, filters: filters)
    }

    private static func reasons(_ summary: ConformanceRunner.Summary) -> [String] {
        summary.failures.map { "\($0.name): \($0.reason)" }
    }

    @Test func `every tipset, block and genesis of every chain is as lotus had it`() throws {
        let summary = try Self.run(Self.lotus, filters: ["chain-nv"])
        #expect(Self.reasons(summary) == [])
        #expect(summary.skipReasons == [:])
        // 758 tipsets: 230, 95, 400 and 33, of which four are geneses.
        #expect(summary.byGroup["chain execution"]?.passed == 758)
        for group in ["headers", "validation", "made again"] {
            #expect(summary.byGroup["chain \(group)"]?.passed == 754)
        }
        #expect(summary.byGroup["chain traces"]?.passed == 196)
        #expect(summary.byGroup["chain archive"]?.passed == 12)
        #expect(summary.byGroup["chain genesis"]?.passed == 4)
        #expect(summary.byGroup["chain foreign proof"]?.passed == 31)
    }

    @Test func `every block is judged as lotus judged it, for the same rules`() throws {
        let summary = try Self.run(Self.lotus, filters: ["invalid-blocks"])
        #expect(Self.reasons(summary) == [])
        #expect(summary.total.passed == 70)
    }

    /// A copy of a chain and of the blocks on it, under other names.
    private static func copy(
        _ name: String,
        in folder: TemporaryDirectory,
        changing change: (inout String) -> Void = { _ in }
    ) throws {
        let files = FileManager.default
        let target = folder.url.appendingPathComponent("some/where/else")
        try files.createDirectory(at: target, withIntermediateDirectories: true)
        // The test data may be read-only, which a copy of its folders would be too.
        let source = lotus.appendingPathComponent(name)
        for path in try files.subpathsOfDirectory(atPath: source.path) {
            let file = target.appendingPathComponent(path)
            try files.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            guard let bytes = files.contents(atPath: source.appendingPathComponent(path).path)
            else {
                continue
            }
            try bytes.write(to: file)
        }
        var text = try Vectors.lines("reference/lotus/\(name)/index.jsonl.gz")
            .map(\.description).joined(separator: "\n")
        change(&text)
        let index = target.appendingPathComponent("index.jsonl")
        try files.removeItem(at: index.appendingPathExtension("gz"))
        try Data(text.utf8).write(to: index)
        let gzip = try Process.run(
            URL(fileURLWithPath: "/usr/bin/env"),
            arguments: ["gzip", index.path]
        )
        gzip.waitUntilExit()
        try #require(gzip.terminationStatus == 0)
    }

    @Test func `neither the name of a chain nor its place matters`() throws {
        let folder = try TemporaryDirectory()
        try Self.copy("chain-nv15-a", in: folder)
        try FileManager.default.copyItem(
            at: Self.lotus.appendingPathComponent("invalid-blocks/chain-nv15-a.jsonl.gz"),
            to: folder.url.appendingPathComponent("blocks.jsonl.gz")
        )
        let summary = try Self.run(
            folder.url,
            filters: ["archive", "genesis", "blocks.jsonl.gz valid"]
        )
        #expect(Self.reasons(summary) == [])
        #expect(summary.byCorpus["reference/lotus/else"]?.passed == 4)
        #expect(summary.byCorpus["reference/lotus/invalid-blocks"]?.passed == 2)
    }

    @Test func `blocks without their chain are left out with the reason`() throws {
        let summary = try Self.run(Self.lotus.appendingPathComponent("invalid-blocks"))
        #expect(summary.total.skipped == 1)
        #expect(summary.total.passed + summary.total.failed == 0)
    }

    @Test(arguments: [
        (#""gasUsed":\d*[1-9]\d*"#, #""gasUsed":12345"#, "gas used: found"),
        (#""exit":0,"from""#, #""exit":7,"from""#, "exit code"),
        (#""minerTip":"\d+""#, #""minerTip":"5""#, "minerTip: found"),
        (#""weight":"\d+""#, #""weight":"5""#, "weight of the tipset: found"),
        (#""FilBurnt":"\d+""#, #""FilBurnt":"5""#, "FilBurnt: found"),
        (#""nextBaseFee":"\d+""#, #""nextBaseFee":"5""#, "next base fee: found"),
    ])
    func `a number that differs is named with its tipset`(
        _ pattern: String,
        _ replacement: String,
        _ reason: String
    ) throws {
        let folder = try TemporaryDirectory()
        var height = ""
        try Self.copy("chain-nv15-real", in: folder) { text in
            var lines = text.split(separator: "\n").map(String.init)
            let place = lines.indices.dropFirst().first {
                lines[$0].range(of: pattern, options: .regularExpression) != nil
            }
            guard let place else { return }
            if let range = lines[place].range(of: pattern, options: .regularExpression) {
                lines[place].replaceSubrange(range, with: replacement)
            }
            if let range = lines[place].range(
                of: #""height":\d+"#,
                options: .regularExpression
            ) {
                height = String(lines[place][range].dropFirst(#""height":"#.count))
            }
            text = lines.joined(separator: "\n")
        }
        let summary = try Self.run(folder.url, filters: ["execution"])
        #expect(summary.total.failed == 1)
        #expect(summary.failures.first?.name == "execution \(height)")
        #expect(summary.failures.first?.reason.contains(reason) == true)
    }
}
