package import BLS12381

/// What the first element of the state says about the use of a hash.
package enum PoseidonDomain: Hashable, Sendable {
    /// Trees, columns and commitments: 2^arity - 1.
    case merkleTree
    /// A use of its own: id * 2^40. Replica updates use 1.
    case custom(UInt64)

    /// The element itself.
    func tag(arity: Int) -> Fr {
        switch self {
        case .merkleTree: Fr((1 << UInt64(arity)) - 1)
        case .custom(let id): Fr(id) * Fr(1 << 40)
        }
    }
}

/// The constants of Poseidon for one arity, plain and in the optimised form.
///
/// Width t = arity + 1, S-box x^5, 8 full rounds. The optimised form is the one of the neptune library: the
/// round constants are moved through the linear layers ("compressed") and the matrices of the partial
/// rounds are factored into sparse ones. Its numbers are the coefficients of the circuits, so they must be
/// exactly these.
package struct PoseidonConstants: Sendable {
    /// A matrix that differs from the identity in its first row and column only.
    package struct SparseMatrix: Hashable, Sendable {
        /// The first column, from the top: new s[0] is the sum of s[i] * firstColumn[i].
        package let firstColumn: [Fr]
        /// The first row without its first element: new s[j] is s[j] + s[0] * restOfFirstRow[j - 1].
        package let restOfFirstRow: [Fr]
    }

    /// The number of full rounds, half of them at each end.
    package static let fullRounds: Int = 8

    /// The number of inputs.
    package let arity: Int
    /// The number of partial rounds, between the two halves of the full rounds.
    package let partialRounds: Int
    /// The use this instance is for.
    package let domain: PoseidonDomain
    /// The first element of the state.
    package let domainTag: Fr
    /// The round constants of the plain algorithm, `width` for each round.
    package let roundConstants: [Fr]
    /// The symmetric Cauchy matrix 1 / (i + t + j).
    package let mds: FrMatrix
    /// The round constants of the optimised form: 8 * width + partialRounds.
    package let compressedRoundConstants: [Fr]
    /// The matrix of the last full round before the partial rounds.
    package let preSparse: FrMatrix
    /// The matrices of the partial rounds, in order.
    package let sparse: [SparseMatrix]

    /// The number of elements of the state.
    package var width: Int { arity + 1 }

    /// Computes the constants.
    ///
    /// - Parameters:
    ///   - arity: 2, 4, 8 or 11; these are what sectors are made with.
    ///   - domain: The use; it decides nothing but the domain tag.
    package init(arity: Int, domain: PoseidonDomain = .merkleTree) {
        let partialRounds = Self.partialRounds(arity: arity)
        let width = arity + 1
        let rounds = Self.fullRounds + partialRounds
        var generator = GrainGenerator(
            width: width,
            fullRounds: Self.fullRounds,
            partialRounds: partialRounds
        )
        var constants: [Fr] = []
        constants.reserveCapacity(width * rounds)
        while constants.count < width * rounds {
            // A number that is not below the modulus is skipped.
            if let element = Fr(canonicalLimbs: generator.nextLimbs()) { constants.append(element) }
        }
        let mds = FrMatrix(size: width) { row, column in
            // Never zero, so it has an inverse.
            Fr(UInt64(row + width + column)).inverted() ?? .zero
        }
        self.arity = arity
        self.partialRounds = partialRounds
        self.domain = domain
        self.domainTag = domain.tag(arity: arity)
        self.roundConstants = constants
        self.mds = mds
        self.compressedRoundConstants = Self.compress(constants, mds, partialRounds)
        (self.preSparse, self.sparse) = Self.factor(mds, partialRounds)
    }

    /// The same constants for another use.
    package init(_ other: PoseidonConstants, domain: PoseidonDomain) {
        arity = other.arity
        partialRounds = other.partialRounds
        self.domain = domain
        domainTag = domain.tag(arity: other.arity)
        roundConstants = other.roundConstants
        mds = other.mds
        compressedRoundConstants = other.compressedRoundConstants
        preSparse = other.preSparse
        sparse = other.sparse
    }

    /// The number of partial rounds for 128 bits of security.
    private static func partialRounds(arity: Int) -> Int {
        switch arity {
        case 2: 55
        case 4: 56
        case 8, 11: 57
        default: preconditionFailure("Poseidon of arity \(arity) is not used by Filecoin's sectors")
        }
    }

    /// Moves the round constants of the plain algorithm behind the S-boxes of the round before.
    private static func compress(_ plain: [Fr], _ mds: FrMatrix, _ partialRounds: Int) -> [Fr] {
        guard let inverse = mds.inverted() else {
            preconditionFailure("a Cauchy matrix is invertible")
        }
        let width = mds.size
        let half = fullRounds / 2
        func round(_ index: Int) -> [Fr] { Array(plain[index * width..<(index + 1) * width]) }

        var result = round(0)
        for index in 1..<half { result += inverse.multiplied(fromLeftBy: round(index)) }
        // From the last partial round back: what belongs to s[0] stays, the rest moves one round up.
        var carried = round(half + partialRounds)
        var partial: [Fr] = []
        for index in 0..<partialRounds {
            var moved = inverse.multiplied(fromLeftBy: carried)
            partial.append(moved[0])
            moved[0] = .zero
            carried = zip(round(half + partialRounds - index - 1), moved).map { $0 + $1 }
        }
        result += inverse.multiplied(fromLeftBy: carried)
        result += partial.reversed()
        for index in 1..<half {
            result += inverse.multiplied(fromLeftBy: round(half + partialRounds + index))
        }
        return result
    }

    /// Factors the matrices of the partial rounds into one dense and many sparse ones.
    private static func factor(
        _ mds: FrMatrix,
        _ partialRounds: Int
    ) -> (preSparse: FrMatrix, sparse: [SparseMatrix]) {
        let width = mds.size
        var current = mds
        var sparse: [SparseMatrix] = []
        for _ in 0..<partialRounds {
            let dense = current
            let minor = FrMatrix(size: width - 1) { dense[$0 + 1, $1 + 1] }
            let column = Array(dense.column(0).dropFirst())
            guard let solution = minor.solved(for: [column]) else {
                preconditionFailure("the minors of the partial rounds are invertible")
            }
            sparse.append(
                SparseMatrix(
                    firstColumn: [dense[0, 0]] + solution[0],
                    restOfFirstRow: Array(dense.row(0).dropFirst())
                )
            )
            let rest = FrMatrix(size: width) { row, column in
                if row == 0 || column == 0 {
                    row == column ? .one : .zero
                } else {
                    dense[row, column]
                }
            }
            current = mds.multiplied(by: rest)
        }
        return (current, sparse.reversed())
    }
}
