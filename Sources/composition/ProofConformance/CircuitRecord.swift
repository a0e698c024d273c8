import BLS12381
import Bytes
import Conformance
import Hashing
import JSON
import ProofSystem

/// What the reference recorded of a constraint system: of a gadget or of a whole circuit.
struct CircuitRecord: Sendable {
    let row: JSONValue

    // MARK: - Constraints

    /// Synthesises without a witness and compares every count, digest and density.
    func checkConstraints(_ synthesize: (ConstraintSystem) -> Void) throws {
        let interval = try row.int("prefix_every")
        let sink = DigestSink(prefixInterval: interval)
        let system = ConstraintSystem.recording(into: sink)
        synthesize(system)
        if sink.digest.hex != (try row.text("digest")) {
            throw TestDataError(
                "digest: \(try firstDifference(synthesize) ?? prefixDifference(sink, interval))"
            )
        }
        try checkEqual(system.inputCount, try row.int("inputs"), "inputs")
        try checkEqual(system.auxiliaryCount, try row.int("aux"), "aux")
        try checkEqual(system.constraintCount, try row.int("constraints"), "constraints")
        let terms = try row.member("terms")
        try checkEqual(sink.termCounts.a, try terms.int("a"), "terms.a")
        try checkEqual(sink.termCounts.b, try terms.int("b"), "terms.b")
        try checkEqual(sink.termCounts.c, try terms.int("c"), "terms.c")
        try checkList(sink.prefixes.map(\.hex), try prefixes(), "prefix")
        try check(sink.density)
        if let difference = try firstDifference(synthesize) { throw TestDataError(difference) }
    }

    private func prefixes() throws -> [String] { try row.list("prefix").compactMap(\.string) }

    private func check(_ density: Density) throws {
        let expected = try row.member("density")
        for (name, set, size) in [
            ("a_aux", density.aAuxiliary, "aux"), ("b_input", density.bInput, "inputs"),
            ("b_aux", density.bAuxiliary, "aux"),
        ] {
            try checkEqual(set.count, try expected.int(name), "density.\(name)")
            try checkEqual(
                SHA256.hash(set.bytes(size: try row.int(size))).hex,
                try expected.text("\(name)_bitmap_sha256"),
                "density.\(name)_bitmap_sha256"
            )
        }
    }

    /// Between which constraints a circuit differs first, and in which namespace of the reference's.
    private func prefixDifference(_ sink: DigestSink, _ interval: Int) throws -> String {
        let same = zip(sink.prefixes.map(\.hex), try prefixes()).prefix { $0 == $1 }.count
        let first = same * interval
        // The namespaces are listed in the order in which they closed.
        let namespace = row["namespaces"]?.array?.first { closed in
            (closed[3]?.integer(as: Int.self) ?? 0) > first
        }
        return "differs between constraints \(first) and \(first + interval)"
            + (namespace?[0]?.string.map { ", in or after \($0)" } ?? "")
    }

    /// The first constraint that is not the listed one; nil if there is none, or no list.
    private func firstDifference(_ synthesize: (ConstraintSystem) -> Void) throws -> String? {
        guard let listed = row["constraint_list"]?.array else { return nil }
        let list = ConstraintList()
        synthesize(ConstraintSystem.recording(into: list))
        for (index, (ours, theirs)) in zip(list.constraints, listed).enumerated() {
            let text = [Self.text(ours.a), Self.text(ours.b), Self.text(ours.c)]
            let expected = (theirs.array ?? []).compactMap(\.string)
            if text != expected { return "constraint \(index): \(text), expected \(expected)" }
        }
        guard list.constraints.count != listed.count else { return nil }
        return "constraints: \(list.constraints.count), expected \(listed.count)"
    }

    /// A combination as the reference lists it: `a7*1 i0*-5`, larger coefficients in hexadecimal.
    private static func text(_ terms: [LinearCombination.Term]) -> String {
        terms.map { term in
            let name = "\(term.variable.isInput ? "i" : "a")\(term.variable.index)"
            let plain = term.coefficient.canonicalLimbs
            let negated = (-term.coefficient).canonicalLimbs
            if plain.1 | plain.2 | plain.3 == 0 { return "\(name)*\(plain.0)" }
            if negated.1 | negated.2 | negated.3 == 0 { return "\(name)*-\(negated.0)" }
            return "\(name)*\(term.coefficient)"
        }.joined(separator: " ")
    }

    // MARK: - Witness

    /// Synthesises with the witness, in the checking mode and in the prover's, and compares all values.
    func checkWitness(_ synthesize: (ConstraintSystem) -> Void) throws {
        let list = ConstraintList()
        let system = ConstraintSystem.witnessing(into: list)
        synthesize(system)
        try Self.checkAssignment(system, try row.member("assignment"))
        // The values of the combinations follow from the terms.
        for (index, constraint) in list.constraints.enumerated() {
            for (name, terms, value) in [
                ("A", constraint.a, system.a[index]), ("B", constraint.b, system.b[index]),
                ("C", constraint.c, system.c[index]),
            ] {
                try checkEqual(value, Self.value(terms, system), "constraint \(index), \(name)")
            }
        }
        // The prover's mode, without terms, gives the same values.
        let proving = ConstraintSystem.witnessing()
        synthesize(proving)
        try checkList(proving.auxiliaries, system.auxiliaries, "aux without terms")
        try checkList(proving.a, system.a, "A without terms")
        try checkList(proving.b, system.b, "B without terms")
        try checkList(proving.c, system.c, "C without terms")
    }

    /// Compares the values of a synthesised circuit with the recorded ones, which satisfy it.
    static func checkAssignment(_ system: ConstraintSystem, _ expected: JSONValue) throws {
        if let listed = expected["inputs_le"] {
            try checkList(system.inputs, try listed.asElements("inputs_le"), "inputs_le")
        }
        if let listed = expected["aux_le"] {
            try checkList(system.auxiliaries, try listed.asElements("aux_le"), "aux_le")
        }
        let inputs = Fr.littleEndianBytes(of: system.inputs)
        let auxiliaries = Fr.littleEndianBytes(of: system.auxiliaries)
        if let interval: Int = expected["aux_prefix_every"]?.integer(), interval > 0 {
            var hash = SHA256()
            var found: [String] = []
            for start in stride(from: 0, to: auxiliaries.count, by: 32 * interval) {
                guard start + 32 * interval <= auxiliaries.count else { break }
                hash.update(Array(auxiliaries[start..<start + 32 * interval]))
                found.append(Array(hash.finish().prefix(8)).hex)
            }
            try checkList(
                found,
                try expected.list("aux_prefix").compactMap(\.string),
                "aux_prefix"
            )
        }
        try checkDigest(inputs, try expected.text("inputs_sha256"), "inputs")
        try checkDigest(auxiliaries, try expected.text("aux_sha256"), "aux")
        try checkEqual(system.isSatisfied, try expected.flag("satisfied"), "satisfied")
    }

    private static func value(
        _ terms: [LinearCombination.Term],
        _ system: ConstraintSystem
    ) -> Fr {
        terms.reduce(.zero) { sum, term in
            let index = term.variable.index
            let value =
                term.variable.isInput ? system.inputs[index] : system.auxiliaries[index]
            return sum + value * term.coefficient
        }
    }
}
