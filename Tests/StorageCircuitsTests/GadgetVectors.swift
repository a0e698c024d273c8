import BLS12381
import Bytes
import Hashing
import ProofSystem
import TestSupport
import Testing

/// One gadget as the reference synthesised it.
struct GadgetVector: Decodable {
    struct Density: Decodable {
        let a_aux: Int
        let b_input: Int
        let b_aux: Int
        let a_aux_bitmap_sha256: String
        let b_input_bitmap_sha256: String
        let b_aux_bitmap_sha256: String
    }

    struct Terms: Decodable {
        let a: Int
        let b: Int
        let c: Int
    }

    struct Assignment: Decodable {
        let inputs_sha256: String
        let aux_sha256: String
        let aux_le: [String]?
    }

    let gadget: String
    let inputs: Int
    let aux: Int
    let constraints: Int
    let digest: String
    let terms: Terms
    let density: Density
    let assignment: Assignment
    let constraint_list: [[String]]?

    static func load(_ name: String) throws -> GadgetVector {
        try Vectors.json("reference/proofs/gadgets/\(name).json.gz", as: GadgetVector.self)
    }

    /// Synthesises the gadget twice, for its constraints and with its witness, and compares everything.
    func check(_ synthesize: (ConstraintSystem) -> Void) {
        let sink = DigestSink()
        let recorded = ConstraintSystem.recording(into: sink)
        synthesize(recorded)
        #expect(recorded.inputCount == inputs, "\(gadget)")
        #expect(recorded.auxiliaryCount == aux, "\(gadget)")
        #expect(recorded.constraintCount == constraints, "\(gadget)")
        #expect(sink.digest.hex == digest, "\(gadget): \(firstDifference(synthesize))")
        #expect(sink.termCounts == (terms.a, terms.b, terms.c), "\(gadget)")
        density.check(sink.density, inputs: inputs, aux: aux)

        let list = ConstraintList()
        let witnessed = ConstraintSystem.witnessing(into: list)
        synthesize(witnessed)
        #expect(witnessed.isSatisfied, "\(gadget)")
        let inputBytes = Fr.littleEndianBytes(of: witnessed.inputs)
        let auxBytes = Fr.littleEndianBytes(of: witnessed.auxiliaries)
        #expect(SHA256.hash(inputBytes).hex == assignment.inputs_sha256, "\(gadget)")
        #expect(SHA256.hash(auxBytes).hex == assignment.aux_sha256, "\(gadget)")
        // The values of the combinations follow from the terms.
        for (index, row) in list.constraints.enumerated() {
            #expect(Self.value(row.a, witnessed) == witnessed.a[index], "\(gadget) \(index)")
            #expect(Self.value(row.b, witnessed) == witnessed.b[index], "\(gadget) \(index)")
            #expect(Self.value(row.c, witnessed) == witnessed.c[index], "\(gadget) \(index)")
        }
        // The prover's mode, without terms, gives the same values.
        let proving = ConstraintSystem.witnessing()
        synthesize(proving)
        #expect(proving.auxiliaries == witnessed.auxiliaries, "\(gadget)")
        #expect(proving.a == witnessed.a, "\(gadget)")
        #expect(proving.b == witnessed.b, "\(gadget)")
        #expect(proving.c == witnessed.c, "\(gadget)")
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

    private func firstDifference(_ synthesize: (ConstraintSystem) -> Void) -> String {
        guard let constraint_list else { return "no list recorded" }
        let list = ConstraintList()
        synthesize(ConstraintSystem.recording(into: list))
        for (index, (ours, theirs)) in zip(list.constraints, constraint_list).enumerated() {
            let text = [Self.text(ours.a), Self.text(ours.b), Self.text(ours.c)]
            if text != theirs { return "constraint \(index): \(text) instead of \(theirs)" }
        }
        return "the lists agree as far as they go"
    }

    static func text(_ terms: [LinearCombination.Term]) -> String {
        terms.map { term in
            let name = "\(term.variable.isInput ? "i" : "a")\(term.variable.index)"
            let plain = term.coefficient.canonicalLimbs
            let negated = (-term.coefficient).canonicalLimbs
            if plain.1 | plain.2 | plain.3 == 0 { return "\(name)*\(plain.0)" }
            if negated.1 | negated.2 | negated.3 == 0 { return "\(name)*-\(negated.0)" }
            return "\(name)*\(term.coefficient)"
        }.joined(separator: " ")
    }
}

extension GadgetVector.Density {
    func check(_ density: ProofSystem.Density, inputs: Int, aux: Int) {
        #expect(density.aAuxiliary.count == a_aux)
        #expect(density.bInput.count == b_input)
        #expect(density.bAuxiliary.count == b_aux)
        func digest(_ set: BitSet, _ size: Int) -> String {
            SHA256.hash(set.bytes(size: size)).hex
        }
        #expect(digest(density.aAuxiliary, aux) == a_aux_bitmap_sha256)
        #expect(digest(density.bInput, inputs) == b_input_bitmap_sha256)
        #expect(digest(density.bAuxiliary, aux) == b_aux_bitmap_sha256)
    }
}

/// The test value of a name: SHA-256 of it as a little-endian integer, the two top bits cleared.
func val(_ name: String) -> Fr {
    var bytes = SHA256.hash(Array(name.utf8))
    bytes[31] &= 0x3f
    return Fr(littleEndian: bytes) ?? .zero
}
