package import BLS12381

/// An allocated variable that a constraint keeps at 0 or 1.
package struct Bit: Sendable {
    package let variable: Variable
    package let value: Bool
}

/// A truth value in a circuit: a bit, a negated bit, or a constant, which costs nothing.
package enum Boolean: Sendable {
    case `is`(Bit)
    case not(Bit)
    case constant(Bool)

    /// The value under the witness.
    package var value: Bool {
        switch self {
        case .is(let bit): bit.value
        case .not(let bit): !bit.value
        case .constant(let value): value
        }
    }

    package static prefix func ! (operand: Boolean) -> Boolean {
        switch operand {
        case .is(let bit): .not(bit)
        case .not(let bit): .is(bit)
        case .constant(let value): .constant(!value)
        }
    }
}

extension LinearCombination {
    /// Adds a truth value (0 or 1) times a coefficient.
    package mutating func add(_ boolean: Boolean, times coefficient: Fr) {
        switch boolean {
        case .is(let bit):
            add(bit.variable, bit: bit.value, times: coefficient)
        case .not(let bit):
            add(constant: coefficient)
            add(bit.variable, bit: bit.value, times: -coefficient)
        case .constant(let value):
            if value { add(constant: coefficient) }
        }
    }
}

extension ConstraintSystem {
    /// Allocates a bit: (1 - v) * v = 0.
    package func allocateBit(_ value: Bool) -> Bit {
        let num = allocate(value ? .one : .zero)
        let bit = Bit(variable: num.variable, value: value)
        enforce(combination(.not(bit)), combination(num), combination())
        return bit
    }

    /// Returns the combination of one truth value.
    package func combination(_ boolean: Boolean) -> LinearCombination {
        var result = combination()
        result.add(boolean, times: .one)
        return result
    }

    /// Allocates a variable for a truth value that other constraints already keep at 0 or 1.
    private func allocateUnchecked(_ value: Bool) -> (Bit, Num) {
        let num = allocate(value ? .one : .zero)
        return (Bit(variable: num.variable, value: value), num)
    }

    /// Returns the exclusive or: 2a * b = a + b - c.
    package func xor(_ a: Boolean, _ b: Boolean) -> Boolean {
        switch (a, b) {
        case (.constant(false), let other), (let other, .constant(false)):
            return other
        case (.constant(true), let other), (let other, .constant(true)):
            return !other
        case (.is(let x), .not(let y)), (.not(let x), .is(let y)):
            // The negated operand comes out of the exclusive or; the plain one stays in front.
            if case .is = a { return .not(xorBits(x, y)) }
            return .not(xorBits(y, x))
        case (.is(let x), .is(let y)), (.not(let x), .not(let y)):
            return .is(xorBits(x, y))
        }
    }

    private func xorBits(_ a: Bit, _ b: Bit) -> Bit {
        let (bit, result) = allocateUnchecked(a.value != b.value)
        var twiceA = combination()
        twiceA.add(.is(a), times: Fr(2))
        var sum = combination(.is(a))
        sum.add(.is(b), times: .one)
        sum.subtract(result)
        enforce(twiceA, combination(.is(b)), sum)
        return bit
    }

    /// Returns the conjunction: a * b = c.
    package func and(_ a: Boolean, _ b: Boolean) -> Boolean {
        switch (a, b) {
        case (.constant(false), _), (_, .constant(false)):
            return .constant(false)
        case (.constant(true), let other), (let other, .constant(true)):
            return other
        case (.not, .is):
            return and(b, a)  // the plain operand stands first
        case (.is, .is), (.is, .not), (.not, .not):
            let (bit, result) = allocateUnchecked(a.value && b.value)
            enforce(combination(a), combination(b), combination(result))
            return .is(bit)
        }
    }

    /// Returns SHA-256's choice, (a and b) xor (not a and c): (b - c) * a = ch - c.
    package func choice(_ a: Boolean, _ b: Boolean, _ c: Boolean) -> Boolean {
        let value = a.value ? b.value : c.value
        switch (a, b, c) {
        case (.constant, .constant, .constant): return .constant(value)
        case (.constant(false), _, _): return c
        case (_, .constant(false), _): return and(!a, c)
        case (_, _, .constant(false)): return and(a, b)
        case (_, _, .constant(true)): return !and(a, !b)
        case (_, .constant(true), _): return !and(!a, !c)
        default: break
        }
        let (bit, result) = allocateUnchecked(value)
        var difference = combination(b)
        difference.subtract(combination(c))
        var right = combination(result)
        right.subtract(combination(c))
        enforce(difference, combination(a), right)
        return .is(bit)
    }

    /// Returns SHA-256's majority: (2bc - b - c) * a = bc - maj.
    package func majority(_ a: Boolean, _ b: Boolean, _ c: Boolean) -> Boolean {
        let value = (a.value && b.value) || (a.value && c.value) || (b.value && c.value)
        switch (a, b, c) {
        case (.constant, .constant, .constant): return .constant(value)
        case (.constant(false), _, _): return and(b, c)
        case (_, .constant(false), _): return and(a, c)
        case (_, _, .constant(false)): return and(a, b)
        case (_, _, .constant(true)): return !and(!a, !b)
        case (_, .constant(true), _): return !and(!a, !c)
        case (.constant(true), _, _): return !and(!b, !c)
        default: break
        }
        // The result is allocated before the product; the parameters depend on this order.
        let (bit, result) = allocateUnchecked(value)
        let product = and(b, c)
        var left = combination()
        left.add(product, times: Fr(2))
        left.subtract(combination(b))
        left.subtract(combination(c))
        var right = combination(product)
        right.subtract(result)
        enforce(left, combination(a), right)
        return .is(bit)
    }
}
