package import Bytes

/// A piece of a sector: its size and what it commits to.
package struct SectorPiece: Hashable, Sendable {
    /// The size before padding, in bytes: 127 times a power of two.
    package let unpaddedSize: UInt64
    /// The root of the tree over the padded piece.
    package let commitment: Bytes32

    /// Creates a piece of a size that is checked where it is used.
    package init(unpaddedSize: UInt64, commitment: Bytes32) {
        self.unpaddedSize = unpaddedSize
        self.commitment = commitment
    }

    /// The size in the sector, in bytes.
    package var paddedSize: UInt64 { Fr32.paddedOffset(unpaddedSize) }
}

/// Commitments of pieces, and of sectors from those of their pieces.
package enum PieceCommitment {
    /// Checks a piece's size before padding.
    ///
    /// - Throws: If it is below 127 bytes or does not fill a power of two after padding.
    package static func checkSize(_ unpadded: UInt64) throws(SealError) {
        guard unpadded >= 127 else {
            throw SealError(.invalidArgument, "a piece has at least 127 bytes, not \(unpadded)")
        }
        // Larger sizes than a sector's are refused before they are multiplied.
        guard unpadded <= 1 << 46, Fr32.paddedOffset(unpadded).nonzeroBitCount == 1 else {
            throw SealError(
                .invalidArgument,
                "a piece of \(unpadded) bytes does not fill a power of two after padding"
            )
        }
    }

    /// Returns the commitment of a piece in memory.
    ///
    /// - Parameters:
    ///   - data: The bytes before padding. Up to a quarter of a node short is accepted, as the reference
    ///     does: what counts is that all nodes are touched; the rest is zero.
    ///   - size: The size of the piece, 127 times a power of two.
    ///   - threads: How many threads may hash at once.
    /// - Returns: The root of the tree over the padded piece.
    /// - Throws: If the size is not allowed or the data is too short.
    package static func generate(
        _ data: [UInt8],
        size: UInt64,
        threads: Int = ParallelWork.defaultThreads
    ) throws(SealError) -> Bytes32 {
        var offset = 0
        return try generate(size: size, threads: threads) { count in
            let end = min(data.count, offset + count)
            defer { offset = end }
            return Array(data[offset..<end])
        }
    }

    /// Returns the commitment of a piece that is read in parts.
    ///
    /// - Parameters:
    ///   - size: The size of the piece before padding, 127 times a power of two.
    ///   - threads: How many threads may hash at once.
    ///   - written: Receives the padded bytes, in order.
    ///   - read: Returns the next at most `count` bytes; fewer only at the end of the data.
    /// - Returns: The root of the tree over the padded piece.
    /// - Throws: If the size is not allowed, the data is too short, or what a closure throws.
    package static func generate(
        size: UInt64,
        threads: Int = ParallelWork.defaultThreads,
        written: (([UInt8]) throws(SealError) -> Void)? = nil,
        read: (_ count: Int) throws(SealError) -> [UInt8]
    ) throws(SealError) -> Bytes32 {
        try checkSize(size)
        // Subtrees of 64 KiB are hashed in parallel, a batch of them at a time.
        let piece = Int(size)
        let subtree = min(piece, 512 * Fr32.unpaddedQuad)
        let batch = min(piece, subtree * max(1, threads) * 8)
        var roots = CommitmentStack()
        var done = 0
        while done < piece {
            let wanted = min(batch, piece - done)
            let data = try read(wanted)
            let nodes = (data.count * 8 + 253) / 254
            guard nodes == wanted / Fr32.unpaddedQuad * 4 else {
                throw SealError(
                    .invalidArgument,
                    "a piece of \(size) bytes ended after \(done + data.count) bytes"
                )
            }
            let padded = Fr32.pad(data)
            try written?(padded)
            for root in subtreeRoots(padded, of: subtree / 127 * 128, threads: threads) {
                roots.push(root, size: UInt64(subtree / 127 * 128))
            }
            done += wanted
        }
        return roots.finish()
    }

    private static func subtreeRoots(_ padded: [UInt8], of size: Int, threads: Int) -> [Bytes32] {
        let count = padded.count / size
        guard let scratch = try? NodeBuffer(count: padded.count / 32),
            let roots = try? NodeBuffer(count: count)
        else { preconditionFailure("no memory for a batch of a piece") }
        unsafe scratch.bytes.copyBytes(from: padded)
        ParallelWork.forEachRange(of: count, grain: 1, threads: threads) { range in
            for index in range {
                let nodes = size / 32 * index..<size / 32 * (index + 1)
                roots[index] = unsafe BinaryTree.root(destroying: scratch.bytes(of: nodes))
            }
        }
        return (0..<count).map { roots[$0] }
    }

    /// Returns the commitment of a sector of the given pieces, in order.
    ///
    /// Zeros are put before a piece that needs alignment and after the last, up to the next power of two.
    /// As the reference does, the result is not extended to the sector's size: pieces that fill half a
    /// sector give the commitment of the half. No pieces give the commitment of zeros.
    ///
    /// - Parameters:
    ///   - pieces: The pieces in the order of the sector.
    ///   - sectorSize: The padded size in bytes.
    ///   - extended: Whether zeros follow up to the sector's size, which is what the sector then holds.
    /// - Returns: The root, CommD if `extended`.
    /// - Throws: If a size is no power of two after padding, or the pieces do not fit: without
    ///   `extended`, their sizes alone count; with it, the zeros between them, too.
    package static func sectorCommitment(
        of pieces: [SectorPiece],
        sectorSize: UInt64,
        extended: Bool = false
    ) throws(SealError) -> Bytes32 {
        guard !pieces.isEmpty else {
            guard let zeros = BinaryTree.zeroCommitment(paddedSize: sectorSize) else {
                throw SealError(.invalidArgument, "\(sectorSize) is no sector size")
            }
            return zeros
        }
        var stack = CommitmentStack()
        var total: UInt64 = 0
        for piece in pieces {
            try checkSize(piece.unpaddedSize)
            total += piece.paddedSize
            // The reference counts the pieces here, not the zeros between them.
            guard total <= sectorSize else { throw tooLarge(sectorSize) }
            stack.align(to: piece.paddedSize)
            stack.push(piece.commitment, size: piece.paddedSize)
        }
        guard extended else { return stack.finish() }
        guard stack.total <= sectorSize else { throw tooLarge(sectorSize) }
        stack.extend(to: sectorSize)
        return stack.finish()
    }

    private static func tooLarge(_ sectorSize: UInt64) -> SealError {
        SealError(
            .invalidArgument,
            "the pieces do not fit into a sector of \(sectorSize) bytes"
        )
    }

    /// Whether pieces, with zeros up to the sector's size, have the commitment `commD`.
    package static func verify(
        _ commD: Bytes32,
        pieces: [SectorPiece],
        sectorSize: UInt64
    ) throws(SealError) -> Bool {
        try sectorCommitment(of: pieces, sectorSize: sectorSize, extended: true) == commD
    }
}

/// Joins the roots of neighbouring subtrees as soon as two of a size stand side by side.
struct CommitmentStack {
    private var entries: [(root: Bytes32, size: UInt64)] = []
    /// The number of bytes covered.
    private(set) var total: UInt64 = 0

    /// Adds a subtree behind the others.
    mutating func push(_ root: Bytes32, size: UInt64) {
        entries.append((root, size))
        total += size
        while entries.count > 1, entries[entries.count - 2].size == entries[entries.count - 1].size
        {
            let right = entries.removeLast()
            let left = entries.removeLast()
            entries.append((BinaryTree.combine(left.root, right.root), left.size * 2))
        }
    }

    /// Adds zeros until a subtree of `size` bytes may come next.
    mutating func align(to size: UInt64) {
        while let last = entries.last, last.size < size { pushZeros(last.size) }
    }

    /// Adds zeros until `size` bytes are covered.
    mutating func extend(to size: UInt64) {
        while total < size, let last = entries.last { pushZeros(last.size) }
    }

    /// Adds zeros until one tree covers everything, and returns its root.
    mutating func finish() -> Bytes32 {
        while entries.count > 1, let last = entries.last { pushZeros(last.size) }
        return entries.first?.root ?? Bytes32()
    }

    private mutating func pushZeros(_ size: UInt64) {
        push(BinaryTree.zeroCommitment(paddedSize: size) ?? Bytes32(), size: size)
    }
}
