internal import ActorRuntime
package import BigIntegers
package import CBOR
package import FilecoinTypes
package import Multiformats

/// Parameters of CreateMiner.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct CreateMinerParameters: Hashable, Sendable, CBORCodable {
    package var owner: Address
    package var worker: Address
    package var windowPoStProofType: RegisteredPoStProof
    package var peerID: [UInt8]
    package var multiaddrs: [[UInt8]]

    package init(
        owner: Address,
        worker: Address,
        windowPoStProofType: RegisteredPoStProof,
        peerID: [UInt8],
        multiaddrs: [[UInt8]]
    ) {
        self.owner = owner
        self.worker = worker
        self.windowPoStProofType = windowPoStProofType
        self.peerID = peerID
        self.multiaddrs = multiaddrs
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(5)
        encoder.encode(owner)
        encoder.encode(worker)
        encoder.encode(windowPoStProofType)
        encoder.bytes(peerID)
        encoder.byteStrings(multiaddrs)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 5)
        owner = try decoder.value()
        worker = try decoder.value()
        windowPoStProofType = try decoder.value()
        peerID = try decoder.bytes()
        multiaddrs = try decoder.byteStrings()
    }
}

/// Result of CreateMiner.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct CreateMinerReturn: Hashable, Sendable, CBORCodable {
    package var idAddress: Address
    package var robustAddress: Address

    package init(
        idAddress: Address,
        robustAddress: Address
    ) {
        self.idAddress = idAddress
        self.robustAddress = robustAddress
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(idAddress)
        encoder.encode(robustAddress)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        idAddress = try decoder.value()
        robustAddress = try decoder.value()
    }
}

/// The power of one miner.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct PowerClaim: Hashable, Sendable, CBORCodable {
    package var windowPoStProofType: RegisteredPoStProof
    package var rawBytePower: BigInt
    package var qualityAdjustedPower: BigInt

    package init(
        windowPoStProofType: RegisteredPoStProof,
        rawBytePower: BigInt,
        qualityAdjustedPower: BigInt
    ) {
        self.windowPoStProofType = windowPoStProofType
        self.rawBytePower = rawBytePower
        self.qualityAdjustedPower = qualityAdjustedPower
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.encode(windowPoStProofType)
        encoder.bigInt(rawBytePower)
        encoder.bigInt(qualityAdjustedPower)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        windowPoStProofType = try decoder.value()
        rawBytePower = try decoder.bigInt()
        qualityAdjustedPower = try decoder.bigInt()
    }
}

/// A miner that wants to be woken up.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct CronEvent: Hashable, Sendable, CBORCodable {
    package var miner: Address
    package var callbackPayload: [UInt8]

    package init(
        miner: Address,
        callbackPayload: [UInt8]
    ) {
        self.miner = miner
        self.callbackPayload = callbackPayload
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(miner)
        encoder.bytes(callbackPayload)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        miner = try decoder.value()
        callbackPayload = try decoder.bytes()
    }
}

/// The state of the storage power actor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct PowerState: Hashable, Sendable, CBORCodable {
    /// Power of the miners above the minimum.
    package var totalRawBytePower: BigInt
    /// Power of all miners.
    package var totalBytesCommitted: BigInt
    package var totalQualityAdjustedPower: BigInt
    package var totalQABytesCommitted: BigInt
    package var totalPledgeCollateral: TokenAmount
    /// As of the last cron; what elections use.
    package var thisEpochRawBytePower: BigInt
    package var thisEpochQualityAdjustedPower: BigInt
    package var thisEpochPledgeCollateral: TokenAmount
    package var thisEpochQAPowerSmoothed: FilterEstimate
    package var minerCount: Int64
    package var minerAboveMinPowerCount: Int64
    /// Multimap of ``CronEvent`` by epoch.
    package var cronEventQueue: CID
    /// The first epoch whose events may be left.
    package var firstCronEpoch: ChainEpoch
    /// HAMT of ``PowerClaim`` by miner.
    package var claims: CID
    /// Multimap of seals to verify by miner.
    package var proofValidationBatch: CID?

    package init(
        totalRawBytePower: BigInt,
        totalBytesCommitted: BigInt,
        totalQualityAdjustedPower: BigInt,
        totalQABytesCommitted: BigInt,
        totalPledgeCollateral: TokenAmount,
        thisEpochRawBytePower: BigInt,
        thisEpochQualityAdjustedPower: BigInt,
        thisEpochPledgeCollateral: TokenAmount,
        thisEpochQAPowerSmoothed: FilterEstimate,
        minerCount: Int64,
        minerAboveMinPowerCount: Int64,
        cronEventQueue: CID,
        firstCronEpoch: ChainEpoch,
        claims: CID,
        proofValidationBatch: CID?
    ) {
        self.totalRawBytePower = totalRawBytePower
        self.totalBytesCommitted = totalBytesCommitted
        self.totalQualityAdjustedPower = totalQualityAdjustedPower
        self.totalQABytesCommitted = totalQABytesCommitted
        self.totalPledgeCollateral = totalPledgeCollateral
        self.thisEpochRawBytePower = thisEpochRawBytePower
        self.thisEpochQualityAdjustedPower = thisEpochQualityAdjustedPower
        self.thisEpochPledgeCollateral = thisEpochPledgeCollateral
        self.thisEpochQAPowerSmoothed = thisEpochQAPowerSmoothed
        self.minerCount = minerCount
        self.minerAboveMinPowerCount = minerAboveMinPowerCount
        self.cronEventQueue = cronEventQueue
        self.firstCronEpoch = firstCronEpoch
        self.claims = claims
        self.proofValidationBatch = proofValidationBatch
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(15)
        encoder.bigInt(totalRawBytePower)
        encoder.bigInt(totalBytesCommitted)
        encoder.bigInt(totalQualityAdjustedPower)
        encoder.bigInt(totalQABytesCommitted)
        encoder.encode(totalPledgeCollateral)
        encoder.bigInt(thisEpochRawBytePower)
        encoder.bigInt(thisEpochQualityAdjustedPower)
        encoder.encode(thisEpochPledgeCollateral)
        encoder.encode(thisEpochQAPowerSmoothed)
        encoder.signed(minerCount)
        encoder.signed(minerAboveMinPowerCount)
        encoder.encode(cronEventQueue)
        encoder.encode(firstCronEpoch)
        encoder.encode(claims)
        encoder.optional(proofValidationBatch)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 15)
        totalRawBytePower = try decoder.bigInt()
        totalBytesCommitted = try decoder.bigInt()
        totalQualityAdjustedPower = try decoder.bigInt()
        totalQABytesCommitted = try decoder.bigInt()
        totalPledgeCollateral = try decoder.value()
        thisEpochRawBytePower = try decoder.bigInt()
        thisEpochQualityAdjustedPower = try decoder.bigInt()
        thisEpochPledgeCollateral = try decoder.value()
        thisEpochQAPowerSmoothed = try decoder.value()
        minerCount = try decoder.signed()
        minerAboveMinPowerCount = try decoder.signed()
        cronEventQueue = try decoder.value()
        firstCronEpoch = try decoder.value()
        claims = try decoder.value()
        proofValidationBatch = try decoder.optional()
    }
}
