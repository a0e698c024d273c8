internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import CBOR
internal import FilecoinTypes

/// Lets sectors grow old: what takes 42 or 180 days of a network's life comes within days.
///
/// No run has time for a sector to expire, or for a fault to last until it ends its sector. So now and then an
/// expiration is moved close, or a fault is written down as if it had been found so long ago that it ends the
/// sector soon. Cron does the rest.
struct FuzzAging {
    /// The end of a sector that is to come.
    struct End {
        let miner: ActorID
        let sector: UInt64
        let deadline: UInt64
        let partition: UInt64
        let isFault: Bool
    }

    /// The ends to come, by the epoch whose cron brings them.
    private var ends: [ChainEpoch: [End]] = [:]

    /// Ages one active sector of a miner, if it has one in a deadline that is not about to open.
    ///
    /// - Returns: Whether the state has changed.
    mutating func age(
        _ miner: FuzzWorld.Miner,
        _ machine: Machine,
        _ random: inout FuzzRandom
    ) throws -> Bool {
        let places = miner.places.filter {
            !$0.active.isEmpty
                && DeadlineInfo.isMutable(
                    periodStart: miner.current.periodStart,
                    index: $0.deadline,
                    at: machine.epoch
                )
        }
        guard let place = random.pick(places), let number = random.pick(place.active) else {
            return false
        }
        let end = End(
            miner: miner.id,
            sector: number,
            deadline: place.deadline,
            partition: place.partition,
            isFault: random.chance(50)
        )
        let info = DeadlineInfo(
            periodStart: miner.current.periodStart,
            index: place.deadline,
            currentEpoch: machine.epoch
        ).nextNotElapsed
        let epoch = info.last + MinerPolicy.provingPeriod * ChainEpoch(random.within(0...2))
        guard let lost = try bring(end, at: epoch, info.quantSpec, miner, machine) else {
            return false
        }
        ends[epoch, default: []].append(end)
        if !lost.isZero { try tellPower(lost, of: miner.id, machine) }
        return true
    }

    /// Writes an end into the miner's state; nil if the sector is not fit for it.
    private func bring(
        _ end: End,
        at epoch: ChainEpoch,
        _ quant: QuantSpec,
        _ miner: FuzzWorld.Miner,
        _ machine: Machine
    ) throws -> PowerPair? {
        let store = ActorStore(reading: machine.tree.store)
        var state = miner.state
        var sectors = try Sectors(store: store, root: state.sectors)
        guard var sector = try sectors.get(SectorNumber(end.sector)), sector.dealIDs.isEmpty,
            sector.activation < epoch, epoch < sector.expiration
        else { return nil }
        var deadlines = try state.loadDeadlines(store)
        var deadline = try deadlines.load(end.deadline, store)
        let context = SectorContext(store: store, sectorSize: miner.size, quant: quant)
        let change: PowerPair
        if end.isFault {
            var faults = PartitionSectorMap()
            faults.add([end.sector], partition: end.partition)
            change = try deadline.recordFaults(faults, in: &sectors, expiration: epoch, context)
        } else {
            let old = sector
            sector.expiration = epoch
            try sectors.store([sector])
            var partitions = try deadline.partitionsArray(store)
            guard var partition = try partitions.get(end.partition) else { return nil }
            change = try partition.replace([old], by: [sector], context).powerDelta
            try partitions.set(end.partition, partition)
            deadline.partitions = try partitions.root()
            try deadline.addExpirations(at: epoch, partitions: [end.partition], context)
        }
        try deadlines.update(end.deadline, deadline, store)
        try state.saveDeadlines(deadlines, store)
        state.sectors = try sectors.root()
        let head = try store.put(state)
        try machine.tree.mutate(miner.id) { (actor) throws(ActorError) in actor.head = head }
        return change
    }

    private func tellPower(_ change: PowerPair, of miner: ActorID, _ machine: Machine) throws {
        machine.begin(origin: .id(miner), nonce: 0, gasLimit: 10_000_000_000)
        _ = try machine.call(
            from: miner,
            to: .power,
            method: PowerMethod.updateClaimedPower,
            value: .zero,
            params: UpdateClaimedPowerParameters(
                rawByteDelta: change.raw,
                qualityAdjustedDelta: change.qualityAdjusted
            ).cborBytes(),
            depth: 0
        )
    }

    // MARK: - Counting

    /// Takes the ends that the cron of this epoch is to bring.
    ///
    /// Sectors that were terminated or recovered meanwhile are not among them.
    mutating func takeDue(_ machine: Machine) throws -> [End] {
        try (ends.removeValue(forKey: machine.epoch) ?? []).filter {
            guard let partition = try partition($0, machine.tree) else { return false }
            return partition.faults.contains($0.sector) == $0.isFault
                && partition.liveSectors.contains($0.sector)
        }
    }

    /// Counts those of the given sectors that cron has ended.
    func count(_ due: [End], _ machine: Machine, _ report: inout FuzzReport) throws {
        for end in due {
            guard let partition = try partition(end, machine.tree),
                partition.terminated.contains(end.sector)
            else { continue }
            if end.isFault { report.endedByFault += 1 } else { report.expired += 1 }
        }
    }

    private func partition(_ end: End, _ tree: StateTree) throws -> Partition? {
        guard let head = try tree.actor(end.miner)?.head else { return nil }
        let store = ActorStore(reading: tree.store)
        let state: MinerState = try store.get(head)
        var partitions = try state.loadDeadlines(store).load(end.deadline, store)
            .partitionsArray(store)
        return try partitions.get(end.partition)
    }
}
