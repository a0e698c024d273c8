internal import ActorRuntime
package import CBOR
package import FilecoinTypes

/// A miner's keys and settings.
///
/// CBOR: the eleven fields in the order of declaration.
package struct MinerInfo: Hashable, Sendable {
    /// Receives income and may change the keys; an ID address.
    package var owner: Address
    /// Signs blocks and messages; an ID address.
    package var worker: Address
    /// May send messages too; ID addresses.
    package var controlAddresses: [Address]
    package var pendingWorkerKey: WorkerKeyChange?
    /// The libp2p peer id, opaque to the actor.
    package var peerID: [UInt8]
    /// Where the miner is reached, opaque to the actor.
    package var multiaddrs: [[UInt8]]
    package var windowPoStProofType: RegisteredPoStProof
    package var sectorSize: SectorSize
    /// Sectors of a full partition.
    package var windowPoStPartitionSectors: UInt64
    /// The last epoch in which a reported consensus fault forbids blocks; -1 without one.
    package var consensusFaultElapsed: ChainEpoch
    package var pendingOwnerAddress: Address?

    /// Whether a reported consensus fault forbids blocks at `epoch`.
    package func isConsensusFaultActive(at epoch: ChainEpoch) -> Bool {
        epoch <= consensusFaultElapsed
    }
}

/// A worker key that takes effect later.
///
/// CBOR: `[NewWorker address, EffectiveAt int]`.
package struct WorkerKeyChange: Hashable, Sendable {
    /// The new worker; an ID address.
    package var newWorker: Address
    package var effectiveAt: ChainEpoch

    package init(newWorker: Address, effectiveAt: ChainEpoch) {
        self.newWorker = newWorker
        self.effectiveAt = effectiveAt
    }
}

extension MinerInfo: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(11)
        encoder.encode(owner)
        encoder.encode(worker)
        encoder.list(controlAddresses)
        encoder.optional(pendingWorkerKey)
        encoder.bytes(peerID)
        encoder.array(multiaddrs.count)
        for multiaddr in multiaddrs { encoder.bytes(multiaddr) }
        encoder.encode(windowPoStProofType)
        encoder.encode(sectorSize)
        encoder.unsigned(windowPoStPartitionSectors)
        encoder.encode(consensusFaultElapsed)
        encoder.optional(pendingOwnerAddress)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 11)
        owner = try decoder.value()
        worker = try decoder.value()
        controlAddresses = try decoder.list(max: ChainLimits.listCount)
        pendingWorkerKey = try decoder.optional()
        peerID = try decoder.bytes(max: ChainLimits.byteCount)
        var addresses: [[UInt8]] = []
        for _ in 0..<(try decoder.arrayCount(max: ChainLimits.listCount)) {
            addresses.append(try decoder.bytes(max: ChainLimits.byteCount))
        }
        multiaddrs = addresses
        windowPoStProofType = try decoder.value()
        sectorSize = try decoder.value()
        windowPoStPartitionSectors = try decoder.unsigned()
        consensusFaultElapsed = try decoder.value()
        pendingOwnerAddress = try decoder.optional()
    }
}

extension WorkerKeyChange: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(newWorker)
        encoder.encode(effectiveAt)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        newWorker = try decoder.value()
        effectiveAt = try decoder.value()
    }
}
