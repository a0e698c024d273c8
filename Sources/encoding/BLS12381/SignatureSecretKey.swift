internal import CBlst
internal import Glibc

/// Why bytes are not a secret key.
public enum BLSSecretKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A key has 32 bytes.
    case wrongLength(found: Int)
    /// The number is zero or not below the order of the group.
    case outOfRange
    /// Key material for a new key has at least 32 bytes.
    case seedTooShort(found: Int)

    public var description: String {
        switch self {
        case .wrongLength(let found): "a BLS secret key has 32 bytes, not \(found)"
        case .outOfRange: "a BLS secret key lies between 1 and the order of the group less 1"
        case .seedTooShort(let found): "a BLS key is made from at least 32 bytes, not \(found)"
        }
    }
}

/// A secret number below the order of the group; wiped from memory when the last reference goes away.
///
/// It prints as `<redacted>`, so that it cannot reach a log by accident.
@safe public final class BLSSecretKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// How many bytes a key has.
    public static let byteCount = 32

    // Written only before the initializer returns and when the object dies, so sharing it is safe.
    nonisolated(unsafe) let scalar: UnsafeMutablePointer<blst_scalar>
    /// The point of G1 that belongs to the secret.
    public let publicKey: BLSPublicKey

    /// Reads a key as Filecoin stores it: 32 bytes, the least significant first.
    ///
    /// - Throws: ``BLSSecretKeyError/wrongLength(found:)`` or ``BLSSecretKeyError/outOfRange``.
    public convenience init(littleEndian bytes: [UInt8]) throws(BLSSecretKeyError) {
        guard bytes.count == Self.byteCount else { throw .wrongLength(found: bytes.count) }
        var scalar = blst_scalar()
        unsafe blst_scalar_from_lendian(&scalar, bytes)
        defer { wipe(&scalar) }
        guard unsafe blst_sk_check(&scalar) else { throw .outOfRange }
        self.init(scalar)
    }

    /// Which draft of KeyGen (draft-irtf-cfrg-bls-signature, section 2.3) derives a key.
    public enum Derivation: Hashable, Sendable {
        /// The salt is hashed before its first use: drafts 4 and later, and Filecoin's library over blst.
        case hashedSalt
        /// The salt is used as it is: drafts 2 and 3.
        case plainSalt
    }

    /// Derives a key from random bytes with KeyGen.
    ///
    /// - Parameters:
    ///   - seed: At least 32 bytes that nobody can guess.
    ///   - derivation: Which draft's rule to follow.
    /// - Throws: ``BLSSecretKeyError/seedTooShort(found:)``.
    public convenience init(
        seed: [UInt8],
        derivation: Derivation = .hashedSalt
    ) throws(BLSSecretKeyError) {
        guard seed.count >= 32 else { throw .seedTooShort(found: seed.count) }
        var scalar = blst_scalar()
        switch derivation {
        case .hashedSalt: unsafe blst_keygen(&scalar, seed, seed.count, nil, 0)
        case .plainSalt: unsafe blst_keygen_v3(&scalar, seed, seed.count, nil, 0)
        }
        defer { wipe(&scalar) }
        self.init(scalar)
    }

    private init(_ value: blst_scalar) {
        unsafe scalar = .allocate(capacity: 1)
        unsafe scalar.initialize(to: value)
        var point = blst_p1()
        unsafe blst_sk_to_pk_in_g1(&point, scalar)
        publicKey = BLSPublicKey(unchecked: CurvePoint(affine: GroupG1.affine(point)))
    }

    deinit {
        unsafe explicit_bzero(scalar, MemoryLayout<blst_scalar>.size)
        unsafe scalar.deallocate()
    }

    /// Calls `body` with the key as Filecoin stores it, little-endian, and wipes that copy afterwards.
    public func withLittleEndianBytes<Result>(_ body: ([UInt8]) throws -> Result) rethrows -> Result
    {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        unsafe blst_lendian_from_scalar(&bytes, scalar)
        defer { unsafe explicit_bzero(&bytes, bytes.count) }
        return try body(bytes)
    }

    /// Signs a message; the same key and message always give the same signature.
    ///
    /// - Complexity: One hash to the curve and one multiplication in G2, about half a millisecond.
    public func sign(_ message: [UInt8], domain: SignatureDomain = .basicG2) -> BLSSignature {
        var hash = blst_p2()
        unsafe blst_hash_to_g2(
            &hash,
            message,
            message.count,
            domain.bytes,
            domain.bytes.count,
            nil,
            0
        )
        var signature = blst_p2()
        unsafe blst_sign_pk_in_g1(&signature, &hash, scalar)
        return BLSSignature(point: CurvePoint(affine: GroupG2.affine(signature)))
    }

    public var description: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites a scalar that held a secret.
private func wipe(_ scalar: inout blst_scalar) {
    unsafe explicit_bzero(&scalar, MemoryLayout<blst_scalar>.size)
}
