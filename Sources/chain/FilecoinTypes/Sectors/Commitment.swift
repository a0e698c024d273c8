public import Multiformats

/// The roots of the trees that stand for data and for its replica, as CIDs.
///
/// | kind | codec | multihash | length |
/// |---|---|---|---|
/// | unsealed (CommP, CommD) | fil-commitment-unsealed 0xf101 | sha2-256-trunc254-padded 0x1012 | 32 |
/// | sealed (CommR) | fil-commitment-sealed 0xf102 | poseidon-bls12_381-a2-fc1 0xb401 | 32 |
public enum Commitment: Hashable, Sendable {
    /// The root over a piece or over all data of a sector.
    case unsealed
    /// The root over the sealed replica.
    case sealed

    /// The codec of the CID.
    var codec: Codec {
        switch self {
        case .unsealed: .filCommitmentUnsealed
        case .sealed: .filCommitmentSealed
        }
    }

    /// The code of the multihash.
    var hashCode: Multihash.Code {
        switch self {
        case .unsealed: .sha256Truncated254Padded
        case .sealed: .poseidonBLS12381A2FC1
        }
    }
}

/// Why a CID is no commitment, or bytes cannot be one.
public enum CommitmentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A commitment has 32 bytes.
    case wrongLength(found: Int)
    /// Codec or hash are those of something else.
    case otherKind(CID, expected: Commitment)

    public var description: String {
        switch self {
        case .wrongLength(let found): "commitments must be 32 bytes long, not \(found)"
        case .otherKind(let cid, let expected): "\(cid) is no \(expected) commitment"
        }
    }
}

extension CID {
    /// The CID of a commitment.
    ///
    /// - Throws: ``CommitmentError/wrongLength(found:)`` unless there are 32 bytes.
    public init(_ kind: Commitment, commitment: [UInt8]) throws(CommitmentError) {
        guard commitment.count == 32 else { throw .wrongLength(found: commitment.count) }
        self.init(
            version: 1,
            codec: kind.codec,
            multihash: Multihash(code: kind.hashCode, digest: commitment)
        )
    }

    /// The 32 bytes of the commitment that this CID stands for.
    ///
    /// - Throws: ``CommitmentError``, if codec, hash or length are those of something else.
    public func commitment(_ kind: Commitment) throws(CommitmentError) -> [UInt8] {
        guard codec == kind.codec, hashCode == kind.hashCode else {
            throw .otherKind(self, expected: kind)
        }
        guard digest.count == 32 else { throw .wrongLength(found: digest.count) }
        return digest
    }
}
