package import FilecoinTypes
internal import Hashing
package import Multiformats

/// The data commitment of a sector, from the commitments of its pieces.
///
/// A binary tree over 32-byte nodes: SHA-256 of two children with the two highest bits of the last byte
/// cleared. A piece is a full subtree; gaps before a piece that must be aligned to its own size, and the rest
/// of the sector, are subtrees of zeros.
package enum UnsealedSector {
    /// Why pieces make no sector.
    package enum Failure: Error, CustomStringConvertible {
        case unknownProof(RegisteredSealProof)
        case invalidPiece(PaddedPieceSize)
        case tooLarge

        package var description: String {
            switch self {
            case .unknownProof(let proof): "unknown seal proof type \(proof)"
            case .invalidPiece(let size): "piece size \(size) is no power of two of at least 128"
            case .tooLarge: "the pieces are larger than the sector"
            }
        }
    }

    /// Returns CommD.
    ///
    /// - Throws: ``Failure``, or `CommitmentError` if a piece's CID is no piece commitment.
    package static func cid(of pieces: [PieceInfo], proof: RegisteredSealProof) throws -> CID {
        guard let size = proof.sectorSize?.bytes else { throw Failure.unknownProof(proof) }
        // Complete subtrees so far, sizes descending, each with its root.
        var stack: [(size: UInt64, root: [UInt8])] = []
        var offset: UInt64 = 0
        func push(_ newSize: UInt64, _ newRoot: [UInt8]) {
            var size = newSize
            var root = newRoot
            while let last = stack.last, last.size == size {
                stack.removeLast()
                root = parent(last.root, root)
                size *= 2
            }
            stack.append((size, root))
            offset += newSize
        }
        for piece in pieces {
            let pieceSize = piece.size.bytes
            guard pieceSize >= 128, pieceSize.nonzeroBitCount == 1 else {
                throw Failure.invalidPiece(piece.size)
            }
            guard pieceSize <= size, offset <= size - pieceSize else { throw Failure.tooLarge }
            let root = try piece.pieceCID.commitment(.unsealed)
            while offset % pieceSize != 0 {
                let gap = offset & (~offset + 1)
                push(gap, zeroRoot(gap))
            }
            guard offset <= size - pieceSize else { throw Failure.tooLarge }
            push(pieceSize, root)
        }
        if offset == 0 { return try CID(.unsealed, commitment: zeroRoot(size)) }
        while offset < size {
            let gap = offset & (~offset + 1)
            push(gap, zeroRoot(gap))
        }
        return try CID(.unsealed, commitment: stack[0].root)
    }

    private static func parent(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        var hash = SHA256.hash(left + right)
        hash[31] &= 0x3f
        return hash
    }

    /// The root over `size` zero bytes; `size` is a power of two of at least 32.
    private static func zeroRoot(_ size: UInt64) -> [UInt8] {
        zeroRoots[size.trailingZeroBitCount - 5]
    }

    private static let zeroRoots: [[UInt8]] = {
        var roots: [[UInt8]] = [[UInt8](repeating: 0, count: 32)]
        for _ in 0..<36 { roots.append(parent(roots[roots.count - 1], roots[roots.count - 1])) }
        return roots
    }()
}
