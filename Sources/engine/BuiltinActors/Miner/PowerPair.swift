package import BigIntegers
package import CBOR
package import FilecoinTypes

/// Storage power of a set of sectors, counted in two ways.
///
/// CBOR: `[Raw bigint, QA bigint]`.
package struct PowerPair: Hashable, Sendable {
    /// Bytes of sector space.
    package var raw: BigInt
    /// Bytes of sector space, each weighted by the quality of what it stores.
    package var qualityAdjusted: BigInt

    /// No power.
    package static let zero = PowerPair(raw: 0, qualityAdjusted: 0)

    /// Creates a pair from its two counts, in bytes.
    package init(raw: BigInt, qualityAdjusted: BigInt) {
        self.raw = raw
        self.qualityAdjusted = qualityAdjusted
    }

    /// Whether both counts are zero.
    package var isZero: Bool { raw.isZero && qualityAdjusted.isZero }

    /// Whether one of the counts is below zero, which no valid state has.
    package var isNegative: Bool { raw.signum < 0 || qualityAdjusted.signum < 0 }

    package static func + (a: PowerPair, b: PowerPair) -> PowerPair {
        PowerPair(raw: a.raw + b.raw, qualityAdjusted: a.qualityAdjusted + b.qualityAdjusted)
    }

    package static func - (a: PowerPair, b: PowerPair) -> PowerPair {
        PowerPair(raw: a.raw - b.raw, qualityAdjusted: a.qualityAdjusted - b.qualityAdjusted)
    }

    package static func += (a: inout PowerPair, b: PowerPair) { a = a + b }

    package static func -= (a: inout PowerPair, b: PowerPair) { a = a - b }

    package static prefix func - (a: PowerPair) -> PowerPair { zero - a }
}

extension PowerPair: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.bigInt(raw)
        encoder.bigInt(qualityAdjusted)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        raw = try decoder.bigInt()
        qualityAdjusted = try decoder.bigInt()
    }
}

/// The quality of a sector and the power that follows from it.
///
/// Source: specs-actors, `builtin/miner/policy.go`, `QualityForWeight`.
package enum SectorQuality {
    /// Quality of space without deals, in tenths.
    private static let baseMultiplier: BigInt = 10
    /// Quality of space with unverified deals, in tenths.
    private static let dealMultiplier: BigInt = 10
    /// Quality of space with verified deals, in tenths.
    private static let verifiedDealMultiplier: BigInt = 100
    /// Binary digits after the point of a quality.
    private static let precision = 20

    /// The quality-adjusted power of a sector, in bytes.
    ///
    /// - Parameters:
    ///   - size: The sector's size.
    ///   - duration: Its life, in epochs; not zero.
    ///   - dealWeight: Byte-epochs of unverified deals.
    ///   - verifiedDealWeight: Byte-epochs of verified deals.
    /// - Returns: The power, in bytes.
    package static func power(
        size: SectorSize,
        duration: ChainEpoch,
        dealWeight: BigInt,
        verifiedDealWeight: BigInt
    ) -> BigInt {
        let quality = quality(
            size: size,
            duration: duration,
            dealWeight: dealWeight,
            verifiedDealWeight: verifiedDealWeight
        )
        return (BigInt(size.bytes) * quality) >> precision
    }

    /// The quality of a sector, with 20 binary digits after the point; parameters as for the power.
    package static func quality(
        size: SectorSize,
        duration: ChainEpoch,
        dealWeight: BigInt,
        verifiedDealWeight: BigInt
    ) -> BigInt {
        let spaceTime = BigInt(size.bytes) * BigInt(duration.rawValue)
        let dealSpaceTime = dealWeight + verifiedDealWeight
        let weighted =
            (spaceTime - dealSpaceTime) * baseMultiplier + dealWeight * dealMultiplier
            + verifiedDealWeight * verifiedDealMultiplier
        // Two divisions, as in the reference: the rounding of each is part of the rule.
        return (weighted << precision).euclideanDivided(by: spaceTime).quotient
            .euclideanDivided(by: baseMultiplier).quotient
    }
}
