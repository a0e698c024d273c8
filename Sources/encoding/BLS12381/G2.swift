internal import CBlst

/// A point of G2, the curve's twist over the quadratic extension field, in affine coordinates.
///
/// The memory layout is that of the C kernels (24 words, all zero at infinity), so that an array of points
/// is handed to a kernel, or mapped from a file, without copying.
@safe public struct G2Affine: Sendable {
    var raw: blst_p2_affine

    init(raw: blst_p2_affine) {
        self.raw = raw
    }

    /// The size of the compressed form; the plain form has twice as many bytes.
    public static let compressedByteCount: Int = 96

    /// The generator of the subgroup of order r.
    public static let generator: G2Affine = G2Affine(
        raw: unsafe blst_p2_affine_generator().pointee
    )

    /// The neutral element.
    public static let infinity: G2Affine = G2Affine(raw: blst_p2_affine())

    /// Reads the compressed form: big-endian x, flags in the top three bits (0x80 compressed, 0x40 infinity,
    /// 0x20 greater y).
    ///
    /// - Parameters:
    ///   - bytes: The encoding.
    ///   - checkingSubgroup: Pass false only for points whose file was checked by its digest.
    /// - Throws: ``BLSPointError``, also for a point of the curve outside the subgroup of order r.
    public init(compressed bytes: [UInt8], checkingSubgroup: Bool = true) throws(BLSPointError) {
        guard bytes.count == Self.compressedByteCount else {
            throw .wrongLength(expected: Self.compressedByteCount, found: bytes.count)
        }
        var point = GroupG2.zero
        let status = GroupG2.uncompress(&point, bytes)
        guard status == BLST_SUCCESS else { throw BLSPointError(status) }
        guard !checkingSubgroup || GroupG2.isInGroup(point) else { throw .notInGroup }
        raw = point
    }

    /// Reads the plain form, both coordinates big-endian, with the same flags.
    ///
    /// - Parameters:
    ///   - bytes: The encoding.
    ///   - checkingSubgroup: Pass false only for points whose file was checked by its digest.
    /// - Throws: ``BLSPointError``, also for a point of the curve outside the subgroup of order r.
    public init(uncompressed bytes: [UInt8], checkingSubgroup: Bool = true) throws(BLSPointError) {
        guard bytes.count == 2 * Self.compressedByteCount else {
            throw .wrongLength(expected: 2 * Self.compressedByteCount, found: bytes.count)
        }
        guard bytes[0] & 0x80 == 0 else { throw .invalidEncoding }
        var point = GroupG2.zero
        let status = GroupG2.deserialize(&point, bytes)
        guard status == BLST_SUCCESS else { throw BLSPointError(status) }
        guard !checkingSubgroup || GroupG2.isInGroup(point) else { throw .notInGroup }
        raw = point
    }

    /// The compressed form.
    public var compressed: [UInt8] { GroupG2.compress(raw) }

    /// The plain form.
    public var uncompressed: [UInt8] { GroupG2.serialize(raw) }

    /// Whether this is the neutral element.
    public var isInfinity: Bool { GroupG2.isInfinity(raw) }

    /// Whether the point lies in the subgroup of order r.
    public var isInSubgroup: Bool { GroupG2.isInGroup(raw) }

    public static prefix func - (point: G2Affine) -> G2Affine {
        var projective = G2(point)
        projective.negate()
        return projective.affine
    }
}

extension G2Affine: Hashable {
    public static func == (a: Self, b: Self) -> Bool {
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p2_affine_is_equal(left, right)
            }
        }
    }

    public func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes(of: raw) { unsafe hasher.combine(bytes: $0) }
    }
}

/// A point of G2 in projective coordinates, in which sums need no inversion.
@safe public struct G2: Sendable {
    typealias CPoint = blst_p2

    var raw: CPoint

    /// Creates the projective form of an affine point.
    public init(_ point: G2Affine) {
        raw = blst_p2()
        unsafe withUnsafePointer(to: point.raw) { unsafe blst_p2_from_affine(&raw, $0) }
    }

    init(raw: blst_p2) {
        self.raw = raw
    }

    /// The neutral element.
    public static let zero: G2 = G2(raw: blst_p2())

    /// The generator of the subgroup of order r.
    public static let generator: G2 = G2(G2Affine.generator)

    /// The affine form; costs an inversion.
    public var affine: G2Affine { G2Affine(raw: GroupG2.affine(raw)) }

    /// Returns the affine forms of many points, for the price of one inversion.
    public static func affine(_ points: [G2]) -> [G2Affine] {
        guard !points.isEmpty else { return [] }
        let raw = points.map(\.raw)
        let result = unsafe [blst_p2_affine](unsafeUninitializedCapacity: raw.count) {
            buffer,
            count in
            unsafe raw.withUnsafeBufferPointer { list in
                // A null after the first pointer means that the points lie one after another.
                let pointers: [UnsafePointer<blst_p2>?] = unsafe [list.baseAddress, nil]
                unsafe blst_p2s_to_affine(buffer.baseAddress, pointers, list.count)
            }
            count = raw.count
        }
        return result.map { G2Affine(raw: $0) }
    }

    /// Whether this is the neutral element.
    public var isZero: Bool {
        unsafe withUnsafePointer(to: raw) { unsafe blst_p2_is_inf($0) }
    }

    /// Negates the point in place.
    public mutating func negate() {
        unsafe blst_p2_cneg(&raw, true)
    }

    public static func + (a: G2, b: G2) -> G2 {
        var sum = blst_p2()
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p2_add_or_double(&sum, left, right)
            }
        }
        return G2(raw: sum)
    }

    public static func + (a: G2, b: G2Affine) -> G2 {
        var sum = blst_p2()
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p2_add_or_double_affine(&sum, left, right)
            }
        }
        return G2(raw: sum)
    }

    public static func += (a: inout G2, b: G2) { a = a + b }

    public static func += (a: inout G2, b: G2Affine) { a = a + b }

    /// Returns the multiple of the point.
    ///
    /// The running time depends on neither operand.
    public static func * (point: G2, scalar: Fr) -> G2 {
        var product = blst_p2()
        let bytes = scalar.littleEndianBytes
        unsafe withUnsafePointer(to: point.raw) {
            unsafe blst_p2_mult(&product, $0, bytes, 255)
        }
        return G2(raw: product)
    }
}

extension G2: Equatable {
    public static func == (a: Self, b: Self) -> Bool {
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p2_is_equal(left, right)
            }
        }
    }
}
