package import BLS12381

/// A variable of a constraint system: an input or an auxiliary, numbered in order of allocation.
///
/// Inputs sort before auxiliaries, each by number; this is the order of terms in a combination.
package struct Variable: Hashable, Comparable, Sendable {
    /// The number, with the top bit set for an auxiliary.
    package let code: UInt32

    private static let auxiliaryBit: UInt32 = 1 << 31

    /// The input that is always one.
    package static let one: Variable = .input(0)

    package static func input(_ index: Int) -> Variable { Variable(code: UInt32(index)) }

    package static func auxiliary(_ index: Int) -> Variable {
        Variable(code: UInt32(index) | auxiliaryBit)
    }

    /// Whether this is one of the public inputs (``one`` included).
    package var isInput: Bool { code & Self.auxiliaryBit == 0 }

    /// The number among the inputs, or among the auxiliaries.
    package var index: Int { Int(code & ~Self.auxiliaryBit) }

    package static func < (a: Variable, b: Variable) -> Bool { a.code < b.code }
}

/// An allocated variable with the value that the witness gives it.
///
/// Without a witness the values are those of a dummy one (zeros); constraints never depend on them.
package struct Num: Sendable {
    package let variable: Variable
    package let value: Fr

    package init(variable: Variable, value: Fr) {
        self.variable = variable
        self.value = value
    }
}

/// A sum of variables times coefficients.
///
/// The prover only needs the value of a combination, every other use only its terms, so that each kind of
/// constraint system records just what it needs: ``ConstraintSystem/combination()`` makes the right kind.
///
/// - Invariant: Terms are sorted by variable, without duplicates and without zero coefficients.
package struct LinearCombination: Sendable {
    package struct Term: Hashable, Sendable {
        package let variable: Variable
        package let coefficient: Fr
    }

    /// The value under the witness.
    package private(set) var value: Fr
    /// The terms, empty when they are not recorded.
    package private(set) var terms: [Term]
    private let recordsTerms: Bool

    init(recordsTerms: Bool) {
        value = .zero
        terms = []
        self.recordsTerms = recordsTerms
    }

    init(_ num: Num, recordsTerms: Bool) {
        value = num.value
        terms = recordsTerms ? [Term(variable: num.variable, coefficient: .one)] : []
        self.recordsTerms = recordsTerms
    }

    /// Adds a variable.
    package mutating func add(_ num: Num) {
        value += num.value
        if recordsTerms { add(num.variable, .one) }
    }

    /// Subtracts a variable.
    package mutating func subtract(_ num: Num) {
        value -= num.value
        if recordsTerms { add(num.variable, -Fr.one) }
    }

    /// Adds a variable times a coefficient.
    package mutating func add(_ num: Num, times coefficient: Fr) {
        value += num.value * coefficient
        if recordsTerms { add(num.variable, coefficient) }
    }

    /// Adds a constant, that is, a multiple of ``Variable/one``.
    package mutating func add(constant: Fr) {
        value += constant
        if recordsTerms { add(.one, constant) }
    }

    /// Adds a variable whose value is 0 or 1 times a coefficient.
    mutating func add(_ variable: Variable, bit: Bool, times coefficient: Fr) {
        if bit { value += coefficient }
        if recordsTerms { add(variable, coefficient) }
    }

    /// Adds a combination.
    package mutating func add(_ other: LinearCombination) {
        value += other.value
        if recordsTerms { merge(other.terms, times: .one) }
    }

    /// Subtracts a combination.
    package mutating func subtract(_ other: LinearCombination) {
        value -= other.value
        if recordsTerms { merge(other.terms, times: -Fr.one) }
    }

    /// Adds a combination times a factor.
    package mutating func add(_ other: LinearCombination, times factor: Fr) {
        value += other.value * factor
        if recordsTerms { merge(other.terms, times: factor) }
    }

    private mutating func add(_ variable: Variable, _ coefficient: Fr) {
        guard !coefficient.isZero else { return }
        // Almost always the newest variable.
        if let last = terms.last, last.variable >= variable {
            var low = 0
            var high = terms.count
            while low < high {
                let middle = (low + high) / 2
                if terms[middle].variable < variable { low = middle + 1 } else { high = middle }
            }
            if terms[low].variable == variable {
                let sum = terms[low].coefficient + coefficient
                if sum.isZero {
                    terms.remove(at: low)
                } else {
                    terms[low] = Term(variable: variable, coefficient: sum)
                }
            } else {
                terms.insert(Term(variable: variable, coefficient: coefficient), at: low)
            }
        } else {
            terms.append(Term(variable: variable, coefficient: coefficient))
        }
    }

    private mutating func merge(_ others: [Term], times factor: Fr) {
        guard !factor.isZero, !others.isEmpty else { return }
        if others.count == 1 {
            add(others[0].variable, others[0].coefficient * factor)
            return
        }
        var merged: [Term] = []
        merged.reserveCapacity(terms.count + others.count)
        var index = 0
        for other in others {
            while index < terms.count, terms[index].variable < other.variable {
                merged.append(terms[index])
                index += 1
            }
            var coefficient = other.coefficient * factor
            if index < terms.count, terms[index].variable == other.variable {
                coefficient += terms[index].coefficient
                index += 1
            }
            if !coefficient.isZero {
                merged.append(Term(variable: other.variable, coefficient: coefficient))
            }
        }
        merged += terms[index...]
        terms = merged
    }
}
