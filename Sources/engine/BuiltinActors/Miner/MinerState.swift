package import ActorRuntime
package import BitFields
internal import CBOR
package import FilecoinTypes
package import Multiformats

/// The state of a storage miner actor.
///
/// CBOR: the fifteen fields in the order of declaration.
///
/// Source: specs-actors, `builtin/miner/miner_state.go`.
package struct MinerState: Hashable, Sendable {
    /// ``MinerInfo``.
    package var info: CID
    /// Locked for pre-committed sectors.
    package var preCommitDeposits: TokenAmount
    /// Locked in the vesting table.
    package var lockedFunds: TokenAmount
    /// ``VestingFunds``.
    package var vestingFunds: CID
    /// Fees that could not be paid.
    package var feeDebt: TokenAmount
    /// Locked for active sectors.
    package var initialPledge: TokenAmount
    /// HAMT of ``SectorPreCommitOnChainInfo`` by sector number.
    package var preCommittedSectors: CID
    /// AMT of bit fields by epoch: pre-commitments that lapse then.
    package var preCommittedSectorsCleanUp: CID
    /// Bit field of all sector numbers ever used.
    package var allocatedSectors: CID
    /// AMT of ``SectorOnChainInfo`` by number.
    package var sectors: CID
    /// The first epoch of the current proving period, or of a period to come.
    package var provingPeriodStart: ChainEpoch
    /// The deadline that the next deadline cron processes.
    package var currentDeadline: UInt64
    /// ``Deadlines``.
    package var deadlines: CID
    /// Deadlines with early terminated sectors that are not settled.
    package var earlyTerminations: BitField
    /// Whether a deadline cron is scheduled.
    package var deadlineCronActive: Bool

    /// Creates the state of a miner without sectors.
    package init(
        store: ActorStore,
        info: CID,
        periodStart: ChainEpoch,
        deadline: UInt64,
        version: ActorsVersion
    ) throws(ActorError) {
        self.info = info
        preCommittedSectors = try ADTMap<SectorPreCommitOnChainInfo>.emptyRoot(in: store)
        preCommittedSectorsCleanUp = try ADTArray<BitField>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.preCommitCleanUpBitWidth
        )
        sectors = try ADTArray<SectorOnChainInfo>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.sectorsBitWidth
        )
        allocatedSectors = try store.put(BitField())
        let emptyDeadline = try store.put(Deadline(store: store, version: version))
        deadlines = try store.put(Deadlines(all: emptyDeadline))
        vestingFunds = try store.put(VestingFunds())
        preCommitDeposits = .zero
        lockedFunds = .zero
        feeDebt = .zero
        initialPledge = .zero
        provingPeriodStart = periodStart
        currentDeadline = deadline
        earlyTerminations = BitField()
        deadlineCronActive = false
    }

    // MARK: - Time

    /// The deadline of `epoch`, counted from the proving period's offset.
    package func deadlineInfo(at epoch: ChainEpoch) -> DeadlineInfo {
        DeadlineInfo(periodStartSeed: provingPeriodStart, currentEpoch: epoch)
    }

    /// The deadline that the state records as current, which cron may not have advanced yet.
    package func recordedDeadlineInfo(at epoch: ChainEpoch) -> DeadlineInfo {
        DeadlineInfo(
            periodStart: provingPeriodStart,
            index: currentDeadline,
            currentEpoch: epoch
        )
    }

    /// The first epoch of the proving period of `epoch`.
    package func currentPeriodStart(at epoch: ChainEpoch) -> ChainEpoch {
        deadlineInfo(at: epoch).periodStart
    }

    /// The grid of a deadline's last epochs.
    package func quantSpec(deadline: UInt64) -> QuantSpec {
        DeadlineInfo(periodStart: provingPeriodStart, index: deadline, currentEpoch: 0).quantSpec
    }

    /// The grid of all deadlines.
    package var quantSpecEveryDeadline: QuantSpec {
        QuantSpec(unit: MinerPolicy.challengeWindow, offset: provingPeriodStart)
    }

    /// Whether the deadline cron has to go on.
    package var continuesDeadlineCron: Bool {
        !preCommitDeposits.isZero || !initialPledge.isZero || !lockedFunds.isZero
    }
}

extension MinerState {
    // MARK: - Parts

    /// Loads the miner's keys and settings.
    package func loadInfo(_ store: ActorStore) throws(ActorError) -> MinerInfo {
        try store.get(info)
    }

    /// Writes the miner's keys and settings.
    package mutating func saveInfo(
        _ newInfo: MinerInfo,
        _ store: ActorStore
    ) throws(ActorError) {
        info = try store.put(newInfo)
    }

    /// Loads the deadlines.
    package func loadDeadlines(_ store: ActorStore) throws(ActorError) -> Deadlines {
        do throws(ActorError) { return try store.get(deadlines) } catch {
            throw error.recoded(.illegalState, "failed to load deadlines (\(deadlines))")
        }
    }

    /// Writes the deadlines.
    package mutating func saveDeadlines(
        _ newDeadlines: Deadlines,
        _ store: ActorStore
    ) throws(ActorError) {
        deadlines = try store.put(newDeadlines)
    }

    // MARK: - Pre-commitments

    private func preCommittedMap(
        _ store: ActorStore
    ) throws(ActorError) -> ADTMap<SectorPreCommitOnChainInfo> {
        try ADTMap(store: store, root: preCommittedSectors)
    }

    /// Marks sector numbers as used.
    package mutating func allocate(
        _ numbers: BitField,
        allowingCollisions: Bool,
        _ store: ActorStore
    ) throws(ActorError) {
        let prior: BitField
        do throws(ActorError) { prior = try store.get(allocatedSectors) } catch {
            throw error.recoded(.illegalState, "failed to load allocated sectors bit field")
        }
        if !allowingCollisions && prior.containsAny(of: numbers) {
            throw .illegalArgument("sector numbers already allocated")
        }
        do throws(ActorError) { allocatedSectors = try store.put(prior.union(numbers)) } catch {
            throw error.recoded(.illegalArgument, "failed to store allocated sectors bit field")
        }
    }

    /// Adds pre-commitments of sectors that have none.
    package mutating func put(
        _ preCommits: [SectorPreCommitOnChainInfo],
        _ store: ActorStore
    ) throws(ActorError) {
        var map = try preCommittedMap(store)
        for preCommit in preCommits {
            let number = preCommit.info.sectorNumber
            guard try map.putIfAbsent(.unsigned(number.rawValue), preCommit) else {
                throw .uncoded("sector \(number) already pre-committed")
            }
        }
        preCommittedSectors = try map.root()
    }

    /// Returns one pre-commitment, or `nil`.
    package func preCommit(
        _ number: SectorNumber,
        _ store: ActorStore
    ) throws(ActorError) -> SectorPreCommitOnChainInfo? {
        var map = try preCommittedMap(store)
        return try map.get(.unsigned(number.rawValue))
    }

    /// Returns the pre-commitments of all given sectors, which must exist.
    package func allPreCommits(
        _ numbers: BitField,
        _ store: ActorStore
    ) throws(ActorError) -> [SectorPreCommitOnChainInfo] {
        var map = try preCommittedMap(store)
        var found: [SectorPreCommitOnChainInfo] = []
        for number in numbers.bits {
            if number > SectorNumber.maximum.rawValue {
                throw .illegalArgument("sector number greater than maximum")
            }
            guard let preCommit = try map.get(.unsigned(number)) else {
                throw .notFound("sector \(number) not found")
            }
            found.append(preCommit)
        }
        return found
    }

    /// Returns the pre-commitments of those given sectors that have one.
    package func findPreCommits(
        _ numbers: [SectorNumber],
        _ store: ActorStore
    ) throws(ActorError) -> [SectorPreCommitOnChainInfo] {
        var map = try preCommittedMap(store)
        var found: [SectorPreCommitOnChainInfo] = []
        for number in numbers {
            if let preCommit = try map.get(.unsigned(number.rawValue)) { found.append(preCommit) }
        }
        return found
    }

    /// Removes pre-commitments, all of which must exist.
    package mutating func deletePreCommits(
        _ numbers: [SectorNumber],
        _ store: ActorStore
    ) throws(ActorError) {
        var map = try preCommittedMap(store)
        for number in numbers { try map.delete(.unsigned(number.rawValue)) }
        preCommittedSectors = try map.root()
    }

    /// Schedules the clean-up of pre-commitments.
    package mutating func addPreCommitCleanUps(
        _ events: [ChainEpoch: [UInt64]],
        _ store: ActorStore
    ) throws(ActorError) {
        var queue = try BitFieldQueue(
            store: store,
            root: preCommittedSectorsCleanUp,
            quant: quantSpecEveryDeadline,
            bitWidth: MinerPolicy.preCommitCleanUpBitWidth
        )
        for (epoch, numbers) in events.sorted(by: { $0.key < $1.key }) {
            try queue.add(BitField(numbers), at: epoch)
        }
        preCommittedSectorsCleanUp = try queue.root()
    }

    /// Removes lapsed pre-commitments and returns their deposits, which are to be burnt.
    package mutating func cleanUpExpiredPreCommits(
        at epoch: ChainEpoch,
        _ store: ActorStore
    ) throws(ActorError) -> TokenAmount {
        var queue = try BitFieldQueue(
            store: store,
            root: preCommittedSectorsCleanUp,
            quant: quantSpecEveryDeadline,
            bitWidth: MinerPolicy.preCommitCleanUpBitWidth
        )
        var deposits = TokenAmount.zero
        var expired: [SectorNumber] = []
        if let due = try queue.pop(until: epoch) {
            preCommittedSectorsCleanUp = try queue.root()
            for number in due.bits {
                // The map is loaded anew for each sector, as in the reference: gas counts it.
                guard let preCommit = try preCommit(SectorNumber(number), store) else { continue }
                expired.append(SectorNumber(number))
                deposits += preCommit.preCommitDeposit
            }
        }
        if !expired.isEmpty { try deletePreCommits(expired, store) }
        preCommitDeposits -= deposits
        if preCommitDeposits.isNegative {
            throw .uncoded("pre-commit clean up caused negative deposits: \(preCommitDeposits)")
        }
        return deposits
    }

    // MARK: - Sectors

    /// Writes sectors.
    package mutating func put(
        _ newSectors: [SectorOnChainInfo],
        _ store: ActorStore
    ) throws(ActorError) {
        var array = try Sectors(store: store, root: sectors)
        try array.store(newSectors)
        sectors = try array.root()
    }

    /// Returns one sector, or `nil`.
    package func sector(
        _ number: SectorNumber,
        _ store: ActorStore
    ) throws(ActorError) -> SectorOnChainInfo? {
        var array = try Sectors(store: store, root: sectors)
        return try array.get(number)
    }

    /// Removes sectors, all of which must exist.
    package mutating func deleteSectors(
        _ numbers: BitField,
        _ store: ActorStore
    ) throws(ActorError) {
        var array = try Sectors(store: store, root: sectors)
        try array.remove(numbers)
        sectors = try array.root()
    }

    /// Returns the sectors with the given numbers, all of which must exist.
    package func loadSectors(
        _ numbers: BitField,
        _ store: ActorStore
    ) throws(ActorError) -> [SectorOnChainInfo] {
        var array = try Sectors(store: store, root: sectors)
        return try array.load(numbers)
    }

    /// Assigns new sectors to the deadlines that may change now.
    package mutating func assignToDeadlines(
        _ newSectors: [SectorOnChainInfo],
        at epoch: ChainEpoch,
        partitionSize: UInt64,
        sectorSize: SectorSize,
        _ store: ActorStore
    ) throws(ActorError) {
        var all = try loadDeadlines(store)
        let sorted = newSectors.sorted { $0.sectorNumber < $1.sectorNumber }
        let periodStart = currentPeriodStart(at: epoch)
        var loaded: [Deadline?] = []
        for index in 0..<MinerPolicy.periodDeadlines {
            let deadline = try all.load(index, store)
            let isMutable = DeadlineInfo.isMutable(
                periodStart: periodStart,
                index: index,
                at: epoch
            )
            loaded.append(isMutable ? deadline : nil)
        }
        var assignment = DeadlineAssignment(partitionSize: partitionSize, deadlines: loaded)
        let assigned = try assignment.assign(sorted)
        for (index, batch) in assigned.sorted(by: { $0.key < $1.key }) {
            guard var deadline = loaded[index] else { continue }
            let context = SectorContext(
                store: store,
                sectorSize: sectorSize,
                quant: quantSpec(deadline: UInt64(index))
            )
            _ = try deadline.add(
                batch,
                partitionSize: partitionSize,
                isProven: false,
                context
            )
            try all.update(UInt64(index), deadline, store)
        }
        try saveDeadlines(all, store)
    }

    /// Whether a sector is neither faulty nor terminated (nor, if required, unproven).
    ///
    /// - Throws: When the sector is not a member of the given partition.
    package func isSectorActive(
        _ number: SectorNumber,
        deadline: UInt64,
        partition index: UInt64,
        requiringProof: Bool,
        _ store: ActorStore
    ) throws(ActorError) -> Bool {
        let partition = try loadDeadlines(store).load(deadline, store).loadPartition(store, index)
        guard partition.sectors.contains(number.rawValue) else {
            throw .notFound(
                "sector \(number) not a member of partition \(index), deadline \(deadline)"
            )
        }
        if partition.faults.contains(number.rawValue) { return false }
        if partition.terminated.contains(number.rawValue) { return false }
        return !(requiringProof && partition.unproven.contains(number.rawValue))
    }

    /// Takes early terminated sectors whose fee is to be settled, within the limits.
    package mutating func popEarlyTerminations(
        maxPartitions: UInt64,
        maxSectors: UInt64,
        _ store: ActorStore
    ) throws(ActorError) -> (result: TerminationResult, hasMore: Bool) {
        var result = TerminationResult()
        if earlyTerminations.isEmpty { return (result, false) }
        var all = try loadDeadlines(store)
        for index in earlyTerminations.bits {
            var deadline = try all.load(index, store)
            let taken = try deadline.popEarlyTerminations(
                store: store,
                maxPartitions: maxPartitions - result.partitionsProcessed,
                maxSectors: maxSectors - result.sectorsProcessed
            )
            result.add(taken.result)
            if !taken.hasMore { earlyTerminations.remove(index) }
            try all.update(index, deadline, store)
            if !result.isBelow(maxPartitions: maxPartitions, maxSectors: maxSectors) { break }
        }
        try saveDeadlines(all, store)
        return (result, !earlyTerminations.isEmpty)
    }

    /// Moves active sectors to expire at the end of their next deadline (actors v6: upgraded sectors).
    package mutating func reschedule(
        _ numbers: DeadlineSectorMap,
        at epoch: ChainEpoch,
        sectorSize: SectorSize,
        _ store: ActorStore
    ) throws(ActorError) -> [SectorOnChainInfo] {
        var all = try loadDeadlines(store)
        var array = try Sectors(store: store, root: sectors)
        var replaced: [SectorOnChainInfo] = []
        for (index, partitions) in numbers.sorted {
            let info = DeadlineInfo(
                periodStart: currentPeriodStart(at: epoch),
                index: index,
                currentEpoch: epoch
            ).nextNotElapsed
            var deadline = try all.load(index, store)
            replaced += try deadline.reschedule(
                partitions,
                in: &array,
                expiration: info.last,
                SectorContext(store: store, sectorSize: sectorSize, quant: info.quantSpec)
            )
            try all.update(index, deadline, store)
        }
        try saveDeadlines(all, store)
        return replaced
    }
}
