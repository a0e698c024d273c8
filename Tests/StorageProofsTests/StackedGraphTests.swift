import Bytes
import Foundation
import TestSupport
import Testing

@testable import StorageProofs

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
