import Bytes
import Foundation
import TestSupport
import Testing

@testable import StorageProofs

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct StackedGraphVectorTests {
    @Test func `parents of every size and version are those of the reference`() throws {
        for graph in try Fixture(file: "proofs/sdr_parents.json").list {
            let configuration = configuration(Int(graph["porep_id"].hex[0]))
            #expect(configuration.poRepID == graph["porep_id"].node)
            #expect(configuration.parameters.nodes == graph["nodes"].integer)
            let stacked = StackedGraph(configuration)
            #expect(stacked.seed == graph["drg_seed"].hex)
            #expect(stacked.feistelKeys == graph["feistel_keys"].list.map { UInt64($0.text) ?? 0 })
            for (node, parents) in graph["parents"].members {
                let found = stacked.parents(of: Int(node) ?? 0).map(Int.init)
                #expect(found == parents.integers, "\(graph["graph"].text), node \(node)")
            }
        }
    }

    private static let largestGraph: Int =
        ProcessInfo.processInfo.environment["VENUS_SLOW_TESTS"] == nil ? 1 << 18 : 1 << 24

    @Test func `whole parent caches have the published digests`() throws {
        for cache in try Fixture(file: "proofs/parent_cache_digests.json")["caches"].list {
            let graph = StackedGraph(configuration(cache["porep_id_first_byte"].integer))
            #expect(graph.cacheFileName == cache["cache_file"].text)
            // 512 MiB takes a minute and a gigabyte: set VENUS_SLOW_TESTS. The larger ones take half an hour.
            guard graph.nodes <= Self.largestGraph else { continue }
            #expect(try ParentCache(graph).digest.hex == cache["sha256_of_whole_cache"].text)
        }
    }
}

@Suite struct ParentCacheTests {
    @Test func `the file is computed once and read again`() throws {
        let folder = try TemporaryDirectory()
        let graph = StackedGraph(configuration(5))
        var reports = 0
        let first = try ParentCache(graph, folder: folder.path("parents")) { _ in reports += 1 }
        #expect(reports > 0)
        let again = try ParentCache(graph, folder: folder.path("parents")) { _ in
            Issue.record("computed a second time")
        }
        #expect(first.digest == again.digest)
        #expect(again.parents(of: 63) == graph.parents(of: 63))
    }

    @Test func `a file of another length is refused`() throws {
        let folder = try TemporaryDirectory()
        let graph = StackedGraph(configuration(5))
        try SealFiles.write([1, 2, 3], to: folder.path(graph.cacheFileName))
        #expect(throws: SealError.self) {
            try ParentCache(graph, folder: folder.path(""))
        }
    }

    @Test func `work that is ended leaves no file`() throws {
        struct Ended: Error {}
        let folder = try TemporaryDirectory()
        let graph = StackedGraph(configuration(5))
        #expect(throws: Ended.self) {
            try ParentCache(graph, folder: folder.path("")) { _ in throw Ended() }
        }
        #expect(throws: SealError.self) {
            try SealFiles.read(folder.path(graph.cacheFileName), limit: 1 << 20)
        }
    }
}
