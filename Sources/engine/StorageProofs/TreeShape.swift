/// How the trees over columns and replica of a sector are put together.
///
/// The nodes are split into equal base trees of arity 8. If there is more than one, groups of `sub` of their
/// roots are hashed together, and if there are two such groups, `top` is 2 and their hashes are hashed.
package struct TreeShape: Hashable, Sendable {
    /// The arity of a base tree.
    package static let base: Int = 8
    /// The arity above the base trees: 0 (there is one only), 2 or 8.
    package let sub: Int
    /// The arity of the root: 0 (none) or 2.
    package let top: Int

    /// The number of base trees.
    package var baseTrees: Int { max(1, sub) * max(1, top) }

    /// The name in parameter file names and identifiers.
    package var name: String { "merkletree-poseidon_hasher-\(Self.base)-\(sub)-\(top)" }

    /// The number of rows of a base tree over `leaves` leaves, leaves and root included.
    static func rows(leaves: Int) -> Int {
        var rows = 1
        var width = leaves
        while width > 1 {
            width /= base
            rows += 1
        }
        return rows
    }

    /// The number of nodes of all rows of a base tree.
    static func nodes(leaves: Int) -> Int {
        var total = 0
        var width = leaves
        while width > 0 {
            total += width
            width = width == 1 ? 0 : width / base
        }
        return total
    }

    /// The number of rows above the leaves that the file of the replica's tree leaves out.
    static func rowsToDiscard(leaves: Int) -> Int {
        let rows = rows(leaves: leaves)
        return rows <= 2 ? 0 : rows == 3 ? 1 : 2
    }
}
