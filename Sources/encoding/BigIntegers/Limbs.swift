internal import CGMP

/// Arithmetic on magnitudes: little-endian arrays of 64-bit limbs.
///
/// Operands have no leading zero limbs; results may have some. Products, quotients and decimal
/// digits are GMP's, whose limbs are the same words.
enum Limbs {
    /// Returns a negative number, zero or a positive number, as `a` is below, equal to or above `b`.
    static func compare(_ a: [UInt], _ b: [UInt]) -> Int {
        if a.count != b.count { return a.count - b.count }
        for index in a.indices.reversed() where a[index] != b[index] {
            return a[index] < b[index] ? -1 : 1
        }
        return 0
    }

    static func sum(_ a: [UInt], _ b: [UInt]) -> [UInt] {
        let (long, short) = a.count >= b.count ? (a, b) : (b, a)
        var result = long
        var carry: UInt = 0
        for index in long.indices {
            let addend = index < short.count ? short[index] : 0
            if index >= short.count && carry == 0 { return result }
            let (first, firstOverflow) = long[index].addingReportingOverflow(addend)
            let (second, secondOverflow) = first.addingReportingOverflow(carry)
            result[index] = second
            carry = firstOverflow || secondOverflow ? 1 : 0
        }
        if carry == 1 { result.append(1) }
        return result
    }

    /// Returns `a - b`, where `a` is not below `b`.
    static func difference(_ a: [UInt], _ b: [UInt]) -> [UInt] {
        var result = a
        var borrow: UInt = 0
        for index in a.indices {
            let subtrahend = index < b.count ? b[index] : 0
            if index >= b.count && borrow == 0 { return result }
            let (first, firstOverflow) = a[index].subtractingReportingOverflow(subtrahend)
            let (second, secondOverflow) = first.subtractingReportingOverflow(borrow)
            result[index] = second
            borrow = firstOverflow || secondOverflow ? 1 : 0
        }
        return result
    }

    static func product(_ a: [UInt], _ b: [UInt]) -> [UInt] {
        guard !a.isEmpty, !b.isEmpty else { return [] }
        // GMP wants the longer operand first.
        let (long, short) = a.count >= b.count ? (a, b) : (b, a)
        var result = [UInt](repeating: 0, count: a.count + b.count)
        _ = unsafe __gmpn_mul(
            &result,
            long,
            mp_size_t(long.count),
            short,
            mp_size_t(short.count)
        )
        return result
    }

    /// Divides `a` by `b`, which is not zero.
    static func quotientAndRemainder(
        _ a: [UInt],
        by b: [UInt]
    ) -> (quotient: [UInt], remainder: [UInt]) {
        guard compare(a, b) >= 0 else { return ([], a) }
        var quotient = [UInt](repeating: 0, count: a.count - b.count + 1)
        var remainder = [UInt](repeating: 0, count: b.count)
        unsafe __gmpn_tdiv_qr(
            &quotient,
            &remainder,
            0,
            a,
            mp_size_t(a.count),
            b,
            mp_size_t(b.count)
        )
        return (quotient, remainder)
    }

    static func shiftedLeft(_ a: [UInt], by count: Int) -> [UInt] {
        let (whole, bits) = count.quotientAndRemainder(dividingBy: 64)
        var result = [UInt](repeating: 0, count: whole)
        result.reserveCapacity(whole + a.count + 1)
        if bits == 0 { return result + a }
        var carry: UInt = 0
        for limb in a {
            result.append(limb << UInt(bits) | carry)
            carry = limb >> UInt(64 - bits)
        }
        result.append(carry)
        return result
    }

    static func shiftedRight(_ a: [UInt], by count: Int) -> [UInt] {
        let (whole, bits) = count.quotientAndRemainder(dividingBy: 64)
        guard whole < a.count else { return [] }
        if bits == 0 { return Array(a[whole...]) }
        var result: [UInt] = []
        result.reserveCapacity(a.count - whole)
        for index in whole..<a.count {
            let next = index + 1 < a.count ? a[index + 1] : 0
            result.append(a[index] >> UInt(bits) | next << UInt(64 - bits))
        }
        return result
    }

    /// Whether one of the lowest `count` bits is set.
    static func hasBits(_ a: [UInt], below count: Int) -> Bool {
        let (whole, bits) = count.quotientAndRemainder(dividingBy: 64)
        if a.prefix(whole).contains(where: { $0 != 0 }) { return true }
        guard bits > 0, whole < a.count else { return false }
        return a[whole] & (1 << UInt(bits) - 1) != 0
    }

    /// Returns the decimal digits as values 0 to 9, the highest first; there may be leading zeros.
    static func decimalDigits(_ a: [UInt]) -> [UInt8] {
        // GMP destroys its operand, wants one limb to spare and fewer than 20 digits per limb.
        var operand = a + [0]
        var digits = [UInt8](repeating: 0, count: a.count * 20 + 2)
        let count = unsafe __gmpn_get_str(&digits, 10, &operand, mp_size_t(a.count))
        digits.removeLast(digits.count - Int(count))
        return digits
    }

    /// Returns the number of decimal digits given as values 0 to 9, the highest first, at least one.
    static func number(decimalDigits digits: [UInt8]) -> [UInt] {
        // One limb holds 19 digits; GMP may write one limb more than the number needs.
        var result = [UInt](repeating: 0, count: digits.count / 19 + 2)
        let count = unsafe __gmpn_set_str(&result, digits, digits.count, 10)
        return Array(result.prefix(Int(count)))
    }
}
