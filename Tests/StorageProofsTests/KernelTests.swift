import CSealKernels
import TestSupport
import Testing

@testable import StorageProofs

/// The kernels chosen at run time against the portable ones.
@Suite struct SealKernelTests {
    @Test func `SHA-256 compressions agree`() {
        var generator = SeededGenerator(seed: 256)
        for blocks in [0, 1, 2, 20] {
            let data = generator.bytes(64 * blocks)
            var fast: [UInt32] = (0..<8).map { _ in
                UInt32(truncatingIfNeeded: generator.next() as UInt64)
            }
            var plain = fast
            unsafe seal_sha256_compress(&fast, data, blocks)
            unsafe seal_sha256_compress_portable(&plain, data, blocks)
            #expect(fast == plain, "seed \(generator.seed), \(blocks) blocks")
        }
    }

    @Test func `rows of binary trees agree, also in place`() {
        var generator = SeededGenerator(seed: 257)
        for pairs in [0, 1, 2, 3, 8, 33] {
            let nodes = generator.bytes(64 * pairs)
            var fast = [UInt8](repeating: 0, count: 32 * pairs + 1)
            var plain = fast
            var inPlace = nodes
            unsafe seal_sha256_tree_row(&fast, nodes, pairs)
            unsafe seal_sha256_tree_row_portable(&plain, nodes, pairs)
            unsafe inPlace.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                unsafe seal_sha256_tree_row(base, base, pairs)
            }
            #expect(fast == plain)
            #expect(Array(inPlace.prefix(32 * pairs)) == Array(plain.dropLast()))
        }
    }

    @Test(arguments: [false, true])
    func `parents agree`(_ isLegacy: Bool) {
        for exponent: UInt64 in [6, 7, 9, 10, 18, 30, 31] {
            var graph = seal_graph()
            graph.nodes = 1 << exponent
            graph.is_legacy = isLegacy ? 1 : 0
            graph.feistel_keys = (1, 0x1234_5678_9abc_def0, .max)
            let first = exponent > 10 ? graph.nodes - 37 : 0
            let count = min(graph.nodes, 37)
            var fast = [UInt32](repeating: 0, count: Int(14 * count))
            var plain = fast
            unsafe seal_graph_parents(&fast, &graph, first, count)
            unsafe seal_graph_parents_portable(&plain, &graph, first, count)
            #expect(fast == plain, "2^\(exponent) nodes")
            #expect(fast.allSatisfy { $0 < graph.nodes })
        }
    }

    @Test func `labels agree, whole and in slices`() throws {
        var generator = SeededGenerator(seed: 258)
        let replicaID = generator.bytes(32)
        let graph = StackedGraph(configuration(5))
        let parents = (0..<64).flatMap { graph.parents(of: $0) }
        var fast = [[UInt8]](repeating: [UInt8](repeating: 0, count: 2048), count: 2)
        var plain = fast
        for (first, count) in [(0, 1), (1, 1), (2, 9), (11, 53)] {
            unsafe parents.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                unsafe seal_labels(
                    &fast[0],
                    nil,
                    base + 14 * first,
                    replicaID,
                    1,
                    UInt64(first),
                    UInt64(count)
                )
            }
        }
        unsafe seal_labels_portable(&plain[0], nil, parents, replicaID, 1, 0, 64)
        #expect(fast[0] == plain[0])
        let previous = fast[0]
        unsafe seal_labels(&fast[1], previous, parents, replicaID, 2, 0, 64)
        unsafe seal_labels_portable(&plain[1], previous, parents, replicaID, 2, 0, 64)
        #expect(fast[1] == plain[1], "seed \(generator.seed)")
    }

    @Test func `encoding and decoding are inverse, also around the modulus`() {
        var generator = SeededGenerator(seed: 259)
        var data: [UInt8] = []
        var key: [UInt8] = []
        for index in 0..<200 {
            for node in 0..<2 {
                var bytes = generator.bytes(32)
                // Below 2^254, and sometimes the largest element: the modulus less one.
                bytes[31] &= 0x3f
                if index % 5 == node {
                    bytes = [0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0x5b, 0xfe, 0xff, 0x02]
                    bytes += [0xa4, 0xbd, 0x53, 0x05, 0xd8, 0xa1, 0x09, 0x08, 0xd8, 0x39, 0x33]
                    bytes += [0x48, 0x7d, 0x9d, 0x29, 0x53, 0xa7, 0xed, 0x73]
                }
                if node == 0 { data += bytes } else { key += bytes }
            }
        }
        var replica = data
        unsafe seal_encode(&replica, key, 200)
        #expect(replica != data)
        unsafe seal_decode(&replica, key, 200)
        #expect(replica == data, "seed \(generator.seed)")
    }
}
