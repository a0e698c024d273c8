import BLS12381
import Bytes
import Conformance
import JSON
import ProofSystem
import TestSupport
import Testing

@testable import ProofConformance

/// A small circuit that the reference set up and proved.
private struct TinyCircuit {
    let row: JSONValue
    let proofs: [JSONValue]

    init(_ name: String) throws {
        row = try JSONValue(
            parsing: Vectors.bytes("reference/proofs/groth16/tiny-\(name).json")
        )
        proofs = try row.list("proofs")
    }

    func provingKey() throws -> ProvingKey {
        try ProvingKey(
            parameters: Groth16Parameters(bytes: row.hex("params")),
            circuit: ListedCircuit(row)
        )
    }
}

/// What readers, prover and verifier refuse.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing), .ownThread)
struct TinyCircuitTests {
    @Test func `a batch is accepted only if every proof in it is right`() throws {
        let vector = try TinyCircuit("ten")
        let key = try vector.provingKey()
        let verifier = PreparedVerifyingKey(key.parameters.verifyingKey)
        var generator = SeededGenerator(seed: 5)
        let proofs = try vector.proofs.map { try Proof(bytes: $0.hex("proof")) }
        let inputs = try vector.proofs.map { Array(try $0.elements("inputs_le").dropFirst()) }
        #expect(verifier.verifiesAll(proofs, inputs: inputs, using: &generator))
        #expect(verifier.verifiesAll([], inputs: [], using: &generator))
        var wrong = inputs
        wrong[1][0] += .one
        #expect(!verifier.verifiesAll(proofs, inputs: wrong, using: &generator))
        #expect(!verifier.verifiesAll(proofs.reversed(), inputs: inputs, using: &generator))
        #expect(!verifier.verifiesAll(proofs, inputs: Array(inputs.dropLast()), using: &generator))
    }

    @Test func `a witness that breaks a constraint is refused`() throws {
        let vector = try TinyCircuit("cubic")
        let key = try vector.provingKey()
        let right = try ListedCircuit(vector.row, proof: vector.proofs[0])
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
        let cubic = try TinyCircuit("cubic")
        let ten = try TinyCircuit("ten")
        let bytes = try cubic.row.hex("params")
        #expect(throws: ProvingKey.Mismatch.self) {
            try ProvingKey(
                parameters: Groth16Parameters(bytes: bytes),
                circuit: ListedCircuit(ten.row)
            )
        }
        for length in [0, 3, 767, 768, 900, bytes.count - 1] {
            #expect(throws: Groth16FormatError.self) {
                try Groth16Parameters(bytes: Array(bytes.prefix(length)))
            }
        }
        #expect(throws: Groth16FormatError.self) { try Groth16Parameters(bytes: bytes + [0]) }
        let key = try cubic.row.hex("vk")
        #expect(try VerifyingKey(bytes: key).bytes == key)
        #expect(throws: Groth16FormatError.self) { try VerifyingKey(bytes: key + [0]) }
        var damaged = key
        damaged[5] ^= 1
        #expect(throws: Groth16FormatError.self) { try VerifyingKey(bytes: damaged) }
    }

    @Test func `random bytes never crash the readers`() throws {
        let vector = try TinyCircuit("cubic")
        let proof = try vector.proofs[0].hex("proof")
        let params = try vector.row.hex("params")
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
