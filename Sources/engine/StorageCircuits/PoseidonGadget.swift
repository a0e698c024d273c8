import BLS12381
package import Poseidon
package import ProofSystem

extension ConstraintSystem {
    /// Returns the Poseidon hash of as many variables as the constants are for.
    ///
    /// The first element of the state, the domain tag, is a constant and is folded through the first round.
    /// Between S-boxes the elements stay linear combinations: one that enters an S-box is allocated first,
    /// lc * 1 = v. An S-box costs three constraints; the round constant that follows it is part of the third:
    /// l * l = l2, l2 * l2 = l4, l * l4 = l5 - constant.
    package func poseidon(_ inputs: [Num], _ constants: PoseidonConstants) -> Num {
        precondition(inputs.count == constants.arity, "the constants are for another arity")
        var state = PoseidonState(inputs: inputs, constants: constants, system: self)
        state.firstRound()
        let half = PoseidonConstants.fullRounds / 2
        for round in 1..<half { state.fullRound(mixesWithPreSparse: round == half - 1) }
        for round in 0..<constants.partialRounds { state.partialRound(round) }
        for round in 0..<half { state.fullRound(isLast: round == half - 1) }
        return state.allocated(1)
    }
}

/// The state of a Poseidon hash in a circuit.
private struct PoseidonState {
    /// An element: a variable or a combination that was not allocated yet.
    enum Element {
        case num(Num)
        case combination(LinearCombination)
    }

    let constants: PoseidonConstants
    let system: ConstraintSystem
    var elements: [Element]
    /// The next of the compressed round constants.
    var constantIndex: Int

    init(inputs: [Num], constants: PoseidonConstants, system: ConstraintSystem) {
        self.constants = constants
        self.system = system
        var tag = system.combination()
        tag.add(constant: constants.domainTag)
        elements = [.combination(tag)] + inputs.map { .num($0) }
        constantIndex = 0
    }

    mutating func nextConstant() -> Fr {
        defer { constantIndex += 1 }
        return constants.compressedRoundConstants[constantIndex]
    }

    /// The element as a variable: lc * 1 = v unless it is one already.
    func allocated(_ index: Int) -> Num {
        switch elements[index] {
        case .num(let num): return num
        case .combination(let combination):
            let num = system.allocate(combination.value)
            system.enforce(combination, equals: num)
            return num
        }
    }

    func combination(_ index: Int) -> LinearCombination {
        switch elements[index] {
        case .num(let num): system.combination(num)
        case .combination(let combination): combination
        }
    }

    /// The round that adds constants before the S-box too.
    mutating func firstRound() {
        let before = (0..<constants.width).map { _ in nextConstant() }
        let after = (0..<constants.width).map { _ in nextConstant() }
        let first = constants.domainTag + before[0]
        var folded = system.combination()
        folded.add(constant: first.squared().squared() * first + after[0])
        elements[0] = .combination(folded)
        for index in 1..<constants.width {
            let num = allocated(index)
            var shifted = system.combination(num)
            shifted.add(constant: before[index])
            elements[index] = .num(power5(shifted, plus: after[index]))
        }
        mix(constants.mds)
    }

    mutating func fullRound(mixesWithPreSparse: Bool = false, isLast: Bool = false) {
        for index in 0..<constants.width {
            let after = isLast ? .zero : nextConstant()
            elements[index] = .num(power5(system.combination(allocated(index)), plus: after))
        }
        let matrix = mixesWithPreSparse ? constants.preSparse : constants.mds
        mix(matrix)
    }

    mutating func partialRound(_ round: Int) {
        let after = nextConstant()
        let first = power5(system.combination(allocated(0)), plus: after)
        let sparse = constants.sparse[round]
        elements[0] = .num(first)
        var sum = system.combination()
        for index in 0..<constants.width {
            sum.add(combination(index), times: sparse.firstColumn[index])
        }
        for index in 1..<constants.width {
            var next = combination(index)
            next.add(first, times: sparse.restOfFirstRow[index - 1])
            elements[index] = .combination(next)
        }
        elements[0] = .combination(sum)
    }

    /// l^5 + constant.
    func power5(_ l: LinearCombination, plus constant: Fr) -> Num {
        let square = l.value.squared()
        let l2 = system.allocate(square)
        system.enforce(l, l, system.combination(l2))
        let l4 = system.allocate(square.squared())
        system.enforce(l2, l2, l4)
        let l5 = system.allocate(l4.value * l.value + constant)
        var right = system.combination(l5)
        right.add(constant: -constant)
        system.enforce(l, system.combination(l4), right)
        return l5
    }

    /// new[j] = sum of s[i] * matrix[i][j].
    mutating func mix(_ matrix: FrMatrix) {
        let old = (0..<constants.width).map { combination($0) }
        for column in 0..<constants.width {
            var sum = system.combination()
            for row in 0..<constants.width { sum.add(old[row], times: matrix[row, column]) }
            elements[column] = .combination(sum)
        }
    }
}
