import BigIntegers
import TestSupport
import Testing

@Suite struct BigIntTests {
    @Test func `values of a few limbs and of many obey the same laws`() throws {
        var generator = SeededGenerator(seed: 52)
        // Shifted by this much, values take the way of those that are too long for the stack.
        let far = 640
        for _ in 0..<2000 {
            let a = BigInt.random(
                bits: Int.random(in: 0...300, using: &generator),
                using: &generator
            )
            let b = BigInt.random(
                bits: Int.random(in: 0...300, using: &generator),
                using: &generator
            )
            let shift = Int.random(in: 0...320, using: &generator)
            #expect(((a << far) * (b << far)) >> (2 * far) == a * b)
            #expect(((a << far) + (b << far)) >> far == a + b)
            #expect(((a << far) - (b << far)) >> far == a - b)
            #expect((a << far) >> (far + shift) == a >> shift)
            #expect((a << shift) >> shift == a)
            #expect(
                BigInt.multiplyShiftAdd(a, b, shift: shift, 12_345) == ((a * b) >> shift) + 12_345
            )
            guard !b.isZero else { continue }
            let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
            #expect(quotient * b + remainder == a)
            #expect(remainder.magnitude < b.magnitude)
            #expect((a << far) / (b << far) == quotient)
        }
    }

    @Test(arguments: [
        "0", "1", "-1", "170141183460469231731687303715884105727",
        "170141183460469231731687303715884105728", "-170141183460469231731687303715884105728",
        "-170141183460469231731687303715884105729", "340282366920938463463374607431768211456",
        "99999999999999999999999999999999999999", "100000000000000000000000000000000000000",
        "-115792089237316195423570985008687907853269984665640564039457584007913129639936",
    ])
    func `a decimal text comes back`(_ text: String) throws {
        let value = try #require(BigInt(text))
        #expect(value.description == text)
        #expect((-value).description == (text == "0" ? "0" : negated(text)))
        #expect(-(-value) == value)
        #expect(BigInt(magnitude: value.magnitudeBytes, isNegative: value.isNegative) == value)
    }

    private func negated(_ text: String) -> String {
        text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text
    }

    @Test(arguments: ["", "-", "+", "1 ", " 1", "0x10", "1e3", "1_000", "--1", "١"])
    func `what is no decimal number is refused`(_ text: String) {
        #expect(BigInt(text) == nil)
    }

    @Test func `the edge of 128 bits is crossed both ways`() {
        let maximum = BigInt(Int128.max)
        let minimum = BigInt(Int128.min)
        #expect((maximum + 1) - 1 == maximum)
        #expect((minimum - 1) + 1 == minimum)
        #expect(-minimum == maximum + 1)
        #expect(minimum / -1 == maximum + 1)
        #expect(minimum % -1 == 0)
        #expect(BigInt(UInt128.max) == (BigInt(1) << 128) - 1)
        #expect(UInt128(exactly: BigInt(UInt128.max)) == UInt128.max)
        #expect(UInt128(exactly: BigInt(UInt128.max) + 1) == nil)
        #expect(Int64(exactly: maximum) == nil)
        #expect(Int64(exactly: BigInt(Int64.min)) == Int64.min)
        #expect(UInt64(exactly: BigInt(-1)) == nil)
    }

    @Test(arguments: [
        (7, 2, 3, 1, 3, 1, 3, 1), (-7, 2, -3, -1, -4, 1, -4, 1), (7, -2, -3, 1, -4, -1, -3, 1),
        (-7, -2, 3, -1, 3, -1, 4, 1), (6, -2, -3, 0, -3, 0, -3, 0),
    ])
    func `the three divisions differ for negative operands`(
        _ row: (Int, Int, Int, Int, Int, Int, Int, Int)
    ) {
        // Small and large operands take different paths.
        for shift in [0, 70, 200] {
            let a = BigInt(row.0) << shift
            let b = BigInt(row.1) << shift
            let truncated = a.quotientAndRemainder(dividingBy: b)
            #expect(truncated == (BigInt(row.2), BigInt(row.3) << shift))
            #expect(a.floorDivided(by: b) == (BigInt(row.4), BigInt(row.5) << shift))
            #expect(a.euclideanDivided(by: b) == (BigInt(row.6), BigInt(row.7) << shift))
        }
    }

    @Test func `the laws of arithmetic hold at every size`() {
        var random = SeededGenerator(seed: 6)
        func number() -> BigInt {
            let bytes = random.bytes(
                Int(random.next() % 5 == 0 ? random.next() % 80 : random.next() % 18)
            )
            return BigInt(magnitude: bytes, isNegative: random.next() % 2 == 0)
        }
        for round in 0..<20_000 {
            let a = number()
            let b = number()
            let c = number()
            let shift = Int(random.next() % 150)
            var isRight = (a + b) - b == a && a - b == -(b - a)
            isRight = isRight && (a + b) * c == a * c + b * c && a * b == b * a
            isRight = isRight && (a < b) == (a - b).isNegative
            isRight = isRight && BigInt(a.description) == a
            isRight = isRight && a << shift == a * BigInt(2).power(shift)
            isRight =
                isRight && a >> shift == a.floorDivided(by: BigInt(2).power(shift)).quotient
            isRight = isRight && BigInt(magnitude: a.magnitudeBytes) == a.magnitude
            isRight = isRight && a.magnitudeByteCount == a.magnitudeBytes.count
            if !b.isZero {
                let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
                isRight = isRight && quotient * b + remainder == a
                isRight = isRight && remainder.magnitude < b.magnitude
                let euclidean = a.euclideanDivided(by: b)
                isRight = isRight && euclidean.quotient * b + euclidean.remainder == a
                isRight = isRight && !euclidean.remainder.isNegative
            }
            guard isRight else {
                Issue.record("round \(round), seed 6: \(a) \(b) \(c) \(shift)")
                return
            }
        }
    }

    @Test func `any text is refused or reads back`() {
        var random = SeededGenerator(seed: 16)
        let alphabet = Array("0123456789012345678901234567-+ .".utf8)
        for _ in 0..<100_000 {
            let noise = (0..<random.next() % 60).map { _ in
                alphabet[Int(random.next() % (random.next() % 3 == 0 ? 32 : 28))]
            }
            let text = String(decoding: noise, as: UTF8.self)
            guard let value = BigInt(text) else { continue }
            if BigInt(value.description) != value { Issue.record("\(text), seed 16") }
        }
    }
}

extension BigInt {
    /// A value of up to `bits` bits, of either sign.
    fileprivate static func random(
        bits: Int,
        using generator: inout some RandomNumberGenerator
    ) -> Self {
        var bytes: [UInt8] = []
        for _ in 0..<(bits + 7) / 8 { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
        return BigInt(magnitude: bytes, isNegative: Bool.random(using: &generator))
    }
}
