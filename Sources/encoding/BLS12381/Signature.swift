internal import CBlst

/// The text that separates the hashes of one use of BLS signatures from those of every other.
///
/// The hash to the curve (RFC 9380) mixes it into each message, so a signature made under one tag never
/// verifies under another.
public struct SignatureDomain: Hashable, Sendable {
    /// The tag, as bytes.
    public let bytes: [UInt8]

    /// Creates a domain from its tag.
    ///
    /// - Parameter tag: The domain separation tag, in ASCII.
    public init(_ tag: String) {
        bytes = [UInt8](tag.utf8)
    }

    /// The tag of Filecoin and of drand's chained networks: signatures in G2, basic scheme.
    public static let basicG2 = SignatureDomain("BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_NUL_")
    /// The tag of drand's quicknet: signatures in G1, basic scheme.
    public static let basicG1 = SignatureDomain("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_")
}

/// A public key in G1: 48 bytes, whose signatures are points of G2.
public struct BLSPublicKey: Hashable, Sendable {
    /// How many bytes a key has.
    public static let byteCount = 48

    let point: CurvePoint<GroupG1>
    /// The compressed point.
    public let bytes: [UInt8]

    /// Reads a compressed point and checks that it can be a public key.
    ///
    /// - Throws: ``BLSPointError`` when the bytes are no point of the subgroup, or the point at infinity,
    ///   for which anybody can sign anything.
    public init(bytes: [UInt8]) throws(BLSPointError) {
        try self.init(point: CurvePoint(compressed: bytes))
    }

    /// Reads a point in its plain form (96 bytes), with the same checks.
    public init(uncompressed: [UInt8]) throws(BLSPointError) {
        try self.init(point: CurvePoint(uncompressed: uncompressed))
    }

    private init(point: CurvePoint<GroupG1>) throws(BLSPointError) {
        guard !point.isInfinity else { throw .infinity }
        self.init(unchecked: point)
    }

    /// Takes a point that was computed here.
    init(unchecked point: CurvePoint<GroupG1>) {
        self.point = point
        self.bytes = point.compressed
    }

    /// The plain form, both coordinates (96 bytes).
    public var uncompressedBytes: [UInt8] { point.uncompressed }

    public static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// A signature in G2: 96 bytes, the point at infinity included, which is the aggregate of no signatures.
public struct BLSSignature: Hashable, Sendable {
    /// How many bytes a signature has.
    public static let byteCount = 96

    let point: CurvePoint<GroupG2>
    /// The compressed point.
    public let bytes: [UInt8]

    /// Reads a compressed point and checks that it lies in the subgroup.
    ///
    /// - Throws: ``BLSPointError`` when the bytes are no point of the subgroup.
    public init(bytes: [UInt8]) throws(BLSPointError) {
        self.init(point: try CurvePoint(compressed: bytes))
    }

    /// Reads a point in its plain form (192 bytes), with the same checks.
    public init(uncompressed: [UInt8]) throws(BLSPointError) {
        self.init(point: try CurvePoint(uncompressed: uncompressed))
    }

    init(point: CurvePoint<GroupG2>) {
        self.point = point
        self.bytes = point.compressed
    }

    /// The aggregate of no signatures: the point at infinity, `c0` and 95 zero bytes.
    public static let zero = BLSSignature(aggregating: [])

    /// Adds signatures up to one that stands for all of them.
    ///
    /// - Complexity: One point addition for each signature.
    public init(aggregating signatures: [BLSSignature]) {
        self.init(point: CurvePoint(affine: GroupG2.sum(signatures.map(\.point.affine))))
    }

    /// The plain form, both coordinates (192 bytes).
    public var uncompressedBytes: [UInt8] { point.uncompressed }

    public static func == (a: Self, b: Self) -> Bool { a.bytes == b.bytes }
    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

// MARK: - Verification

extension BLSSignature {
    /// Whether `key` made this signature of `message`.
    ///
    /// - Complexity: One hash to the curve and two Miller loops, about a millisecond.
    public func verifies(
        _ message: [UInt8],
        by key: BLSPublicKey,
        domain: SignatureDomain = .basicG2
    ) -> Bool {
        // e(key, H(message)) = e(generator, signature), as one product of two pairings. Both points were
        // checked to lie in their groups when they were read, which blst's own function would do again.
        let hash = GroupG2.hash(message, domain: domain.bytes)
        return Pairing.productIsOne([
            (G1Affine(raw: key.point.affine), G2Affine(raw: hash)),
            (-G1Affine.generator, G2Affine(raw: point.affine)),
        ])
    }

    /// Whether this is the aggregate of one signature by each key of the message beside it.
    ///
    /// Equal messages are refused, which is what keeps the basic scheme safe from keys chosen to cancel
    /// others (draft-irtf-cfrg-bls-signature, section 3.1). Without messages only ``zero`` is right.
    ///
    /// - Complexity: One hash to the curve and one Miller loop for each message, one final exponentiation.
    public func verifiesAggregate(
        _ signed: [(key: BLSPublicKey, message: [UInt8])],
        domain: SignatureDomain = .basicG2
    ) -> Bool {
        guard !signed.isEmpty else { return point.isInfinity }
        guard Set(signed.map(\.message)).count == signed.count else { return false }
        let pairing = PairingContext(domain: domain)
        for (index, entry) in signed.enumerated() {
            let signature = index == 0 ? point.affine : nil
            guard pairing.add(entry.key.point.affine, signature: signature, entry.message) else {
                return false
            }
        }
        return pairing.verify()
    }
}

/// blst's accumulator of Miller loops, whose size is only known at run time.
@safe private final class PairingContext {
    private let words: UnsafeMutablePointer<UInt64>
    private let handle: OpaquePointer
    // blst keeps a pointer to the tag, so it must live as long as the context.
    private let domain: UnsafeMutableBufferPointer<UInt8>

    init(domain tag: SignatureDomain) {
        let count = (blst_pairing_sizeof() + 7) / 8
        unsafe words = .allocate(capacity: count)
        unsafe words.initialize(repeating: 0, count: count)
        unsafe handle = OpaquePointer(words)
        unsafe domain = .allocate(capacity: tag.bytes.count)
        _ = unsafe domain.initialize(from: tag.bytes)
        unsafe blst_pairing_init(handle, true, domain.baseAddress, domain.count)
    }

    deinit {
        unsafe words.deallocate()
        unsafe domain.deallocate()
    }

    func add(_ key: blst_p1_affine, signature: blst_p2_affine?, _ message: [UInt8]) -> Bool {
        let status = unsafe withUnsafePointer(to: key) { key in
            guard let signature else {
                return unsafe blst_pairing_aggregate_pk_in_g1(
                    handle,
                    key,
                    nil,
                    message,
                    message.count,
                    nil,
                    0
                )
            }
            return unsafe withUnsafePointer(to: signature) { signature in
                unsafe blst_pairing_aggregate_pk_in_g1(
                    handle,
                    key,
                    signature,
                    message,
                    message.count,
                    nil,
                    0
                )
            }
        }
        return status == BLST_SUCCESS
    }

    func verify() -> Bool {
        unsafe blst_pairing_commit(handle)
        return unsafe blst_pairing_finalverify(handle, nil)
    }
}

// MARK: - Hash to the curve

extension SignatureDomain {
    /// Returns the point of G2 that `message` hashes to, both coordinates (RFC 9380, random oracle).
    public func hashToG2(_ message: [UInt8]) -> [UInt8] {
        GroupG2.serialize(GroupG2.hash(message, domain: bytes))
    }

    /// Returns the point of G1 that `message` hashes to, both coordinates (RFC 9380, random oracle).
    public func hashToG1(_ message: [UInt8]) -> [UInt8] {
        GroupG1.serialize(GroupG1.hash(message, domain: bytes))
    }
}
