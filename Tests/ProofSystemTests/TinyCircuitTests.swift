import BLS12381
import Bytes
import Hashing
import ProofSystem
import TestSupport
import Testing

/// A circuit written as a list of constraints, with its witness.
struct ListedCircuit: Circuit {
    let constraints: [[[(variable: Variable, coefficient: Fr)]]]
    let allocations: [Variable]
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
        func combination(_ terms: [(variable: Variable, coefficient: Fr)]) -> LinearCombination {
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

/// A small circuit that the reference set up and proved.
struct TinyCircuitVector: Decodable {
    struct Proof: Decodable {
        let witness: String
        let inputs_le: [String]
        let aux_le: [String]
        let h_le: [String]
        let r_le: String
        let s_le: String
        let proof: String
        let proof_r0_s0: String
        let proof_r1_s0: String
        let verify: Bool
        let verify_with_input1_plus_one: Bool
    }

    let constraints: [[String]]
    let allocs: [String]
    let r1cs_digest: String
    let num_inputs: Int
    let num_aux: Int
    let num_constraints: Int
    let alpha_le: String
    let beta_le: String
    let gamma_le: String
    let delta_le: String
    let tau_le: String
    let params: String
    let vk: String
    let proofs: [Proof]

    var trapdoor: Trapdoor {
        Trapdoor(
            alpha: fr(alpha_le),
            beta: fr(beta_le),
            gamma: fr(gamma_le),
            delta: fr(delta_le),
            tau: fr(tau_le)
        )
    }

    func circuit(_ proof: Proof?) -> ListedCircuit {
        ListedCircuit(
            constraints: constraints.map { row in row.map { Self.terms($0) } },
            allocations: allocs.map { Self.variable($0.prefix { $0 != " " }) },
            inputs: proof.map { $0.inputs_le.map { fr($0) } }
                ?? [Fr](repeating: .zero, count: num_inputs),
            auxiliaries: proof.map { $0.aux_le.map { fr($0) } }
                ?? [Fr](repeating: .zero, count: num_aux)
        )
    }

    static func variable(_ text: some StringProtocol) -> Variable {
        let index = Int(text.dropFirst()) ?? 0
        return text.hasPrefix("i") ? .input(index) : .auxiliary(index)
    }

    static func terms(_ text: String) -> [(variable: Variable, coefficient: Fr)] {
        text.split(separator: " ").map { term in
            let parts = term.split(separator: "*")
            let isNegative = parts[1].hasPrefix("-")
            let number = Fr(UInt64(parts[1].drop { $0 == "-" }) ?? 0)
            return (variable(parts[0]), isNegative ? -number : number)
        }
    }
}

func fr(_ hex: String) -> Fr {
    guard let bytes = [UInt8](hex: hex), let element = Fr(littleEndian: bytes) else {
        preconditionFailure("the vector holds no field element: \(hex)")
    }
    return element
}

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct TinyCircuitTests {
    static func load(_ name: String) throws -> TinyCircuitVector {
        try Vectors.json("reference/proofs/groth16/tiny-\(name).json", as: TinyCircuitVector.self)
    }

    @Test(arguments: ["cubic", "ten"])
    func `the listed constraints have the recorded digest`(_ name: String) throws {
        let vector = try Self.load(name)
        let sink = DigestSink(prefixInterval: 1)
        let system = ConstraintSystem.recording(into: sink)
        vector.circuit(nil).synthesize(into: system)
        #expect(system.constraintCount == vector.num_constraints)
        #expect(system.inputCount == vector.num_inputs)
        #expect(system.auxiliaryCount == vector.num_aux)
        #expect(sink.digest.hex == vector.r1cs_digest)
        #expect(sink.prefixes.count == vector.num_constraints)
        #expect(sink.prefixes.last.map { $0.hex } == String(vector.r1cs_digest.prefix(16)))
    }

    @Test(arguments: ["cubic", "ten"])
    func `parameters made from the trapdoor equal the reference's`(_ name: String) throws {
        let vector = try Self.load(name)
        let generator = try ParameterGenerator(
            circuit: vector.circuit(nil),
            trapdoor: vector.trapdoor
        )
        #expect(generator.verifyingKey.bytes.hex == vector.vk)
        for threads in [1, 2] {
            var bytes: [UInt8] = []
            var last = (0, 1)
            try generator.write(threads: threads, progress: { last = ($0, $1) }) { bytes += $0 }
            #expect(bytes.hex == vector.params)
            #expect(last.0 == last.1)
        }
    }

    @Test(arguments: ["cubic", "ten"])
    func `proofs with given randomness equal the reference's and are judged alike`(
        _ name: String
    ) throws {
        let vector = try Self.load(name)
        let bytes = try #require([UInt8](hex: vector.params))
        let key = try ProvingKey(
            parameters: Groth16Parameters(bytes: bytes),
            circuit: vector.circuit(nil)
        )
        let verifier = PreparedVerifyingKey(key.parameters.verifyingKey)
        for recorded in vector.proofs {
            let circuit = vector.circuit(recorded)
            let rows = [
                (fr(recorded.r_le), fr(recorded.s_le), recorded.proof),
                (.zero, .zero, recorded.proof_r0_s0), (.one, .zero, recorded.proof_r1_s0),
            ]
            var inputs = recorded.inputs_le.dropFirst().map { fr($0) }
            for (r, s, expected) in rows {
                let proof = try key.prove(circuit, r: r, s: s, threads: 2).proof
                #expect(proof.bytes.hex == expected, "\(recorded.witness)")
                #expect(try Proof(bytes: proof.bytes) == proof)
                #expect(verifier.verifies(proof, inputs: inputs) == recorded.verify)
            }
            let random = try key.prove(circuit, threads: 1)
            #expect(verifier.verifies(random, inputs: inputs))
            #expect(!verifier.verifies(random, inputs: Array(inputs.dropLast())))
            #expect(!verifier.verifies(random, inputs: inputs + [.zero]))
            inputs[0] += .one
            #expect(
                verifier.verifies(random, inputs: inputs) == recorded.verify_with_input1_plus_one
            )
        }
    }

    @Test func `a batch is accepted only if every proof in it is right`() throws {
        let vector = try Self.load("ten")
        let bytes = try #require([UInt8](hex: vector.params))
        let key = try ProvingKey(
            parameters: Groth16Parameters(bytes: bytes),
            circuit: vector.circuit(nil)
        )
        let verifier = PreparedVerifyingKey(key.parameters.verifyingKey)
        var generator = SeededGenerator(seed: 5)
        let proofs = try vector.proofs.map { try Proof(bytes: [UInt8](hex: $0.proof) ?? []) }
        let inputs = vector.proofs.map { $0.inputs_le.dropFirst().map { fr($0) } }
        #expect(verifier.verifiesAll(proofs, inputs: inputs, using: &generator))
        #expect(verifier.verifiesAll([], inputs: [], using: &generator))
        var wrong = inputs
        wrong[1][0] += .one
        #expect(!verifier.verifiesAll(proofs, inputs: wrong, using: &generator))
        #expect(!verifier.verifiesAll(proofs.reversed(), inputs: inputs, using: &generator))
        #expect(!verifier.verifiesAll(proofs, inputs: Array(inputs.dropLast()), using: &generator))
    }

    @Test func `a witness that breaks a constraint is refused`() throws {
        let vector = try Self.load("cubic")
        let bytes = try #require([UInt8](hex: vector.params))
        let key = try ProvingKey(
            parameters: Groth16Parameters(bytes: bytes),
            circuit: vector.circuit(nil)
        )
        let right = vector.circuit(vector.proofs[0])
        var inputs = right.inputs
        inputs[1] += .one
        let wrong = ListedCircuit(
            constraints: right.constraints,
            allocations: right.allocations,
            inputs: inputs,
            auxiliaries: right.auxiliaries
        )
        #expect(throws: ProvingKey.Unsatisfied.self) { try key.prove(wrong, threads: 1) }
    }

    @Test func `damaged and foreign parameters are refused`() throws {
        let cubic = try Self.load("cubic")
        let ten = try Self.load("ten")
        let bytes = try #require([UInt8](hex: cubic.params))
        #expect(throws: ProvingKey.Mismatch.self) {
            try ProvingKey(
                parameters: Groth16Parameters(bytes: bytes),
                circuit: ten.circuit(nil)
            )
        }
        for length in [0, 3, 767, 768, 900, bytes.count - 1] {
            #expect(throws: Groth16FormatError.self) {
                try Groth16Parameters(bytes: Array(bytes.prefix(length)))
            }
        }
        #expect(throws: Groth16FormatError.self) { try Groth16Parameters(bytes: bytes + [0]) }
        let key = try #require([UInt8](hex: cubic.vk))
        #expect(try VerifyingKey(bytes: key).bytes == key)
        #expect(throws: Groth16FormatError.self) { try VerifyingKey(bytes: key + [0]) }
        var damaged = key
        damaged[5] ^= 1
        #expect(throws: Groth16FormatError.self) { try VerifyingKey(bytes: damaged) }
    }

    @Test func `random bytes never crash the readers`() throws {
        let vector = try Self.load("cubic")
        let proof = try #require([UInt8](hex: vector.proofs[0].proof))
        let params = try #require([UInt8](hex: vector.params))
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<100_000 {
            // Mostly a length or a count is wrong, which is what the readers must survive.
            var bytes = Array(params.prefix(Int(generator.next() % UInt64(params.count))))
            for _ in 0..<4 where !bytes.isEmpty {
                let at = 760 + Int(generator.next() % 16)
                if at < bytes.count { bytes[at] = UInt8(truncatingIfNeeded: generator.next()) }
            }
            if bytes.count < 768 { _ = try? Groth16Parameters(bytes: bytes) }
        }
        for _ in 0..<500 {
            var bytes = proof
            bytes[Int(generator.next() % 192)] ^= UInt8(1) << UInt8(generator.next() % 8)
            _ = try? Proof(bytes: bytes)
            _ = try? Groth16Parameters(bytes: params.prefix(700) + generator.bytes(300))
        }
    }
}
