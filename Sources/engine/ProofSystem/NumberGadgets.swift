import BLS12381

extension Fr {
    /// The powers 2^0 to 2^254.
    static let powersOfTwo: [Fr] = Fr.powers(of: Fr(2), count: 255)
}

extension ConstraintSystem {
    /// The largest number of bits that one element always holds.
    package static let capacity: Int = 254

    /// Makes a variable public: a new input y, with y * 1 = x.
    package func makeInput(_ num: Num) {
        let input = allocateInput(num.value)
        enforce(combination(input), combination(one), combination(num))
    }

    /// Returns the 255 bits of an element, least significant first, without demanding that they stand for a
    /// number below the modulus: 0 * 0 = sum of 2^i * bit i - x.
    package func bits(of num: Num) -> [Boolean] {
        let limbs = num.value.canonicalLimbs
        let words = [limbs.0, limbs.1, limbs.2, limbs.3]
        var bits: [Boolean] = []
        bits.reserveCapacity(255)
        var difference = combination()
        for index in 0..<255 {
            let isSet = (words[index >> 6] >> UInt64(index & 63)) & 1 == 1
            let bit = Boolean.is(allocateBit(isSet))
            difference.add(bit, times: Fr.powersOfTwo[index])
            bits.append(bit)
        }
        difference.subtract(num)
        enforce(combination(), combination(), difference)
        return bits
    }

    /// Allocates the lowest bits of an integer, least significant first.
    package func allocateBits(of value: UInt64, count: Int) -> [Boolean] {
        (0..<count).map { .is(allocateBit((value >> UInt64($0)) & 1 == 1)) }
    }

    /// The sum of 2^i * bit i.
    private func packed(_ bits: some Sequence<Boolean>) -> LinearCombination {
        var sum = combination()
        for (index, bit) in bits.enumerated() { sum.add(bit, times: Fr.powersOfTwo[index]) }
        return sum
    }

    /// Returns the number of at most 254 bits, least significant first: sum * 1 = x.
    package func pack(_ bits: [Boolean]) -> Num {
        precondition(bits.count <= Self.capacity, "\(bits.count) bits do not fit one element")
        let sum = packed(bits)
        let num = allocate(sum.value)
        enforce(sum, equals: num)
        return num
    }

    /// Makes bits public, 254 to an input.
    package func packIntoInputs(_ bits: [Boolean]) {
        for start in stride(from: 0, to: bits.count, by: Self.capacity) {
            let sum = packed(bits[start..<min(start + Self.capacity, bits.count)])
            let input = allocateInput(sum.value)
            enforce(sum, equals: input)
        }
    }

    /// Returns `condition ? a : b`: (b - a) * condition = b - result.
    package func pick(_ condition: Boolean, _ a: Num, _ b: Num) -> Num {
        let result = allocate(condition.value ? a.value : b.value)
        var difference = combination(b)
        difference.subtract(a)
        var right = combination(b)
        right.subtract(result)
        enforce(difference, combination(condition), right)
        return result
    }

    /// Demands that two variables are equal: a * 1 = b.
    package func enforceEqual(_ a: Num, _ b: Num) {
        enforce(combination(a), equals: b)
    }

    /// Returns a + b: (a + b) * 1 = sum.
    package func add(_ a: Num, _ b: Num) -> Num {
        let sum = allocate(a.value + b.value)
        var left = combination(a)
        left.add(b)
        enforce(left, equals: sum)
        return sum
    }

    /// Returns a - b: (difference + b) * 1 = a.
    package func subtract(_ a: Num, _ b: Num) -> Num {
        let difference = allocate(a.value - b.value)
        var left = combination(b)
        left.add(difference)
        enforce(left, equals: a)
        return difference
    }

    /// Returns a * b.
    package func multiply(_ a: Num, _ b: Num) -> Num {
        let product = allocate(a.value * b.value)
        enforce(a, b, product)
        return product
    }
}
