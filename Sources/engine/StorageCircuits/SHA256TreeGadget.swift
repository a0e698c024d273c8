import BLS12381
package import ProofSystem

extension ConstraintSystem {
    /// Returns the bits with each byte's order reversed, filled up to whole bytes with constant zeros.
    ///
    /// SHA-256 counts a byte's bits from the most significant, elements count from the least.
    package func reversingBytes(_ bits: [Boolean]) -> [Boolean] {
        var padded = bits
        while padded.count % 8 != 0 { padded.append(.constant(false)) }
        return stride(from: 0, to: padded.count, by: 8).flatMap { start in
            padded[start..<start + 8].reversed()
        }
    }

    /// The 256 bits of an element as a message of SHA-256.
    package func messageBits(of num: Num) -> [Boolean] { reversingBytes(bits(of: num)) }

    /// Returns the element of a digest: its first 254 bits, counted from the least significant.
    package func element(ofDigest digest: [Boolean]) -> Num {
        pack(Array(reversingBytes(digest).prefix(Self.capacity)))
    }

    /// Returns the parent of two nodes in a tree of trimmed SHA-256.
    package func sha256Node(_ left: Num, _ right: Num) -> Num {
        let message = messageBits(of: left) + messageBits(of: right)
        return element(ofDigest: sha256(message))
    }

    /// Demands that `leaf` lies in the binary tree of trimmed SHA-256 with this root, at the public position of
    /// the path.
    package func enforceSHA256Inclusion(of leaf: Num, along path: InclusionPath, in root: Num) {
        var current = leaf
        var indexBits: [Boolean] = []
        for level in path.levels {
            let bits = allocateBits(of: UInt64(level.index), count: 1)
            indexBits += bits
            let siblings = level.siblings.map { allocate($0) }
            let children = insert(current, at: bits, into: siblings)
            current = sha256Node(children[0], children[1])
        }
        packIntoInputs(indexBits)
        enforceEqual(current, root)
    }

    /// Returns the label of a node: SHA-256 of the replica's id, the layer, the node and 37 parents.
    ///
    /// - Parameters:
    ///   - replicaID: The 256 bits of the id, as a message.
    ///   - layer: The layer, counted from 1.
    ///   - node: The 64 bits of the node's number, least significant first.
    ///   - parents: The 6 or 14 parents, 256 bits each, as messages; they are repeated up to 37.
    /// - Returns: The label as an element.
    package func label(
        replicaID: [Boolean],
        layer: UInt32,
        node: [Boolean],
        parents: [[Boolean]]
    ) -> Num {
        var message = replicaID
        message += UInt32Gadget(constant: layer).bigEndianBits
        message += node.reversed()
        message += [Boolean](repeating: .constant(false), count: 160)
        for index in 0..<37 { message += parents[index % parents.count] }
        return element(ofDigest: sha256(message))
    }
}
