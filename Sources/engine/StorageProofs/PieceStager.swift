internal import Bytes
internal import Glibc

/// Writes the pieces of a sector, padded and aligned, into the file that is sealed later.
///
/// A piece begins at a multiple of its size; zeros fill the gap before it. The file ends with the last
/// piece: phase 1 of sealing adds the zeros up to the sector's size.
package struct PieceStager {
    /// What adding a piece did.
    package struct Added: Hashable, Sendable {
        /// The piece, with its commitment.
        package let piece: SectorPiece
        /// The number of bytes before padding that were written, alignment included.
        package let written: UInt64
    }

    /// The file.
    package let path: String
    /// The pieces so far, in order.
    package private(set) var pieces: [SectorPiece]
    /// The number of bytes of the file, padded.
    package private(set) var stagedSize: UInt64

    /// Starts an empty file at `path`, or goes on after `pieces` that are there already.
    package init(path: String, pieces: [SectorPiece] = []) {
        self.path = path
        self.pieces = pieces
        stagedSize = 0
        for piece in pieces { stagedSize = Self.end(of: piece.paddedSize, after: stagedSize) }
    }

    /// Where a piece of `size` padded bytes ends if `before` bytes are there.
    private static func end(of size: UInt64, after before: UInt64) -> UInt64 {
        (before + size - 1) / size * size + size
    }

    /// Adds a piece in memory.
    package mutating func add(
        _ data: [UInt8],
        size: UInt64,
        threads: Int = ParallelWork.defaultThreads
    ) throws(SealError) -> Added {
        var offset = 0
        return try add(size: size, threads: threads) { count in
            let end = min(data.count, offset + count)
            defer { offset = end }
            return Array(data[offset..<end])
        }
    }

    /// Adds a piece that is read in parts.
    ///
    /// - Parameters:
    ///   - size: The size of the piece before padding, 127 times a power of two.
    ///   - threads: How many threads may hash at once.
    ///   - read: Returns the next at most `count` bytes; fewer only at the end of the data.
    /// - Returns: The piece and how much was written.
    /// - Throws: If the size is not allowed, the data ends early or the file cannot be written. The file
    ///   is then cut back to the pieces before.
    package mutating func add(
        size: UInt64,
        threads: Int = ParallelWork.defaultThreads,
        read: (_ count: Int) throws(SealError) -> [UInt8]
    ) throws(SealError) -> Added {
        try PieceCommitment.checkSize(size)
        let padded = Fr32.paddedOffset(size)
        let end = Self.end(of: padded, after: stagedSize)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SealError.system("open", path) }
        defer { close(descriptor) }
        // What an interrupted addition left behind is cut off, and the gap becomes zeros.
        guard ftruncate(descriptor, Int(stagedSize)) == 0,
            ftruncate(descriptor, Int(end - padded)) == 0,
            lseek(descriptor, Int(end - padded), SEEK_SET) >= 0
        else { throw SealError.system("extend", path) }
        let path = path
        do {
            let commitment = try PieceCommitment.generate(
                size: size,
                threads: threads,
                written: { (nodes) throws(SealError) in
                    try SealFiles.append(nodes, to: descriptor, path)
                },
                read: read
            )
            let piece = SectorPiece(unpaddedSize: size, commitment: commitment)
            let written = (end - stagedSize) / 128 * 127
            pieces.append(piece)
            stagedSize = end
            return Added(piece: piece, written: written)
        } catch {
            ftruncate(descriptor, Int(stagedSize))
            throw error
        }
    }
}
