internal import CBOR
package import FilecoinTypes

/// Where one deadline of a proving period lies in time.
///
/// ```
///  faultCutoff   challenge      open                      close
///  open - 70     open - 20      |---- challenge window ----|   next deadline opens
/// ```
/// Source: go-state-types, `dline`; specs-actors, `builtin/miner/deadlines.go`.
package struct DeadlineInfo: Hashable, Sendable {
    /// The epoch at which this information was asked for.
    package let currentEpoch: ChainEpoch
    /// The first epoch of the proving period.
    package let periodStart: ChainEpoch
    /// The deadline's index in the period, 0 to 47; 48 when the period is over.
    package let index: UInt64
    /// The first epoch in which a proof may be submitted.
    package let open: ChainEpoch
    /// The first epoch in which a proof may no longer be submitted.
    package let close: ChainEpoch
    /// The epoch whose randomness the proofs answer.
    package let challenge: ChainEpoch
    /// The first epoch in which faults and recoveries are no longer accepted.
    package let faultCutoff: ChainEpoch

    /// Creates the information about deadline `index` of the period that starts at `periodStart`.
    package init(periodStart: ChainEpoch, index: UInt64, currentEpoch: ChainEpoch) {
        self.currentEpoch = currentEpoch
        self.periodStart = periodStart
        self.index = index
        if index < MinerPolicy.periodDeadlines {
            let start = periodStart + ChainEpoch(Int64(index)) * MinerPolicy.challengeWindow
            open = start
            close = start + MinerPolicy.challengeWindow
            challenge = start - MinerPolicy.challengeLookback
            faultCutoff = start - MinerPolicy.faultDeclarationCutoff
        } else {
            // The reference gives a deadline past the last one the end of the period for everything.
            let end = periodStart + MinerPolicy.provingPeriod
            open = end
            close = end
            challenge = end
            faultCutoff = 0
        }
    }

    /// Creates the information about the deadline that `epoch` lies in, for a miner whose proving periods start
    /// at `periodStartSeed` modulo the proving period.
    package init(periodStartSeed: ChainEpoch, currentEpoch: ChainEpoch) {
        let periods = QuantSpec(unit: MinerPolicy.provingPeriod, offset: periodStartSeed)
        let periodStart = periods.roundingDown(currentEpoch)
        let elapsed = (currentEpoch - periodStart) / MinerPolicy.challengeWindow
        let index = UInt64(bitPattern: elapsed.rawValue) % MinerPolicy.periodDeadlines
        self.init(periodStart: periodStart, index: index, currentEpoch: currentEpoch)
    }

    /// Whether the proving period has begun.
    package var isPeriodStarted: Bool { currentEpoch >= periodStart }

    /// Whether proofs may be submitted now.
    package var isOpen: Bool { currentEpoch >= open && currentEpoch < close }

    /// Whether the deadline is over.
    package var hasElapsed: Bool { currentEpoch >= close }

    /// Whether faults and recoveries are no longer accepted.
    package var isFaultCutoffPassed: Bool { currentEpoch >= faultCutoff }

    /// The last epoch in which a proof may be submitted.
    package var last: ChainEpoch { close - 1 }

    /// The first epoch after the proving period.
    package var nextPeriodStart: ChainEpoch { periodStart + MinerPolicy.provingPeriod }

    /// The grid of this deadline's last epochs in all periods.
    package var quantSpec: QuantSpec { QuantSpec(unit: MinerPolicy.provingPeriod, offset: last) }

    /// The same deadline of the first period in which it is not over yet.
    package var nextNotElapsed: DeadlineInfo {
        guard hasElapsed else { return self }
        let period = MinerPolicy.provingPeriod
        let gap = currentEpoch - close
        let periods = gap / period + 1
        return DeadlineInfo(
            periodStart: periodStart + period * periods,
            index: index,
            currentEpoch: currentEpoch
        )
    }
}

extension DeadlineInfo {
    /// The offset of a new miner's proving period: its address and the epoch, hashed, modulo the period.
    ///
    /// Source: specs-actors, `assignProvingPeriodOffset`.
    ///
    /// - Parameters:
    ///   - miner: The miner's ID address.
    ///   - epoch: When it is created.
    ///   - hash: BLAKE2b with 32 bytes, which an actor pays for.
    /// - Returns: 0 to 2879.
    /// - Throws: What `hash` throws.
    package static func periodOffset<Failure: Error>(
        of miner: Address,
        at epoch: ChainEpoch,
        hash: ([UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> ChainEpoch {
        var seed = miner.cborBytes()
        seed += (0..<8).map { UInt8(truncatingIfNeeded: epoch.rawValue >> (56 - 8 * $0)) }
        let number = try hash(seed).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return ChainEpoch(Int64(number % UInt64(MinerPolicy.provingPeriod.rawValue)))
    }
}

extension DeadlineInfo {
    /// Whether partitions of deadline `index` may still change membership: not in the challenge window before
    /// it opens, nor while it is open.
    package static func isMutable(
        periodStart: ChainEpoch,
        index: UInt64,
        at epoch: ChainEpoch
    ) -> Bool {
        let info = DeadlineInfo(periodStart: periodStart, index: index, currentEpoch: epoch)
            .nextNotElapsed
        return epoch < info.open - MinerPolicy.challengeWindow
    }

    /// Whether the optimistically accepted proofs of deadline `index` may be disputed.
    package static func isDisputable(
        periodStart: ChainEpoch,
        index: UInt64,
        at epoch: ChainEpoch
    ) -> Bool {
        if periodStart > epoch { return false }
        let info = DeadlineInfo(periodStart: periodStart, index: index, currentEpoch: epoch)
            .nextNotElapsed
        return !info.isOpen
            && epoch < info.close - MinerPolicy.provingPeriod + MinerPolicy.disputeWindow
    }

    /// Whether deadline `index` may be compacted.
    package static func isCompactable(
        periodStart: ChainEpoch,
        index: UInt64,
        at epoch: ChainEpoch
    ) -> Bool {
        isMutable(periodStart: periodStart, index: index, at: epoch)
            && !isDisputable(periodStart: periodStart, index: index, at: epoch)
    }
}
