/// Why a number is no size of a piece.
public enum PieceSizeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A padded piece has at least 128 bytes, an unpadded one 127.
    case tooSmall(bytes: UInt64)
    /// A padded piece is a power of two.
    case notPowerOfTwo(bytes: UInt64)
    /// An unpadded piece is 127 times a power of two.
    case not127TimesPowerOfTwo(bytes: UInt64)

    public var description: String {
        switch self {
        case .tooSmall(let bytes):
            "a piece of \(bytes) bytes is too small; at least 127 (128 padded)"
        case .notPowerOfTwo(let bytes): "padded piece size \(bytes) must be a power of 2"
        case .not127TimesPowerOfTwo(let bytes):
            "unpadded piece size \(bytes) must be a power of 2 multiple of 127"
        }
    }
}

/// The size of a piece after padding: 127 bytes of data take 128 bytes in the sector.
///
/// Padding leaves two bits of every 256 at zero so that each 32-byte chunk is a field element (Fr32).
/// Sectors are laid out in these sizes; clients speak of ``UnpaddedPieceSize``.
///
/// A value read from the chain may be any number; ``validate()`` checks it.
///
/// - SeeAlso: Filecoin specification, "Piece".
public struct PaddedPieceSize: ProtocolInteger {
    /// The size in bytes.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The size in bytes.
    public var bytes: UInt64 { rawValue }

    /// The size of the data: 127/128 of this.
    public var unpadded: UnpaddedPieceSize {
        UnpaddedPieceSize(rawValue: rawValue - rawValue / 128)
    }

    /// Checks that a piece can have this size.
    ///
    /// - Throws: ``PieceSizeError/tooSmall(bytes:)`` or ``PieceSizeError/notPowerOfTwo(bytes:)``.
    public func validate() throws(PieceSizeError) {
        guard rawValue >= 128 else { throw .tooSmall(bytes: rawValue) }
        guard rawValue.nonzeroBitCount == 1 else { throw .notPowerOfTwo(bytes: rawValue) }
    }
}

/// The size of a piece as the client sees it: 127 times a power of two.
public struct UnpaddedPieceSize: ProtocolInteger {
    /// The size in bytes.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The size in bytes.
    public var bytes: UInt64 { rawValue }

    /// The size that the piece takes in a sector: 128/127 of this, rounded down.
    public var padded: PaddedPieceSize { PaddedPieceSize(rawValue: rawValue &+ rawValue / 127) }

    /// Checks that a piece can have this size.
    ///
    /// - Throws: ``PieceSizeError/tooSmall(bytes:)`` or ``PieceSizeError/not127TimesPowerOfTwo(bytes:)``.
    public func validate() throws(PieceSizeError) {
        guard rawValue >= 127 else { throw .tooSmall(bytes: rawValue) }
        guard rawValue % 127 == 0, (rawValue / 127).nonzeroBitCount == 1 else {
            throw .not127TimesPowerOfTwo(bytes: rawValue)
        }
    }
}
