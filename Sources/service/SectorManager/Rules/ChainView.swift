import BitFields
import BuiltinActors
import FilecoinTypes

/// What the chain says of the sectors of one partition.
struct PartitionState: Hashable, Sendable {
    /// Sectors that are not terminated.
    var live: BitField
    /// Those that are faulty.
    var faults: BitField
    /// Those of the faulty ones that are declared recovered.
    var recoveries: BitField

    init(live: BitField, faults: BitField = BitField(), recoveries: BitField = BitField()) {
        self.live = live
        self.faults = faults
        self.recoveries = recoveries
    }

    /// The sectors that the next proof covers.
    var toProve: BitField { live.subtracting(faults).union(recoveries) }
    /// The sectors that could be declared recovered.
    var recoverable: BitField { faults.subtracting(recoveries).intersection(live) }
    /// The sectors that count as good.
    var healthy: BitField { live.subtracting(faults) }
}

/// The randomness of a window, as drawn on one chain.
struct WindowDraws: Hashable, Sendable {
    /// The beacon's draw at the challenge epoch, which chooses the leaves.
    var challenge: [UInt8]
    /// The ticket's draw at the same epoch, which binds the proof to the chain.
    var commit: [UInt8]
}

/// What the chain says at a head, as far as proving needs it.
struct ChainView: Hashable, Sendable {
    /// The epoch of the head.
    var epoch: ChainEpoch
    /// The first epoch of any proving period of the miner.
    var periodStart: ChainEpoch
    /// The partitions of each deadline that has any.
    var partitions: [UInt64: [PartitionState]] = [:]
    /// The partitions of the open deadline that the chain has a proof of.
    var submitted: BitField = BitField()
    /// The randomness of windows that are being proven, by deadline.
    var draws: [UInt64: WindowDraws] = [:]

    init(epoch: ChainEpoch, periodStart: ChainEpoch) {
        self.epoch = epoch
        self.periodStart = periodStart
    }

    /// The occurrence of a deadline that is open or opens next.
    func window(_ index: UInt64) -> ProvingWindow {
        ProvingWindow(index: index, at: epoch, periodStart: periodStart)
    }

    /// The deadline that is open.
    var openIndex: UInt64 { Self.openIndex(at: epoch, periodStart: periodStart) }

    /// The deadline that is open at an epoch.
    static func openIndex(at epoch: ChainEpoch, periodStart: ChainEpoch) -> UInt64 {
        (0..<MinerPolicy.periodDeadlines).first {
            ProvingWindow(index: $0, at: epoch, periodStart: periodStart).open <= epoch
        } ?? 0
    }
}
