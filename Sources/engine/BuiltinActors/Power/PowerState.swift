package import ActorRuntime
package import BigIntegers
internal import FilecoinTypes
internal import Multiformats

extension PowerState {
    /// From this many miners above the minimum on, only they count.
    package static let consensusMinerMinMiners: Int64 = 4
    // Bit widths of the queues.
    private static let cronQueueBitWidth = 6
    private static let proofBatchBitWidth = 4

    /// The state without miners.
    package init(emptyIn store: ActorStore) throws(ActorError) {
        let claims = try ADTMap<PowerClaim>.emptyRoot(in: store)
        let queue = try ADTMap<CID>.emptyRoot(in: store, bitWidth: Self.cronQueueBitWidth)
        self.init(
            totalRawBytePower: 0,
            totalBytesCommitted: 0,
            totalQualityAdjustedPower: 0,
            totalQABytesCommitted: 0,
            totalPledgeCollateral: .zero,
            thisEpochRawBytePower: 0,
            thisEpochQualityAdjustedPower: 0,
            thisEpochPledgeCollateral: .zero,
            // 750,000 GiB of power, growing by 3,840 GiB per epoch.
            thisEpochQAPowerSmoothed: FilterEstimate(
                position: BigInt(750_000) << 30,
                velocity: BigInt(3840) << 30
            ),
            minerCount: 0,
            minerAboveMinPowerCount: 0,
            cronEventQueue: queue,
            firstCronEpoch: 0,
            claims: claims,
            proofValidationBatch: nil
        )
    }

    /// The claims by miner.
    package func claims(_ store: ActorStore) throws(ActorError) -> ADTMap<PowerClaim> {
        do { return try ADTMap(store: store, root: claims) } catch {
            throw error.coded(.illegalState, "failed to load claims")
        }
    }

    /// The calls that miners asked for, by epoch.
    package func cronEvents(_ store: ActorStore) throws(ActorError) -> ADTMultimap<CronEvent> {
        do {
            return try ADTMultimap(
                store: store,
                root: cronEventQueue,
                bitWidth: Self.cronQueueBitWidth,
                innerBitWidth: Self.cronQueueBitWidth
            )
        } catch { throw error.coded(.illegalState, "failed to load cron events") }
    }

    /// The seals to verify at the next cron, by miner.
    package func proofBatch(_ store: ActorStore) throws(ActorError) -> ADTMultimap<SealVerifyInfo> {
        guard let proofValidationBatch else {
            return ADTMultimap(emptyIn: store, innerBitWidth: Self.proofBatchBitWidth)
        }
        return try Self.proofBatch(store, root: proofValidationBatch)
    }

    static func proofBatch(
        _ store: ActorStore,
        root: CID
    ) throws(ActorError) -> ADTMultimap<SealVerifyInfo> {
        try ADTMultimap(store: store, root: root, innerBitWidth: proofBatchBitWidth)
    }

    /// The power that elections count, in bytes: of all miners while few are large, then of the large ones.
    package var currentTotalPower: (raw: BigInt, qualityAdjusted: BigInt) {
        minerAboveMinPowerCount < Self.consensusMinerMinMiners
            ? (totalBytesCommitted, totalQABytesCommitted)
            : (totalRawBytePower, totalQualityAdjustedPower)
    }

    /// Whether a miner may be elected.
    ///
    /// - Returns: Nil if the miner has no claim.
    package func meetsConsensusMinimum(
        _ claim: PowerClaim,
        _ policy: ActorPolicy
    ) throws(ActorError) -> Bool {
        let least = try policy.minPower(claim.windowPoStProofType)
        if claim.rawBytePower >= least { return true }
        // While few miners are large, any power will do.
        if minerAboveMinPowerCount >= Self.consensusMinerMinMiners { return false }
        return claim.rawBytePower.signum > 0
    }

    /// Changes a miner's claim and the totals.
    mutating func add(
        raw: BigInt,
        qualityAdjusted: BigInt,
        to miner: Address,
        _ claims: inout ADTMap<PowerClaim>,
        _ policy: ActorPolicy
    ) throws(ActorError) {
        guard let old = try claims.get(.address(miner)) else {
            throw .notFound("no claim for actor \(miner)")
        }
        totalQABytesCommitted += qualityAdjusted
        totalBytesCommitted += raw
        let new = PowerClaim(
            windowPoStProofType: old.windowPoStProofType,
            rawBytePower: old.rawBytePower + raw,
            qualityAdjustedPower: old.qualityAdjustedPower + qualityAdjusted
        )
        let least = try policy.minPower(old.windowPoStProofType)
        switch (old.rawBytePower < least, new.rawBytePower < least) {
        case (true, false):
            minerAboveMinPowerCount &+= 1
            totalQualityAdjustedPower += new.qualityAdjustedPower
            totalRawBytePower += new.rawBytePower
        case (false, true):
            minerAboveMinPowerCount &-= 1
            totalQualityAdjustedPower -= old.qualityAdjustedPower
            totalRawBytePower -= old.rawBytePower
        case (false, false):
            totalQualityAdjustedPower += qualityAdjusted
            totalRawBytePower += raw
        case (true, true): break
        }
        if new.rawBytePower.signum < 0 { throw .uncoded("negative claimed raw byte power") }
        if new.qualityAdjustedPower.signum < 0 {
            throw .uncoded("negative claimed quality adjusted power")
        }
        if minerAboveMinPowerCount < 0 {
            throw .uncoded("negative number of miners larger than min")
        }
        try claims.put(.address(miner), new)
    }

    /// Removes a miner's claim with its power; returns whether there was one.
    mutating func deleteClaim(
        of miner: Address,
        _ claims: inout ADTMap<PowerClaim>,
        _ policy: ActorPolicy
    ) throws(ActorError) -> Bool {
        guard let old = try claims.get(.address(miner)) else { return false }
        try add(
            raw: -old.rawBytePower,
            qualityAdjusted: -old.qualityAdjustedPower,
            to: miner,
            &claims,
            policy
        )
        try claims.delete(.address(miner))
        return true
    }
}
