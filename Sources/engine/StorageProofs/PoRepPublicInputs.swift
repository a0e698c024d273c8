package import BLS12381
package import Bytes

/// The public inputs of the proof of one PoRep partition, in the order of the circuit, without the one.
///
/// Replica id, CommD, CommR, then for each challenge: the challenge (path in tree-d), the 14 parents (their
/// paths in tree-c, base parents in the order of hashing), and three times the challenge (column in
/// tree-c, replica in tree-r-last, and the node of the labels).
package enum PoRepPublicInputs {
    /// Returns the inputs, or nil if one of the three commitments is no field element.
    package static func make(
        replicaID: Bytes32,
        commD: Bytes32,
        commR: Bytes32,
        challenges: [Int],
        graph: StackedGraph
    ) -> [Fr]? {
        var inputs: [Fr] = []
        for node in [replicaID, commD, commR] {
            guard let element = Fr(littleEndian: node.bytes) else { return nil }
            inputs.append(element)
        }
        for challenge in challenges {
            let own = Fr(UInt64(challenge))
            inputs.append(own)
            inputs += graph.parents(of: challenge).map { Fr(UInt64($0)) }
            inputs += [own, own, own]
        }
        return inputs
    }
}
