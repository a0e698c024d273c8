internal import ActorRuntime
package import CBOR
package import FilecoinTypes

// Creating a miner and changing its keys and contact data: parameters and results.
// CBOR: each a tuple of its fields in the order of declaration.

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
