internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import FilecoinTypes

/// What its deadline needs to know of a partition.
struct PartitionSummary {
    let index: UInt64
    var activePower: PowerPair
    /// When some sector expires.
    var expirationEpochs: [ChainEpoch] = []
    var hasEarlyTerminations = false
}

/// The rules of one partition.
struct PartitionCheck {
    let index: UInt64
    let partition: Partition
    let sectors: SectorTable
    let grid: QuantSpec
    let store: ActorStore

    private var live: BitField { partition.liveSectors }

    func run(_ findings: inout Findings) -> PartitionSummary {
        var summary = PartitionSummary(index: index, activePower: partition.activePower)
        let fields = [
            partition.sectors, partition.unproven, partition.faults, partition.recoveries,
            partition.terminated,
        ]
        guard !fields.contains(where: \.isMalformed) else {
            findings.add("a set of sectors is malformed")
            return summary
        }
        checkMembership(&findings)
        summary.activePower = checkPower(&findings)
        summary.expirationEpochs = checkExpirations(&findings)
        summary.hasEarlyTerminations = checkEarlyTerminations(&findings)
        return summary
    }

    private func checkMembership(_ findings: inout Findings) {
        let active = partition.activeSectors
        func contains(
            _ name: String,
            _ whole: BitField,
            _ partName: String,
            _ part: BitField,
            _ findings: inout Findings
        ) {
            let strange = part.subtracting(whole)
            findings.require(strange.isEmpty, "\(partName) sectors \(strange) are not \(name)")
        }
        contains("live", live, "active", active, &findings)
        contains("live", live, "faulty", partition.faults, &findings)
        contains("live", live, "unproven", partition.unproven, &findings)
        contains("faulty", partition.faults, "recovering", partition.recoveries, &findings)
        contains("members", partition.sectors, "terminated", partition.terminated, &findings)
        for (name, a, other, b) in [
            ("active", active, "faulty", partition.faults),
            ("active", active, "unproven", partition.unproven),
            ("live", live, "terminated", partition.terminated),
            ("faulty", partition.faults, "unproven", partition.unproven),
        ] {
            let both = a.intersection(b)
            findings.require(both.isEmpty, "sectors \(both) are \(name) and \(other)")
        }
    }

    /// Checks the recorded power and returns that of the active sectors.
    private func checkPower(_ findings: inout Findings) -> PowerPair {
        for (name, field, recorded) in [
            ("live", live, partition.livePower),
            ("unproven", partition.unproven, partition.unprovenPower),
            ("faulty", partition.faults, partition.faultyPower),
            ("recovering", partition.recoveries, partition.recoveringPower),
        ] {
            let missing = sectors.missing(from: field)
            guard missing.isEmpty else {
                findings.add("\(name) sectors \(missing) do not exist")
                continue
            }
            let power = sectors.power(of: field)
            findings.require(
                recorded == power,
                "\(name) power is recorded as \(recorded.text), the sectors have \(power.text)"
            )
        }
        let active = sectors.power(of: partition.activeSectors)
        findings.require(
            partition.activePower == active,
            "active power is recorded as \(partition.activePower.text), the sectors have"
                + " \(active.text)"
        )
        return active
    }

    // MARK: - Expirations

    private func checkExpirations(_ findings: inout Findings) -> [ChainEpoch] {
        let entries = findings.reading("expirations") { () throws(ActorError) in
            var array = try ADTArray<ExpirationSet>(
                store: store,
                root: partition.expirationsEpochs,
                bitWidth: MinerPolicy.partitionExpirationBitWidth
            )
            return try array.all()
        }
        guard let entries else { return [] }
        let epochs = entries.map { ChainEpoch(Int64(bitPattern: $0.0)) }
        var seen = BitField()
        for (epoch, (_, set)) in zip(epochs, entries) {
            findings.within("expiration at epoch \(epoch)") { findings in
                findings.require(grid.roundingUp(epoch) == epoch, "the epoch is not on the grid")
                let members = set.onTimeSectors.union(set.earlySectors)
                let twice = seen.intersection(members)
                    .union(set.onTimeSectors.intersection(set.earlySectors))
                findings.require(twice.isEmpty, "sectors \(twice) expire twice")
                seen.formUnion(members)
                let strange = members.subtracting(live)
                findings.require(strange.isEmpty, "sectors \(strange) are not live")
                check(set, at: epoch, first: epochs.first ?? epoch, &findings)
                checkSums(set, &findings)
            }
        }
        let forgotten = live.subtracting(seen)
        findings.require(forgotten.isEmpty, "live sectors \(forgotten) never expire")
        return epochs
    }

    /// Checks that the members of a set expire when they should.
    private func check(
        _ set: ExpirationSet,
        at epoch: ChainEpoch,
        first: ChainEpoch,
        _ findings: inout Findings
    ) {
        for sector in sectors.existing(set.onTimeSectors) {
            // A sector whose space was taken by another stands at the very next epoch.
            let target = grid.roundingUp(sector.expiration)
            findings.require(
                epoch == target || epoch == first,
                "sector \(sector.sectorNumber) is on time, but expires at \(target)"
            )
        }
        let healthy = set.earlySectors.subtracting(partition.faults)
        findings.require(
            healthy.isEmpty,
            "sectors \(healthy) expire early without being faulty"
        )
        for sector in sectors.existing(set.earlySectors) {
            let target = grid.roundingUp(sector.expiration)
            findings.require(
                epoch < target,
                "sector \(sector.sectorNumber) is early, but expires at \(target)"
            )
        }
    }

    private func checkSums(_ set: ExpirationSet, _ findings: inout Findings) {
        let members = set.onTimeSectors.union(set.earlySectors).intersection(live)
        for (name, field, recorded) in [
            ("active", members.subtracting(partition.faults), set.activePower),
            ("faulty", members.intersection(partition.faults), set.faultyPower),
        ] {
            let power = sectors.power(of: field)
            findings.require(
                recorded == power,
                "\(name) power is recorded as \(recorded.text), the sectors have \(power.text)"
            )
        }
        let pledge = sectors.existing(set.onTimeSectors.intersection(live))
            .reduce(TokenAmount.zero) { $0 + $1.initialPledge }
        findings.require(
            set.onTimePledge == pledge,
            "pledge is recorded as \(set.onTimePledge.attoFIL) attoFIL, that of the sectors is"
                + " \(pledge.attoFIL)"
        )
    }

    // MARK: - Early terminations

    /// Checks the sectors whose fee is not settled and returns whether there are any.
    private func checkEarlyTerminations(_ findings: inout Findings) -> Bool {
        let entries = findings.reading("early terminations") { () throws(ActorError) in
            var array = try ADTArray<BitField>(
                store: store,
                root: partition.earlyTerminated,
                bitWidth: MinerPolicy.partitionEarlyTerminationBitWidth
            )
            return try array.all()
        }
        var seen = BitField()
        for (epoch, field) in entries ?? [] {
            let twice = seen.intersection(field)
            findings.require(
                twice.isEmpty,
                "sectors \(twice) were terminated early twice, again at epoch \(epoch)"
            )
            seen.formUnion(field)
        }
        let strange = seen.subtracting(partition.terminated)
        findings.require(
            strange.isEmpty,
            "sectors \(strange) were terminated early, but are not terminated"
        )
        return !seen.isEmpty
    }
}
