internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import FilecoinTypes

// Changing sectors: extension, termination, compaction.
extension MinerActor {
    static func extendSectorExpiration(
        _ rt: Runtime,
        _ parameters: ExtendSectorExpirationParameters
    ) throws(ActorError) {
        try checkExtensions(parameters.extensions)
        let store = rt.store
        var powerDelta = PowerPair.zero
        var pledgeDelta = TokenAmount.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            var deadlines = try state.loadDeadlines(store)
            // Deadlines in the order of their first mention.
            var order: [UInt64] = []
            var byDeadline: [UInt64: [ExpirationExtension]] = [:]
            for declared in parameters.extensions {
                if byDeadline[declared.deadline] == nil { order.append(declared.deadline) }
                byDeadline[declared.deadline, default: []].append(declared)
            }
            var sectors = try Sectors(store: store, root: state.sectors)
            for index in order {
                var deadline = try deadlines.load(index, store)
                var partitions = try deadline.partitionsArray(store)
                let context = SectorContext(
                    store: store,
                    sectorSize: info.sectorSize,
                    quant: state.quantSpec(deadline: index)
                )
                var epochs: [ChainEpoch] = []
                var byNewEpoch: [ChainEpoch: [UInt64]] = [:]
                for declared in byDeadline[index] ?? [] {
                    guard var partition = try partitions.get(declared.partition) else {
                        throw .notFound("no such deadline \(index) partition \(declared.partition)")
                    }
                    let old = try sectors.load(declared.sectors)
                    var new: [SectorOnChainInfo] = []
                    for sector in old {
                        new.append(try extended(rt, sector, to: declared.newExpiration))
                    }
                    try sectors.store(new)
                    let delta = try partition.replace(old, by: new, context)
                    powerDelta += delta.powerDelta
                    pledgeDelta += delta.pledgeDelta
                    try partitions.set(declared.partition, partition)
                    if byNewEpoch[declared.newExpiration] == nil {
                        epochs.append(declared.newExpiration)
                    }
                    byNewEpoch[declared.newExpiration, default: []].append(declared.partition)
                }
                deadline.partitions = try partitions.root()
                for newEpoch in epochs {
                    try deadline.addExpirations(
                        at: newEpoch,
                        partitions: byNewEpoch[newEpoch] ?? [],
                        context
                    )
                }
                try deadlines.update(index, deadline, store)
            }
            state.sectors = try sectors.root()
            try state.saveDeadlines(deadlines, store)
        }
        try requestUpdatePower(rt, powerDelta)
        try notifyPledgeChanged(rt, pledgeDelta)
    }

    private static func checkExtensions(_ extensions: [ExpirationExtension]) throws(ActorError) {
        guard extensions.count <= MinerPolicy.declarationsMax else {
            throw .illegalArgument("too many declarations \(extensions.count)")
        }
        var total: UInt64 = 0
        for declared in extensions {
            guard declared.deadline < MinerPolicy.periodDeadlines else {
                throw .illegalArgument("deadline \(declared.deadline) not in range")
            }
            try declared.sectors.requireReadable(.illegalArgument, "sectors to extend")
            let (sum, overflow) = total.addingReportingOverflow(declared.sectors.count)
            if overflow { throw .illegalArgument("sector bit field integer overflow") }
            total = sum
        }
        guard total <= MinerPolicy.addressedSectorsMax else {
            throw .illegalArgument("too many sectors for declaration \(total)")
        }
    }

    /// Returns the sector with a later expiration; what its deals have weighed so far is gone.
    private static func extended(
        _ rt: Runtime,
        _ sector: SectorOnChainInfo,
        to expiration: ChainEpoch
    ) throws(ActorError) -> SectorOnChainInfo {
        guard sector.expiration >= rt.epoch else {
            throw .forbidden("cannot extend expiration for expired sector \(sector.sectorNumber)")
        }
        guard expiration >= sector.expiration else {
            throw .illegalArgument("cannot reduce sector \(sector.sectorNumber)'s expiration")
        }
        try validateExpiration(
            rt,
            activation: sector.activation,
            expiration: expiration,
            sector.sealProof
        )
        let left = BigInt((sector.expiration - rt.epoch).rawValue)
        let life = BigInt((sector.expiration - sector.activation).rawValue)
        var new = sector
        new.expiration = expiration
        new.dealWeight = (sector.dealWeight * left).euclideanDivided(by: life).quotient
        new.verifiedDealWeight =
            (sector.verifiedDealWeight * left).euclideanDivided(by: life).quotient
        return new
    }

    // MARK: - Termination

    static func terminateSectors(
        _ rt: Runtime,
        _ parameters: SectorDeclarations
    ) throws(ActorError) -> TerminateSectorsReturn {
        let declared = try group(parameters)
        let store = rt.store
        let epoch = rt.epoch
        var hadEarlyTerminations = false
        var powerDelta = PowerPair.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            hadEarlyTerminations = !state.earlyTerminations.isEmpty
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            var deadlines = try state.loadDeadlines(store)
            var sectors = try Sectors(store: store, root: state.sectors)
            for (index, partitions) in declared.sorted {
                guard
                    DeadlineInfo.isMutable(
                        periodStart: state.currentPeriodStart(at: epoch),
                        index: index,
                        at: epoch
                    )
                else {
                    throw .illegalArgument(
                        "cannot terminate sectors in immutable deadline \(index)"
                    )
                }
                var deadline = try deadlines.load(index, store)
                powerDelta -= try deadline.terminate(
                    partitions,
                    in: &sectors,
                    at: epoch,
                    SectorContext(
                        store: store,
                        sectorSize: info.sectorSize,
                        quant: state.quantSpec(deadline: index)
                    )
                )
                state.earlyTerminations.insert(index)
                try deadlines.update(index, deadline, store)
            }
            try state.saveDeadlines(deadlines, store)
        }
        let estimates = try requestEstimates(rt)
        let hasMore = try processEarlyTerminations(rt, estimates.averages)
        if hasMore && !hadEarlyTerminations { try scheduleEarlyTerminations(rt) }
        try checkBalance(rt)
        try requestUpdatePower(rt, powerDelta)
        return TerminateSectorsReturn(isDone: !hasMore)
    }

    /// Settles the fees of early terminated sectors and ends their deals.
    ///
    /// - Returns: Whether more remain than one message may process.
    static func processEarlyTerminations(
        _ rt: Runtime,
        _ averages: MinerMonies.Estimates
    ) throws(ActorError) -> Bool {
        let store = rt.store
        var result = TerminationResult()
        var hasMore = false
        var penalty = TokenAmount.zero
        var pledgeDelta = TokenAmount.zero
        var deals: [(epoch: ChainEpoch, ids: [DealID])] = []
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            (result, hasMore) = try state.popEarlyTerminations(
                maxPartitions: MinerPolicy.addressedPartitionsMax,
                maxSectors: MinerPolicy.addressedSectorsMax,
                store
            )
            if result.isEmpty { return }
            let info = try state.loadInfo(store)
            var sectors = try Sectors(store: store, root: state.sectors)
            var pledge = TokenAmount.zero
            for (epoch, numbers) in result.sorted {
                let infos = try sectors.load(numbers)
                for sector in infos {
                    pledge += sector.initialPledge
                    penalty += MinerMonies.terminationPenalty(
                        averages,
                        sector: sector,
                        size: info.sectorSize,
                        at: epoch
                    )
                }
                deals.append((epoch, infos.flatMap(\.dealIDs)))
            }
            try state.applyPenalty(penalty)
            try state.addInitialPledge(-pledge)
            pledgeDelta -= pledge
            let paid = try state.repayPartialDebt(
                at: rt.epoch,
                balance: try rt.currentBalance(),
                store
            )
            penalty = paid.fromVesting + paid.fromBalance
            pledgeDelta -= paid.fromVesting
        }
        if result.isEmpty { return hasMore }
        try burn(rt, penalty)
        try notifyPledgeChanged(rt, pledgeDelta)
        for (epoch, ids) in deals { try requestTerminateDeals(rt, epoch, ids) }
        return hasMore
    }

    // MARK: - Compaction

    static func compactPartitions(
        _ rt: Runtime,
        _ parameters: CompactPartitionsParameters
    ) throws(ActorError) {
        guard parameters.deadline < MinerPolicy.periodDeadlines else {
            throw .illegalArgument("invalid deadline \(parameters.deadline)")
        }
        try parameters.partitions.requireReadable(.illegalArgument, "partitions")
        let store = rt.store
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(store)
            try validateCallerControls(rt, info)
            guard
                DeadlineInfo.isCompactable(
                    periodStart: state.currentPeriodStart(at: rt.epoch),
                    index: parameters.deadline,
                    at: rt.epoch
                )
            else { throw .forbidden("cannot compact deadline \(parameters.deadline) now") }
            let limit = MinerPolicy.loadPartitionsSectorsMax(
                partitionSectors: info.windowPoStPartitionSectors
            )
            guard parameters.partitions.count <= limit else {
                throw .illegalArgument(
                    "too many partitions \(parameters.partitions.count), limit \(limit)"
                )
            }
            let context = SectorContext(
                store: store,
                sectorSize: info.sectorSize,
                quant: state.quantSpec(deadline: parameters.deadline)
            )
            var deadlines = try state.loadDeadlines(store)
            var deadline = try deadlines.load(parameters.deadline, store)
            let removed = try deadline.remove(partitions: parameters.partitions, context)
            try state.deleteSectors(removed.dead, store)
            let moved = try state.loadSectors(removed.live, store)
            let added = try deadline.add(
                moved,
                partitionSize: info.windowPoStPartitionSectors,
                isProven: true,
                context
            )
            guard added == removed.power else {
                throw .illegalState("power changed when compacting partitions")
            }
            try deadlines.update(parameters.deadline, deadline, store)
            try state.saveDeadlines(deadlines, store)
        }
    }

    static func compactSectorNumbers(
        _ rt: Runtime,
        _ parameters: CompactSectorNumbersParameters
    ) throws(ActorError) {
        guard let last = parameters.maskSectorNumbers.last else {
            throw .illegalArgument("invalid mask bit field: empty")
        }
        guard last <= SectorNumber.maximum.rawValue else {
            throw .illegalArgument("masked sector number \(last) exceeded max sector number")
        }
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(rt.store)
            try validateCallerControls(rt, info)
            try state.allocate(parameters.maskSectorNumbers, allowingCollisions: true, rt.store)
        }
    }
}
