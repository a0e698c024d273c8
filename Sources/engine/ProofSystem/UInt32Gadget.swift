import BLS12381

/// Adds up equations between small numbers until an element is full, so that many share one constraint.
///
/// Holds two sums: `left` and `right` of 2^used * side for each equation added. A full pair is demanded to be
/// equal, left * 1 = right.
struct EquationBatch {
    private let system: ConstraintSystem
    private var left: LinearCombination
    private var right: LinearCombination
    private var usedBits: Int = 0

    init(_ system: ConstraintSystem) {
        self.system = system
        left = system.combination()
        right = system.combination()
    }

    /// Demands that two numbers of at most `bits` bits are equal.
    mutating func enforceEqual(_ a: LinearCombination, _ b: LinearCombination, bits: Int) {
        if usedBits + bits >= ConstraintSystem.capacity { flush() }
        let weight = Fr.powersOfTwo[usedBits]
        left.add(a, times: weight)
        right.add(b, times: weight)
        usedBits += bits
    }

    /// Demands what is left over.
    mutating func flush() {
        guard usedBits > 0 else { return }
        system.enforce(left, system.combination(system.one), right)
        left = system.combination()
        right = system.combination()
        usedBits = 0
    }
}

/// A number of 32 bits in a circuit, least significant bit first.
package struct UInt32Gadget: Sendable {
    package let bits: [Boolean]

    /// A constant, which costs nothing.
    package init(constant value: UInt32) {
        bits = (0..<32).map { .constant((value >> UInt32($0)) & 1 == 1) }
    }

    /// Takes 32 bits, least significant first.
    package init(bits: [Boolean]) {
        precondition(bits.count == 32, "a number has 32 bits")
        self.bits = bits
    }

    /// Takes 32 bits, most significant first.
    package init(bigEndian bits: some Collection<Boolean>) {
        self.init(bits: bits.reversed())
    }

    /// The bits, most significant first.
    package var bigEndianBits: [Boolean] { bits.reversed() }

    /// The value under the witness.
    package var value: UInt32 {
        var value: UInt32 = 0
        for (index, bit) in bits.enumerated() where bit.value { value |= 1 << UInt32(index) }
        return value
    }

    private var isConstant: Bool {
        bits.allSatisfy { if case .constant = $0 { true } else { false } }
    }

    func rotatedRight(_ count: Int) -> UInt32Gadget {
        UInt32Gadget(bits: Array(bits[count...] + bits[..<count]))
    }

    func shiftedRight(_ count: Int) -> UInt32Gadget {
        UInt32Gadget(bits: bits[count...] + [Boolean](repeating: .constant(false), count: count))
    }

    func xor(_ other: UInt32Gadget, _ system: ConstraintSystem) -> UInt32Gadget {
        UInt32Gadget(bits: zip(bits, other.bits).map { system.xor($0, $1) })
    }

    static func choice(
        _ a: UInt32Gadget,
        _ b: UInt32Gadget,
        _ c: UInt32Gadget,
        _ system: ConstraintSystem
    ) -> UInt32Gadget {
        UInt32Gadget(bits: (0..<32).map { system.choice(a.bits[$0], b.bits[$0], c.bits[$0]) })
    }

    static func majority(
        _ a: UInt32Gadget,
        _ b: UInt32Gadget,
        _ c: UInt32Gadget,
        _ system: ConstraintSystem
    ) -> UInt32Gadget {
        UInt32Gadget(bits: (0..<32).map { system.majority(a.bits[$0], b.bits[$0], c.bits[$0]) })
    }

    /// Returns the sum modulo 2^32: the bits of the whole sum are allocated and must stand for it.
    static func sum(
        _ operands: [UInt32Gadget],
        _ system: ConstraintSystem,
        _ batch: inout EquationBatch
    ) -> UInt32Gadget {
        let value = operands.reduce(UInt64(0)) { $0 + UInt64($1.value) }
        if operands.allSatisfy(\.isConstant) {
            return UInt32Gadget(constant: UInt32(truncatingIfNeeded: value))
        }
        var left = system.combination()
        for operand in operands {
            for (index, bit) in operand.bits.enumerated() {
                left.add(bit, times: Fr.powersOfTwo[index])
            }
        }
        let largest = UInt64(operands.count) * UInt64(UInt32.max)
        let count = 64 - largest.leadingZeroBitCount
        let bits = system.allocateBits(of: value, count: count)
        var right = system.combination()
        for (index, bit) in bits.enumerated() { right.add(bit, times: Fr.powersOfTwo[index]) }
        batch.enforceEqual(left, right, bits: count)
        return UInt32Gadget(bits: Array(bits[..<32]))
    }
}

extension ConstraintSystem {
    /// Returns the sums modulo 2^32 of lists of numbers, whose equations share constraints.
    package func sums(_ lists: [[UInt32Gadget]]) -> [UInt32Gadget] {
        var batch = EquationBatch(self)
        let sums = lists.map { UInt32Gadget.sum($0, self, &batch) }
        batch.flush()
        return sums
    }
}
