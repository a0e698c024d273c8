import Conformance
import Foundation
import NodeConformance
import TestSupport
import Testing

/// The node against what lotus answered over the same chain.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct NodeDialogTests {
    /// Runs cases on a thread of their own: they wait for a service whose tasks need the pool of the tests.
    private static func run(
        _ cases: [ConformanceCase]
    ) async throws -> ConformanceRunner.Summary {
        try await PlainThread.run {
            ConformanceRunner(sets: [], options: ConformanceOptions(), workers: 1).run(cases)
        }
    }

    @Test func `a node over the recorded chain answers as lotus did`() async throws {
        let root = Vectors.folder.path
        let files = [
            "reference/lotus/rpc/full-node-http.jsonl.gz",
            "reference/lotus/chain-nv15-a/keys.jsonl",
            "reference/lotus/chain-nv15-a/index.jsonl.gz",
        ].map { ConformanceFile(path: root + "/" + $0, relativePath: $0) }
        let cases = try NodeDialogSet().cases(in: files)
        let summary = try await Self.run(cases)
        #expect(summary.total.failed == 0, "\(summary.text)")
        #expect(summary.total.passed >= 518)
    }

    @Test func `a WebSocket of the node carries what lotus's carried`() async throws {
        let root = Vectors.folder.path
        let files = [
            "reference/lotus/rpc/full-node-websocket.json",
            "reference/lotus/chain-nv15-a/keys.jsonl",
            "reference/lotus/chain-nv15-a/index.jsonl.gz",
        ].map { ConformanceFile(path: root + "/" + $0, relativePath: $0) }
        let summary = try await Self.run(try SocketDialogSet().cases(in: files))
        #expect(summary.total.failed == 0, "\(summary.text)")
        // The sixth begins without a token, which we decline.
        #expect(summary.total.passed == 5)
    }

    @Test func `a complete state is decoded as the reference decoded it`() async throws {
        let files = ["json.gz", "car.zst"].map { ending in
            let path = "reference/actors/state/world707-v7." + ending
            return ConformanceFile(path: "\(Vectors.folder.path)/\(path)", relativePath: path)
        }
        let summary = try await Self.run(try RecordedStateSet().cases(in: files))
        #expect(summary.total.failed == 0, "\(summary.text)")
        #expect(summary.total.passed == 106)
    }
}
