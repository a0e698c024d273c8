internal import CBlst

/// A point of G1, the curve over the prime field, in affine coordinates.
///
/// The memory layout is that of the C kernels (12 words, all zero at infinity), so that an array of points
/// is handed to a kernel, or mapped from a file, without copying.
@safe public struct G1Affine: Sendable {
    var raw: blst_p1_affine

    init(raw: blst_p1_affine) {
        self.raw = raw
    }

    /// The size of the compressed form; the plain form has twice as many bytes.
    public static let compressedByteCount: Int = 48

    /// The generator of the subgroup of order r.
    public static let generator: G1Affine = G1Affine(
        raw: unsafe blst_p1_affine_generator().pointee
    )

    /// The neutral element.
    public static let infinity: G1Affine = G1Affine(raw: blst_p1_affine())

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
        var point = GroupG1.zero
        let status = GroupG1.uncompress(&point, bytes)
        guard status == BLST_SUCCESS else { throw BLSPointError(status) }
        guard !checkingSubgroup || GroupG1.isInGroup(point) else { throw .notInGroup }
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
        var point = GroupG1.zero
        let status = GroupG1.deserialize(&point, bytes)
        guard status == BLST_SUCCESS else { throw BLSPointError(status) }
        guard !checkingSubgroup || GroupG1.isInGroup(point) else { throw .notInGroup }
        raw = point
    }

    /// The compressed form.
    public var compressed: [UInt8] { GroupG1.compress(raw) }

    /// The plain form.
    public var uncompressed: [UInt8] { GroupG1.serialize(raw) }

    /// Whether this is the neutral element.
    public var isInfinity: Bool { GroupG1.isInfinity(raw) }

    /// Whether the point lies in the subgroup of order r.
    public var isInSubgroup: Bool { GroupG1.isInGroup(raw) }

    public static prefix func - (point: G1Affine) -> G1Affine {
        var projective = G1(point)
        projective.negate()
        return projective.affine
    }
}

extension G1Affine: Hashable {
    public static func == (a: Self, b: Self) -> Bool {
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p1_affine_is_equal(left, right)
            }
        }
    }

    public func hash(into hasher: inout Hasher) {
        unsafe withUnsafeBytes(of: raw) { unsafe hasher.combine(bytes: $0) }
    }
}

/// A point of G1 in projective coordinates, in which sums need no inversion.
@safe public struct G1: Sendable {
    typealias CPoint = blst_p1

    var raw: CPoint

    /// Creates the projective form of an affine point.
    public init(_ point: G1Affine) {
        raw = blst_p1()
        unsafe withUnsafePointer(to: point.raw) { unsafe blst_p1_from_affine(&raw, $0) }
    }

    init(raw: blst_p1) {
        self.raw = raw
    }

    /// The neutral element.
    public static let zero: G1 = G1(raw: blst_p1())

    /// The generator of the subgroup of order r.
    public static let generator: G1 = G1(G1Affine.generator)

    /// The affine form; costs an inversion.
    public var affine: G1Affine { G1Affine(raw: GroupG1.affine(raw)) }

    /// Returns the affine forms of many points, for the price of one inversion.
    public static func affine(_ points: [G1]) -> [G1Affine] {
        guard !points.isEmpty else { return [] }
        let raw = points.map(\.raw)
        let result = unsafe [blst_p1_affine](unsafeUninitializedCapacity: raw.count) {
            buffer,
            count in
            unsafe raw.withUnsafeBufferPointer { list in
                // A null after the first pointer means that the points lie one after another.
                let pointers: [UnsafePointer<blst_p1>?] = unsafe [list.baseAddress, nil]
                unsafe blst_p1s_to_affine(buffer.baseAddress, pointers, list.count)
            }
            count = raw.count
        }
        return result.map { G1Affine(raw: $0) }
    }

    /// Whether this is the neutral element.
    public var isZero: Bool {
        unsafe withUnsafePointer(to: raw) { unsafe blst_p1_is_inf($0) }
    }

    /// Negates the point in place.
    public mutating func negate() {
        unsafe blst_p1_cneg(&raw, true)
    }

    public static func + (a: G1, b: G1) -> G1 {
        var sum = blst_p1()
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p1_add_or_double(&sum, left, right)
            }
        }
        return G1(raw: sum)
    }

    public static func + (a: G1, b: G1Affine) -> G1 {
        var sum = blst_p1()
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p1_add_or_double_affine(&sum, left, right)
            }
        }
        return G1(raw: sum)
    }

    public static func += (a: inout G1, b: G1) { a = a + b }

    public static func += (a: inout G1, b: G1Affine) { a = a + b }

    /// Returns the multiple of the point.
    ///
    /// The running time depends on neither operand.
    public static func * (point: G1, scalar: Fr) -> G1 {
        var product = blst_p1()
        let bytes = scalar.littleEndianBytes
        unsafe withUnsafePointer(to: point.raw) {
            unsafe blst_p1_mult(&product, $0, bytes, 255)
        }
        return G1(raw: product)
    }
}

extension G1: Equatable {
    public static func == (a: Self, b: Self) -> Bool {
        unsafe withUnsafePointer(to: a.raw) { left in
            unsafe withUnsafePointer(to: b.raw) { right in
                unsafe blst_p1_is_equal(left, right)
            }
        }
    }
}
