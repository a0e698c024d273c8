package import CBOR
package import FilecoinTypes
package import Multiformats

/// What a seal proof claims.
///
/// CBOR: the fields in the order of declaration, the sector as `[miner, number]`.
package struct SealVerifyInfo: Hashable, Sendable {
    package var sealProof: RegisteredSealProof
    package var sector: SectorID
    package var dealIDs: [DealID]
    package var randomness: [UInt8]
    package var interactiveRandomness: [UInt8]
    package var proof: [UInt8]
    /// CommR.
    package var sealedCID: CID
    /// CommD.
    package var unsealedCID: CID

    package init(
        sealProof: RegisteredSealProof,
        sector: SectorID,
        dealIDs: [DealID],
        randomness: [UInt8],
        interactiveRandomness: [UInt8],
        proof: [UInt8],
        sealedCID: CID,
        unsealedCID: CID
    ) {
        self.sealProof = sealProof
        self.sector = sector
        self.dealIDs = dealIDs
        self.randomness = randomness
        self.interactiveRandomness = interactiveRandomness
        self.proof = proof
        self.sealedCID = sealedCID
        self.unsealedCID = unsealedCID
    }
}

extension SealVerifyInfo: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(8)
        encoder.encode(sealProof)
        encoder.array(2)
        encoder.encode(sector.miner)
        encoder.encode(sector.number)
        encoder.list(dealIDs)
        encoder.bytes(randomness)
        encoder.bytes(interactiveRandomness)
        encoder.bytes(proof)
        encoder.encode(sealedCID)
        encoder.encode(unsealedCID)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 8)
        sealProof = try decoder.value()
        try decoder.array(count: 2)
        sector = SectorID(miner: try decoder.value(), number: try decoder.value())
        dealIDs = try decoder.list(max: ChainLimits.listCount)
        randomness = try decoder.bytes(max: ChainLimits.byteCount)
        interactiveRandomness = try decoder.bytes(max: ChainLimits.byteCount)
        proof = try decoder.bytes(max: ChainLimits.byteCount)
        sealedCID = try decoder.value()
        unsealedCID = try decoder.value()
    }
}

/// One sector of an aggregate of seal proofs.
package struct AggregatedSeal: Hashable, Sendable {
    package var number: SectorNumber
    package var randomness: [UInt8]
    package var interactiveRandomness: [UInt8]
    /// CommR.
    package var sealedCID: CID
    /// CommD.
    package var unsealedCID: CID

    package init(
        number: SectorNumber,
        randomness: [UInt8],
        interactiveRandomness: [UInt8],
        sealedCID: CID,
        unsealedCID: CID
    ) {
        self.number = number
        self.randomness = randomness
        self.interactiveRandomness = interactiveRandomness
        self.sealedCID = sealedCID
        self.unsealedCID = unsealedCID
    }
}

/// What an aggregate of seal proofs claims.
package struct AggregateSealVerifyInfo: Hashable, Sendable {
    package var miner: ActorID
    package var sealProof: RegisteredSealProof
    package var aggregateProof: RegisteredAggregationProof
    package var proof: [UInt8]
    package var seals: [AggregatedSeal]

    package init(
        miner: ActorID,
        sealProof: RegisteredSealProof,
        aggregateProof: RegisteredAggregationProof,
        proof: [UInt8],
        seals: [AggregatedSeal]
    ) {
        self.miner = miner
        self.sealProof = sealProof
        self.aggregateProof = aggregateProof
        self.proof = proof
        self.seals = seals
    }
}

/// What a replica update proof claims.
package struct ReplicaUpdateInfo: Hashable, Sendable {
    package var updateProof: RegisteredUpdateProof
    package var oldSealedCID: CID
    package var newSealedCID: CID
    package var newUnsealedCID: CID
    package var proof: [UInt8]

    package init(
        updateProof: RegisteredUpdateProof,
        oldSealedCID: CID,
        newSealedCID: CID,
        newUnsealedCID: CID,
        proof: [UInt8]
    ) {
        self.updateProof = updateProof
        self.oldSealedCID = oldSealedCID
        self.newSealedCID = newSealedCID
        self.newUnsealedCID = newUnsealedCID
        self.proof = proof
    }
}

/// What a WindowPoSt claims.
package struct WindowPoStVerifyInfo: Hashable, Sendable {
    package var randomness: [UInt8]
    package var proofs: [PoStProof]
    package var challengedSectors: [SectorInfo]
    /// The miner.
    package var prover: ActorID

    package init(
        randomness: [UInt8],
        proofs: [PoStProof],
        challengedSectors: [SectorInfo],
        prover: ActorID
    ) {
        self.randomness = randomness
        self.proofs = proofs
        self.challengedSectors = challengedSectors
        self.prover = prover
    }
}
