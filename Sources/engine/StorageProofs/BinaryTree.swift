package import Bytes
internal import CSealKernels

/// Trees of trimmed SHA-256: over the data of pieces and sectors.
///
/// An inner node is SHA-256(left || right) with the two top bits of the last byte cleared.
package enum BinaryTree {
    /// Nodes hashed by one thread at a time.
    private static let grain: Int = 8_192

    /// Hashes two nodes.
    package static func combine(_ left: Bytes32, _ right: Bytes32) -> Bytes32 {
        let pair = left.bytes + right.bytes
        return unsafe Bytes32 { out in
            guard let base = out.baseAddress else { return }
            unsafe seal_sha256_tree_row(base.assumingMemoryBound(to: UInt8.self), pair, 1)
        }
    }

    /// The roots of trees of zeros: entry k is for 2^k nodes of 32 bytes, up to 64 GiB.
    package static let zeroCommitments: [Bytes32] = {
        var roots: [Bytes32] = [Bytes32()]
        for _ in 0..<36 { roots.append(combine(roots[roots.count - 1], roots[roots.count - 1])) }
        return roots
    }()

    /// The root of a tree of zeros over `size` bytes, a power of two from 32 to 2 TiB.
    package static func zeroCommitment(paddedSize size: UInt64) -> Bytes32? {
        guard size >= 32, size.nonzeroBitCount == 1 else { return nil }
        return zeroCommitments[safe: size.trailingZeroBitCount - 5]
    }

    /// Fills the rows above the leaves: row after row, the root last.
    ///
    /// `tree` has room for 2 n - 1 nodes; its first n, a power of two, are the leaves.
    static func build(
        in tree: NodeBuffer,
        leaves: Int,
        threads: Int,
        progress: SealProgressHandler?
    ) throws {
        precondition(leaves.nonzeroBitCount == 1 && tree.count >= 2 * leaves - 1)
        var start = 0
        var width = leaves
        while width > 1 {
            let row = start
            let next = start + width
            ParallelWork.forEachRange(of: width / 2, grain: grain, threads: threads) { range in
                unsafe hashRow(
                    into: tree.bytes(of: next + range.lowerBound..<next + range.upperBound),
                    from: tree.bytes(of: row + 2 * range.lowerBound..<row + 2 * range.upperBound),
                    pairs: range.count
                )
            }
            start = next
            width /= 2
            try progress?(SealProgress(stage: .treeD, done: start, total: 2 * leaves - 1))
        }
    }

    /// The root over nodes in memory, which it overwrites.
    @unsafe
    static func root(destroying nodes: UnsafeMutableRawBufferPointer) -> Bytes32 {
        var width = nodes.count / 32
        precondition(width > 0 && width.nonzeroBitCount == 1, "a tree has 2^k leaves")
        while width > 1 {
            unsafe hashRow(into: nodes, from: nodes, pairs: width / 2)
            width /= 2
        }
        return unsafe Bytes32 {
            unsafe $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: nodes[0..<32]))
        }
    }

    private static func hashRow(
        into output: UnsafeMutableRawBufferPointer,
        from input: UnsafeMutableRawBufferPointer,
        pairs: Int
    ) {
        guard pairs > 0, let out = output.baseAddress, let base = input.baseAddress else { return }
        unsafe seal_sha256_tree_row(
            out.assumingMemoryBound(to: UInt8.self),
            base.assumingMemoryBound(to: UInt8.self),
            pairs
        )
    }
}
