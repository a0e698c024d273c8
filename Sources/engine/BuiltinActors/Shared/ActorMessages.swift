package import BigIntegers
package import CBOR
package import FilecoinTypes

// What the actors say to each other.

/// A block reward on its way to the miner that won it.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ApplyRewardParameters: Hashable, Sendable, CBORCodable {
    package var reward: TokenAmount
    /// What the miner owes for including messages that could not pay.
    package var penalty: TokenAmount

    package init(
        reward: TokenAmount,
        penalty: TokenAmount
    ) {
        self.reward = reward
        self.penalty = penalty
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(reward)
        encoder.encode(penalty)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        reward = try decoder.value()
        penalty = try decoder.value()
    }
}

/// What a miner is woken up with.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct DeferredCronEventParameters: Hashable, Sendable, CBORCodable {
    /// What the miner enrolled.
    package var eventPayload: [UInt8]
    package var rewardSmoothed: FilterEstimate
    package var qualityAdjustedPowerSmoothed: FilterEstimate

    package init(
        eventPayload: [UInt8],
        rewardSmoothed: FilterEstimate,
        qualityAdjustedPowerSmoothed: FilterEstimate
    ) {
        self.eventPayload = eventPayload
        self.rewardSmoothed = rewardSmoothed
        self.qualityAdjustedPowerSmoothed = qualityAdjustedPowerSmoothed
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(3)
        encoder.bytes(eventPayload)
        encoder.encode(rewardSmoothed)
        encoder.encode(qualityAdjustedPowerSmoothed)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 3)
        eventPayload = try decoder.bytes()
        rewardSmoothed = try decoder.value()
        qualityAdjustedPowerSmoothed = try decoder.value()
    }
}

/// The sectors of a miner whose seal proofs were found right.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ConfirmSectorProofsParameters: Hashable, Sendable, CBORCodable {
    package var sectors: [SectorNumber]
    package var rewardSmoothed: FilterEstimate
    /// Bytes.
    package var rewardBaselinePower: BigInt
    package var qualityAdjustedPowerSmoothed: FilterEstimate

    package init(
        sectors: [SectorNumber],
        rewardSmoothed: FilterEstimate,
        rewardBaselinePower: BigInt,
        qualityAdjustedPowerSmoothed: FilterEstimate
    ) {
        self.sectors = sectors
        self.rewardSmoothed = rewardSmoothed
        self.rewardBaselinePower = rewardBaselinePower
        self.qualityAdjustedPowerSmoothed = qualityAdjustedPowerSmoothed
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.list(sectors)
        encoder.encode(rewardSmoothed)
        encoder.bigInt(rewardBaselinePower)
        encoder.encode(qualityAdjustedPowerSmoothed)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        sectors = try decoder.list()
        rewardSmoothed = try decoder.value()
        rewardBaselinePower = try decoder.bigInt()
        qualityAdjustedPowerSmoothed = try decoder.value()
    }
}

/// A change of a miner's claim.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct UpdateClaimedPowerParameters: Hashable, Sendable, CBORCodable {
    package var rawByteDelta: BigInt
    package var qualityAdjustedDelta: BigInt

    package init(
        rawByteDelta: BigInt,
        qualityAdjustedDelta: BigInt
    ) {
        self.rawByteDelta = rawByteDelta
        self.qualityAdjustedDelta = qualityAdjustedDelta
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.bigInt(rawByteDelta)
        encoder.bigInt(qualityAdjustedDelta)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        rawByteDelta = try decoder.bigInt()
        qualityAdjustedDelta = try decoder.bigInt()
    }
}

/// When a miner wants to be woken up, and with what.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct EnrollCronEventParameters: Hashable, Sendable, CBORCodable {
    package var eventEpoch: ChainEpoch
    package var payload: [UInt8]

    package init(
        eventEpoch: ChainEpoch,
        payload: [UInt8]
    ) {
        self.eventEpoch = eventEpoch
        self.payload = payload
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(eventEpoch)
        encoder.bytes(payload)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        eventEpoch = try decoder.value()
        payload = try decoder.bytes()
    }
}

/// The power of the network as of the last epoch.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct CurrentTotalPowerReturn: Hashable, Sendable, CBORCodable {
    package var rawBytePower: BigInt
    package var qualityAdjustedPower: BigInt
    package var pledgeCollateral: TokenAmount
    package var qualityAdjustedPowerSmoothed: FilterEstimate

    package init(
        rawBytePower: BigInt,
        qualityAdjustedPower: BigInt,
        pledgeCollateral: TokenAmount,
        qualityAdjustedPowerSmoothed: FilterEstimate
    ) {
        self.rawBytePower = rawBytePower
        self.qualityAdjustedPower = qualityAdjustedPower
        self.pledgeCollateral = pledgeCollateral
        self.qualityAdjustedPowerSmoothed = qualityAdjustedPowerSmoothed
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.bigInt(rawBytePower)
        encoder.bigInt(qualityAdjustedPower)
        encoder.encode(pledgeCollateral)
        encoder.encode(qualityAdjustedPowerSmoothed)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        rawBytePower = try decoder.bigInt()
        qualityAdjustedPower = try decoder.bigInt()
        pledgeCollateral = try decoder.value()
        qualityAdjustedPowerSmoothed = try decoder.value()
    }
}

/// The block reward and the power that the baseline expects.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct ThisEpochRewardReturn: Hashable, Sendable, CBORCodable {
    package var thisEpochRewardSmoothed: FilterEstimate
    /// Bytes.
    package var thisEpochBaselinePower: BigInt

    package init(
        thisEpochRewardSmoothed: FilterEstimate,
        thisEpochBaselinePower: BigInt
    ) {
        self.thisEpochRewardSmoothed = thisEpochRewardSmoothed
        self.thisEpochBaselinePower = thisEpochBaselinePower
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(thisEpochRewardSmoothed)
        encoder.bigInt(thisEpochBaselinePower)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        thisEpochRewardSmoothed = try decoder.value()
        thisEpochBaselinePower = try decoder.bigInt()
    }
}

/// Bytes of data cap that a deal uses or gives back.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct DataCapChange: Hashable, Sendable, CBORCodable {
    /// The verified client.
    package var address: Address
    /// Bytes.
    package var dealSize: BigInt

    package init(
        address: Address,
        dealSize: BigInt
    ) {
        self.address = address
        self.dealSize = dealSize
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(address)
        encoder.bigInt(dealSize)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        address = try decoder.value()
        dealSize = try decoder.bigInt()
    }
}
