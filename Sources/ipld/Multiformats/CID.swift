public import Bytes
public import Hashing

/// A content identifier: how to read a block, and the hash of its bytes.
///
/// A CID with a digest of up to 32 bytes, as nearly all have, is 41 bytes inline and costs no allocation.
///
/// ```swift
/// let cid = CID.dagCBOR(hashing: block)
/// let same = try CID("bafy2bzaced…")
/// store.put(block, cid: cid)
/// ```
///
/// - SeeAlso: The CID specification of multiformats.
@frozen
public struct CID: Sendable {
    /// Invariant: `.short` holds every CID that fits, so equal CIDs are stored equally.
    @usableFromInline
    enum Storage: Sendable {
        /// The length of the digest (bits 55 on), version (1 bit), codec (27 bits) and hash code (27 bits),
        /// with a digest of up to 32 bytes, filled up with zeros.
        case short(prefix: UInt64, digest: Bytes32)
        /// The binary form of any other.
        case long([UInt8])
    }

    @usableFromInline
    let storage: Storage

    @inlinable
    init(storage: Storage) { self.storage = storage }

    @inlinable
    static func prefix(
        version: Int,
        codec: Codec,
        code: Multihash.Code,
        digestLength: Int = 32
    ) -> UInt64? {
        guard codec.rawValue < 1 << 27, code.rawValue < 1 << 27, digestLength <= 32 else {
            return nil
        }
        return UInt64(digestLength) << 55 | UInt64(version) << 54 | codec.rawValue << 27
            | code.rawValue
    }

    /// Puts a CID of version 1 together from a 32-byte digest.
    ///
    /// - Precondition: Both codes are below 2^27.
    @inlinable
    public init(codec: Codec, code: Multihash.Code, digest: Bytes32) {
        guard let prefix = Self.prefix(version: 1, codec: codec, code: code) else {
            preconditionFailure("no code of the multicodec table is that large")
        }
        storage = .short(prefix: prefix, digest: digest)
    }

    /// Puts a CID together.
    ///
    /// - Parameters:
    ///   - version: 1, or 0 for a SHA-256 of a MerkleDAG protobuf.
    ///   - codec: How the block is to be read.
    ///   - multihash: The hash of the block.
    /// - Precondition: Version 0 has no other codec and hash.
    public init(version: Int = 1, codec: Codec, multihash: Multihash) {
        precondition(version == 0 || version == 1, "a CID has version 0 or 1")
        precondition(
            version == 1
                || (codec == .dagPB && multihash.code == .sha256 && multihash.digest.count == 32),
            "a CID of version 0 is a SHA-256 of a MerkleDAG protobuf"
        )
        let length = multihash.digest.count
        if let prefix = Self.prefix(
            version: version,
            codec: codec,
            code: multihash.code,
            digestLength: length
        ), let digest = Bytes32(multihash.digest, at: 0, count: length) {
            storage = .short(prefix: prefix, digest: digest)
            return
        }
        var bytes: [UInt8] = []
        Varint.append(1, to: &bytes)
        Varint.append(codec.rawValue, to: &bytes)
        storage = .long(bytes + multihash.bytes)
    }

    /// The CID of a DAG-CBOR block under BLAKE2b-256: every Filecoin block.
    @inlinable
    public static func dagCBOR(hashing block: [UInt8]) -> CID {
        CID(codec: .dagCBOR, code: .blake2b256, digest: BLAKE2b.digest(block))
    }

    /// The CID of raw bytes under BLAKE2b-256.
    @inlinable
    public static func raw(hashing block: [UInt8]) -> CID {
        CID(codec: .raw, code: .blake2b256, digest: BLAKE2b.digest(block))
    }
}

// MARK: - Parts

extension CID {
    /// 0 or 1.
    public var version: Int {
        switch storage {
        case .short(let prefix, _): Int(prefix >> 54 & 1)
        case .long: 1
        }
    }

    /// How the block is to be read.
    public var codec: Codec {
        switch storage {
        case .short(let prefix, _):
            Codec(rawValue: prefix >> 27 & (1 << 27 - 1))
        case .long(let bytes):
            Codec(rawValue: parts(bytes).codec)
        }
    }

    /// The hash function.
    public var hashCode: Multihash.Code {
        switch storage {
        case .short(let prefix, _):
            Multihash.Code(rawValue: prefix & (1 << 27 - 1))
        case .long(let bytes):
            Multihash.Code(rawValue: parts(bytes).code)
        }
    }

    /// The digest.
    public var digest: [UInt8] {
        switch storage {
        case .short(let prefix, let digest): Array(digest.bytes.prefix(Int(prefix >> 55)))
        case .long(let bytes): Array(bytes[parts(bytes).digestStart...])
        }
    }

    /// The digest if it has 32 bytes and the codes are ordinary: no allocation.
    @inlinable
    public var digest32: Bytes32? {
        if case .short(let prefix, let digest) = storage, prefix >> 55 == 32 { digest } else { nil }
    }

    /// The hash function and the digest.
    public var multihash: Multihash { Multihash(code: hashCode, digest: digest) }

    /// Whether the CID carries its block itself instead of a hash.
    public var isIdentity: Bool { hashCode == .identity }

    private func parts(_ bytes: [UInt8]) -> (codec: UInt64, code: UInt64, digestStart: Int) {
        var offset = 1
        // The bytes were checked when the value was made, so none of the zeros is ever used.
        let codec = (try? Varint.decode(bytes, at: &offset)) ?? 0
        let code = (try? Varint.decode(bytes, at: &offset)) ?? 0
        _ = try? Varint.decode(bytes, at: &offset)
        return (codec, code, offset)
    }

    /// The binary form.
    public var bytes: [UInt8] {
        if case .long(let bytes) = storage { return bytes }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44)
        append(to: &bytes)
        return bytes
    }

    /// Appends the binary form to `bytes`.
    public func append(to bytes: inout [UInt8]) {
        switch storage {
        case .long(let binary):
            bytes.append(contentsOf: binary)
        case .short(let prefix, let digest):
            if prefix >> 54 & 1 == 1 {
                bytes.append(1)
                Varint.append(prefix >> 27 & (1 << 27 - 1), to: &bytes)
            }
            Varint.append(prefix & (1 << 27 - 1), to: &bytes)
            let length = Int(prefix >> 55)
            bytes.append(UInt8(length))
            digest.append(to: &bytes, count: length)
        }
    }

    /// How many bytes the binary form takes.
    public var byteCount: Int {
        switch storage {
        case .long(let binary):
            binary.count
        case .short(let prefix, _):
            1 + Int(prefix >> 55) + Varint.length(of: prefix & (1 << 27 - 1))
                + (prefix >> 54 & 1 == 1
                    ? 1 + Varint.length(of: prefix >> 27 & (1 << 27 - 1)) : 0)
        }
    }

    /// Whether `block` has this CID's hash; `nil` if we do not have the hash function.
    public func matches(_ block: [UInt8]) -> Bool? {
        switch (hashCode, digest32) {
        case (.blake2b256, let digest?): digest == BLAKE2b.digest(block)
        case (.sha256, let digest?): digest == SHA256.digest(block)
        default: Multihash(hashing: block, with: hashCode).map { $0.digest == digest }
        }
    }
}

// MARK: - Order

extension CID: Hashable {
    @inlinable
    public static func == (a: Self, b: Self) -> Bool {
        switch (a.storage, b.storage) {
        case (.short(let aPrefix, let aDigest), .short(let bPrefix, let bDigest)):
            aDigest == bDigest && aPrefix == bPrefix
        case (.long(let a), .long(let b)):
            a == b
        default:
            false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch storage {
        case .short(let prefix, let digest):
            // One call for all forty bytes costs less than one for each word.
            unsafe withUnsafeBytes(of: (prefix, digest)) { unsafe hasher.combine(bytes: $0) }
        case .long(let bytes):
            hasher.combine(bytes)
        }
    }
}

extension CID: Comparable {
    /// The order of the binary forms.
    public static func < (a: Self, b: Self) -> Bool {
        if case .short(let aPrefix, let aDigest) = a.storage,
            case .short(let bPrefix, let bDigest) = b.storage,
            aPrefix == bPrefix
        {
            return aDigest < bDigest
        }
        return a.bytes.lexicographicallyPrecedes(b.bytes)
    }
}
