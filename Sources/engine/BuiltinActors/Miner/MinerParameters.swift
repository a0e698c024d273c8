internal import ActorRuntime
package import BitFields
package import CBOR
package import FilecoinTypes
package import Multiformats

// The parameters and results of the miner's methods. CBOR: each a tuple of its fields in the order of declaration.

/// What CreateMiner hands to a new miner.
package struct MinerConstructorParameters: Hashable, Sendable, CBORCodable {
    package var owner: Address
    package var worker: Address
    package var controlAddresses: [Address]
    package var windowPoStProofType: RegisteredPoStProof
    package var peerID: [UInt8]
    package var multiaddrs: [[UInt8]]

    package init(
        owner: Address,
        worker: Address,
        controlAddresses: [Address],
        windowPoStProofType: RegisteredPoStProof,
        peerID: [UInt8],
        multiaddrs: [[UInt8]]
    ) {
        self.owner = owner
        self.worker = worker
        self.controlAddresses = controlAddresses
        self.windowPoStProofType = windowPoStProofType
        self.peerID = peerID
        self.multiaddrs = multiaddrs
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(6)
        encoder.encode(owner)
        encoder.encode(worker)
        encoder.list(controlAddresses)
        encoder.encode(windowPoStProofType)
        encoder.bytes(peerID)
        encoder.byteStrings(multiaddrs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 6)
        owner = try decoder.value()
        worker = try decoder.value()
        controlAddresses = try decoder.list(max: ChainLimits.listCount)
        windowPoStProofType = try decoder.value()
        peerID = try decoder.bytes(max: ChainLimits.byteCount)
        multiaddrs = try decoder.byteStrings(max: ChainLimits.listCount)
    }
}

/// A miner's keys.
package struct ControlAddressesReturn: Hashable, Sendable, CBORCodable {
    package var owner: Address
    package var worker: Address
    package var controlAddresses: [Address]

    package init(owner: Address, worker: Address, controlAddresses: [Address]) {
        self.owner = owner
        self.worker = worker
        self.controlAddresses = controlAddresses
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(owner)
        encoder.encode(worker)
        encoder.list(controlAddresses)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        owner = try decoder.value()
        worker = try decoder.value()
        controlAddresses = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Parameters of ChangeWorkerAddress (method 3).
package struct ChangeWorkerAddressParameters: Hashable, Sendable, CBORCodable {
    package var newWorker: Address
    package var newControlAddresses: [Address]

    package init(newWorker: Address, newControlAddresses: [Address]) {
        self.newWorker = newWorker
        self.newControlAddresses = newControlAddresses
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(newWorker)
        encoder.list(newControlAddresses)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        newWorker = try decoder.value()
        newControlAddresses = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Parameters of ChangePeerID (method 4).
package struct ChangePeerIDParameters: Hashable, Sendable, CBORCodable {
    package var newID: [UInt8]

    package init(newID: [UInt8]) {
        self.newID = newID
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.bytes(newID)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        newID = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of ChangeMultiaddrs (method 18).
package struct ChangeMultiaddrsParameters: Hashable, Sendable, CBORCodable {
    package var newMultiaddrs: [[UInt8]]

    package init(newMultiaddrs: [[UInt8]]) {
        self.newMultiaddrs = newMultiaddrs
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.byteStrings(newMultiaddrs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        newMultiaddrs = try decoder.byteStrings(max: ChainLimits.listCount)
    }
}

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

/// Sectors of one partition and their new expiration.
package struct ExpirationExtension: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partition: UInt64
    package var sectors: BitField
    package var newExpiration: ChainEpoch

    package init(deadline: UInt64, partition: UInt64, sectors: BitField, newExpiration: ChainEpoch)
    {
        self.deadline = deadline
        self.partition = partition
        self.sectors = sectors
        self.newExpiration = newExpiration
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.unsigned(deadline)
        encoder.unsigned(partition)
        encoder.encode(sectors)
        encoder.encode(newExpiration)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        deadline = try decoder.unsigned()
        partition = try decoder.unsigned()
        sectors = try decoder.value()
        newExpiration = try decoder.value()
    }
}

/// Parameters of ExtendSectorExpiration (method 8).
package struct ExtendSectorExpirationParameters: Hashable, Sendable, CBORCodable {
    package var extensions: [ExpirationExtension]

    package init(extensions: [ExpirationExtension]) {
        self.extensions = extensions
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(extensions)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        extensions = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Sectors of one partition: to be terminated, faulty or recovered.
package struct SectorDeclaration: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partition: UInt64
    package var sectors: BitField

    package init(deadline: UInt64, partition: UInt64, sectors: BitField) {
        self.deadline = deadline
        self.partition = partition
        self.sectors = sectors
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.unsigned(deadline)
        encoder.unsigned(partition)
        encoder.encode(sectors)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        deadline = try decoder.unsigned()
        partition = try decoder.unsigned()
        sectors = try decoder.value()
    }
}

/// Parameters of TerminateSectors (9), DeclareFaults (10) and DeclareFaultsRecovered (11).
package struct SectorDeclarations: Hashable, Sendable, CBORCodable {
    package var declarations: [SectorDeclaration]

    package init(declarations: [SectorDeclaration]) {
        self.declarations = declarations
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(declarations)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        declarations = try decoder.list(max: ChainLimits.listCount)
    }
}

/// Whether all fees of TerminateSectors are settled.
package struct TerminateSectorsReturn: Hashable, Sendable, CBORCodable {
    package var isDone: Bool

    package init(isDone: Bool) {
        self.isDone = isDone
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.bool(isDone)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        isDone = try decoder.bool()
    }
}

/// Parameters of CompactPartitions (method 19).
package struct CompactPartitionsParameters: Hashable, Sendable, CBORCodable {
    package var deadline: UInt64
    package var partitions: BitField

    package init(deadline: UInt64, partitions: BitField) {
        self.deadline = deadline
        self.partitions = partitions
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.unsigned(deadline)
        encoder.encode(partitions)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        deadline = try decoder.unsigned()
        partitions = try decoder.value()
    }
}

/// Parameters of CompactSectorNumbers (method 20).
package struct CompactSectorNumbersParameters: Hashable, Sendable, CBORCodable {
    package var maskSectorNumbers: BitField

    package init(maskSectorNumbers: BitField) {
        self.maskSectorNumbers = maskSectorNumbers
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.encode(maskSectorNumbers)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        maskSectorNumbers = try decoder.value()
    }
}

/// Parameters of ReportConsensusFault (method 15): block headers in CBOR.
package struct ReportConsensusFaultParameters: Hashable, Sendable, CBORCodable {
    package var blockHeader1: [UInt8]
    package var blockHeader2: [UInt8]
    package var blockHeaderExtra: [UInt8]

    package init(blockHeader1: [UInt8], blockHeader2: [UInt8], blockHeaderExtra: [UInt8]) {
        self.blockHeader1 = blockHeader1
        self.blockHeader2 = blockHeader2
        self.blockHeaderExtra = blockHeaderExtra
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.bytes(blockHeader1)
        encoder.bytes(blockHeader2)
        encoder.bytes(blockHeaderExtra)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        blockHeader1 = try decoder.bytes(max: ChainLimits.byteCount)
        blockHeader2 = try decoder.bytes(max: ChainLimits.byteCount)
        blockHeaderExtra = try decoder.bytes(max: ChainLimits.byteCount)
    }
}

/// Parameters of WithdrawBalance (method 16).
package struct WithdrawBalanceParameters: Hashable, Sendable, CBORCodable {
    package var amountRequested: TokenAmount

    package init(amountRequested: TokenAmount) {
        self.amountRequested = amountRequested
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.encode(amountRequested)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        amountRequested = try decoder.value()
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

/// What the miner asks the power actor's cron to call back with: 1 proving deadline, 2 early terminations.
package struct MinerCronPayload: Hashable, Sendable, CBORCodable {
    package var eventType: Int64

    package init(eventType: Int64) {
        self.eventType = eventType
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.signed(eventType)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        eventType = try decoder.signed()
    }
}
