internal import Bytes

/// The file of the synthetic variant: all challenges of the sector's set, opened while the layers exist.
///
/// | field | bytes |
/// |---|---|
/// | CommD, CommC, CommR-last | 32 each |
/// | a record for each challenge of the set | |
/// | · challenge, then its 6 base and 8 expander parents | LE64 each |
/// | · path in tree-d: leaf, siblings | 32 each |
/// | · 15 columns (own, parents): labels; path in tree-c: leaf, siblings | 32 each |
/// | · path in tree-r-last: leaf, siblings | 32 each |
///
/// The places in the paths follow from the node numbers.
package enum SyntheticProofs {
    /// The name of the file in the cache folder.
    package static let fileName: String = "syn-porep-vanilla-proofs.dat"

    /// Opens the whole set of challenges and returns the content of the file.
    package static func make(
        _ input: SealInput,
        prover: PoRepProver,
        commitments: SectorSealer.Commitments
    ) throws(SealError) -> [UInt8] {
        let challenges = SealChallenges.syntheticSet(
            replicaID: input.replicaID(commD: commitments.commD),
            commR: commitments.commR,
            nodes: input.configuration.parameters.nodes
        )
        var bytes: [UInt8] = []
        for root in [commitments.commD, commitments.commC, commitments.commRLast] {
            root.append(to: &bytes)
        }
        for challenge in challenges { append(try prover.open(challenge), to: &bytes) }
        return bytes
    }

    private static func append(_ proof: PoRepChallengeProof, to bytes: inout [UInt8]) {
        let columns = [proof.column] + proof.baseParents + proof.expanderParents
        for column in columns { bytes.appendLittleEndian(UInt64(column.node)) }
        append(proof.dataPath, to: &bytes)
        for column in columns {
            for label in column.labels { label.append(to: &bytes) }
            append(column.path, to: &bytes)
        }
        append(proof.replicaPath, to: &bytes)
    }

    private static func append(_ path: MerkleProof, to bytes: inout [UInt8]) {
        path.leaf.append(to: &bytes)
        for sibling in path.steps.flatMap(\.siblings) { sibling.append(to: &bytes) }
    }
}
