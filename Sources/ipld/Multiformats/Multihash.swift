public import Bytes
internal import Hashing

/// A digest together with the code of the function that made it.
///
/// In bytes: code and digest length as varints, then the digest. Digests of functions that we do
/// not have are carried as they are.
public struct Multihash: Hashable, Sendable {
    /// Which hash function.
    @frozen
    public struct Code: RawRepresentable, Hashable, Sendable {
        public var rawValue: UInt64

        @inlinable
        public init(rawValue: UInt64) { self.rawValue = rawValue }

        /// No hash: the "digest" is the content.
        public static let identity = Code(rawValue: 0x00)
        public static let sha1 = Code(rawValue: 0x11)
        public static let sha256 = Code(rawValue: 0x12)
        public static let sha512 = Code(rawValue: 0x13)
        /// Two rounds of SHA-256.
        public static let doubleSHA256 = Code(rawValue: 0x56)
        /// BLAKE2b with 32 bytes of output: every Filecoin block.
        public static let blake2b256 = Code(rawValue: 0xb220)
        /// SHA-256 with the two highest bits of the last byte cleared: unsealed commitments.
        public static let sha256Truncated254Padded = Code(rawValue: 0x1012)
        /// Poseidon over BLS12-381, arity 2: sealed commitments.
        public static let poseidonBLS12381A2FC1 = Code(rawValue: 0xb401)

        /// BLAKE2b with `length` bytes of output, 1 to 64.
        public static func blake2b(length: Int) -> Code {
            precondition((1...64).contains(length), "BLAKE2b gives 1 to 64 bytes")
            return Code(rawValue: 0xb200 + UInt64(length))
        }
    }

    /// Why bytes are no multihash.
    public enum DecodingError: Error, Hashable, Sendable {
        case varint(Varint.DecodingError)
        /// The digest is shorter than its length says.
        case truncated
        /// Bytes are left behind the digest.
        case trailingBytes(count: Int)
    }

    public var code: Code
    public var digest: [UInt8]

    /// Puts a digest and its function together; nothing is computed.
    public init(code: Code, digest: [UInt8]) {
        self.code = code
        self.digest = digest
    }

    /// Hashes `content`.
    ///
    /// - Returns: `nil` if we do not have the function.
    public init?(hashing content: [UInt8], with code: Code) {
        self.code = code
        switch code {
        case .identity: digest = content
        case .sha1: digest = SHA1.hash(content)
        case .sha256: digest = SHA256.hash(content)
        case .sha512: digest = SHA512.hash(content)
        case .doubleSHA256: digest = SHA256.hash(SHA256.hash(content))
        case .sha256Truncated254Padded:
            digest = SHA256.hash(content)
            digest[31] &= 0x3f
        default:
            guard (0xb201...0xb240).contains(code.rawValue) else { return nil }
            digest = BLAKE2b.hash(content, outputLength: Int(code.rawValue - 0xb200))
        }
    }

    /// Reads the multihash that `bytes` consist of.
    public init(bytes: [UInt8]) throws(DecodingError) {
        var offset = 0
        try self.init(bytes, at: &offset)
        guard offset == bytes.count else {
            throw .trailingBytes(count: bytes.count - offset)
        }
    }

    /// Reads one multihash and moves `offset` behind it.
    public init(_ bytes: [UInt8], at offset: inout Int) throws(DecodingError) {
        var index = offset
        let code: UInt64
        let length: UInt64
        do {
            code = try Varint.decode(bytes, at: &index)
            length = try Varint.decode(bytes, at: &index)
        } catch {
            throw .varint(error)
        }
        guard length <= UInt64(bytes.count - index) else { throw .truncated }
        self.code = Code(rawValue: code)
        digest = Array(bytes[index..<index + Int(length)])
        offset = index + Int(length)
    }

    /// The binary form.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digest.count + 4)
        Varint.append(code.rawValue, to: &bytes)
        Varint.append(UInt64(digest.count), to: &bytes)
        return bytes + digest
    }
}
