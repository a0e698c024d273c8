package import BLS12381
import Poseidon
package import ProofSystem

/// The way from a leaf to the root of a tree, as a witness.
package struct InclusionPath: Hashable, Sendable {
    /// One level: the other children of the parent, and where the own node stands among them.
    package struct Level: Hashable, Sendable {
        /// The siblings, arity - 1 of them.
        package let siblings: [Fr]
        /// The position of the own node, below the arity.
        package let index: Int

        package init(siblings: [Fr], index: Int) {
            self.siblings = siblings
            self.index = index
        }
    }

    /// The levels from the leaves up: base, then sub, then top tree.
    package let levels: [Level]

    package init(levels: [Level]) {
        self.levels = levels
    }

    /// A path of zeros with the given arities, for a circuit without a witness.
    package init(blankWithArities arities: [Int]) {
        levels = arities.map { Level(siblings: [Fr](repeating: .zero, count: $0 - 1), index: 0) }
    }

    /// The number of the leaf: the positions as digits, the lowest level first.
    package var leafIndex: UInt64 {
        var result: UInt64 = 0
        var weight: UInt64 = 1
        for level in levels {
            result += UInt64(level.index) * weight
            weight *= UInt64(level.siblings.count + 1)
        }
        return result
    }
}

extension ConstraintSystem {
    /// Demands that `leaf` lies in the Poseidon tree with this root, at the public position of the path.
    ///
    /// Allocates per level the bits of the index, the siblings, the ordered children and their hash; then
    /// the position as an input (all index bits packed); then demands that the last hash equals the root.
    package func enforceInclusion(of leaf: Num, along path: InclusionPath, in root: Num) {
        var current = leaf
        var indexBits: [Boolean] = []
        for level in path.levels {
            let arity = level.siblings.count + 1
            let bits = allocateBits(
                of: UInt64(level.index),
                count: arity.trailingZeroBitCount
            )
            indexBits += bits
            let siblings = level.siblings.map { allocate($0) }
            let children = insert(current, at: bits, into: siblings)
            current = poseidon(children, Poseidon.merkleTree(arity: arity).constants)
        }
        packIntoInputs(indexBits)
        enforceEqual(current, root)
    }
}
