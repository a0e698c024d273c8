package import BigIntegers
package import FilecoinTypes

/// What a miner deposits, pledges and pays.
///
/// Source: specs-actors, `builtin/miner/monies.go` (v6, v7).
package enum MinerMonies {
    private static let epochsInDay: ChainEpoch = 2880
    /// The reward of this many days is the pre-commit deposit.
    private static let preCommitDepositPeriod: ChainEpoch = 20 * epochsInDay
    /// The reward of this many days is the storage part of the initial pledge.
    package static let initialPledgePeriod: ChainEpoch = 20 * epochsInDay
    /// 3.51 days.
    private static let continuedFaultPeriod: ChainEpoch = 10_108
    /// 3.5 days.
    private static let terminationLowerBoundPeriod: ChainEpoch = 10_080
    /// 5.51 days.
    private static let invalidWindowPoStPeriod: ChainEpoch = 15_868
    /// Days of a sector's age that a termination fee counts.
    private static let terminationLifetimeCap: ChainEpoch = 140 * epochsInDay
    /// One FIL per 32 GiB, in attoFIL per byte.
    private static let initialPledgeMaxPerByte: BigInt =
        BigInt(1_000_000_000_000_000_000) / BigInt(32 << 30)
    /// One FIL in attoFIL.
    private static let oneFIL: BigInt = 1_000_000_000_000_000_000
    /// Paid to whoever disputes an invalid WindowPoSt.
    package static let baseRewardForDisputedWindowPoSt = TokenAmount(attoFIL: 4 * oneFIL)
    private static let basePenaltyForDisputedWindowPoSt = TokenAmount(attoFIL: 20 * oneFIL)
    private static let expectedLeadersPerEpoch: BigInt = 5
    private static let singleProveCommitGas: BigInt = 49_299_973
    private static let singlePreCommitGas: BigInt = 16_433_324
    /// The least base fee that aggregation fees assume: 5 nanoFIL.
    private static let batchBalancer: BigInt = 5_000_000_000

    /// Network averages that rewards are projected with.
    package struct Estimates {
        /// Reward of an epoch.
        package let reward: FilterEstimate
        /// Quality-adjusted power of the network.
        package let networkPower: FilterEstimate

        package init(reward: FilterEstimate, networkPower: FilterEstimate) {
            self.reward = reward
            self.networkPower = networkPower
        }
    }

    /// Returns the block reward that `power` (quality-adjusted bytes) can expect over `duration` epochs.
    package static func expectedReward(
        _ estimates: Estimates,
        power: BigInt,
        duration: ChainEpoch
    ) -> TokenAmount {
        if estimates.networkPower.estimate.isZero {
            return TokenAmount(attoFIL: estimates.reward.estimate)
        }
        let perByte = FilterEstimate.extrapolatedCumulativeSumOfRatio(
            delta: duration,
            relativeStart: 0,
            numerator: estimates.reward,
            denominator: estimates.networkPower
        )
        // Q.0 * Q.128, back to Q.0.
        return TokenAmount(attoFIL: max((power * perByte) >> 128, 0))
    }

    private static func expectedRewardAtLeastOne(
        _ estimates: Estimates,
        power: BigInt,
        duration: ChainEpoch
    ) -> TokenAmount {
        max(
            expectedReward(estimates, power: power, duration: duration),
            TokenAmount(attoFIL: 1)
        )
    }

    /// Returns the expected reward of one day.
    package static func dayReward(_ estimates: Estimates, power: BigInt) -> TokenAmount {
        expectedReward(estimates, power: power, duration: epochsInDay)
    }

    /// Returns the storage part of the pledge: the expected reward of twenty days.
    package static func storagePledge(_ estimates: Estimates, power: BigInt) -> TokenAmount {
        expectedReward(estimates, power: power, duration: initialPledgePeriod)
    }

    /// Returns the deposit for pre-committing a sector of `power`.
    package static func preCommitDeposit(_ estimates: Estimates, power: BigInt) -> TokenAmount {
        expectedRewardAtLeastOne(estimates, power: power, duration: preCommitDepositPeriod)
    }

    /// Returns the pledge for a sector of `power`: the storage part, plus its share of 30 % of the circulating
    /// supply, at most one FIL per 32 GiB.
    package static func initialPledge(
        _ estimates: Estimates,
        power: BigInt,
        baselinePower: BigInt,
        circulatingSupply: TokenAmount
    ) -> TokenAmount {
        let storage = expectedRewardAtLeastOne(
            estimates,
            power: power,
            duration: initialPledgePeriod
        ).attoFIL
        let shareDenominator = max(max(estimates.networkPower.estimate, baselinePower), power)
        let consensus = (3 * circulatingSupply.attoFIL * power)
            .euclideanDivided(by: 10 * shareDenominator).quotient
        return TokenAmount(attoFIL: min(storage + consensus, initialPledgeMaxPerByte * power))
    }

    /// Returns the fee of one day for a sector that stays faulty.
    package static func continuedFaultPenalty(_ estimates: Estimates, power: BigInt) -> TokenAmount
    {
        expectedReward(estimates, power: power, duration: continuedFaultPeriod)
    }

    /// Returns the fee for a disputed WindowPoSt.
    package static func invalidWindowPoStPenalty(
        _ estimates: Estimates,
        power: BigInt
    ) -> TokenAmount {
        expectedReward(estimates, power: power, duration: invalidWindowPoStPeriod)
            + basePenaltyForDisputedWindowPoSt
    }

    /// Returns the fee for ending one sector at `epoch`, before its time.
    package static func terminationPenalty(
        _ estimates: Estimates,
        sector: SectorOnChainInfo,
        size: SectorSize,
        at epoch: ChainEpoch
    ) -> TokenAmount {
        let age = min(epoch - sector.activation, terminationLifetimeCap)
        let replacedAge = min(sector.replacedSectorAge, terminationLifetimeCap - age)
        let earned =
            sector.expectedDayReward.attoFIL * BigInt(age.rawValue)
            + sector.replacedDayReward.attoFIL * BigInt(replacedAge.rawValue)
        let lowerBound = expectedReward(
            estimates,
            power: sector.qualityAdjustedPower(size: size),
            duration: terminationLowerBoundPeriod
        )
        // Half of what the sector earned; day rewards are per 2880 epochs.
        let half = earned.euclideanDivided(by: BigInt(epochsInDay.rawValue) * 2).quotient
        return max(lowerBound, sector.expectedStoragePledge + TokenAmount(attoFIL: half))
    }

    /// Returns the fee for a reported consensus fault.
    package static func consensusFaultPenalty(thisEpochReward: BigInt) -> TokenAmount {
        TokenAmount(
            attoFIL: (thisEpochReward * 5).euclideanDivided(by: expectedLeadersPerEpoch).quotient
        )
    }

    /// Returns what the reporter of a consensus fault gets.
    package static func consensusFaultReward(thisEpochReward: BigInt) -> TokenAmount {
        TokenAmount(
            attoFIL: thisEpochReward.euclideanDivided(by: expectedLeadersPerEpoch * 4).quotient
        )
    }

    /// Returns the part of a block reward that is locked: three quarters.
    package static func lockedReward(of reward: TokenAmount) -> TokenAmount {
        TokenAmount(attoFIL: (reward.attoFIL * 75).euclideanDivided(by: 100).quotient)
    }

    /// Returns the fee for proving `count` sectors with one aggregate.
    package static func aggregateProveCommitFee(count: Int, baseFee: TokenAmount) -> TokenAmount {
        aggregateFee(count: count, gas: singleProveCommitGas, baseFee: baseFee)
    }

    /// Returns the fee for pre-committing `count` sectors with one message.
    package static func aggregatePreCommitFee(count: Int, baseFee: TokenAmount) -> TokenAmount {
        aggregateFee(count: count, gas: singlePreCommitGas, baseFee: baseFee)
    }

    private static func aggregateFee(
        count: Int,
        gas: BigInt,
        baseFee: TokenAmount
    ) -> TokenAmount {
        let perGas = max(baseFee.attoFIL, batchBalancer)
        return TokenAmount(
            attoFIL: (perGas * gas * BigInt(count)).euclideanDivided(by: 20).quotient
        )
    }
}
