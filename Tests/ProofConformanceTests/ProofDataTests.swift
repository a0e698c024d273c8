import Conformance
import Foundation
import ProofConformance
import TestSupport
import Testing

/// Everything that the reference recorded about proofs.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct ProofDataTests {
    /// Runs the cases below a folder on threads of their own: they compute for long.
    private static func run(
        _ folder: URL,
        filters: [String] = []
    ) async throws -> ConformanceRunner.Summary {
        try await PlainThread.run {
            let runner = ConformanceRunner(
                sets: [ProofDataSet()],
                options: ConformanceOptions(),
                workers: 2
            )
            return try runner.run(folder: folder.path, filters: filters)
        }
    }

    /// Folders of the test data, and how many cases pass there at least.
    private static let folders: [(String, Int)] = [
        ("proofs/poseidon.json", 6), ("proofs/sdr_parents.json", 9),
        ("proofs/parent_cache_digests.json", 14), ("proofs/zero_commitments.json", 36),
        ("proofs/parameter_ids.json", 29), ("proofs/r1cs_counts.json", 44),
        ("proofs/challenges.json", 11), ("proofs/seal_regression_subset.json", 47),
        ("proofs/replication_2k.json", 4), ("proofs/genesis_sectors_2k.json", 2),
        ("venus/genesis-sectors/", 3), ("reference/proofs/gadgets/", 134),
        ("reference/proofs/r1cs/", 42), ("reference/proofs/groth16/", 178),
        ("reference/proofs/post/", 441), ("reference/proofs/pieces/", 158),
        ("reference/proofs/sealed/", 45),
    ]

    @Test(arguments: folders)
    func `what the reference recorded is reproduced`(_ folder: String, _ least: Int) async throws {
        let summary = try await Self.run(Vectors.folder, filters: [folder])
        #expect(summary.total.failed == 0, "\(summary.text)")
        #expect(summary.total.passed >= least, "\(summary.text)")
    }

    @Test func `only what is not built or takes minutes is left out`() async throws {
        let filters = ["reference/proofs/update/", "reference/proofs/aggregate/"]
        let summary = try await Self.run(Vectors.folder, filters: filters)
        #expect(summary.total.passed == 0)
        #expect(summary.total.failed == 0)
        #expect(
            Set(summary.skipReasons.keys) == ["SnapDeals follows", "SnarkPack follows"],
            "\(summary.text)"
        )
    }

    // MARK: - Other data

    /// Copies files of the test data to paths below a folder, changed by `change`.
    private static func copy(
        _ files: [(from: String, to: String)],
        below folder: TemporaryDirectory,
        change: (String) -> String = { $0 }
    ) throws {
        for file in files {
            let target = folder.url.appendingPathComponent(file.to)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            let bytes =
                file.from.hasSuffix(".gz") && !file.to.hasSuffix(".gz")
                ? try Vectors.gunzipped(file.from) : try Vectors.bytes(file.from)
            guard !file.to.hasSuffix(".gz") else {
                try Data(bytes).write(to: target)
                continue
            }
            let text = String(decoding: bytes, as: UTF8.self)
            try Data(change(text).utf8).write(to: target)
        }
    }

    @Test func `a document is known by folder and fields, not by its name`() async throws {
        let folder = try TemporaryDirectory()
        try Self.copy(
            [
                ("proofs/poseidon.json", "x/y/proofs/a.json"),
                ("reference/proofs/gadgets/pick.json.gz", "x/gadgets/b.json.gz"),
                ("reference/proofs/groth16/tiny-ten.json", "z/groth16/c.json"),
                ("reference/proofs/post/window-v1-1sector.json", "z/post/d.json"),
                ("reference/proofs/pieces/pieces.json", "z/pieces/e.json"),
                ("reference/proofs/r1cs/window-2KiB.json.gz", "r1cs/f.json.gz"),
            ],
            below: folder
        )
        let summary = try await Self.run(folder.url)
        #expect(summary.total.failed == 0, "\(summary.text)")
        #expect(
            Set(summary.byGroup.keys) == [
                "Poseidon", "gadgets", "tiny circuits", "proofs of space-time", "pieces",
                "circuits",
            ]
        )
        // Without any key or list of numbers the documented ones were used; the sector's files are missing.
        #expect(summary.total.passed > 130, "\(summary.text)")
        #expect(
            Set(summary.skipReasons.keys) == ["the files of the sector are not there"],
            "\(summary.text)"
        )
    }

    @Test(arguments: [
        (
            "proofs/poseidon.json", "proofs/a.json", "\"e6a5386d", "\"e6a5386e", "arity 8",
            "hash_of_0_1_2_"
        ),
        (
            "reference/proofs/gadgets/pick.json.gz", "gadgets/b.json", "\"a_aux\":", "\"a_aux\":1",
            "pick constraints", "density.a_aux"
        ),
        (
            "reference/proofs/r1cs/window-2KiB.json.gz", "r1cs/c.json", "\"digest\":\"8a2c",
            "\"digest\":\"8a2d", "window of 2048 bytes: constraints", "digest"
        ),
        (
            "reference/proofs/pieces/pieces.json", "pieces/d.json", "\"63bd04c3", "\"63bd04c4",
            "1 generate_piece_commitment", "result"
        ),
        (
            "reference/proofs/groth16/tiny-ten.json", "groth16/e.json", "\"vk\":\"0c7f",
            "\"vk\":\"0c70",
            "parameters", "vk: differs from byte 1 on"
        ),
    ])
    func `one altered digit is a failure that names file, row and field`(
        _ source: String,
        _ target: String,
        _ old: String,
        _ new: String,
        _ row: String,
        _ field: String
    ) async throws {
        let folder = try TemporaryDirectory()
        var changes = 0
        try Self.copy([(source, target)], below: folder) { text in
            // Some files have spaces after their colons.
            for spelling in [old, old.replacingOccurrences(of: ":", with: ": ")] {
                guard let range = text.range(of: spelling) else { continue }
                changes += 1
                return text.replacingCharacters(in: range, with: new)
            }
            return text
        }
        #expect(changes == 1)
        let summary = try await Self.run(folder.url)
        #expect(summary.failures.count == 1, "\(summary.text)")
        let failure = try #require(summary.failures.first)
        #expect(failure.name == "\(target) \(row)")
        #expect(failure.reason.contains(field), "\(failure.reason)")
    }
}
