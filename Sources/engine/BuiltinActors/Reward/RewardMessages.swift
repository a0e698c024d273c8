package import BigIntegers
package import CBOR
package import FilecoinTypes

/// Parameters of AwardBlockReward.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct AwardBlockRewardParameters: Hashable, Sendable, CBORCodable {
    package var miner: Address
    package var penalty: TokenAmount
    package var gasReward: TokenAmount
    package var winCount: Int64

    package init(
        miner: Address,
        penalty: TokenAmount,
        gasReward: TokenAmount,
        winCount: Int64
    ) {
        self.miner = miner
        self.penalty = penalty
        self.gasReward = gasReward
        self.winCount = winCount
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(4)
        encoder.encode(miner)
        encoder.encode(penalty)
        encoder.encode(gasReward)
        encoder.signed(winCount)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 4)
        miner = try decoder.value()
        penalty = try decoder.value()
        gasReward = try decoder.value()
        winCount = try decoder.signed()
    }
}

/// The state of the reward actor.
///
/// CBOR: a tuple of the fields in the order of declaration.
package struct RewardState: Hashable, Sendable, CBORCodable {
    /// Byte-epochs that the baseline expected up to the effective network time.
    package var cumsumBaseline: BigInt
    /// Byte-epochs that the network reached, capped by the baseline.
    package var cumsumRealized: BigInt
    package var effectiveNetworkTime: ChainEpoch
    package var effectiveBaselinePower: BigInt
    package var thisEpochReward: TokenAmount
    package var thisEpochRewardSmoothed: FilterEstimate
    package var thisEpochBaselinePower: BigInt
    package var epoch: ChainEpoch
    /// What has been paid.
    package var totalStoragePowerReward: TokenAmount
    package var simpleTotal: TokenAmount
    package var baselineTotal: TokenAmount

    package init(
        cumsumBaseline: BigInt,
        cumsumRealized: BigInt,
        effectiveNetworkTime: ChainEpoch,
        effectiveBaselinePower: BigInt,
        thisEpochReward: TokenAmount,
        thisEpochRewardSmoothed: FilterEstimate,
        thisEpochBaselinePower: BigInt,
        epoch: ChainEpoch,
        totalStoragePowerReward: TokenAmount,
        simpleTotal: TokenAmount,
        baselineTotal: TokenAmount
    ) {
        self.cumsumBaseline = cumsumBaseline
        self.cumsumRealized = cumsumRealized
        self.effectiveNetworkTime = effectiveNetworkTime
        self.effectiveBaselinePower = effectiveBaselinePower
        self.thisEpochReward = thisEpochReward
        self.thisEpochRewardSmoothed = thisEpochRewardSmoothed
        self.thisEpochBaselinePower = thisEpochBaselinePower
        self.epoch = epoch
        self.totalStoragePowerReward = totalStoragePowerReward
        self.simpleTotal = simpleTotal
        self.baselineTotal = baselineTotal
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(11)
        encoder.bigInt(cumsumBaseline)
        encoder.bigInt(cumsumRealized)
        encoder.encode(effectiveNetworkTime)
        encoder.bigInt(effectiveBaselinePower)
        encoder.encode(thisEpochReward)
        encoder.encode(thisEpochRewardSmoothed)
        encoder.bigInt(thisEpochBaselinePower)
        encoder.encode(epoch)
        encoder.encode(totalStoragePowerReward)
        encoder.encode(simpleTotal)
        encoder.encode(baselineTotal)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 11)
        cumsumBaseline = try decoder.bigInt()
        cumsumRealized = try decoder.bigInt()
        effectiveNetworkTime = try decoder.value()
        effectiveBaselinePower = try decoder.bigInt()
        thisEpochReward = try decoder.value()
        thisEpochRewardSmoothed = try decoder.value()
        thisEpochBaselinePower = try decoder.bigInt()
        epoch = try decoder.value()
        totalStoragePowerReward = try decoder.value()
        simpleTotal = try decoder.value()
        baselineTotal = try decoder.value()
    }
}
