package import BLS12381
import Bytes
import Hashing
import Poseidon
package import ProofSystem

/// The size of a PoSt circuit, which decides everything about it.
///
/// WinningPoSt opens one leaf each of 66 sectors (one sector, repeated), WindowPoSt ten leaves of each sector
/// of a partition.
package struct FallbackPoStParameters: Hashable, Sendable {
    /// Bytes of a sector.
    package let sectorSize: UInt64
    /// Leaves opened per sector.
    package let challengeCount: Int
    /// Sectors of a proof.
    package let sectorCount: Int
    /// The arity of the tree over the roots of the 8-ary base trees; 0 if there is one base tree.
    package let subArity: Int
    /// The arity of the tree over the roots of the sub trees; 0 if there is one sub tree.
    package let topArity: Int

    private init(sectorSize: UInt64, challengeCount: Int, sectorCount: Int, joined: (Int, Int)) {
        self.sectorSize = sectorSize
        self.challengeCount = challengeCount
        self.sectorCount = sectorCount
        subArity = joined.0
        topArity = joined.1
    }

    /// The circuit of a WinningPoSt; nil if no sector has this size.
    package static func winning(sectorSize: UInt64) -> FallbackPoStParameters? {
        guard let joined = joinedArities[sectorSize] else { return nil }
        return FallbackPoStParameters(
            sectorSize: sectorSize,
            challengeCount: 1,
            sectorCount: 66,
            joined: joined
        )
    }

    /// The circuit of one partition of a WindowPoSt; nil if no sector has this size.
    package static func window(sectorSize: UInt64) -> FallbackPoStParameters? {
        guard let joined = joinedArities[sectorSize] else { return nil }
        let sectorCount =
            switch sectorSize {
            case 32 << 30: 2349
            case 64 << 30: 2300
            default: 2
            }
        return FallbackPoStParameters(
            sectorSize: sectorSize,
            challengeCount: 10,
            sectorCount: sectorCount,
            joined: joined
        )
    }

    /// The arities of sub and top tree of each sector size.
    private static let joinedArities: [UInt64: (Int, Int)] = [
        2 << 10: (0, 0),
        4 << 10: (2, 0),
        16 << 10: (8, 0),
        32 << 10: (8, 2),
        8 << 20: (0, 0),
        16 << 20: (2, 0),
        512 << 20: (0, 0),
        1 << 30: (2, 0),
        32 << 30: (8, 0),
        64 << 30: (8, 2),
    ]

    /// The sizes of sectors, smallest first.
    package static let sectorSizes: [UInt64] = joinedArities.keys.sorted()

    /// The arities of a path from leaf to root.
    package var pathArities: [Int] {
        let joined = [subArity, topArity].filter { $0 != 0 }
        var leaves = sectorSize / 32 / joined.reduce(1) { $0 * UInt64($1) }
        var arities: [Int] = []
        while leaves > 1 {
            arities.append(8)
            leaves /= 8
        }
        return arities + joined
    }

    /// What the parameter file is named after.
    package var identifier: String {
        "FallbackPoSt::PublicParams{sector_size: \(sectorSize), challenge_count: \(challengeCount), "
            + "sector_count: \(sectorCount)}"
    }

    /// The name of the parameter file without its extension, the same on every network.
    package var fileName: String {
        let digest = SHA256.hash(Array(identifier.utf8)).hex
        let tree = "merkletree-poseidon_hasher-8-\(subArity)-\(topArity)"
        return "v28-proof-of-spacetime-fallback-\(tree)-\(digest)"
    }

    /// The number of public inputs, without the constant one: for each sector CommR and the leaves' numbers.
    package var publicInputCount: Int { sectorCount * (1 + challengeCount) }
}

/// Proves that leaves of sealed sectors are still known.
///
/// For each sector: CommR-last, CommC and CommR are allocated, CommR is made public and must be the hash of
/// CommC and CommR-last; then each opened leaf must lie in the tree of CommR-last, its number public.
package struct FallbackPoStCircuit: Circuit, Sendable {
    /// What is known of one sector.
    package struct Sector: Hashable, Sendable {
        /// An opened leaf and its way to the root.
        package struct Opening: Hashable, Sendable {
            package let leaf: Fr
            package let path: InclusionPath

            package init(leaf: Fr, path: InclusionPath) {
                self.leaf = leaf
                self.path = path
            }
        }

        package let commR: Fr
        package let commC: Fr
        package let commRLast: Fr
        package let openings: [Opening]

        package init(commR: Fr, commC: Fr, commRLast: Fr, openings: [Opening]) {
            self.commR = commR
            self.commC = commC
            self.commRLast = commRLast
            self.openings = openings
        }

        /// The public inputs of the sector.
        package var publicInputs: [Fr] { [commR] + openings.map { Fr($0.path.leafIndex) } }
    }

    package let sectors: [Sector]

    /// Creates a circuit with a witness.
    ///
    /// - Throws: ``FallbackPoStWitnessError`` if there are more sectors than the circuit has room for, none, or
    ///   one whose paths have another shape. With fewer sectors the last one fills the rest.
    package init(
        parameters: FallbackPoStParameters,
        sectors: [Sector]
    ) throws(FallbackPoStWitnessError) {
        guard let last = sectors.last, sectors.count <= parameters.sectorCount else {
            throw .wrongSectorCount(expected: parameters.sectorCount, found: sectors.count)
        }
        let arities = parameters.pathArities
        for (index, sector) in sectors.enumerated() {
            guard sector.openings.count == parameters.challengeCount else {
                throw .wrongOpeningCount(
                    sector: index,
                    expected: parameters.challengeCount,
                    found: sector.openings.count
                )
            }
            for opening in sector.openings {
                let levels = opening.path.levels
                guard levels.map({ $0.siblings.count + 1 }) == arities,
                    levels.allSatisfy({ $0.index >= 0 && $0.index <= $0.siblings.count })
                else { throw .wrongPathShape(sector: index) }
            }
        }
        let missing = parameters.sectorCount - sectors.count
        self.sectors = sectors + [Sector](repeating: last, count: missing)
    }

    /// Creates the circuit without a witness, for parameters, counts and digests.
    package init(blank parameters: FallbackPoStParameters) {
        let path = InclusionPath(blankWithArities: parameters.pathArities)
        let opening = Sector.Opening(leaf: .zero, path: path)
        let sector = Sector(
            commR: .zero,
            commC: .zero,
            commRLast: .zero,
            openings: [Sector.Opening](repeating: opening, count: parameters.challengeCount)
        )
        sectors = [Sector](repeating: sector, count: parameters.sectorCount)
    }

    package func synthesize(into system: ConstraintSystem) {
        let constants = Poseidon.merkleTree(arity: 2).constants
        for sector in sectors {
            let commRLast = system.allocate(sector.commRLast)
            let commC = system.allocate(sector.commC)
            let commR = system.allocate(sector.commR)
            system.makeInput(commR)
            let hash = system.poseidon([commC, commRLast], constants)
            system.enforceEqual(commR, hash)
            for opening in sector.openings {
                let leaf = system.allocate(opening.leaf)
                system.enforceInclusion(of: leaf, along: opening.path, in: commRLast)
            }
        }
    }

    /// The public inputs in the order of the circuit, without the constant one.
    package var publicInputs: [Fr] { sectors.flatMap(\.publicInputs) }
}

/// Why sectors do not fit a PoSt circuit.
package enum FallbackPoStWitnessError: Error, Hashable, Sendable, CustomStringConvertible {
    case wrongSectorCount(expected: Int, found: Int)
    case wrongOpeningCount(sector: Int, expected: Int, found: Int)
    case wrongPathShape(sector: Int)
    /// A node of the sector with this number is not below the field's modulus.
    case notAnElement(sector: UInt64)

    package var description: String {
        switch self {
        case .wrongSectorCount(let expected, let found):
            "a proof takes 1 to \(expected) sectors, not \(found)"
        case .wrongOpeningCount(let sector, let expected, let found):
            "sector number \(sector) of the proof opens \(found) leaves instead of \(expected)"
        case .wrongPathShape(let sector):
            "an inclusion path of sector number \(sector) of the proof has another shape than its tree"
        case .notAnElement(let sector):
            "a node in the vanilla proof of sector \(sector) is no field element"
        }
    }
}
