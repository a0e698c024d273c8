import BLS12381
import Bytes
import Hashing
import TestSupport
import Testing

@testable import Poseidon

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct PoseidonVectorTests {
    private func instance(_ arity: Int) throws -> Fixture {
        try Fixture(file: "proofs/poseidon.json")["arity"][String(arity)]
    }

    private func digest(_ elements: [Fr]) -> String {
        SHA256.hash(elements.flatMap(\.littleEndianBytes)).hex
    }

    @Test(arguments: [2, 4, 8, 11])
    func `the plain constants are neptune's`(_ arity: Int) throws {
        let expected = try instance(arity)
        let constants = PoseidonConstants(arity: arity)
        #expect(constants.domainTag == Fr(expected["domain_tag"].unsigned))
        #expect(constants.partialRounds == expected["R_P"].integer)
        #expect(constants.roundConstants.first?.littleEndianBytes == expected["rc_first"].hex)
        #expect(constants.roundConstants.last?.littleEndianBytes == expected["rc_last"].hex)
        #expect(digest(constants.roundConstants) == expected["sha256_of_all_rc_le"].text)
        #expect(constants.mds[0, 0].littleEndianBytes == expected["mds_00"].hex)
    }

    @Test(arguments: [2, 4, 8, 11])
    func `the optimised constants are neptune's`(_ arity: Int) throws {
        let expected = try instance(arity)
        let constants = Poseidon.merkleTree(arity: arity).constants
        #expect(
            constants.compressedRoundConstants.count
                == expected["compressed_round_constants_count"].integer
        )
        #expect(digest(constants.compressedRoundConstants) == expected["compressed_sha256"].text)
        #expect(
            digest(constants.preSparse.elements) == expected["pre_sparse_sha256_row_major"].text
        )
        let sparse = constants.sparse.flatMap { $0.firstColumn + $0.restOfFirstRow }
        #expect(digest(sparse) == expected["sparse_sha256 (per round: w_hat then v_rest)"].text)
    }

    @Test(arguments: [2, 4, 8, 11])
    func `hashes are neptune's`(_ arity: Int) throws {
        let expected = try instance(arity)
        let poseidon = Poseidon.merkleTree(arity: arity)
        let counting = poseidon.hash((0..<UInt64(arity)).map { Fr($0) })
        #expect(counting.littleEndianBytes == expected["hash_of_0_1_2_..."].hex)
        let zeros = poseidon.hash([Fr](repeating: .zero, count: arity))
        #expect(zeros.littleEndianBytes == expected["hash_of_all_zero"].hex)
    }

    @Test func `the hash of replica updates has its own domain`() throws {
        let expected = try Fixture(file: "proofs/poseidon.json")["custom1_arity2"]
        let digest = Poseidon.replicaUpdate.hash([Fr(0), Fr(1)])
        #expect(digest.littleEndianBytes == expected["hash(0,1)"].hex)
    }

    @Test func `trees of two levels have the golden root`() throws {
        let expected = try Fixture(file: "proofs/poseidon.json")["hasher_golden"]
        let left = Poseidon.arity2.hash([Fr(1), Fr(0)])
        let right = Poseidon.arity2.hash([Fr(0), Fr(1)])
        #expect(left.littleEndianBytes == expected["H2(1,0)"].hex)
        let root = Poseidon.arity2.hash([left, right])
        #expect(root.littleEndianBytes == expected["root of [1,0,0,1]"].hex)
    }
}

@Suite struct PoseidonTests {
    /// The plain algorithm, as the paper has it.
    private func plainHash(_ inputs: [Fr], _ constants: PoseidonConstants) -> Fr {
        var state = [constants.domainTag] + inputs
        let rounds = PoseidonConstants.fullRounds + constants.partialRounds
        for round in 0..<rounds {
            for index in state.indices {
                state[index] += constants.roundConstants[round * constants.width + index]
            }
            let isFull = round < 4 || round >= rounds - 4
            for index in isFull ? state.indices : 0..<1 {
                state[index] = state[index].power(5)
            }
            state = constants.mds.multiplied(fromLeftBy: state)
        }
        return state[1]
    }

    @Test(arguments: [2, 4, 8, 11])
    func `both kernels agree with the plain algorithm`(_ arity: Int) throws {
        var generator = SeededGenerator(seed: UInt64(arity))
        let poseidon = Poseidon.merkleTree(arity: arity)
        var nodes: [UInt8] = []
        var expected: [UInt8] = []
        // Nineteen preimages: two whole vectors and a rest; the first has the largest elements there are.
        for preimage in 0..<19 {
            let inputs: [Fr] = (0..<arity).map { _ in
                preimage == 0 ? Fr.zero - Fr.one : Fr.random(using: &generator)
            }
            nodes += inputs.flatMap(\.littleEndianBytes)
            expected += plainHash(inputs, poseidon.constants).littleEndianBytes
        }
        #expect(poseidon.hash(nodes: nodes) == expected, "seed \(generator.seed)")
        #expect(poseidon.hashPortably(nodes: nodes) == expected, "seed \(generator.seed)")
    }
}
