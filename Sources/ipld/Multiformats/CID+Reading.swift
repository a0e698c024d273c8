public import Bytes

/// Why bytes or a text are no CID.
public enum CIDError: Error, Hashable, Sendable {
    /// The bytes end inside the CID.
    case truncated
    /// Bytes are left behind the CID.
    case trailingBytes(count: Int)
    /// Only versions 0 and 1 are defined.
    case unsupportedVersion(UInt64)
    case varint(Varint.DecodingError)
    case multihash(Multihash.DecodingError)
    case multibase(Multibase.DecodingError)
    /// Version 0 is written in base 58 without a prefix, never in multibase.
    case prefixedVersion0
    /// The text has more than ``CID/maximumTextLength`` bytes.
    case textTooLong(Int)
}

extension CIDError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated: "a CID ends early"
        case .trailingBytes(let count): "\(count) bytes are left behind a CID"
        case .unsupportedVersion(let version): "CID version \(version); only 0 and 1 are defined"
        case .varint(let error): "a number in a CID is malformed: \(error)"
        case .multihash(let error): "the multihash of a CID is malformed: \(error)"
        case .multibase(let error): "the text of a CID cannot be decoded: \(error)"
        case .prefixedVersion0: "a CID of version 0 has no multibase prefix"
        case .textTooLong(let count):
            "a CID of \(count) characters; at most \(CID.maximumTextLength) are read"
        }
    }
}

extension CID {
    /// The longest text that is read.
    public static let maximumTextLength = 2048

    /// Reads the CID that `bytes` consist of.
    public init(bytes: [UInt8]) throws(CIDError) {
        var offset = 0
        try self.init(bytes, at: &offset)
        guard offset == bytes.count else {
            throw .trailingBytes(count: bytes.count - offset)
        }
    }

    /// Reads one CID and moves `offset` behind it.
    public init(_ bytes: [UInt8], at offset: inout Int) throws(CIDError) {
        guard bytes.count - offset >= 2 else { throw .truncated }
        if bytes[offset] == 0x12, bytes[offset + 1] == 0x20 {
            guard let digest = Bytes32(bytes, at: offset + 2) else { throw .truncated }
            offset += 34
            self.init(version0Digest: digest)
            return
        }
        var index = offset
        let version = try Self.varint(bytes, at: &index)
        guard version == 1 else { throw .unsupportedVersion(version) }
        let codec = try Self.varint(bytes, at: &index)
        let code = try Self.varint(bytes, at: &index)
        let length = try Self.varint(bytes, at: &index)
        guard length <= UInt64(bytes.count - index) else { throw .multihash(.truncated) }
        let end = index + Int(length)
        if let prefix = Self.prefix(
            version: 1,
            codec: Codec(rawValue: codec),
            code: Multihash.Code(rawValue: code),
            digestLength: Int(length)
        ), let digest = Bytes32(bytes, at: index, count: Int(length)) {
            self.init(storage: .short(prefix: prefix, digest: digest))
        } else {
            self.init(storage: .long(Array(bytes[offset..<end])))
        }
        offset = end
    }

    private static func varint(
        _ bytes: [UInt8],
        at index: inout Int
    ) throws(CIDError) -> UInt64 {
        do { return try Varint.decode(bytes, at: &index) } catch { throw .varint(error) }
    }

    private init(version0Digest digest: Bytes32) {
        self.init(
            storage: .short(
                prefix: 32 << 55 | Codec.dagPB.rawValue << 27 | Multihash.Code.sha256.rawValue,
                digest: digest
            )
        )
    }

    /// Reads the text form: base 58 for version 0, any multibase for version 1.
    public init(_ text: some StringProtocol) throws(CIDError) {
        let length = text.utf8.count
        guard length <= Self.maximumTextLength else { throw .textTooLong(length) }
        if length == 46, text.hasPrefix("Qm") {
            let bytes: [UInt8]
            do { bytes = try Base58.decode(text) } catch { throw .multibase(.radix(error)) }
            try self.init(bytes: bytes)
            return
        }
        let decoded: (bytes: [UInt8], base: Multibase)
        do { decoded = try Multibase.decode(text) } catch { throw .multibase(error) }
        try self.init(bytes: decoded.bytes)
        guard version == 1 else { throw .prefixedVersion0 }
    }
}

extension CID: CustomStringConvertible {
    /// The usual text form: base 58 for version 0, base 32 for version 1.
    public var description: String {
        version == 0 ? Base58.encode(bytes) : Multibase.base32.encode(bytes)
    }
}
