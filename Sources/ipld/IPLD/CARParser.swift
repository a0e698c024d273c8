internal import Bytes
internal import Multiformats

/// One entry of an archive: where it is and what it holds.
public struct CARSection: Hashable, Sendable {
    /// Where the section's length begins, in bytes from the start of the archive.
    public let offset: Int
    /// Where the block begins.
    public let blockOffset: Int
    /// The block and its CID.
    public let block: Block
}

/// Takes an archive apart, from whatever part of it is in memory.
///
/// ``CARReader`` gives it the whole archive at once, ``CARStream`` what has arrived. Layouts:
///
/// | version 1 | bytes |
/// |---|---|
/// | header | varint length, then dag-cbor `{"roots": [CID], "version": 1}` |
/// | section, repeated | varint length, CID, block |
///
/// | version 2 | bytes |
/// |---|---|
/// | pragma | 11: varint 10, then `{"version": 2}` |
/// | header | 40: characteristics 16, offset and size of the data, offset of the index, each 8 little-endian |
/// | data | a whole archive of version 1 |
/// | index | passed over |
struct CARParser {
    enum Step {
        /// The header was read; the field `roots` has its content.
        case header
        case section(CARSection)
        case needsMore
        case end
    }

    private enum State {
        case pragmaOrHeader
        case versionTwoHeader
        case innerHeader
        case sections
    }

    private(set) var roots: [CID] = []
    private(set) var version: Int = 1
    /// Where the next thing begins, in bytes from the start of the archive.
    private(set) var position: Int = 0

    private let limits: CARLimits
    private var state: State = .pragmaOrHeader
    /// Where the data ends, if the archive says so.
    private var dataEnd: Int?

    init(limits: CARLimits) { self.limits = limits }

    /// Whether the archive may end here.
    var mayEnd: Bool {
        guard case .sections = state else { return false }
        return dataEnd.map { position >= $0 } ?? true
    }

    /// Reads the next thing.
    ///
    /// - Parameters:
    ///   - bytes: A part of the archive that begins at or before ``position``, or nothing.
    ///   - base: Where that part begins in the archive.
    /// - Returns: What was read; ``Step/needsMore`` leaves the state as it was.
    /// - Throws: ``CARError``.
    mutating func step(
        in bytes: UnsafeRawBufferPointer,
        base: Int
    ) throws(CARError) -> Step {
        switch state {
        case .pragmaOrHeader, .innerHeader:
            return try unsafe readHeader(in: bytes, base: base)
        case .versionTwoHeader:
            return try unsafe readVersionTwoHeader(in: bytes, base: base)
        case .sections:
            return try unsafe readSection(in: bytes, base: base)
        }
    }

    // MARK: - Headers

    private mutating func readHeader(
        in bytes: UnsafeRawBufferPointer,
        base: Int
    ) throws(CARError) -> Step {
        var index = position - base
        guard let length = try unsafe length(in: bytes, at: &index) else { return .needsMore }
        guard length <= UInt64(limits.headerBytes) else {
            throw .headerTooLarge(bytes: length, limit: limits.headerBytes)
        }
        guard length > 0 else { throw .badHeader(reason: "empty") }
        guard Int(length) <= bytes.count - index else { return .needsMore }
        let block = unsafe [UInt8](bytes[index..<index + Int(length)])
        let header = try CARHeader(block: block)
        position = base + index + Int(length)
        switch (header.version, state) {
        case (1, _):
            roots = header.roots
            state = .sections
            return .header
        case (2, .pragmaOrHeader):
            guard block.count == 10 else { throw .badHeader(reason: "pragma with roots") }
            version = 2
            state = .versionTwoHeader
            return try unsafe readVersionTwoHeader(in: bytes, base: base)
        default:
            throw .unknownVersion(header.version)
        }
    }

    private mutating func readVersionTwoHeader(
        in bytes: UnsafeRawBufferPointer,
        base: Int
    ) throws(CARError) -> Step {
        let index = position - base
        guard bytes.count - index >= 40 else { return .needsMore }
        func field(_ number: Int) -> UInt64 {
            UInt64(
                littleEndian: unsafe bytes.loadUnaligned(
                    fromByteOffset: index + 16 + 8 * number,
                    as: UInt64.self
                )
            )
        }
        let offset = field(0)
        let size = field(1)
        let indexOffset = field(2)
        let (end, overflows) = offset.addingReportingOverflow(size)
        guard !overflows, end <= UInt64(Int.max) else {
            throw .badHeader(reason: "data of \(size) bytes at \(offset)")
        }
        guard offset >= 51 else { throw .badHeader(reason: "data at \(offset), in the header") }
        guard size > 0 else { throw .badHeader(reason: "no data") }
        guard indexOffset == 0 || indexOffset >= end else {
            throw .badHeader(reason: "index at \(indexOffset), in the data")
        }
        position = Int(offset)
        dataEnd = Int(end)
        state = .innerHeader
        guard position >= base, position - base <= bytes.count else { return .needsMore }
        return try unsafe readHeader(in: bytes, base: base)
    }

    // MARK: - Sections

    private mutating func readSection(
        in bytes: UnsafeRawBufferPointer,
        base: Int
    ) throws(CARError) -> Step {
        if let dataEnd, position >= dataEnd {
            guard position == dataEnd else { throw .truncated(offset: dataEnd) }
            return .end
        }
        var index = position - base
        guard index < bytes.count else { return .needsMore }
        guard let length = try unsafe length(in: bytes, at: &index) else { return .needsMore }
        guard length > 0 else {
            guard limits.endsAtEmptySection else { throw .emptySection(offset: position) }
            dataEnd = position
            return .end
        }
        guard length <= UInt64(limits.sectionBytes) else {
            throw .sectionTooLarge(offset: position, bytes: length, limit: limits.sectionBytes)
        }
        guard Int(length) <= bytes.count - index else { return .needsMore }
        let content = unsafe UnsafeRawBufferPointer(rebasing: bytes[index..<index + Int(length)])
        guard let (cid, size) = unsafe Self.cid(at: content) else {
            throw .badCID(offset: position)
        }
        let block = Block(cid: cid, bytes: unsafe [UInt8](content[size...]))
        if limits.verifiesHashes { try verify(block) }
        let section = CARSection(offset: position, blockOffset: base + index + size, block: block)
        position = base + index + Int(length)
        return .section(section)
    }

    private func verify(_ block: Block) throws(CARError) {
        switch block.cid.matches(block.bytes) {
        case true: return
        case false: throw .hashMismatch(block.cid, offset: position)
        case nil: throw .unknownHash(block.cid, code: block.cid.hashCode.rawValue)
        }
    }

    /// Reads a varint of at most nine bytes; nil if it goes on beyond what is in memory.
    private func length(
        in bytes: UnsafeRawBufferPointer,
        at index: inout Int
    ) throws(CARError) -> UInt64? {
        guard index <= bytes.count else { return nil }
        guard let value = try unsafe Self.varint(in: bytes, at: &index) else {
            guard bytes.count - index < 9 else { throw .badLength(offset: position) }
            return nil
        }
        return value
    }

    /// Reads a varint; nil if it does not end within `bytes` or nine bytes.
    private static func varint(
        in bytes: UnsafeRawBufferPointer,
        at index: inout Int
    ) throws(CARError) -> UInt64? {
        var value: UInt64 = 0
        for place in 0..<min(9, bytes.count - index) {
            let byte = unsafe bytes[index + place]
            value |= UInt64(byte & 0x7f) << UInt64(7 * place)
            guard byte < 0x80 else { continue }
            guard byte != 0 || place == 0 else { throw .badLength(offset: index) }
            index += place + 1
            return value
        }
        return nil
    }

    /// The CID that `content` begins with and its number of bytes, or nil if there is none.
    private static func cid(at content: UnsafeRawBufferPointer) -> (CID, Int)? {
        // CIDv1, dag-cbor, blake2b-256 of 32 bytes: nearly every block of Filecoin.
        if content.count >= 38, unsafe content[0] == 1, unsafe content[1] == 0x71,
            unsafe content[2] == 0xa0, unsafe content[3] == 0xe4, unsafe content[4] == 2,
            unsafe content[5] == 32
        {
            let digest = unsafe Bytes32 {
                unsafe $0.copyMemory(from: .init(rebasing: content[6..<38]))
            }
            return (CID(codec: .dagCBOR, code: .blake2b256, digest: digest), 38)
        }
        guard let size = unsafe cidLength(at: content),
            let cid = try? CID(bytes: unsafe [UInt8](content[..<size]))
        else { return nil }
        return (cid, size)
    }

    /// The number of bytes of the CID that `content` begins with, or nil if there is none.
    private static func cidLength(at content: UnsafeRawBufferPointer) -> Int? {
        // Version 0 is a bare SHA-256 multihash.
        if content.count >= 34, unsafe content[0] == 0x12, unsafe content[1] == 0x20 { return 34 }
        var index = 0
        // Version, codec, hash function, then the length of the digest.
        for _ in 0..<3 {
            guard (try? unsafe varint(in: content, at: &index)) != nil else { return nil }
        }
        guard let length = try? unsafe varint(in: content, at: &index),
            length <= UInt64(content.count - index)
        else { return nil }
        return index + Int(length)
    }
}
