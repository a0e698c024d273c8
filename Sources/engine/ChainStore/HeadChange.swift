package import FilecoinTypes

/// How the head of the chain moved.
package struct HeadChange: Hashable, Sendable {
    /// Tipsets that no longer belong to the chain, newest first.
    package let reverted: [Tipset]
    /// Tipsets that belong to it now, oldest first; the last one is the new head.
    package let applied: [Tipset]

    package init(reverted: [Tipset], applied: [Tipset]) {
        self.reverted = reverted
        self.applied = applied
    }

    /// Whether the head stayed where it was.
    package var isEmpty: Bool { reverted.isEmpty && applied.isEmpty }

    /// Works out how to get from one tipset to another through their nearest common ancestor.
    ///
    /// Fails with what `parent` throws, and with ``ChainStoreError/noCommonAncestor(_:_:)``.
    package static func path(
        from old: Tipset,
        to new: Tipset,
        parent: (Tipset) throws -> Tipset
    ) throws -> HeadChange {
        var left = old
        var right = new
        var reverted: [Tipset] = []
        var applied: [Tipset] = []
        while left != right {
            if left.height == 0 && right.height == 0 {
                throw ChainStoreError.noCommonAncestor(old.key, new.key)
            }
            if left.height > right.height {
                reverted.append(left)
                left = try parent(left)
            } else {
                applied.append(right)
                right = try parent(right)
            }
        }
        return HeadChange(reverted: reverted, applied: applied.reversed())
    }
}
