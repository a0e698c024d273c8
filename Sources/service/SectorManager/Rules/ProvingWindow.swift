import BuiltinActors
import FilecoinTypes

/// One occurrence of a deadline: the hour in which its partitions have to be proven.
///
/// ```
///  fault cutoff  challenge      open                      close
///  open - 70     open - 20      |---- proofs land here ----|
/// ```
struct ProvingWindow: Hashable, Sendable {
    /// The number of the deadline, 0 to 47.
    let index: UInt64
    /// The first epoch in which a proof may land.
    let open: ChainEpoch

    /// The first epoch in which a proof may no longer land.
    var close: ChainEpoch { open + MinerPolicy.challengeWindow }
    /// The epoch whose randomness the proof answers.
    var challenge: ChainEpoch { open - MinerPolicy.challengeLookback }
    /// The first epoch in which faults and recoveries of the deadline are no longer accepted.
    var faultCutoff: ChainEpoch { open - MinerPolicy.faultDeclarationCutoff }
    /// The same deadline of the next proving period.
    var next: ProvingWindow { ProvingWindow(index: index, open: open + MinerPolicy.provingPeriod) }

    /// The occurrence of a deadline that is open at an epoch or opens next.
    ///
    /// - Parameters:
    ///   - index: The number of the deadline.
    ///   - epoch: The epoch.
    ///   - periodStart: The first epoch of any proving period of the miner.
    init(index: UInt64, at epoch: ChainEpoch, periodStart: ChainEpoch) {
        let period = MinerPolicy.provingPeriod
        let window = MinerPolicy.challengeWindow
        let since = (epoch - periodStart) % period
        let start = epoch - (since < 0 ? since + period : since)
        let first = start + window * ChainEpoch(Int64(index))
        self.init(index: index, open: first + window <= epoch ? first + period : first)
    }

    init(index: UInt64, open: ChainEpoch) {
        self.index = index
        self.open = open
    }
}

/// When the runner does what, in epochs.
struct ProvingRules: Hashable, Sendable {
    /// How long after the challenge a proof is begun, so that a small reorganisation does not waste it.
    var challengeConfidence: ChainEpoch = 10
    /// How long after the opening a proof is submitted.
    var submitConfidence: ChainEpoch = 4
    /// How long before the opening faulty sectors are looked at, whether they can be declared recovered.
    ///
    /// The first one leaves room for another message if one fails; the later ones are for files that came
    /// back meanwhile.
    var checks: [ChainEpoch] = [130, 100, 80]
    /// How long to wait until sectors without files are looked at again inside the window.
    var recheck: ChainEpoch = 5
    /// How long a message may wait without a nonce before the proof is made anew.
    var patience: ChainEpoch = 10
    /// How long after the close a message may still be heard of.
    var farewell: ChainEpoch = 20
    /// The most partitions of one message.
    var partitionsPerMessage: Int = 3000
    /// Whether sectors without files are declared faulty before the cutoff; otherwise the proof skips them.
    var declaresFaults: Bool = true
    /// The most sectors of one declaration.
    var sectorsPerDeclaration: UInt64 = MinerPolicy.addressedSectorsMax

    init() {}
    /// The most partitions that one message may prove, given the sectors of a full partition.
    static func partitionLimit(sectors: UInt64) -> Int {
        Int(MinerPolicy.loadPartitionsSectorsMax(partitionSectors: max(1, sectors)))
    }
}
