package import BigIntegers
package import CBOR
package import FilecoinTypes

/// A smoothed quantity and how fast it changes per epoch, both Q.128: an alpha-beta filter.
///
/// CBOR: `[PositionEstimate bigint, VelocityEstimate bigint]`. Source: specs-actors, `util/smoothing`.
package struct FilterEstimate: Hashable, Sendable {
    /// The value, Q.128.
    package var position: BigInt
    /// The change per epoch, Q.128.
    package var velocity: BigInt

    /// Creates an estimate of Q.128 numbers.
    package init(positionQ128: BigInt, velocityQ128: BigInt) {
        position = positionQ128
        velocity = velocityQ128
    }

    /// Creates an estimate of whole numbers.
    package init(position: BigInt, velocity: BigInt) {
        self.position = position << FixedPoint.precision
        self.velocity = velocity << FixedPoint.precision
    }

    /// The value, rounded down.
    package var estimate: BigInt { position >> FixedPoint.precision }

    // 9.25e-4 and 2.84e-7, Q.128.
    private static let alpha: BigInt = 314_760_000_000_000_000_000_000_000_000_000_000
    private static let beta: BigInt = 96_640_100_000_000_000_000_000_000_000_000
    /// 2^-50, Q.128: the square of a velocity below which it counts as none.
    private static let epsilon: BigInt = 302_231_454_903_657_293_676_544

    /// The estimate after one more observation.
    ///
    /// - Parameters:
    ///   - observation: The value seen.
    ///   - delta: Epochs since the last observation; not zero.
    /// - Returns: The new estimate.
    package func next(observing observation: BigInt, after delta: ChainEpoch) -> FilterEstimate {
        let deltaT = BigInt(delta.rawValue) << FixedPoint.precision
        let predicted = position + ((deltaT * velocity) >> FixedPoint.precision)
        let residual = (observation << FixedPoint.precision) - predicted
        let revisionX = (Self.alpha * residual) >> FixedPoint.precision
        let revisionV = (Self.beta * residual).euclideanDivided(by: deltaT).quotient
        return FilterEstimate(
            positionQ128: predicted + revisionX,
            velocityQ128: velocity + revisionV
        )
    }

    /// The value after `delta` more epochs at the present velocity, Q.256.
    package func extrapolated(by delta: ChainEpoch) -> BigInt {
        let deltaT = BigInt(delta.rawValue) << FixedPoint.precision
        return (position << FixedPoint.precision) + velocity * deltaT
    }

    /// The sum of numerator / denominator over `delta` epochs that begin `relativeStart` epochs from now, Q.128.
    package static func extrapolatedCumulativeSumOfRatio(
        delta: ChainEpoch,
        relativeStart: ChainEpoch,
        numerator: FilterEstimate,
        denominator: FilterEstimate
    ) -> BigInt {
        let precision = FixedPoint.precision
        let deltaT = BigInt(delta.rawValue) << precision
        let t0 = BigInt(relativeStart.rawValue) << precision
        let squaredVelocity = (denominator.velocity * denominator.velocity) >> precision
        guard squaredVelocity > epsilon else {
            // The denominator stands still: the area of a trapezium.
            let middle =
                numerator.position
                + ((numerator.velocity * (t0 + (deltaT >> 1))) >> precision)
            return (middle * deltaT).euclideanDivided(by: denominator.position).quotient
        }
        let start = denominator.position + ((t0 * denominator.velocity) >> precision)
        let end = start + ((deltaT * denominator.velocity) >> precision)
        let lnStart = FixedPoint.logarithm(start)
        let lnEnd = FixedPoint.logarithm(end)
        let m1 =
            (denominator.velocity * (numerator.position * (lnEnd - lnStart))) >> precision
        let inner = denominator.position * (lnStart - lnEnd) + denominator.velocity * deltaT
        let m2 = (numerator.velocity * inner) >> precision
        return (m1 + m2).euclideanDivided(by: squaredVelocity).quotient
    }
}

extension FilterEstimate: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.bigInt(position)
        encoder.bigInt(velocity)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        position = try decoder.bigInt()
        velocity = try decoder.bigInt()
    }
}
