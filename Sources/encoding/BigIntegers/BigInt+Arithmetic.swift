extension BigInt {
    @inlinable
    public static func + (a: Self, b: Self) -> Self {
        if case .small(let a) = a.storage, case .small(let b) = b.storage {
            let (sum, overflow) = a.addingReportingOverflow(b)
            if !overflow { return Self(small: sum) }
        }
        return largeSum(a, b, negatingSecond: false)
    }

    @inlinable
    public static func - (a: Self, b: Self) -> Self {
        if case .small(let a) = a.storage, case .small(let b) = b.storage {
            let (difference, overflow) = a.subtractingReportingOverflow(b)
            if !overflow { return Self(small: difference) }
        }
        return largeSum(a, b, negatingSecond: true)
    }

    @inlinable
    public static func * (a: Self, b: Self) -> Self {
        if case .small(let a) = a.storage, case .small(let b) = b.storage {
            if let a = Int64(exactly: a), let b = Int64(exactly: b) {
                let product = a.multipliedFullWidth(by: b)
                return Self(small: Int128(product.high) << 64 | Int128(product.low))
            }
            let (product, overflow) = a.multipliedReportingOverflow(by: b)
            if !overflow { return Self(small: product) }
        }
        return largeProduct(a, b)
    }

    /// Divides, rounding towards zero, and traps when `b` is zero.
    @inlinable
    public static func / (a: Self, b: Self) -> Self {
        a.quotientAndRemainder(dividingBy: b).quotient
    }

    /// The remainder of a division that rounds towards zero.
    ///
    /// It has the sign of `a`. Traps when `b` is zero.
    @inlinable
    public static func % (a: Self, b: Self) -> Self {
        a.quotientAndRemainder(dividingBy: b).remainder
    }

    @inlinable
    public static prefix func - (a: Self) -> Self {
        if case .small(let value) = a.storage, value != .min { return Self(small: -value) }
        return largeNegation(a)
    }

    @inlinable
    public static func += (a: inout Self, b: Self) { a = a + b }

    @inlinable
    public static func -= (a: inout Self, b: Self) { a = a - b }

    @inlinable
    public static func *= (a: inout Self, b: Self) { a = a * b }

    @inlinable
    public static func /= (a: inout Self, b: Self) { a = a / b }

    /// Divides, rounding towards zero; the remainder has the sign of the dividend.
    ///
    /// - Precondition: `divisor` is not zero.
    @inlinable
    public func quotientAndRemainder(
        dividingBy divisor: Self
    ) -> (quotient: Self, remainder: Self) {
        precondition(!divisor.isZero, "division by zero")
        if case .small(let a) = storage, case .small(let b) = divisor.storage {
            if let a = Int64(exactly: a), let b = Int64(exactly: b), b != -1 {
                let result = a.quotientAndRemainder(dividingBy: b)
                return (Self(result.quotient), Self(result.remainder))
            }
            if !(a == .min && b == -1) {
                let result = a.quotientAndRemainder(dividingBy: b)
                return (Self(small: result.quotient), Self(small: result.remainder))
            }
        }
        return Self.largeDivision(self, divisor)
    }

    /// Divides, rounding down: the remainder has the sign of the divisor.
    ///
    /// - Precondition: `divisor` is not zero.
    @inlinable
    public func floorDivided(by divisor: Self) -> (quotient: Self, remainder: Self) {
        var (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        if !remainder.isZero && remainder.isNegative != divisor.isNegative {
            quotient -= .one
            remainder += divisor
        }
        return (quotient, remainder)
    }

    /// Divides so that the remainder is not negative: Go's `big.Int.Div` and `Mod`, hence the actors'.
    ///
    /// - Precondition: `divisor` is not zero.
    @inlinable
    public func euclideanDivided(by divisor: Self) -> (quotient: Self, remainder: Self) {
        var (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        if remainder.isNegative {
            if divisor.isNegative {
                quotient += .one
                remainder -= divisor
            } else {
                quotient -= .one
                remainder += divisor
            }
        }
        return (quotient, remainder)
    }

    /// Returns the value to the power of `exponent`; any value to the power of 0 is 1.
    ///
    /// - Precondition: `exponent` is not negative.
    public func power(_ exponent: Int) -> Self {
        precondition(exponent >= 0, "an exponent is not negative")
        var result = Self.one
        var base = self
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= base }
            rest >>= 1
            if rest > 0 { base *= base }
        }
        return result
    }

    /// Multiplies by a power of two; a negative `count` shifts right.
    public static func << (a: Self, count: Int) -> Self {
        guard count >= 0 else { return a >> -count }
        if case .small(let value) = a.storage {
            if value == 0 { return a }
            let room = (value < 0 ? ~value : value).leadingZeroBitCount - 1
            if count <= room { return Self(small: value << Int128(count)) }
        }
        if let shifted = InlineMagnitude(a)?.shiftedLeft(by: count) {
            return Self(shifted, isNegative: a.isNegative)
        }
        return Self(words: Limbs.shiftedLeft(a.limbs, by: count), isNegative: a.isNegative)
    }

    /// Divides by a power of two, rounding down (an arithmetic shift); a negative `count` shifts left.
    public static func >> (a: Self, count: Int) -> Self {
        guard count >= 0 else { return a << -count }
        if case .small(let value) = a.storage {
            return Self(small: value >> Int128(min(count, 127)))
        }
        if let magnitude = InlineMagnitude(a) {
            // Rounding down moves a negative value away from zero.
            let shifted = magnitude.shiftedRight(by: count, roundingUp: a.isNegative)
            return Self(shifted, isNegative: a.isNegative)
        }
        let limbs = a.limbs
        let shifted = Self(words: Limbs.shiftedRight(limbs, by: count), isNegative: a.isNegative)
        let lostBits = a.isNegative && Limbs.hasBits(limbs, below: count)
        return lostBits ? shifted - .one : shifted
    }
}

extension BigInt {
    /// Returns `a * b / 2^shift + c`, the quotient rounded down: one step of Horner's rule on fixed-point
    /// numbers.
    ///
    /// The same as the three operators, without values in between that would need memory.
    public static func multiplyShiftAdd(_ a: Self, _ b: Self, shift: Int, _ c: Self) -> Self {
        precondition(shift >= 0, "a shift to the right is not negative")
        let half = InlineMagnitude.capacity / 2
        guard let aShort = InlineMagnitude(a, limit: half),
            let bShort = InlineMagnitude(b, limit: half)
        else { return ((a * b) >> shift) + c }
        let isNegative = a.isNegative != b.isNegative
        let quotient = InlineMagnitude.product(aShort, bShort)
            .shiftedRight(by: shift, roundingUp: isNegative)
        return Self(quotient, isNegative: isNegative) + c
    }
}

// MARK: - Beyond 128 bits

extension BigInt {
    @usableFromInline
    static func largeNegation(_ a: Self) -> Self { Self(words: a.limbs, isNegative: !a.isNegative) }

    @usableFromInline
    static func largeSum(_ a: Self, _ b: Self, negatingSecond: Bool) -> Self {
        let bNegative = b.isNegative != negatingSecond
        if let aShort = InlineMagnitude(a), let bShort = InlineMagnitude(b) {
            if a.isNegative != bNegative {
                return InlineMagnitude.compare(aShort, bShort) >= 0
                    ? Self(InlineMagnitude.difference(aShort, bShort), isNegative: a.isNegative)
                    : Self(InlineMagnitude.difference(bShort, aShort), isNegative: bNegative)
            }
            if let sum = InlineMagnitude.sum(aShort, bShort) {
                return Self(sum, isNegative: a.isNegative)
            }
        }
        let aLimbs = a.limbs
        let bLimbs = b.limbs
        if a.isNegative == bNegative {
            return Self(words: Limbs.sum(aLimbs, bLimbs), isNegative: a.isNegative)
        }
        let order = Limbs.compare(aLimbs, bLimbs)
        if order == 0 { return .zero }
        if order > 0 {
            return Self(words: Limbs.difference(aLimbs, bLimbs), isNegative: a.isNegative)
        }
        return Self(words: Limbs.difference(bLimbs, aLimbs), isNegative: bNegative)
    }

    @usableFromInline
    static func largeProduct(_ a: Self, _ b: Self) -> Self {
        let half = InlineMagnitude.capacity / 2
        if let aShort = InlineMagnitude(a, limit: half),
            let bShort = InlineMagnitude(b, limit: half)
        {
            let product = InlineMagnitude.product(aShort, bShort)
            return Self(product, isNegative: a.isNegative != b.isNegative)
        }
        return Self(
            words: Limbs.product(a.limbs, b.limbs),
            isNegative: a.isNegative != b.isNegative
        )
    }

    @usableFromInline
    static func largeDivision(_ a: Self, _ b: Self) -> (quotient: Self, remainder: Self) {
        if let aShort = InlineMagnitude(a), let bShort = InlineMagnitude(b) {
            let result = InlineMagnitude.quotientAndRemainder(aShort, by: bShort)
            return (
                Self(result.quotient, isNegative: a.isNegative != b.isNegative),
                Self(result.remainder, isNegative: a.isNegative)
            )
        }
        let (quotient, remainder) = Limbs.quotientAndRemainder(a.limbs, by: b.limbs)
        return (
            Self(words: quotient, isNegative: a.isNegative != b.isNegative),
            Self(words: remainder, isNegative: a.isNegative)
        )
    }
}
