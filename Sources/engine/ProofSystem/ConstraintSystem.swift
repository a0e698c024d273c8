package import BLS12381

/// Receives the constraints of a circuit one after another.
package protocol ConstraintSink: AnyObject {
    /// Takes the constraint a * b = c.
    func receive(_ a: LinearCombination, _ b: LinearCombination, _ c: LinearCombination)
}

/// What a circuit is synthesised into: variables and constraints of the form a * b = c.
///
/// One type serves all uses, chosen by how it is made: counting, recording terms into a sink (digests,
/// parameter generation, listings), or collecting the values that the prover needs. Circuits allocate and
/// constrain always in the same order, whatever the witness; that order defines the parameters.
///
/// Input 0 is the constant one and exists from the start.
package final class ConstraintSystem {
    /// The number of inputs, ``Variable/one`` included.
    package private(set) var inputCount: Int = 1
    /// The number of auxiliary variables.
    package private(set) var auxiliaryCount: Int = 0
    /// The number of constraints.
    package private(set) var constraintCount: Int = 0

    /// The values of the inputs, one first; empty unless values are recorded.
    package private(set) var inputs: [Fr] = []
    /// The values of the auxiliaries; empty unless values are recorded.
    package private(set) var auxiliaries: [Fr] = []
    /// The values of the constraints' combinations; empty unless values are recorded.
    package private(set) var a: [Fr] = []
    package private(set) var b: [Fr] = []
    package private(set) var c: [Fr] = []

    private let recordsValues: Bool
    private let recordsTerms: Bool
    private let sink: (any ConstraintSink)?

    private init(recordsValues: Bool, recordsTerms: Bool, sink: (any ConstraintSink)?) {
        self.recordsValues = recordsValues
        self.recordsTerms = recordsTerms
        self.sink = sink
        if recordsValues { inputs = [.one] }
    }

    /// Counts variables and constraints.
    package static func counting() -> ConstraintSystem {
        ConstraintSystem(recordsValues: false, recordsTerms: false, sink: nil)
    }

    /// Passes the terms of every constraint to `sink`.
    package static func recording(into sink: any ConstraintSink) -> ConstraintSystem {
        ConstraintSystem(recordsValues: false, recordsTerms: true, sink: sink)
    }

    /// Collects the assignment and the values of all combinations.
    ///
    /// - Parameter expected: The counts, if they are known, so that the memory is reserved at once.
    /// - Returns: An empty system.
    package static func witnessing(expected: CircuitShape? = nil) -> ConstraintSystem {
        let system = ConstraintSystem(recordsValues: true, recordsTerms: false, sink: nil)
        if let expected {
            system.inputs.reserveCapacity(expected.inputCount)
            system.auxiliaries.reserveCapacity(expected.auxiliaryCount)
            system.a.reserveCapacity(expected.domainSize)
            system.b.reserveCapacity(expected.domainSize)
            system.c.reserveCapacity(expected.domainSize)
        }
        return system
    }

    /// Collects the assignment and passes the terms to `sink`; for tests.
    package static func witnessing(into sink: any ConstraintSink) -> ConstraintSystem {
        ConstraintSystem(recordsValues: true, recordsTerms: true, sink: sink)
    }

    /// The constant one.
    package var one: Num { Num(variable: .one, value: .one) }

    /// Allocates an auxiliary variable.
    package func allocate(_ value: Fr) -> Num {
        let variable = Variable.auxiliary(auxiliaryCount)
        auxiliaryCount += 1
        if recordsValues { auxiliaries.append(value) }
        return Num(variable: variable, value: value)
    }

    /// Allocates a public input.
    package func allocateInput(_ value: Fr) -> Num {
        let variable = Variable.input(inputCount)
        inputCount += 1
        if recordsValues { inputs.append(value) }
        return Num(variable: variable, value: value)
    }

    /// Returns an empty combination.
    package func combination() -> LinearCombination {
        LinearCombination(recordsTerms: recordsTerms)
    }

    /// Returns the combination of one variable.
    package func combination(_ num: Num) -> LinearCombination {
        LinearCombination(num, recordsTerms: recordsTerms)
    }

    /// Demands a * b = c.
    package func enforce(
        _ a: LinearCombination,
        _ b: LinearCombination,
        _ c: LinearCombination
    ) {
        constraintCount += 1
        if recordsValues {
            self.a.append(a.value)
            self.b.append(b.value)
            self.c.append(c.value)
        }
        sink?.receive(a, b, c)
    }

    /// Demands a * b = c for three variables.
    package func enforce(_ a: Num, _ b: Num, _ c: Num) {
        enforce(combination(a), combination(b), combination(c))
    }

    /// Demands that a combination equals a variable: a * 1 = c.
    package func enforce(_ a: LinearCombination, equals c: Num) {
        enforce(a, combination(one), combination(c))
    }

    /// The counts so far.
    package var shape: CircuitShape {
        CircuitShape(
            inputCount: inputCount,
            auxiliaryCount: auxiliaryCount,
            constraintCount: constraintCount
        )
    }

    /// Whether the recorded values satisfy every constraint.
    package var isSatisfied: Bool {
        precondition(recordsValues, "only a constraint system with values can be checked")
        for index in a.indices where a[index] * b[index] != c[index] { return false }
        return true
    }

    /// Adds for each input the constraint input * 0 = 0, which Groth16 needs so that the inputs' polynomials
    /// are independent; the last step of a synthesis for the prover or the generator.
    func constrainInputs() {
        for index in 0..<inputCount {
            let value = recordsValues ? inputs[index] : .zero
            let input = combination(Num(variable: .input(index), value: value))
            enforce(input, combination(), combination())
        }
    }

    /// Moves the values of the combinations out, so that the prover can work in place.
    func takeCombinationValues() -> (a: [Fr], b: [Fr], c: [Fr]) {
        defer {
            a = []
            b = []
            c = []
        }
        return (a, b, c)
    }
}

/// The size of a circuit.
package struct CircuitShape: Hashable, Sendable {
    /// The number of inputs, the constant one included.
    package let inputCount: Int
    package let auxiliaryCount: Int
    /// The number of the circuit's own constraints, without the one per input that Groth16 adds.
    package let constraintCount: Int

    package init(inputCount: Int, auxiliaryCount: Int, constraintCount: Int) {
        self.inputCount = inputCount
        self.auxiliaryCount = auxiliaryCount
        self.constraintCount = constraintCount
    }

    /// The logarithm to base two of the number of rows: the next power of two.
    package var domainLog2: Int {
        let rows = constraintCount + inputCount
        return rows <= 1 ? 0 : Int.bitWidth - (rows - 1).leadingZeroBitCount
    }

    package var domainSize: Int { 1 << domainLog2 }
}

/// A statement that can be proven: allocates its variables and constraints in a fixed order.
package protocol Circuit {
    /// Allocates and constrains everything, with the values of this circuit's witness.
    func synthesize(into system: ConstraintSystem)
}
