internal import CGMP

/// A magnitude of up to eight limbs, little-endian, without an allocation.
///
/// What the actors compute with, Q.128 numbers and their products, never has more. Longer operands go
/// through ``Limbs``.
struct InlineMagnitude {
    /// How many limbs there is room for.
    static let capacity: Int = 8

    /// The limbs; those from `count` on are zero.
    private(set) var words: InlineArray<8, UInt> = InlineArray(repeating: 0)
    /// How many limbs are in use; the highest is not zero.
    private(set) var count: Int = 0

    init() {}

    /// The magnitude of a value, or nil if it has more than `limit` limbs.
    init?(_ value: BigInt, limit: Int = Self.capacity) {
        switch value.storage {
        case .small(let value):
            let magnitude = value.magnitude
            words[0] = UInt(truncatingIfNeeded: magnitude)
            words[1] = UInt(truncatingIfNeeded: magnitude >> 64)
            count = words[1] != 0 ? 2 : words[0] != 0 ? 1 : 0
        case .large(_, let limbs):
            guard limbs.count <= limit else { return nil }
            for index in 0..<limbs.count { words[index] = limbs[index] }
            count = limbs.count
        }
    }

    /// The limbs as an array.
    var array: [UInt] {
        var limbs: [UInt] = []
        limbs.reserveCapacity(count)
        for index in 0..<count { limbs.append(words[index]) }
        return limbs
    }

    private mutating func trim(from count: Int) {
        self.count = count
        while self.count > 0, words[self.count - 1] == 0 { self.count -= 1 }
    }

    /// The product; the operands have at most eight limbs together.
    static func product(_ a: Self, _ b: Self) -> Self {
        precondition(a.count + b.count <= capacity, "a product of more than eight limbs")
        var result = Self()
        for i in 0..<a.count {
            var carry: UInt = 0
            for j in 0..<b.count {
                let (high, low) = a.words[i].multipliedFullWidth(by: b.words[j])
                let (first, firstOverflow) = low.addingReportingOverflow(result.words[i + j])
                let (second, secondOverflow) = first.addingReportingOverflow(carry)
                result.words[i + j] = second
                // At most 2^64 - 1: the whole sum is below 2^128.
                carry = high &+ (firstOverflow ? 1 : 0) &+ (secondOverflow ? 1 : 0)
            }
            result.words[i + b.count] = carry
        }
        result.trim(from: a.count + b.count)
        return result
    }

    /// The value times 2^`shift`, or nil if that has more than eight limbs.
    func shiftedLeft(by shift: Int) -> Self? {
        let (whole, bits) = shift.quotientAndRemainder(dividingBy: 64)
        guard count + whole < Self.capacity else { return nil }
        var result = Self()
        var carry: UInt = 0
        for index in 0..<count {
            result.words[index + whole] = words[index] << UInt(bits) | carry
            carry = bits == 0 ? 0 : words[index] >> UInt(64 - bits)
        }
        result.words[count + whole] = carry
        result.trim(from: count + whole + 1)
        return result
    }

    /// The value divided by 2^`shift`, rounded down or up.
    func shiftedRight(by shift: Int, roundingUp: Bool) -> Self {
        let (whole, bits) = shift.quotientAndRemainder(dividingBy: 64)
        var result = Self()
        var lost: UInt = 0
        for index in 0..<min(whole, count) { lost |= words[index] }
        if whole < count {
            if bits > 0 { lost |= words[whole] << UInt(64 - bits) }
            for index in whole..<count {
                let next = index + 1 < count ? words[index + 1] : 0
                result.words[index - whole] =
                    words[index] >> UInt(bits) | (bits == 0 ? 0 : next << UInt(64 - bits))
            }
            result.trim(from: count - whole)
        }
        if roundingUp && lost != 0 { result.increment() }
        return result
    }

    private mutating func increment() {
        for index in 0..<Self.capacity {
            words[index] &+= 1
            if words[index] != 0 {
                count = max(count, index + 1)
                return
            }
        }
        preconditionFailure("a shifted magnitude has room for a carry")
    }

    /// The sum, or nil if it has more than eight limbs.
    static func sum(_ a: Self, _ b: Self) -> Self? {
        let length = max(a.count, b.count)
        guard length < capacity else { return nil }
        var result = Self()
        var carry: UInt = 0
        for index in 0..<length {
            let (first, firstOverflow) = a.words[index].addingReportingOverflow(b.words[index])
            let (second, secondOverflow) = first.addingReportingOverflow(carry)
            result.words[index] = second
            carry = firstOverflow || secondOverflow ? 1 : 0
        }
        result.words[length] = carry
        result.trim(from: length + 1)
        return result
    }

    /// The difference; `a` is not below `b`.
    static func difference(_ a: Self, _ b: Self) -> Self {
        var result = Self()
        var borrow: UInt = 0
        for index in 0..<a.count {
            let (first, firstOverflow) = a.words[index].subtractingReportingOverflow(b.words[index])
            let (second, secondOverflow) = first.subtractingReportingOverflow(borrow)
            result.words[index] = second
            borrow = firstOverflow || secondOverflow ? 1 : 0
        }
        result.trim(from: a.count)
        return result
    }

    /// A negative number, zero or a positive number, as `a` is below, equal to or above `b`.
    static func compare(_ a: Self, _ b: Self) -> Int {
        if a.count != b.count { return a.count - b.count }
        for index in stride(from: a.count - 1, through: 0, by: -1)
        where a.words[index] != b.words[index] {
            return a.words[index] < b.words[index] ? -1 : 1
        }
        return 0
    }

    /// Divides `a` by `b`, which is not zero.
    static func quotientAndRemainder(_ a: Self, by b: Self) -> (quotient: Self, remainder: Self) {
        guard compare(a, b) >= 0 else { return (Self(), a) }
        var quotient = Self()
        var remainder = Self()
        unsafe withUnsafeMutableBytes(of: &quotient.words) { quotient in
            unsafe withUnsafeMutableBytes(of: &remainder.words) { remainder in
                unsafe withUnsafeBytes(of: a.words) { dividend in
                    unsafe withUnsafeBytes(of: b.words) { divisor in
                        unsafe __gmpn_tdiv_qr(
                            quotient.assumingMemoryBound(to: UInt.self).baseAddress,
                            remainder.assumingMemoryBound(to: UInt.self).baseAddress,
                            0,
                            dividend.assumingMemoryBound(to: UInt.self).baseAddress,
                            mp_size_t(a.count),
                            divisor.assumingMemoryBound(to: UInt.self).baseAddress,
                            mp_size_t(b.count)
                        )
                    }
                }
            }
        }
        quotient.trim(from: a.count - b.count + 1)
        remainder.trim(from: b.count)
        return (quotient, remainder)
    }
}

extension BigInt {
    /// The value of a magnitude and a sign.
    init(_ magnitude: InlineMagnitude, isNegative: Bool) {
        guard magnitude.count <= 2 else {
            storage = .large(isNegative: isNegative, limbs: magnitude.array)
            return
        }
        let value = UInt128(magnitude.words[1]) << 64 | UInt128(magnitude.words[0])
        let limit = UInt128(Int128.max)
        if value <= limit {
            storage = .small(isNegative ? -Int128(value) : Int128(value))
        } else if isNegative && value == limit + 1 {
            storage = .small(Int128.min)
        } else {
            storage = .large(isNegative: isNegative, limbs: magnitude.array)
        }
    }
}
