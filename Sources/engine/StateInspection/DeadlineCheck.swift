internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import FilecoinTypes
internal import Multiformats

/// The rules of one deadline.
struct DeadlineCheck {
    let deadline: Deadline
    let sectors: SectorTable
    let grid: QuantSpec
    let store: ActorStore

    /// Checks the deadline and returns the power of its active sectors.
    func run(_ findings: inout Findings) -> PowerPair {
        guard let partitions = partitions(deadline.partitions, "partitions", &findings) else {
            return .zero
        }
        var all = BitField()
        var summaries: [PartitionSummary] = []
        for (position, (index, partition)) in partitions.enumerated() {
            findings.require(
                index == UInt64(position),
                "partition \(index) stands where \(position) is expected"
            )
            findings.within("partition \(index)") { findings in
                findings.require(
                    !all.containsAny(of: partition.sectors),
                    "has sectors of other partitions"
                )
                all.formUnion(partition.sectors)
                summaries.append(
                    PartitionCheck(
                        index: index,
                        partition: partition,
                        sectors: sectors,
                        grid: grid,
                        store: store
                    ).run(&findings)
                )
            }
        }
        checkCounts(all, partitions.map(\.1), &findings)
        if let last = deadline.partitionsPoSted.last {
            findings.require(
                last < UInt64(partitions.count),
                "partition \(last) is proven, but there are \(partitions.count)"
            )
            findings.require(
                deadline.liveSectors > 0,
                "partitions are proven, but no sector is live"
            )
        }
        checkSnapshots(&findings)
        checkExpirations(summaries, &findings)
        let early = BitField(summaries.filter(\.hasEarlyTerminations).map(\.index))
        findings.require(
            early == deadline.earlyTerminations,
            "early terminations are recorded in partitions \(deadline.earlyTerminations), but"
                + " they are in \(early)"
        )
        return summaries.reduce(.zero) { $0 + $1.activePower }
    }

    private func partitions(
        _ root: CID,
        _ name: String,
        _ findings: inout Findings
    ) -> [(UInt64, Partition)]? {
        findings.reading(name) { () throws(ActorError) in
            var array = try ADTArray<Partition>(
                store: store,
                root: root,
                bitWidth: MinerPolicy.deadlinePartitionsBitWidth
            )
            return try array.all()
        }
    }

    private func checkCounts(
        _ all: BitField,
        _ partitions: [Partition],
        _ findings: inout Findings
    ) {
        let live = BitField.union(of: partitions.map(\.liveSectors)).count
        findings.require(
            deadline.liveSectors == live,
            "\(deadline.liveSectors) live sectors are recorded, the partitions have \(live)"
        )
        findings.require(
            deadline.totalSectors == all.count,
            "\(deadline.totalSectors) sectors are recorded, the partitions have \(all.count)"
        )
        let faulty = partitions.reduce(PowerPair.zero) { $0 + $1.faultyPower }
        findings.require(
            deadline.faultyPower == faulty,
            "faulty power is recorded as \(deadline.faultyPower.text), the partitions have"
                + " \(faulty.text)"
        )
    }

    /// Checks what is kept for disputes: it was taken after recoveries and new sectors were dealt with.
    private func checkSnapshots(_ findings: inout Findings) {
        guard
            let snapshot = partitions(
                deadline.partitionsSnapshot,
                "the partitions' snapshot",
                &findings
            )
        else { return }
        for (index, partition) in snapshot {
            findings.within("snapshot of partition \(index)") { findings in
                findings.require(partition.recoveringPower.isZero, "has recovering power")
                findings.require(partition.recoveries.isEmpty, "has recoveries")
                findings.require(partition.unprovenPower.isZero, "has unproven power")
                findings.require(partition.unproven.isEmpty, "has unproven sectors")
            }
        }
        let proofs = findings.reading("the proofs' snapshot") { () throws(ActorError) in
            var array = try ADTArray<WindowedPoSt>(
                store: store,
                root: deadline.optimisticPoStSubmissionsSnapshot,
                bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
            )
            return try array.all()
        }
        let existing = BitField(snapshot.map(\.0))
        for (index, proof) in proofs ?? [] {
            let unknown = proof.partitions.subtracting(existing)
            findings.require(
                unknown.isEmpty,
                "proof \(index) covers partitions \(unknown), which the snapshot has not"
            )
        }
    }

    /// Checks that the deadline knows when its partitions have something to expire.
    ///
    /// It may know of more: entries are never taken out.
    private func checkExpirations(_ summaries: [PartitionSummary], _ findings: inout Findings) {
        let entries = findings.reading("expirations") { () throws(ActorError) in
            var array = try ADTArray<BitField>(
                store: store,
                root: deadline.expirationsEpochs,
                bitWidth: MinerPolicy.deadlineExpirationsBitWidth
            )
            return try array.all()
        }
        guard let entries else { return }
        let queued = Dictionary(uniqueKeysWithValues: entries)
        for summary in summaries {
            for epoch in summary.expirationEpochs {
                let isQueued = queued[UInt64(bitPattern: epoch.rawValue)]?.contains(summary.index)
                findings.require(
                    isQueued ?? false,
                    "partition \(summary.index) has sectors that expire at epoch \(epoch), which"
                        + " the deadline does not know"
                )
            }
        }
    }
}
