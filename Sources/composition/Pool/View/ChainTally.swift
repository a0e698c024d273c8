package import FilecoinTypes

/// Who made which blocks, and who proved, over the tipsets that were looked at: a pure value.
package struct ChainTally: Hashable, Sendable {
    /// What one miner did.
    package struct Row: Hashable, Sendable {
        package var blocks = 0
        package var wins: Int64 = 0
        /// The epoch in which the last WindowPoSt of the miner landed.
        package var lastWindowPoSt: ChainEpoch?

        package init() {}
    }

    /// The method with which a miner proves a deadline.
    private static let submitWindowedPoSt: MethodNumber = 5

    package private(set) var rows: [Address: Row] = [:]
    /// The lowest and the highest tipset that was counted.
    package private(set) var heights: ClosedRange<ChainEpoch>?

    package init() {}

    /// Counts a tipset with the messages that its parents brought.
    ///
    /// The parents' messages count for the epoch of the parents; with each goes what became of it.
    package mutating func count(
        _ tipset: Tipset,
        parentHeight: ChainEpoch,
        executed: [(message: Message, exitCode: ExitCode)]
    ) {
        for block in tipset.blocks where tipset.height > 0 {
            rows[block.miner, default: Row()].blocks += 1
            rows[block.miner, default: Row()].wins += block.electionProof?.winCount ?? 0
        }
        for (message, exitCode) in executed
        where message.method == Self.submitWindowedPoSt && exitCode.isSuccess {
            let last = rows[message.to]?.lastWindowPoSt ?? parentHeight
            rows[message.to, default: Row()].lastWindowPoSt = max(last, parentHeight)
        }
        let low = min(heights?.lowerBound ?? tipset.height, tipset.height)
        heights = low...max(heights?.upperBound ?? tipset.height, tipset.height)
    }
}
