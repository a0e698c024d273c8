internal import Bytes
internal import CSealKernels
internal import Hashing

/// The stacked depth-robust graph: the parents of every node of every layer.
///
/// Each node has 6 base parents in its own layer, drawn by bucket sampling, and 8 expander parents in the
/// layer before, drawn by a Feistel permutation. They depend on the size and the PoRep id only, so they are
/// computed once and kept in a file (``ParentCache``).
package struct StackedGraph: Sendable {
    /// The number of base parents.
    package static let baseDegree: Int = 6
    /// The number of expander parents.
    package static let expanderDegree: Int = 8
    /// The number of parents together.
    package static let degree: Int = baseDegree + expanderDegree

    /// The number of nodes of a layer.
    package let nodes: Int
    /// The seed of the base parents: 28 bytes.
    package let seed: [UInt8]
    /// The keys of the Feistel permutation; the fourth is used in file names only.
    package let feistelKeys: [UInt64]
    private let isLegacy: Bool
    private let identifier: String

    /// Derives the graph of a proof type.
    package init(_ configuration: PoRepConfiguration) {
        nodes = configuration.parameters.nodes
        isLegacy = configuration.version == .v1_0
        identifier = configuration.parameters.graphIdentifier
        let id = configuration.poRepID.bytes
        seed = Array(SHA256.hash(Array("Filecoin_DRSample".utf8) + id).prefix(28))
        let keys = SHA256.hash(Array("Filecoin_Feistel".utf8) + id)
        feistelKeys = (0..<4).map { index in
            keys[8 * index..<8 * index + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// The name of the file that keeps the parents.
    package var cacheFileName: String {
        var text = Array("poseidon_hasher".utf8) + Array(identifier.utf8)
        for key in feistelKeys { text.appendLittleEndian(key) }
        text.appendLittleEndian(UInt32(nodes))
        return "v28-sdr-parent-\(SHA256.hash(text).hex).cache"
    }

    /// Returns the 14 parents of a node: 6 base parents in the order of hashing, then 8 expander parents.
    package func parents(of node: Int) -> [UInt32] {
        precondition(node >= 0 && node < nodes, "node out of range")
        return unsafe [UInt32](unsafeUninitializedCapacity: Self.degree) { out, count in
            unsafe fill(UnsafeMutableRawBufferPointer(out), for: node..<node + 1)
            count = Self.degree
        }
    }

    /// Writes the parents of some nodes, 14 native 32-bit integers each.
    @unsafe
    func fill(_ output: UnsafeMutableRawBufferPointer, for range: Range<Int>) {
        precondition(output.count >= 4 * Self.degree * range.count, "no room for the parents")
        guard let base = output.baseAddress, !range.isEmpty else { return }
        var graph = seal_graph()
        graph.nodes = UInt64(nodes)
        graph.is_legacy = isLegacy ? 1 : 0
        graph.feistel_keys = (feistelKeys[0], feistelKeys[1], feistelKeys[2])
        unsafe withUnsafeMutableBytes(of: &graph.drg_seed) { unsafe $0.copyBytes(from: seed) }
        unsafe seal_graph_parents(
            base.assumingMemoryBound(to: UInt32.self),
            &graph,
            UInt64(range.lowerBound),
            UInt64(range.count)
        )
    }
}
