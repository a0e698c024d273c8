internal import CBlst

/// A public key in G2: 96 bytes, whose signatures are the short points of G1.
///
/// Only drand's quicknet uses this variant; Filecoin itself keeps keys in G1 (``BLSPublicKey``).
public struct BLSLongPublicKey: Hashable, Sendable {
    /// How many bytes a key has.
    public static let byteCount = 96

    let point: CurvePoint<GroupG2>
    /// The compressed point.
    public let bytes: [UInt8]

    /// Reads a compressed point and checks that it can be a public key.
    ///
    /// - Throws: ``BLSPointError`` when the bytes are no point of the subgroup, or the point at infinity.
    public init(bytes: [UInt8]) throws(BLSPointError) {
        let point = try CurvePoint<GroupG2>(compressed: bytes)
        guard !point.isInfinity else { throw .infinity }
        self.init(unchecked: point)
    }

    /// Takes a point that was computed here.
    init(unchecked point: CurvePoint<GroupG2>) {
        self.point = point
        self.bytes = point.compressed
    }

    public static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// A signature in G1: 48 bytes.
public struct BLSShortSignature: Hashable, Sendable {
    /// How many bytes a signature has.
    public static let byteCount = 48

    let point: CurvePoint<GroupG1>
    /// The compressed point.
    public let bytes: [UInt8]

    /// Reads a compressed point and checks that it lies in the subgroup.
    ///
    /// - Throws: ``BLSPointError`` when the bytes are no point of the subgroup.
    public init(bytes: [UInt8]) throws(BLSPointError) {
        self.init(point: try CurvePoint(compressed: bytes))
    }

    init(point: CurvePoint<GroupG1>) {
        self.point = point
        self.bytes = point.compressed
    }

    /// Whether `key` made this signature of `message`.
    ///
    /// - Complexity: One hash to the curve and two Miller loops, about a millisecond.
    public func verifies(
        _ message: [UInt8],
        by key: BLSLongPublicKey,
        domain: SignatureDomain = .basicG1
    ) -> Bool {
        let status = unsafe withUnsafePointer(to: key.point.affine) { key in
            unsafe withUnsafePointer(to: point.affine) { signature in
                unsafe blst_core_verify_pk_in_g2(
                    key,
                    signature,
                    true,
                    message,
                    message.count,
                    domain.bytes,
                    domain.bytes.count,
                    nil,
                    0
                )
            }
        }
        return status == BLST_SUCCESS
    }

    public static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension BLSSecretKey {
    /// The point of G2 that belongs to the secret.
    public var longPublicKey: BLSLongPublicKey {
        var point = blst_p2()
        unsafe blst_sk_to_pk_in_g2(&point, scalar)
        return BLSLongPublicKey(unchecked: CurvePoint(affine: GroupG2.affine(point)))
    }

    /// Signs a message with a point of G1; the same key and message always give the same signature.
    public func signShort(
        _ message: [UInt8],
        domain: SignatureDomain = .basicG1
    ) -> BLSShortSignature {
        var hash = blst_p1()
        unsafe blst_hash_to_g1(
            &hash,
            message,
            message.count,
            domain.bytes,
            domain.bytes.count,
            nil,
            0
        )
        var signature = blst_p1()
        unsafe blst_sign_pk_in_g2(&signature, &hash, scalar)
        return BLSShortSignature(point: CurvePoint(affine: GroupG1.affine(signature)))
    }
}
