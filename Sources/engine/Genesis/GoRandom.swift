/// Go's `math/rand` generator: an additive lagged Fibonacci sequence of 607 numbers, x[n] = x[n-607] + x[n-273]
/// modulo 2^64, from a state that is a seeded one mixed with a constant one.
///
/// Go keeps the constant state as a table; it is the state of the same sequence after 7.8 * 10^12 steps
/// (`gen_cooked.go`), which is worked out here by taking the step's polynomial to that power.
package struct GoRandom {
    private static let length = 607
    private static let tap = 273
    private static let cookedSteps: UInt64 = 7_800_000_000_000

    private var state: [UInt64]
    private var tapIndex = 0
    private var feedIndex = GoRandom.length - GoRandom.tap

    /// Creates the generator that `rand.NewSource(seed)` gives.
    package init(seed: Int64) {
        let modulus: Int64 = 0x7fff_ffff
        var reduced = seed % modulus
        if reduced < 0 { reduced += modulus }
        if reduced == 0 { reduced = 89_482_311 }
        let seeded = Self.seeded(reduced, shifts: (40, 20))
        state = zip(seeded, Self.cooked).map { $0 ^ $1 }
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        tapIndex = tapIndex == 0 ? Self.length - 1 : tapIndex - 1
        feedIndex = feedIndex == 0 ? Self.length - 1 : feedIndex - 1
        // Wrapping is the definition.
        state[feedIndex] = state[feedIndex] &+ state[tapIndex]
        return state[feedIndex]
    }

    /// The next number of 63 bits: `Int63`.
    package mutating func next63() -> Int64 { Int64(next() & (1 << 63 - 1)) }

    /// The bytes that `Read` gives to a new generator: seven of each number, the lowest first.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var word = next63()
            for _ in 0..<min(7, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return bytes
    }

    // MARK: - States

    /// The state that Lehmer's generator gives from a seed.
    private static func seeded(_ seed: Int64, shifts: (Int, Int)) -> [UInt64] {
        var lehmer = seed
        func next() -> UInt64 {
            lehmer = lehmer * 48_271 % 0x7fff_ffff
            return UInt64(lehmer)
        }
        for _ in 0..<20 { _ = next() }
        return (0..<length).map { _ in
            let high = next() << UInt64(shifts.0)
            let middle = next() << UInt64(shifts.1)
            return high ^ middle ^ next()
        }
    }

    /// The constant state.
    private static let cooked: [UInt64] = advanced(seeded(1, shifts: (20, 10)), by: cookedSteps)

    /// The state after many steps.
    ///
    /// A sequence s with s[n+607] = s[n+334] + s[n] has s[n+N] = sum of c[i] s[n+i], where the c are the
    /// coefficients of x^N modulo x^607 - x^334 - 1.
    private static func advanced(_ state: [UInt64], by steps: UInt64) -> [UInt64] {
        // Step k overwrites place (333 - k) mod 607, so the sequence's last 607 numbers, oldest first, lie
        // backwards from there.
        let start = length - tap - 1
        let sequence = (0..<length).map { state[((start - $0) % length + length) % length] }
        let coefficients = power(steps)
        var extended = sequence
        extended.reserveCapacity(2 * length)
        for index in length..<(2 * length) {
            extended.append(extended[index - length] &+ extended[index - tap])
        }
        let later = (0..<length).map { offset in
            var sum: UInt64 = 0
            for index in 0..<length {
                sum = sum &+ coefficients[index] &* extended[offset + index]
            }
            return sum
        }
        let shift = Int(steps % UInt64(length))
        var result = [UInt64](repeating: 0, count: length)
        for index in 0..<length {
            result[((start - shift - index) % length + 2 * length) % length] = later[index]
        }
        return result
    }

    /// x to a power, modulo the polynomial of the sequence; coefficients modulo 2^64.
    private static func power(_ exponent: UInt64) -> [UInt64] {
        var result = [UInt64](repeating: 0, count: length)
        result[0] = 1
        for bit in (0..<(64 - exponent.leadingZeroBitCount)).reversed() {
            result = squared(result)
            if exponent >> UInt64(bit) & 1 == 1 { result = timesX(result) }
        }
        return result
    }

    private static func squared(_ value: [UInt64]) -> [UInt64] {
        var product = [UInt64](repeating: 0, count: 2 * length)
        for (index, left) in value.enumerated() where left != 0 {
            for other in 0..<length {
                product[index + other] = product[index + other] &+ left &* value[other]
            }
        }
        for index in stride(from: 2 * length - 1, through: length, by: -1) where product[index] != 0
        {
            let high = product[index]
            product[index - length] = product[index - length] &+ high
            product[index - tap] = product[index - tap] &+ high
        }
        return Array(product[..<length])
    }

    private static func timesX(_ value: [UInt64]) -> [UInt64] {
        var result = [0] + value[..<(length - 1)]
        result[0] = value[length - 1]
        result[length - tap] = result[length - tap] &+ value[length - 1]
        return result
    }
}
