package import ActorRuntime
package import BigIntegers
package import CBOR
package import FilecoinTypes
package import Multiformats

/// What a miner promises when it pre-commits a sector.
///
/// CBOR: the ten fields in the order of declaration. The last four described the committed-capacity upgrade
/// of early versions; actors v7 refuse a true ``replaceCapacity``.
package struct SectorPreCommitInfo: Hashable, Sendable {
    package var sealProof: RegisteredSealProof
    package var sectorNumber: SectorNumber
    /// The commitment to the sealed sector (CommR).
    package var sealedCID: CID
    /// The epoch whose ticket randomness the sealing used.
    package var sealRandEpoch: ChainEpoch
    package var dealIDs: [DealID]
    /// The epoch in which the sector expires.
    package var expiration: ChainEpoch
    package var replaceCapacity: Bool
    package var replaceSectorDeadline: UInt64
    package var replaceSectorPartition: UInt64
    package var replaceSectorNumber: SectorNumber

    package init(
        sealProof: RegisteredSealProof,
        sectorNumber: SectorNumber,
        sealedCID: CID,
        sealRandEpoch: ChainEpoch,
        dealIDs: [DealID],
        expiration: ChainEpoch,
        replaceCapacity: Bool,
        replaceSectorDeadline: UInt64,
        replaceSectorPartition: UInt64,
        replaceSectorNumber: SectorNumber
    ) {
        self.sealProof = sealProof
        self.sectorNumber = sectorNumber
        self.sealedCID = sealedCID
        self.sealRandEpoch = sealRandEpoch
        self.dealIDs = dealIDs
        self.expiration = expiration
        self.replaceCapacity = replaceCapacity
        self.replaceSectorDeadline = replaceSectorDeadline
        self.replaceSectorPartition = replaceSectorPartition
        self.replaceSectorNumber = replaceSectorNumber
    }
}

/// A pre-committed sector that is not proven yet.
package struct SectorPreCommitOnChainInfo: Hashable, Sendable {
    package var info: SectorPreCommitInfo
    /// Locked until the sector is proven.
    package var preCommitDeposit: TokenAmount
    package var preCommitEpoch: ChainEpoch
    /// Byte-epochs of unverified deals.
    package var dealWeight: BigInt
    /// Byte-epochs of verified deals.
    package var verifiedDealWeight: BigInt
}

/// A proven sector.
///
/// CBOR: the fields in the order of declaration; ``sectorKeyCID`` only in the shape of actors v7.
package struct SectorOnChainInfo: Hashable, Sendable {
    package var sectorNumber: SectorNumber
    package var sealProof: RegisteredSealProof
    /// The commitment to the sealed sector (CommR).
    package var sealedCID: CID
    package var dealIDs: [DealID]
    /// The epoch in which the proof was accepted.
    package var activation: ChainEpoch
    /// The epoch in which the sector expires.
    package var expiration: ChainEpoch
    /// Byte-epochs of unverified deals.
    package var dealWeight: BigInt
    /// Byte-epochs of verified deals.
    package var verifiedDealWeight: BigInt
    /// Locked while the sector is active.
    package var initialPledge: TokenAmount
    /// The reward of one day, expected at activation.
    package var expectedDayReward: TokenAmount
    /// The reward of twenty days, expected at activation.
    package var expectedStoragePledge: TokenAmount
    /// The age of the sector that this one replaced, in epochs; 0 without one.
    package var replacedSectorAge: ChainEpoch
    /// The day reward of the sector that this one replaced.
    package var replacedDayReward: TokenAmount
    /// The sealed commitment before the first replica update; never set in actors v6.
    package var sectorKeyCID: CID?
    /// Which shape the record has in CBOR.
    package var shape: ActorsVersion
}

extension SectorOnChainInfo {
    /// The power of the sector.
    package func power(size: SectorSize) -> PowerPair {
        PowerPair(raw: BigInt(size.bytes), qualityAdjusted: qualityAdjustedPower(size: size))
    }

    /// The quality-adjusted power of the sector, in bytes.
    package func qualityAdjustedPower(size: SectorSize) -> BigInt {
        SectorQuality.power(
            size: size,
            duration: expiration - activation,
            dealWeight: dealWeight,
            verifiedDealWeight: verifiedDealWeight
        )
    }
}

extension Sequence<SectorOnChainInfo> {
    /// The power of all sectors together.
    package func power(size: SectorSize) -> PowerPair {
        var total = PowerPair.zero
        for sector in self { total += sector.power(size: size) }
        return total
    }
}

// MARK: - CBOR

extension SectorPreCommitInfo: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(10)
        encoder.encode(sealProof)
        encoder.encode(sectorNumber)
        encoder.encode(sealedCID)
        encoder.encode(sealRandEpoch)
        encoder.list(dealIDs)
        encoder.encode(expiration)
        encoder.bool(replaceCapacity)
        encoder.unsigned(replaceSectorDeadline)
        encoder.unsigned(replaceSectorPartition)
        encoder.encode(replaceSectorNumber)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 10)
        sealProof = try decoder.value()
        sectorNumber = try decoder.value()
        sealedCID = try decoder.value()
        sealRandEpoch = try decoder.value()
        dealIDs = try decoder.list(max: ChainLimits.listCount)
        expiration = try decoder.value()
        replaceCapacity = try decoder.bool()
        replaceSectorDeadline = try decoder.unsigned()
        replaceSectorPartition = try decoder.unsigned()
        replaceSectorNumber = try decoder.value()
    }
}

extension SectorPreCommitOnChainInfo: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(5)
        encoder.encode(info)
        encoder.encode(preCommitDeposit)
        encoder.encode(preCommitEpoch)
        encoder.bigInt(dealWeight)
        encoder.bigInt(verifiedDealWeight)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 5)
        info = try decoder.value()
        preCommitDeposit = try decoder.value()
        preCommitEpoch = try decoder.value()
        dealWeight = try decoder.bigInt()
        verifiedDealWeight = try decoder.bigInt()
    }
}

extension SectorOnChainInfo: CBORCodable {
    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(shape >= .v7 ? 14 : 13)
        encoder.encode(sectorNumber)
        encoder.encode(sealProof)
        encoder.encode(sealedCID)
        encoder.list(dealIDs)
        encoder.encode(activation)
        encoder.encode(expiration)
        encoder.bigInt(dealWeight)
        encoder.bigInt(verifiedDealWeight)
        encoder.encode(initialPledge)
        encoder.encode(expectedDayReward)
        encoder.encode(expectedStoragePledge)
        encoder.encode(replacedSectorAge)
        encoder.encode(replacedDayReward)
        if shape >= .v7 { encoder.optional(sectorKeyCID) }
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        let count = try decoder.arrayCount(max: 14)
        guard count >= 13 else { throw decoder.invalid("a sector has 13 or 14 fields") }
        shape = count == 14 ? .v7 : .v6
        sectorNumber = try decoder.value()
        sealProof = try decoder.value()
        sealedCID = try decoder.value()
        dealIDs = try decoder.list(max: ChainLimits.listCount)
        activation = try decoder.value()
        expiration = try decoder.value()
        dealWeight = try decoder.bigInt()
        verifiedDealWeight = try decoder.bigInt()
        initialPledge = try decoder.value()
        expectedDayReward = try decoder.value()
        expectedStoragePledge = try decoder.value()
        replacedSectorAge = try decoder.value()
        replacedDayReward = try decoder.value()
        sectorKeyCID = shape >= .v7 ? try decoder.optional() : nil
    }
}
