internal import Bytes
public import CBOR

extension CID: CBOREncodable, CBORDecodable {
    public func encode(to encoder: inout CBOREncoder) {
        if case .short(Self.usualPrefix, let digest) = storage {
            UsualLink.append(digest, to: &encoder.bytes)
            return
        }
        encoder.header(.tag, 42)
        encoder.header(.bytes, UInt64(byteCount + 1))
        encoder.bytes.append(0)
        append(to: &encoder.bytes)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        let start = decoder.offset
        if let digest = UsualLink.digest(in: decoder.bytes, at: start) {
            decoder.offset = start + UsualLink.byteCount
            self.init(storage: .short(prefix: Self.usualPrefix, digest: digest))
            return
        }
        let range = try decoder.linkRange()
        var offset = range.lowerBound
        do {
            self = try CID(decoder.bytes, at: &offset)
        } catch {
            throw CBORError(.invalidLink, at: start)
        }
        guard offset == range.upperBound else { throw CBORError(.invalidLink, at: start) }
    }

    /// Whether this is what writing a dag-cbor block gives: of that codec, under BLAKE2b-256.
    public var isDAGCBORUnderBLAKE2b: Bool {
        if case .short(Self.usualPrefix, _) = storage { true } else { false }
    }

    /// The codes of nearly all links: dag-cbor under BLAKE2b-256.
    private static let usualPrefix: UInt64 =
        32 << 55 | 1 << 54 | Codec.dagCBOR.rawValue << 27 | Multihash.Code.blake2b256.rawValue
}

/// The chain form of a link to a dag-cbor block under BLAKE2b-256, which nearly all links are: 43 bytes, of
/// which only the digest differs.
private enum UsualLink {
    static let byteCount: Int = 43
    /// What stands before the CID.
    static let headByteCount: Int = 5
    /// Tag 42, a byte string of 39, the zero byte, version 1, dag-cbor, and the first byte of BLAKE2b-256.
    private static let head: UInt64 = 0xd82a_5827_0001_71a0
    /// The rest of BLAKE2b-256 and the length of the digest.
    private static let tail: UInt64 = 0xe40220

    /// The digest of the link that begins at `offset`, if it is of this kind.
    static func digest(in bytes: [UInt8], at offset: Int) -> Bytes32? {
        guard offset >= 0, bytes.count - offset >= byteCount else { return nil }
        return unsafe bytes.withUnsafeBytes { bytes in
            let head = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            // The last byte of this word is the digest's first.
            let tail = unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self)
            guard UInt64(bigEndian: head) == Self.head,
                UInt32(bigEndian: tail) >> 8 == UInt32(Self.tail)
            else { return nil }
            return unsafe Bytes32(loading: bytes, at: offset + 11)
        }
    }

    /// Appends the link.
    static func append(_ digest: Bytes32, to bytes: inout [UInt8]) {
        let words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (
            head.bigEndian, (tail << 40 | digest.word0 >> 24).bigEndian,
            (digest.word0 << 40 | digest.word1 >> 24).bigEndian,
            (digest.word1 << 40 | digest.word2 >> 24).bigEndian,
            (digest.word2 << 40 | digest.word3 >> 24).bigEndian, (digest.word3 << 40).bigEndian
        )
        unsafe withUnsafeBytes(of: words) { all in
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all.prefix(byteCount)))
        }
    }
}

extension CID {
    /// Returns the CIDs of all links in a block, in order, duplicates included.
    ///
    /// - Parameter block: An encoded DAG-CBOR item.
    /// - Returns: The CIDs, in the order in which they are written.
    /// - Throws: ``CBORError``, if the block is not well-formed or a link is no CID.
    public static func links(inDAGCBOR block: [UInt8]) throws(CBORError) -> [CID] {
        var links: [CID] = []
        try forEachLink(inDAGCBOR: block, includingIdentities: true) { links.append($0) }
        return links
    }

    /// Calls `body` with the CIDs of all links in a block that lead to another one, in order, duplicates
    /// included: all but identity CIDs, which carry their block themselves.
    ///
    /// - Parameters:
    ///   - block: An encoded DAG-CBOR item.
    ///   - body: Gets each CID; not called any more after a defect.
    /// - Throws: ``CBORError``, if the block is not well-formed or a link is no CID.
    public static func forEachBlockLink(
        inDAGCBOR block: [UInt8],
        _ body: (CID) -> Void
    ) throws(CBORError) {
        try forEachLink(inDAGCBOR: block, includingIdentities: false, body)
    }

    private static func forEachLink(
        inDAGCBOR block: [UInt8],
        includingIdentities: Bool,
        _ body: (CID) -> Void
    ) throws(CBORError) {
        var decoder = CBORDecoder(block)
        var defect: CBORError?
        try decoder.forEachLink { range in
            guard defect == nil else { return }
            let start = range.lowerBound
            // The tag, the length and the zero byte stand before the CID of the usual kind.
            if let digest = UsualLink.digest(in: block, at: start - UsualLink.headByteCount) {
                return body(CID(storage: .short(prefix: usualPrefix, digest: digest)))
            }
            // An actor names its code by an identity CID; decoding each would take longer than all the rest.
            if !includingIdentities, isShortIdentity(block, range) { return }
            var offset = start
            guard let cid = try? CID(block, at: &offset), offset == range.upperBound else {
                defect = CBORError(.invalidLink, at: start)
                return
            }
            if includingIdentities || !cid.isIdentity { body(cid) }
        }
        if let defect { throw defect }
    }

    /// Whether a range holds a CID of version 1, a codec of one byte and an identity hash below 128 bytes.
    private static func isShortIdentity(_ block: [UInt8], _ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        return range.count >= 4 && block[start] == 1 && block[start + 1] < 0x80
            && block[start + 2] == 0 && Int(block[start + 3]) == range.count - 4
    }
}
