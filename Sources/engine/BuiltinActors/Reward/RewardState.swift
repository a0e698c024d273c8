package import BigIntegers
package import FilecoinTypes

/// How many FIL are minted when: half by time, most by the network's power against a growing baseline.
///
/// Source: specs-actors, `builtin/reward/reward_logic.go` and `reward_state.go`.
package enum RewardMath {
    /// The growth of the baseline per epoch, Q.128: doubles in a year.
    private static let baselineExponent: BigInt =
        BigInt("340282591298641078465964189926313473653") ?? 0
    /// The baseline at epoch 0: 2.88888888 EiB (decimal).
    package static let baselineInitialValue: BigInt = 2_888_888_880_000_000_000
    /// What simple minting pays in all, in attoFIL: 30 % of what miners get.
    package static let simpleTotal = TokenAmount.fil(330_000_000).attoFIL
    /// What baseline minting pays in all, in attoFIL.
    package static let baselineTotal = TokenAmount.fil(770_000_000).attoFIL
    /// ln 2 over six years of epochs, Q.128.
    private static let lambda: BigInt = 37_396_271_439_864_487_274_534_522_888_786
    /// e^lambda - 1, Q.128.
    private static let expLambdaMinusOne: BigInt = 37_396_273_494_747_879_394_193_016_954_629

    /// The baseline one epoch before the first.
    package static var initialBaselinePower: BigInt {
        (baselineInitialValue << (2 * FixedPoint.precision))
            .euclideanDivided(by: baselineExponent).quotient >> FixedPoint.precision
    }

    /// The baseline one epoch after `power`.
    package static func baselinePower(after power: BigInt) -> BigInt {
        (power * baselineExponent) >> FixedPoint.precision
    }

    /// The effective network time as a fraction of epochs, Q.128.
    package static func theta(
        effectiveNetworkTime: ChainEpoch,
        baselinePower: BigInt,
        cumsumRealized: BigInt,
        cumsumBaseline: BigInt
    ) -> BigInt {
        if effectiveNetworkTime == 0 { return 0 }
        let missing = ((cumsumBaseline - cumsumRealized) << FixedPoint.precision)
            .euclideanDivided(by: baselinePower).quotient
        return (BigInt(effectiveNetworkTime.rawValue) << FixedPoint.precision) - missing
    }

    /// What is minted up to `theta` of the baseline part, in attoFIL of Q.128.
    package static func baselineSupply(theta: BigInt, total: BigInt) -> BigInt {
        let exponent = (theta * lambda) >> FixedPoint.precision
        return total * (FixedPoint.one - FixedPoint.exponentialOfNegative(exponent))
    }

    /// The reward of an epoch, in attoFIL.
    package static func reward(
        epoch: ChainEpoch,
        previousTheta: BigInt,
        theta: BigInt,
        simpleTotal: BigInt,
        baselineTotal: BigInt
    ) -> BigInt {
        let decay = FixedPoint.exponentialOfNegative(BigInt(epoch.rawValue) * lambda)
        let simple = (simpleTotal * expLambdaMinusOne * decay) >> FixedPoint.precision
        let baseline =
            baselineSupply(theta: theta, total: baselineTotal)
            - baselineSupply(theta: previousTheta, total: baselineTotal)
        return (simple + baseline) >> FixedPoint.precision
    }
}

extension RewardState {
    /// The state at genesis, given the power of its miners in bytes.
    package init(realizedPower: BigInt) {
        self.init(
            cumsumBaseline: 0,
            cumsumRealized: 0,
            effectiveNetworkTime: 0,
            effectiveBaselinePower: RewardMath.baselineInitialValue,
            thisEpochReward: .zero,
            thisEpochRewardSmoothed: FilterEstimate(
                position: 36_266_260_308_195_979_333,
                velocity: -109_897_758_509
            ),
            thisEpochBaselinePower: RewardMath.initialBaselinePower,
            epoch: -1,
            totalStoragePowerReward: .zero,
            simpleTotal: TokenAmount(attoFIL: RewardMath.simpleTotal),
            baselineTotal: TokenAmount(attoFIL: RewardMath.baselineTotal)
        )
        advanceWithReward(realizedPower: realizedPower)
    }

    private var theta: BigInt {
        RewardMath.theta(
            effectiveNetworkTime: effectiveNetworkTime,
            baselinePower: effectiveBaselinePower,
            cumsumRealized: cumsumRealized,
            cumsumBaseline: cumsumBaseline
        )
    }

    /// Counts one more epoch in which the network had `realizedPower` bytes.
    package mutating func advance(realizedPower: BigInt) {
        epoch = epoch + 1
        thisEpochBaselinePower = RewardMath.baselinePower(after: thisEpochBaselinePower)
        cumsumRealized += min(thisEpochBaselinePower, realizedPower)
        while cumsumRealized > cumsumBaseline {
            effectiveNetworkTime = effectiveNetworkTime + 1
            effectiveBaselinePower = RewardMath.baselinePower(after: effectiveBaselinePower)
            cumsumBaseline += effectiveBaselinePower
        }
    }

    /// Counts one more epoch and computes its reward.
    package mutating func advanceWithReward(realizedPower: BigInt) {
        let previousTheta = theta
        advance(realizedPower: realizedPower)
        thisEpochReward = TokenAmount(
            attoFIL: RewardMath.reward(
                epoch: epoch,
                previousTheta: previousTheta,
                theta: theta,
                simpleTotal: simpleTotal.attoFIL,
                baselineTotal: baselineTotal.attoFIL
            )
        )
    }

    /// Lets the smoothed reward follow the reward.
    package mutating func smooth(after delta: ChainEpoch) {
        thisEpochRewardSmoothed = thisEpochRewardSmoothed.next(
            observing: thisEpochReward.attoFIL,
            after: delta
        )
    }
}
