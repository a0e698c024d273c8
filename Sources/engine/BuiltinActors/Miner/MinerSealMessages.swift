package import BitFields
package import CBOR
package import FilecoinTypes
package import Multiformats

// Bringing sectors in: parameters. CBOR: each a tuple of its fields in the order of declaration.

/// Parameters of PreCommitSectorBatch (method 25).
package struct PreCommitSectorBatchParameters: Hashable, Sendable, CBORCodable {
    package var sectors: [SectorPreCommitInfo]

    package init(sectors: [SectorPreCommitInfo]) {
        self.sectors = sectors
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(sectors)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        sectors = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Parameters of ProveCommitSector (method 7).
package struct ProveCommitSectorParameters: Hashable, Sendable, CBORCodable {
    package var sectorNumber: SectorNumber
    package var proof: [UInt8]

    package init(sectorNumber: SectorNumber, proof: [UInt8]) {
        self.sectorNumber = sectorNumber
        self.proof = proof
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(sectorNumber)
        encoder.bytes(proof)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        sectorNumber = try decoder.value()
        proof = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of ProveCommitAggregate (method 26).
package struct ProveCommitAggregateParameters: Hashable, Sendable, CBORCodable {
    package var sectorNumbers: BitField
    package var aggregateProof: [UInt8]

    package init(sectorNumbers: BitField, aggregateProof: [UInt8]) {
        self.sectorNumbers = sectorNumbers
        self.aggregateProof = aggregateProof
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(sectorNumbers)
        encoder.bytes(aggregateProof)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        sectorNumbers = try decoder.value()
        aggregateProof = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of CheckSectorProven (method 13).
package struct CheckSectorProvenParameters: Hashable, Sendable, CBORCodable {
    package var sectorNumber: SectorNumber

    package init(sectorNumber: SectorNumber) {
        self.sectorNumber = sectorNumber
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.encode(sectorNumber)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        sectorNumber = try decoder.value()
    }
}

/// A sector whose committed capacity is replaced by deals.
package struct ReplicaUpdate: Hashable, Sendable, CBORCodable {
    package var sectorNumber: SectorNumber
    package var deadline: UInt64
    package var partition: UInt64
    package var newSealedCID: CID
    package var deals: [DealID]
    package var updateProofType: RegisteredUpdateProof
    package var replicaProof: [UInt8]

    package init(
        sectorNumber: SectorNumber,
        deadline: UInt64,
        partition: UInt64,
        newSealedCID: CID,
        deals: [DealID],
        updateProofType: RegisteredUpdateProof,
        replicaProof: [UInt8]
    ) {
        self.sectorNumber = sectorNumber
        self.deadline = deadline
        self.partition = partition
        self.newSealedCID = newSealedCID
        self.deals = deals
        self.updateProofType = updateProofType
        self.replicaProof = replicaProof
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(7)
        encoder.encode(sectorNumber)
        encoder.unsigned(deadline)
        encoder.unsigned(partition)
        encoder.encode(newSealedCID)
        encoder.list(deals)
        encoder.encode(updateProofType)
        encoder.bytes(replicaProof)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 7)
        sectorNumber = try decoder.value()
        deadline = try decoder.unsigned()
        partition = try decoder.unsigned()
        newSealedCID = try decoder.value()
        deals = try decoder.list(max: ChainLimits.listCount)
        updateProofType = try decoder.value()
        replicaProof = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of ProveReplicaUpdates (method 27).
package struct ProveReplicaUpdatesParameters: Hashable, Sendable, CBORCodable {
    package var updates: [ReplicaUpdate]

    package init(updates: [ReplicaUpdate]) {
        self.updates = updates
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(updates)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        updates = try decoder.list(max: ChainLimits.listCount)
    }
}
