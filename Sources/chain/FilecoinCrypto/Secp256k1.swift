internal import CSecp256k1
internal import Glibc

/// Why bytes are no key or signature on secp256k1.
public enum Secp256k1Error: Error, Hashable, Sendable, CustomStringConvertible {
    /// A secret key has 32 bytes and lies between 1 and the order of the group less 1.
    case invalidSecretKey
    /// A public key is a point: 33 or 65 bytes, or 65 uncompressed.
    case invalidPublicKey
    /// A digest has 32 bytes.
    case invalidDigest

    public var description: String {
        switch self {
        case .invalidSecretKey: "not a secp256k1 secret key (32 bytes, between 1 and n - 1)"
        case .invalidPublicKey: "not a secp256k1 public key"
        case .invalidDigest: "a digest to sign has 32 bytes"
        }
    }
}

/// libsecp256k1's tables, made once and never changed afterwards.
@safe private struct Secp256k1Context: @unchecked Sendable {
    // The library's functions that take a constant context may run on any thread (secp256k1.h).
    let pointer: OpaquePointer

    static let shared = Secp256k1Context()

    init() {
        let flags = UInt32(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)
        guard let pointer = unsafe secp256k1_context_create(flags) else {
            preconditionFailure("secp256k1_context_create aborts rather than return null")
        }
        unsafe self.pointer = pointer
    }
}

/// A point on secp256k1.
public struct Secp256k1PublicKey: Hashable, Sendable {
    /// The uncompressed point: 4, then both coordinates (65 bytes).
    public let uncompressedBytes: [UInt8]

    /// Reads a point, compressed (33 bytes) or not (65 bytes).
    ///
    /// - Throws: ``Secp256k1Error/invalidPublicKey``.
    public init(bytes: [UInt8]) throws(Secp256k1Error) {
        var point = secp256k1_pubkey()
        let context = unsafe Secp256k1Context.shared.pointer
        guard unsafe secp256k1_ec_pubkey_parse(context, &point, bytes, bytes.count) == 1 else {
            throw .invalidPublicKey
        }
        self.init(point)
    }

    fileprivate init(_ point: secp256k1_pubkey) {
        uncompressedBytes = Self.serialize(point, compressed: false)
    }

    /// The compressed point (33 bytes).
    public var compressedBytes: [UInt8] {
        [2 + uncompressedBytes[64] % 2] + uncompressedBytes[1..<33]
    }

    private static func serialize(_ point: secp256k1_pubkey, compressed: Bool) -> [UInt8] {
        var count = compressed ? 33 : 65
        var bytes = [UInt8](repeating: 0, count: count)
        let flags = UInt32(compressed ? SECP256K1_EC_COMPRESSED : SECP256K1_EC_UNCOMPRESSED)
        unsafe withUnsafePointer(to: point) { point in
            _ = unsafe secp256k1_ec_pubkey_serialize(
                Secp256k1Context.shared.pointer,
                &bytes,
                &count,
                point,
                flags
            )
        }
        return bytes
    }

    /// Whether this key made the signature `r ‖ s` (64 bytes) of a digest; both values of s count.
    public func verifies(_ compact: [UInt8], digest: [UInt8]) -> Bool {
        guard compact.count == 64, digest.count == 32 else { return false }
        let context = unsafe Secp256k1Context.shared.pointer
        var parsed = secp256k1_ecdsa_signature()
        guard unsafe secp256k1_ecdsa_signature_parse_compact(context, &parsed, compact) == 1 else {
            return false
        }
        // The library accepts the lower s only; ECDSA itself accepts both.
        var normalized = secp256k1_ecdsa_signature()
        _ = unsafe secp256k1_ecdsa_signature_normalize(context, &normalized, &parsed)
        var point = secp256k1_pubkey()
        guard
            unsafe secp256k1_ec_pubkey_parse(
                context,
                &point,
                uncompressedBytes,
                uncompressedBytes.count
            ) == 1
        else { return false }
        return unsafe secp256k1_ecdsa_verify(context, &normalized, digest, &point) == 1
    }

    /// Finds the key that made a signature `r ‖ s ‖ v` (65 bytes) of a digest; `nil` if there is none.
    public init?(recovering signature: [UInt8], digest: [UInt8]) {
        guard signature.count == 65, digest.count == 32, signature[64] < 4 else { return nil }
        let context = unsafe Secp256k1Context.shared.pointer
        var parsed = secp256k1_ecdsa_recoverable_signature()
        var point = secp256k1_pubkey()
        guard
            unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
                context,
                &parsed,
                signature,
                Int32(signature[64])
            ) == 1,
            unsafe secp256k1_ecdsa_recover(context, &point, &parsed, digest) == 1
        else { return nil }
        self.init(point)
    }
}

/// A secret number on secp256k1; wiped from memory when the last reference goes away.
public final class Secp256k1SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// How many bytes a key has.
    public static let byteCount = 32

    private let secret: SecretBytes
    /// The point that belongs to the secret.
    public let publicKey: Secp256k1PublicKey

    /// Reads a key: 32 bytes, the most significant first.
    ///
    /// - Throws: ``Secp256k1Error/invalidSecretKey``.
    public init(bytes: [UInt8]) throws(Secp256k1Error) {
        var point = secp256k1_pubkey()
        let context = unsafe Secp256k1Context.shared.pointer
        guard bytes.count == Self.byteCount,
            unsafe secp256k1_ec_pubkey_create(context, &point, bytes) == 1
        else { throw .invalidSecretKey }
        secret = SecretBytes(bytes)
        publicKey = Secp256k1PublicKey(point)
    }

    /// Signs a digest of 32 bytes: `r ‖ s ‖ v` (65 bytes), s in the lower half, the nonce as RFC 6979 says.
    ///
    /// - Throws: ``Secp256k1Error/invalidDigest``.
    public func sign(digest: [UInt8]) throws(Secp256k1Error) -> [UInt8] {
        guard digest.count == 32 else { throw .invalidDigest }
        var signature = secp256k1_ecdsa_recoverable_signature()
        let context = unsafe Secp256k1Context.shared.pointer
        let status = secret.withBytes { secret in
            unsafe secp256k1_ecdsa_sign_recoverable(context, &signature, digest, secret, nil, nil)
        }
        // It fails for invalid keys only, which the initializer has refused.
        guard status == 1 else { throw .invalidSecretKey }
        var bytes = [UInt8](repeating: 0, count: 65)
        var recovery: Int32 = 0
        _ = unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
            context,
            &bytes,
            &recovery,
            &signature
        )
        bytes[64] = UInt8(truncatingIfNeeded: recovery)
        return bytes
    }

    public var description: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
