import BLS12381
import TestSupport
import Testing

@testable import Poseidon

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
