package import BigIntegers
package import CBOR
package import FilecoinTypes
package import Multiformats

// What a miner asks the market about the deals of its sectors.

/// The market's methods that other actors call.
package enum MarketMethod {
    package static let verifyDealsForActivation: MethodNumber = 5
    package static let activateDeals: MethodNumber = 6
    package static let onMinerSectorsTerminate: MethodNumber = 7
    package static let computeDataCommitment: MethodNumber = 8
    package static let cronTick: MethodNumber = 9
}

/// The deals of one sector.
///
/// CBOR: `[SectorExpiry int, DealIDs array]`.
package struct SectorDeals: Hashable, Sendable {
    package var sectorExpiry: ChainEpoch
    package var dealIDs: [DealID]

    package init(sectorExpiry: ChainEpoch, dealIDs: [DealID]) {
        self.sectorExpiry = sectorExpiry
        self.dealIDs = dealIDs
    }
}

/// What the deals of one sector weigh.
///
/// CBOR: `[DealSpace uint, DealWeight bigint, VerifiedDealWeight bigint]`.
package struct SectorWeights: Hashable, Sendable {
    /// Bytes of all deals.
    package var dealSpace: UInt64
    /// Byte-epochs of unverified deals.
    package var dealWeight: BigInt
    /// Byte-epochs of verified deals.
    package var verifiedDealWeight: BigInt

    package init(dealSpace: UInt64, dealWeight: BigInt, verifiedDealWeight: BigInt) {
        self.dealSpace = dealSpace
        self.dealWeight = dealWeight
        self.verifiedDealWeight = verifiedDealWeight
    }
}

/// Parameters of VerifyDealsForActivation (method 5).
package struct VerifyDealsForActivationParameters: Hashable, Sendable {
    package var sectors: [SectorDeals]

    package init(sectors: [SectorDeals]) { self.sectors = sectors }
}

/// Result of VerifyDealsForActivation: one entry per sector.
package struct VerifyDealsForActivationReturn: Hashable, Sendable {
    package var sectors: [SectorWeights]

    package init(sectors: [SectorWeights]) { self.sectors = sectors }
}

/// Parameters of ActivateDeals (method 6).
///
/// CBOR: `[DealIDs array, SectorExpiry int]`.
package struct ActivateDealsParameters: Hashable, Sendable {
    package var dealIDs: [DealID]
    package var sectorExpiry: ChainEpoch

    package init(dealIDs: [DealID], sectorExpiry: ChainEpoch) {
        self.dealIDs = dealIDs
        self.sectorExpiry = sectorExpiry
    }
}

/// Parameters of OnMinerSectorsTerminate (method 7).
///
/// CBOR: `[Epoch int, DealIDs array]`.
package struct OnMinerSectorsTerminateParameters: Hashable, Sendable {
    package var epoch: ChainEpoch
    package var dealIDs: [DealID]

    package init(epoch: ChainEpoch, dealIDs: [DealID]) {
        self.epoch = epoch
        self.dealIDs = dealIDs
    }
}

/// The deals of one sector, for its data commitment.
///
/// CBOR: `[DealIDs array, SectorType int]`.
package struct SectorDataSpec: Hashable, Sendable {
    package var dealIDs: [DealID]
    package var sectorType: RegisteredSealProof

    package init(dealIDs: [DealID], sectorType: RegisteredSealProof) {
        self.dealIDs = dealIDs
        self.sectorType = sectorType
    }
}

/// Parameters of ComputeDataCommitment (method 8).
package struct ComputeDataCommitmentParameters: Hashable, Sendable {
    package var inputs: [SectorDataSpec]

    package init(inputs: [SectorDataSpec]) { self.inputs = inputs }
}

/// Result of ComputeDataCommitment: one commitment (CommD) per sector.
package struct ComputeDataCommitmentReturn: Hashable, Sendable {
    package var commDs: [CID]

    package init(commDs: [CID]) { self.commDs = commDs }
}

// MARK: - CBOR

extension SectorDeals: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(sectorExpiry)
        encoder.list(dealIDs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        sectorExpiry = try decoder.value()
        dealIDs = try decoder.list()
    }
}

extension SectorWeights: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.unsigned(dealSpace)
        encoder.bigInt(dealWeight)
        encoder.bigInt(verifiedDealWeight)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        dealSpace = try decoder.unsigned()
        dealWeight = try decoder.bigInt()
        verifiedDealWeight = try decoder.bigInt()
    }
}

extension VerifyDealsForActivationParameters: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(sectors)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        sectors = try decoder.list()
    }
}

extension VerifyDealsForActivationReturn: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(sectors)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        sectors = try decoder.list()
    }
}

extension ActivateDealsParameters: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.list(dealIDs)
        encoder.encode(sectorExpiry)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        dealIDs = try decoder.list()
        sectorExpiry = try decoder.value()
    }
}

extension OnMinerSectorsTerminateParameters: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(epoch)
        encoder.list(dealIDs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        epoch = try decoder.value()
        dealIDs = try decoder.list()
    }
}

extension SectorDataSpec: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.list(dealIDs)
        encoder.encode(sectorType)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        dealIDs = try decoder.list()
        sectorType = try decoder.value()
    }
}

extension ComputeDataCommitmentParameters: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(inputs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        inputs = try decoder.list()
    }
}

extension ComputeDataCommitmentReturn: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(1)
        encoder.list(commDs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 1)
        commDs = try decoder.list()
    }
}
