public import Multiformats

/// Why bytes are no content archive.
///
/// Offsets count bytes from the start of the archive.
public enum CARError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The archive ends inside the header or a section.
    case truncated(offset: Int)
    /// The length of a header or section is no varint in its shortest form.
    case badLength(offset: Int)
    /// The header is not the map that the format wants.
    case badHeader(reason: String)
    /// Neither version 1 nor version 2.
    case unknownVersion(UInt64)
    /// The header is longer than allowed.
    case headerTooLarge(bytes: UInt64, limit: Int)
    /// A section is longer than allowed.
    case sectionTooLarge(offset: Int, bytes: UInt64, limit: Int)
    /// A section of no bytes, which some writers use as padding at the end.
    case emptySection(offset: Int)
    /// A section does not begin with a CID.
    case badCID(offset: Int)
    /// A block's bytes do not hash to its CID.
    case hashMismatch(CID, offset: Int)
    /// A block's CID names a hash function that cannot be computed here; its multicodec number.
    case unknownHash(CID, code: UInt64)
    /// The file could not be opened or mapped; the number that the system answered.
    case file(path: String, errno: Int32)

    public var description: String {
        switch self {
        case .truncated(let offset):
            "the archive ends inside what begins at byte \(offset); fetch the whole of it"
        case .badLength(let offset): "the length at byte \(offset) is no varint"
        case .badHeader(let reason): "the header is malformed: \(reason)"
        case .unknownVersion(let version): "version \(version); versions 1 and 2 can be read"
        case .headerTooLarge(let bytes, let limit):
            "the header has \(bytes) bytes, more than the limit of \(limit)"
        case .sectionTooLarge(let offset, let bytes, let limit):
            "the section at byte \(offset) has \(bytes) bytes, more than the limit of \(limit)"
        case .emptySection(let offset): "the section at byte \(offset) is empty"
        case .badCID(let offset): "the section at byte \(offset) does not begin with a CID"
        case .hashMismatch(let cid, let offset):
            "the block at byte \(offset) does not hash to its CID \(cid)"
        case .unknownHash(let cid, let code):
            "cannot check block \(cid): unknown hash function \(code)"
        case .file(let path, let errno): "cannot map the file \(path): error \(errno)"
        }
    }
}

/// What a reader of archives accepts.
public struct CARLimits: Sendable {
    /// The most bytes of a header.
    public var headerBytes: Int = 32 << 20
    /// The most bytes of a section, that is of a CID and its block.
    public var sectionBytes: Int = 8 << 20
    /// Whether every block is hashed and compared with its CID.
    ///
    /// Leave it on for anything from outside.
    public var verifiesHashes: Bool = true
    /// Whether an empty section ends the archive instead of being refused.
    public var endsAtEmptySection: Bool = false

    /// The usual limits, those of go-car.
    public init() {}
}
