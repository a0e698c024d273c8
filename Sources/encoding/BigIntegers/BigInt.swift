/// An integer of any size, as a value.
///
/// What fits in 128 bits is kept inline and its arithmetic inlines into the caller: token amounts
/// (below 2^91) never allocate. Larger values are a sign and an array of 64-bit limbs, multiplied
/// and divided by GMP.
///
/// Division comes in three kinds, for negative operands differ: ``/(_:_:)`` truncates towards zero
/// as processors do, ``floorDivided(by:)`` rounds down, ``euclideanDivided(by:)`` leaves a
/// remainder that is never negative (what Go's `big.Int.Div` and `Mod` do).
@frozen
public struct BigInt: Sendable {
    /// Invariant: `large` holds only what does not fit in `small`, without leading zero limbs.
    @usableFromInline
    enum Storage: Sendable {
        case small(Int128)
        case large(isNegative: Bool, limbs: [UInt])
    }

    @usableFromInline
    var storage: Storage

    @inlinable
    init(small value: Int128) { storage = .small(value) }

    /// Zero.
    @inlinable
    public init() { storage = .small(0) }

    /// Converts an integer of a fixed or other size.
    @inlinable
    public init<Integer: BinaryInteger>(_ value: Integer) {
        if let small = Int128(exactly: value) {
            self.init(small: small)
        } else {
            self.init(words: Array(value.magnitude.words), isNegative: value < 0)
        }
    }

    /// Converts without checks that the value cannot fail.
    @inlinable
    public init(_ value: Int) { storage = .small(Int128(value)) }

    /// Converts without checks that the value cannot fail.
    @inlinable
    public init(_ value: Int64) { storage = .small(Int128(value)) }

    /// Converts without checks that the value cannot fail.
    @inlinable
    public init(_ value: UInt64) { storage = .small(Int128(value)) }

    /// Builds the value of little-endian `words`, which may have leading zeros.
    @usableFromInline
    init(words: [UInt], isNegative: Bool) {
        var limbs = words
        while limbs.last == 0 { limbs.removeLast() }
        guard limbs.count <= 2 else {
            storage = .large(isNegative: isNegative, limbs: limbs)
            return
        }
        var magnitude: UInt128 = 0
        if limbs.count > 0 { magnitude = UInt128(limbs[0]) }
        if limbs.count > 1 { magnitude |= UInt128(limbs[1]) << 64 }
        let limit = UInt128(Int128.max)
        if magnitude <= limit {
            storage = .small(isNegative ? -Int128(magnitude) : Int128(magnitude))
        } else if isNegative && magnitude == limit + 1 {
            storage = .small(Int128.min)
        } else {
            storage = .large(isNegative: isNegative, limbs: limbs)
        }
    }

    /// Zero.
    @inlinable
    public static var zero: Self { Self() }

    /// One.
    @inlinable
    public static var one: Self { Self(small: 1) }
}

// MARK: - Inspection

extension BigInt {
    /// Whether the value is zero.
    @inlinable
    public var isZero: Bool {
        if case .small(let value) = storage { value == 0 } else { false }
    }

    /// Whether the value is below zero.
    @inlinable
    public var isNegative: Bool {
        switch storage {
        case .small(let value): value < 0
        case .large(let isNegative, _): isNegative
        }
    }

    /// -1, 0 or 1.
    @inlinable
    public var signum: Int {
        switch storage {
        case .small(let value): Int(value.signum())
        case .large(let isNegative, _): isNegative ? -1 : 1
        }
    }

    /// The number of bits of the magnitude: 0 for zero, 8 for 255 and for -255.
    public var bitWidth: Int {
        switch storage {
        case .small(let value): 128 - value.magnitude.leadingZeroBitCount
        case .large(_, let limbs): limbs.count * 64 - (limbs.last ?? 0).leadingZeroBitCount
        }
    }

    /// The distance from zero.
    @inlinable
    public var magnitude: Self { isNegative ? -self : self }

    /// The value if it fits in 128 bits.
    @inlinable
    var small: Int128? {
        if case .small(let value) = storage { value } else { nil }
    }

    /// The magnitude, little-endian, without leading zero limbs.
    @usableFromInline
    var limbs: [UInt] {
        switch storage {
        case .large(_, let limbs):
            return limbs
        case .small(let value):
            let magnitude = value.magnitude
            let low = UInt(truncatingIfNeeded: magnitude)
            let high = UInt(truncatingIfNeeded: magnitude >> 64)
            if high != 0 { return [low, high] }
            return low == 0 ? [] : [low]
        }
    }
}

extension FixedWidthInteger {
    /// Converts `value` if it fits, else returns `nil`.
    @inlinable
    public init?(exactly value: BigInt) {
        guard let small = value.small else {
            // Only types wider than 128 bits could hold it, and there is none.
            return nil
        }
        self.init(exactly: small)
    }
}

extension UInt128 {
    /// Converts `value` if it fits, else returns `nil`.
    public init?(exactly value: BigInt) {
        let limbs = value.limbs
        guard limbs.count <= 2, !value.isNegative else { return nil }
        self = 0
        for (index, limb) in limbs.enumerated() { self |= UInt128(limb) << UInt128(64 * index) }
    }
}

extension BigInt: ExpressibleByIntegerLiteral {
    /// Takes a literal of up to 128 bits.
    @inlinable
    public init(integerLiteral value: Int128) { storage = .small(value) }
}

// MARK: - Order

extension BigInt: Equatable {
    @inlinable
    public static func == (a: Self, b: Self) -> Bool {
        switch (a.storage, b.storage) {
        case (.small(let a), .small(let b)):
            a == b
        case (.large(let aNegative, let aLimbs), .large(let bNegative, let bLimbs)):
            aNegative == bNegative && aLimbs == bLimbs
        default:
            false
        }
    }
}

extension BigInt: Hashable {
    public func hash(into hasher: inout Hasher) {
        switch storage {
        case .small(let value):
            hasher.combine(value)
        case .large(let isNegative, let limbs):
            hasher.combine(isNegative)
            hasher.combine(limbs)
        }
    }
}

extension BigInt: Comparable {
    @inlinable
    public static func < (a: Self, b: Self) -> Bool {
        if case .small(let a) = a.storage, case .small(let b) = b.storage { return a < b }
        return largeLess(a, b)
    }

    @usableFromInline
    static func largeLess(_ a: Self, _ b: Self) -> Bool {
        if a.isNegative != b.isNegative { return a.isNegative }
        let order = Limbs.compare(a.limbs, b.limbs)
        return a.isNegative ? order > 0 : order < 0
    }
}
