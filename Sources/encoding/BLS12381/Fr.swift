internal import CFieldKernels

/// An element of the scalar field of BLS12-381, the field in which the proofs compute.
///
/// The modulus r is 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001 (255 bits). Filecoin
/// writes an element as its 32-byte little-endian canonical integer; a *node* of a sector's trees is one.
///
/// The memory layout is four little-endian 64-bit limbs in Montgomery form, the layout of the C kernels,
/// so that an array of elements is handed to a kernel without copying.
public struct Fr: Hashable, Sendable {
    var l0: UInt64
    var l1: UInt64
    var l2: UInt64
    var l3: UInt64

    init(_ raw: vk_fr) {
        l0 = raw.l.0
        l1 = raw.l.1
        l2 = raw.l.2
        l3 = raw.l.3
    }

    var raw: vk_fr { vk_fr(l: (l0, l1, l2, l3)) }

    /// The number of bytes of an encoded element.
    public static let byteCount: Int = 32

    /// The neutral element of addition.
    public static let zero: Fr = Fr(vk_fr(l: (0, 0, 0, 0)))

    /// The neutral element of multiplication.
    public static let one: Fr = Fr(1)

    /// The smallest generator of the multiplicative group: 7, which also shifts the FFT's coset.
    public static let multiplicativeGenerator: Fr = Fr(7)

    /// The exponent of two in r - 1: roots of unity exist for domains up to 2^32.
    public static let twoAdicity: Int = 32

    /// A primitive root of unity of order 2^32: 7 to the power (r-1)/2^32.
    public static let rootOfUnity: Fr = {
        // (r - 1) / 2^32, as little-endian limbs.
        let exponent: [UInt64] = [
            0xfffe_5bfe_ffff_ffff, 0x09a1_d805_53bd_a402, 0x299d_7d48_3339_d808,
            0x0000_0000_73ed_a753,
        ]
        return multiplicativeGenerator.power(exponent)
    }()

    /// Creates the element of a small integer.
    public init(_ value: UInt64) {
        self.init(vk_fr_from_canonical(vk_fr(l: (value, 0, 0, 0))))
    }

    /// Creates the element of an integer given by four little-endian limbs; nil if it is not below r.
    public init?(canonicalLimbs limbs: (UInt64, UInt64, UInt64, UInt64)) {
        let plain = vk_fr(l: limbs)
        guard vk_fr_is_canonical(plain) else { return nil }
        self.init(vk_fr_from_canonical(plain))
    }

    /// Creates the element encoded by 32 little-endian bytes; nil on another length or if not below r.
    public init?(littleEndian bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            let shifted = UInt64(byte) << UInt64(8 * (index & 7))
            switch index >> 3 {
            case 0: limbs.0 |= shifted
            case 1: limbs.1 |= shifted
            case 2: limbs.2 |= shifted
            default: limbs.3 |= shifted
            }
        }
        self.init(canonicalLimbs: limbs)
    }

    /// Creates the element encoded by 32 big-endian bytes; nil on another length or if not below r.
    public init?(bigEndian bytes: some BidirectionalCollection<UInt8>) {
        self.init(littleEndian: Array(bytes.reversed()))
    }

    /// Returns a uniformly distributed element.
    public static func random(using generator: inout some RandomNumberGenerator) -> Fr {
        while true {
            // 255 random bits are below r in about nine of ten tries.
            let limbs = (
                generator.next(), generator.next(), generator.next(),
                generator.next() as UInt64 >> 1
            )
            if let element = Fr(canonicalLimbs: limbs) { return element }
        }
    }

    /// The canonical integer as four little-endian limbs.
    public var canonicalLimbs: (UInt64, UInt64, UInt64, UInt64) { vk_fr_to_canonical(raw).l }

    /// The 32-byte little-endian encoding.
    public var littleEndianBytes: [UInt8] {
        let limbs = canonicalLimbs
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        for limb in [limbs.0, limbs.1, limbs.2, limbs.3] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: limb >> shift))
            }
        }
        return bytes
    }

    /// The 32-byte big-endian encoding.
    public var bigEndianBytes: [UInt8] { littleEndianBytes.reversed() }

    /// Whether this is the neutral element of addition.
    public var isZero: Bool { (l0 | l1 | l2 | l3) == 0 }

    /// The value of bit `index` of the canonical integer, 0 being the least significant.
    public func bit(_ index: Int) -> Bool {
        let limbs = canonicalLimbs
        let limb =
            switch index >> 6 {
            case 0: limbs.0
            case 1: limbs.1
            case 2: limbs.2
            default: limbs.3
            }
        return (limb >> UInt64(index & 63)) & 1 == 1
    }
}

// MARK: - Arithmetic

extension Fr {
    public static func + (a: Fr, b: Fr) -> Fr { Fr(vk_fr_add(a.raw, b.raw)) }
    public static func - (a: Fr, b: Fr) -> Fr { Fr(vk_fr_sub(a.raw, b.raw)) }
    public static func * (a: Fr, b: Fr) -> Fr { Fr(vk_fr_mul(a.raw, b.raw)) }
    public static prefix func - (a: Fr) -> Fr { Fr(vk_fr_neg(a.raw)) }
    public static func += (a: inout Fr, b: Fr) { a = a + b }
    public static func -= (a: inout Fr, b: Fr) { a = a - b }
    public static func *= (a: inout Fr, b: Fr) { a = a * b }

    /// Returns the square.
    public func squared() -> Fr { Fr(vk_fr_sqr(raw)) }

    /// Returns twice the element.
    public func doubled() -> Fr { self + self }

    /// Returns the inverse, or nil for zero.
    public func inverted() -> Fr? { isZero ? nil : Fr(vk_fr_inv(raw)) }

    /// Returns the power with an exponent of little-endian limbs.
    public func power(_ exponent: [UInt64]) -> Fr {
        var result = Fr.one
        for limb in exponent.reversed() {
            for bit in (0..<64).reversed() {
                result = result.squared()
                if (limb >> UInt64(bit)) & 1 == 1 { result *= self }
            }
        }
        return result
    }

    /// Returns the power with a small exponent.
    public func power(_ exponent: UInt64) -> Fr { power([exponent]) }
}

extension Fr: CustomStringConvertible {
    /// The canonical integer as 0x and 64 hexadecimal digits.
    public var description: String {
        let digits: [UInt8] = Array("0123456789abcdef".utf8)
        var text: [UInt8] = Array("0x".utf8)
        for byte in bigEndianBytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

// MARK: - Arrays

extension Fr {
    /// Returns the sum of the products of two arrays of equal length.
    public static func dot(_ a: [Fr], _ b: [Fr]) -> Fr {
        precondition(a.count == b.count, "a dot product needs arrays of equal length")
        return unsafe a.withKernelPointer { left in
            unsafe b.withKernelPointer { right in
                Fr(unsafe vk_fr_dot(left, right, a.count))
            }
        }
    }

    /// Replaces each element by its inverse; zeros stay.
    ///
    /// Costs one inversion and three products each.
    public static func invertAll(_ elements: inout [Fr]) {
        var scratch: [Fr] = [Fr](repeating: .zero, count: elements.count)
        let count = elements.count
        unsafe elements.withMutableKernelPointer { pointer in
            unsafe scratch.withMutableKernelPointer { spare in
                unsafe vk_fr_invert_all(pointer, spare, count)
            }
        }
    }

    /// Returns start, start * ratio, start * ratio^2, ...
    public static func powers(of ratio: Fr, from start: Fr = .one, count: Int) -> [Fr] {
        var result: [Fr] = [Fr](repeating: .zero, count: count)
        unsafe result.withMutableKernelPointer { pointer in
            unsafe vk_fr_powers(pointer, start.raw, ratio.raw, count)
        }
        return result
    }

    /// The concatenated 32-byte little-endian encodings.
    public static func littleEndianBytes(of elements: [Fr]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: elements.count * byteCount) { buffer, count in
            if let base = buffer.baseAddress {
                unsafe elements.withKernelPointer { pointer in
                    unsafe vk_fr_to_bytes(base, pointer, elements.count)
                }
            }
            count = elements.count * byteCount
        }
    }
}

extension [Fr] {
    /// The elements in the kernels' type; both are four 64-bit limbs.
    func withKernelPointer<R>(_ body: (UnsafePointer<vk_fr>?) -> R) -> R {
        unsafe withUnsafeBytes { bytes in
            unsafe body(bytes.baseAddress?.assumingMemoryBound(to: vk_fr.self))
        }
    }

    mutating func withMutableKernelPointer<R>(_ body: (UnsafeMutablePointer<vk_fr>?) -> R) -> R {
        unsafe withUnsafeMutableBytes { bytes in
            unsafe body(bytes.baseAddress?.assumingMemoryBound(to: vk_fr.self))
        }
    }
}
