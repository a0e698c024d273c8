import BLS12381
import Bytes
import Conformance
import JSON
import ProofSystem

/// A circuit written as a list of constraints, with its witness.
struct ListedCircuit: Circuit, Sendable {
    typealias Term = (variable: Variable, coefficient: Fr)

    /// Of each constraint the terms of A, B and C.
    let constraints: [[[Term]]]
    /// The variables in the order in which they are allocated.
    let allocations: [Variable]
    /// The values of the inputs, the constant one first.
    let inputs: [Fr]
    let auxiliaries: [Fr]

    func synthesize(into system: ConstraintSystem) {
        var nums: [Variable: Num] = [.one: system.one]
        for variable in allocations {
            if variable.isInput {
                nums[variable] = system.allocateInput(inputs[variable.index])
            } else {
                nums[variable] = system.allocate(auxiliaries[variable.index])
            }
        }
        func combination(_ terms: [Term]) -> LinearCombination {
            var result = system.combination()
            for term in terms {
                if let num = nums[term.variable] { result.add(num, times: term.coefficient) }
            }
            return result
        }
        for row in constraints {
            system.enforce(combination(row[0]), combination(row[1]), combination(row[2]))
        }
    }
}

extension ListedCircuit {
    /// Reads a recorded circuit, with the witness of one of its proofs or without.
    init(_ row: JSONValue, proof: JSONValue? = nil) throws {
        constraints = try row.list("constraints").map { constraint in
            let combinations = try (constraint.array ?? []).map { try Self.terms($0) }
            guard combinations.count == 3 else {
                throw TestDataError("constraints has one of \(combinations.count) combinations")
            }
            return combinations
        }
        allocations = try row.list("allocs").map { entry in
            try Self.variable(entry.string?.prefix { $0 != " " } ?? "")
        }
        inputs =
            try proof?.elements("inputs_le")
            ?? [Fr](repeating: .zero, count: try row.int("num_inputs"))
        auxiliaries =
            try proof?.elements("aux_le")
            ?? [Fr](repeating: .zero, count: try row.int("num_aux"))
        for variable in allocations {
            let values = variable.isInput ? inputs : auxiliaries
            guard values.indices.contains(variable.index) else {
                throw TestDataError("allocs has a variable without a value")
            }
        }
    }

    private static func variable(_ text: some StringProtocol) throws -> Variable {
        guard let index = Int(text.dropFirst()), (0..<1 << 24).contains(index) else {
            throw TestDataError("\(text) is no variable")
        }
        return text.hasPrefix("i") ? .input(index) : .auxiliary(index)
    }

    private static func terms(_ value: JSONValue) throws -> [Term] {
        guard let text = value.string else { throw TestDataError("a combination is no text") }
        return try text.split(separator: " ").map { term in
            let parts = term.split(separator: "*", maxSplits: 1)
            guard parts.count == 2 else { throw TestDataError("\(term) is no term") }
            return (try variable(parts[0]), try coefficient(parts[1]))
        }
    }

    /// Decimal, negative or not, or big-endian hexadecimal.
    private static func coefficient(_ text: Substring) throws -> Fr {
        if text.hasPrefix("0x") {
            let digits = String(text.dropFirst(2))
            let padded = String(repeating: "0", count: max(0, 64 - digits.count)) + digits
            if let bytes = [UInt8](hex: padded), let value = Fr(bigEndian: bytes) { return value }
        } else if let number = UInt64(text.drop { $0 == "-" }) {
            return text.hasPrefix("-") ? -Fr(number) : Fr(number)
        }
        throw TestDataError("\(text) is no coefficient")
    }
}
