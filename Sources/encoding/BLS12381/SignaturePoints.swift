internal import CBlst

/// Why bytes are not a point that a BLS signature scheme accepts.
public enum BLSPointError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The byte count is neither that of the compressed nor that of the plain form.
    case wrongLength(expected: Int, found: Int)
    /// A flag bit or a coordinate is out of range.
    case invalidEncoding
    /// No point of the curve has these coordinates.
    case notOnCurve
    /// The point lies on the curve, outside the subgroup of prime order.
    case notInGroup
    /// The point is the identity, which no public key may be.
    case infinity

    public var description: String {
        switch self {
        case .wrongLength(let expected, let found):
            "a point has \(expected) bytes, not \(found)"
        case .invalidEncoding: "the flags or coordinates of the point are out of range"
        case .notOnCurve: "the point is not on the curve"
        case .notInGroup: "the point is not in the subgroup of prime order"
        case .infinity: "a public key may not be the point at infinity"
        }
    }

    /// The error for a status of blst other than success.
    init(_ status: BLST_ERROR) {
        self =
            switch status {
            case BLST_POINT_NOT_ON_CURVE: .notOnCurve
            case BLST_POINT_NOT_IN_GROUP: .notInGroup
            case BLST_PK_IS_INFINITY: .infinity
            default: .invalidEncoding
            }
    }
}

/// One of the two source groups of the pairing, as blst implements it.
///
/// G1 is the curve over the prime field (48-byte points), G2 its twist over the quadratic extension
/// (96-byte points). Points are written as in Zcash: big-endian coordinates, the three top bits of the
/// first byte being the flags "compressed", "infinity" and "greater y".
@safe struct CurvePoint<Group: CurveGroup>: Sendable {
    let affine: Group.Affine

    init(affine: Group.Affine) {
        self.affine = affine
    }

    /// Reads a compressed point and checks that it belongs to the subgroup.
    init(compressed bytes: [UInt8]) throws(BLSPointError) {
        guard bytes.count == Group.compressedByteCount else {
            throw .wrongLength(expected: Group.compressedByteCount, found: bytes.count)
        }
        try self.init(reading: bytes, with: Group.uncompress)
    }

    /// Reads a point in the plain form, both coordinates, and checks that it belongs to the subgroup.
    init(uncompressed bytes: [UInt8]) throws(BLSPointError) {
        guard bytes.count == 2 * Group.compressedByteCount else {
            throw .wrongLength(expected: 2 * Group.compressedByteCount, found: bytes.count)
        }
        // blst also takes the compressed form here; the flag would make it ignore half of the bytes.
        guard bytes[0] & 0x80 == 0 else { throw .invalidEncoding }
        try self.init(reading: bytes, with: Group.deserialize)
    }

    private init(
        reading bytes: [UInt8],
        with read: (inout Group.Affine, [UInt8]) -> BLST_ERROR
    ) throws(BLSPointError) {
        var affine = Group.zero
        let status = read(&affine, bytes)
        guard status == BLST_SUCCESS else { throw BLSPointError(status) }
        guard Group.isInGroup(affine) else { throw .notInGroup }
        self.affine = affine
    }

    var isInfinity: Bool { Group.isInfinity(affine) }
    var compressed: [UInt8] { Group.compress(affine) }
    var uncompressed: [UInt8] { Group.serialize(affine) }
}

/// The operations of blst on one group, so that both signature schemes share the code above.
protocol CurveGroup: Sendable {
    associatedtype Affine: Sendable
    static var compressedByteCount: Int { get }
    static var zero: Affine { get }
    static func uncompress(_ point: inout Affine, _ bytes: [UInt8]) -> BLST_ERROR
    static func deserialize(_ point: inout Affine, _ bytes: [UInt8]) -> BLST_ERROR
    static func isInGroup(_ point: Affine) -> Bool
    static func isInfinity(_ point: Affine) -> Bool
    static func compress(_ point: Affine) -> [UInt8]
    static func serialize(_ point: Affine) -> [UInt8]
    static func hash(_ message: [UInt8], domain: [UInt8]) -> Affine
    static func sum(_ points: [Affine]) -> Affine
}

/// The curve over the prime field: public keys of Filecoin, signatures of drand's quicknet.
enum GroupG1: CurveGroup {
    static let compressedByteCount = 48
    static var zero: blst_p1_affine { blst_p1_affine() }

    static func uncompress(_ point: inout blst_p1_affine, _ bytes: [UInt8]) -> BLST_ERROR {
        unsafe blst_p1_uncompress(&point, bytes)
    }

    static func deserialize(_ point: inout blst_p1_affine, _ bytes: [UInt8]) -> BLST_ERROR {
        unsafe blst_p1_deserialize(&point, bytes)
    }

    static func isInGroup(_ point: blst_p1_affine) -> Bool {
        unsafe withUnsafePointer(to: point) { unsafe blst_p1_affine_in_g1($0) }
    }

    static func isInfinity(_ point: blst_p1_affine) -> Bool {
        unsafe withUnsafePointer(to: point) { unsafe blst_p1_affine_is_inf($0) }
    }

    static func compress(_ point: blst_p1_affine) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 48)
        unsafe withUnsafePointer(to: point) { unsafe blst_p1_affine_compress(&bytes, $0) }
        return bytes
    }

    static func serialize(_ point: blst_p1_affine) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 96)
        unsafe withUnsafePointer(to: point) { unsafe blst_p1_affine_serialize(&bytes, $0) }
        return bytes
    }

    static func hash(_ message: [UInt8], domain: [UInt8]) -> blst_p1_affine {
        var point = blst_p1()
        unsafe blst_hash_to_g1(&point, message, message.count, domain, domain.count, nil, 0)
        return affine(point)
    }

    static func sum(_ points: [blst_p1_affine]) -> blst_p1_affine {
        var total = blst_p1()  // all zero is the point at infinity
        for point in points {
            var sum = blst_p1()
            unsafe withUnsafePointer(to: point) {
                unsafe blst_p1_add_or_double_affine(&sum, &total, $0)
            }
            total = sum
        }
        return affine(total)
    }

    static func affine(_ point: blst_p1) -> blst_p1_affine {
        var affine = blst_p1_affine()
        unsafe withUnsafePointer(to: point) { unsafe blst_p1_to_affine(&affine, $0) }
        return affine
    }
}

/// The twist over the quadratic extension: signatures of Filecoin, public keys of drand's quicknet.
enum GroupG2: CurveGroup {
    static let compressedByteCount = 96
    static var zero: blst_p2_affine { blst_p2_affine() }

    static func uncompress(_ point: inout blst_p2_affine, _ bytes: [UInt8]) -> BLST_ERROR {
        unsafe blst_p2_uncompress(&point, bytes)
    }

    static func deserialize(_ point: inout blst_p2_affine, _ bytes: [UInt8]) -> BLST_ERROR {
        unsafe blst_p2_deserialize(&point, bytes)
    }

    static func isInGroup(_ point: blst_p2_affine) -> Bool {
        unsafe withUnsafePointer(to: point) { unsafe blst_p2_affine_in_g2($0) }
    }

    static func isInfinity(_ point: blst_p2_affine) -> Bool {
        unsafe withUnsafePointer(to: point) { unsafe blst_p2_affine_is_inf($0) }
    }

    static func compress(_ point: blst_p2_affine) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 96)
        unsafe withUnsafePointer(to: point) { unsafe blst_p2_affine_compress(&bytes, $0) }
        return bytes
    }

    static func serialize(_ point: blst_p2_affine) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 192)
        unsafe withUnsafePointer(to: point) { unsafe blst_p2_affine_serialize(&bytes, $0) }
        return bytes
    }

    static func hash(_ message: [UInt8], domain: [UInt8]) -> blst_p2_affine {
        var point = blst_p2()
        unsafe blst_hash_to_g2(&point, message, message.count, domain, domain.count, nil, 0)
        return affine(point)
    }

    static func sum(_ points: [blst_p2_affine]) -> blst_p2_affine {
        var total = blst_p2()  // all zero is the point at infinity
        for point in points {
            var sum = blst_p2()
            unsafe withUnsafePointer(to: point) {
                unsafe blst_p2_add_or_double_affine(&sum, &total, $0)
            }
            total = sum
        }
        return affine(total)
    }

    static func affine(_ point: blst_p2) -> blst_p2_affine {
        var affine = blst_p2_affine()
        unsafe withUnsafePointer(to: point) { unsafe blst_p2_to_affine(&affine, $0) }
        return affine
    }
}
