package import CBOR
package import FilecoinTypes

// Proving that sectors are kept: parameters.
// CBOR: each a tuple of its fields in the order of declaration.

/// Parameters of SubmitWindowedPoSt (method 5).
package struct SubmitWindowedPoStParameters: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partitions: [PoStPartition]
    package var proofs: [PoStProof]
    /// An epoch since the challenge; its ticket randomness binds the proof to one chain.
    package var chainCommitEpoch: ChainEpoch
    /// The ticket randomness of that epoch.
    package var chainCommitRand: [UInt8]

    package init(
        deadline: UInt64,
        partitions: [PoStPartition],
        proofs: [PoStProof],
        chainCommitEpoch: ChainEpoch,
        chainCommitRand: [UInt8]
    ) {
        self.deadline = deadline
        self.partitions = partitions
        self.proofs = proofs
        self.chainCommitEpoch = chainCommitEpoch
        self.chainCommitRand = chainCommitRand
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(5)
        encoder.unsigned(deadline)
        encoder.list(partitions)
        encoder.list(proofs)
        encoder.encode(chainCommitEpoch)
        encoder.bytes(chainCommitRand)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 5)
        deadline = try decoder.unsigned()
        partitions = try decoder.list(max: ChainLimits.listCount)
        proofs = try decoder.list(max: ChainLimits.listCount)
        chainCommitEpoch = try decoder.value()
        chainCommitRand = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of DisputeWindowedPoSt (method 24).
package struct DisputeWindowedPoStParameters: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var postIndex: UInt64

    package init(deadline: UInt64, postIndex: UInt64) {
        self.deadline = deadline
        self.postIndex = postIndex
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(deadline)
        encoder.unsigned(postIndex)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        deadline = try decoder.unsigned()
        postIndex = try decoder.unsigned()
    }
}
