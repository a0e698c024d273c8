import Conformance
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct RecordedVectorTests {
    /// What each collection gave; run once for all tests that look at it.
    private static let runs: [String: Result<ConformanceRunner.Summary, any Error>] =
        Dictionary(
            uniqueKeysWithValues: ["reference/actors", "vm", "vm-native"].map { path in
                (
                    path,
                    Result {
                        try ConformanceRunner(options: ConformanceOptions()).run(
                            folder: Vectors.folder.appendingPathComponent(path).path
                        )
                    }
                )
            }
        )

    static func summaries() throws -> [ConformanceRunner.Summary] {
        try runs.sorted { $0.key < $1.key }.map { try $0.value.get() }
    }

    private func failures(below path: String) throws -> (passed: Int, failures: [String]) {
        let summary = try #require(try Self.runs[path]?.get())
        return (
            summary.total.passed,
            summary.failures.map { "\($0.name): \($0.reason)" }
        )
    }

    @Test func `every vector of main network messages and of scenarios passes`() throws {
        let result = try failures(below: "vm-native")
        #expect(result.failures == [])
        #expect(result.passed >= 1265)
    }

    @Test func `every random vector and every step of the histories passes`() throws {
        let result = try failures(below: "reference/actors")
        #expect(result.failures == [])
        // Vectors, histories, tables.
        #expect(result.passed >= 824 + 3 + 4300)
    }

    @Test func `migrations give each actor the reference's code and state`() throws {
        let summary = try ConformanceRunner(sets: [MigrationSet()], options: ConformanceOptions())
            .run(folder: Vectors.folder.path, filters: ["migration"])
        #expect(summary.failures.map { "\($0.name): \($0.reason)" } == [])
        #expect(summary.total.passed == 3)
        #expect(Array(summary.skipReasons.keys) == ["migration from actors v5 not built"])
    }

    /// The sets of codecs, signatures and blocks, and how many rows of each must at least pass.
    @Test(arguments: [
        ("address", 78), ("serialization", 28), ("bitfield", 21), ("codec-fixtures.tar.gz", 191),
        ("blake2b-kat.txt.gz", 256), ("jwt", 4), ("multiformats", 437), ("hamt", 20), ("amt", 11),
        ("car", 22), ("genesis", 30), ("bls", 114), ("secp256k1", 2529), ("drand", 12),
        ("election", 266), ("chain", 81), ("mpool", 7688), ("commp", 38), ("actors", 5626),
    ])
    func `every row of the known files passes`(_ corpus: String, _ least: Int) throws {
        let summary = try ConformanceRunner(sets: [KnownFileSet()], options: ConformanceOptions())
            .run(folder: Vectors.folder.path, filters: [corpus])
        #expect(summary.failures.map { "\($0.name): \($0.reason)" } == [])
        #expect(summary.byCorpus[corpus]?.passed ?? 0 >= least)
    }

    @Test func `vectors of older networks pass, or tell which actor they need`() throws {
        let summary = try #require(try Self.runs["vm"]?.get())
        #expect(summary.failures.map { "\($0.name): \($0.reason)" } == [])
        #expect(summary.total.passed >= 150)
        for reason in summary.skipReasons.keys {
            #expect(reason == "hint incorrect" || reason.contains(" not built: "))
        }
    }
}

@Suite struct ConformanceRunnerTests {
    private struct FixedSet: ConformanceSet {
        let name = "fixed"
        let outcomes: [ConformanceReport.Outcome]

        func cases(in files: [ConformanceFile]) -> [ConformanceCase] {
            outcomes.enumerated().map { index, outcome in
                ConformanceCase(corpus: "corpus", name: "case \(index)") { _ in
                    ConformanceReport(group: "method", outcome: outcome)
                }
            }
        }
    }

    @Test func `the last line counts passed, assumed, failed and skipped cases`() throws {
        let folder = try TemporaryDirectory()
        let set = FixedSet(outcomes: [
            .passed, .passedProofAssumed, .failed("wrong"), .skipped("not built"), .passed,
        ])
        let summary = try ConformanceRunner(sets: [set], options: ConformanceOptions(), workers: 3)
            .run(folder: folder.url.path)
        let lines = summary.text.split(separator: "\n").map(String.init)
        #expect(lines.last == "3 passed (of which 1 proof assumed), 1 failed, 1 skipped")
        #expect(lines.contains("FAILED corpus case 2 [method]: wrong"))
        #expect(lines.contains("skipped 1: not built"))
    }

    @Test func `a case that throws counts as failed`() throws {
        struct Broken: Error {}
        let broken = ConformanceCase(corpus: "corpus", name: "broken") { _ in throw Broken() }
        let summary = ConformanceRunner(sets: [], options: ConformanceOptions()).run([broken])
        #expect(summary.total.failed == 1)
    }
}
