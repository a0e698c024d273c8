internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import FilecoinTypes
internal import Multiformats

/// What other checks need to know of a miner.
struct MinerSummary {
    /// The life of the sector that a deal is in.
    struct DealSector {
        let activation: ChainEpoch
        let expiration: ChainEpoch
    }

    var activePower = PowerPair.zero
    var dealSectors: [DealID: DealSector] = [:]
    var windowPoStProofType: RegisteredPoStProof?
    var isDeadlineCronActive: Bool
}

/// The rules of a miner's state.
struct MinerCheck {
    let state: MinerState
    let balance: TokenAmount
    let store: ActorStore
    let verified: VerifiedParts?

    func run(_ findings: inout Findings) -> MinerSummary {
        var summary = MinerSummary(isDeadlineCronActive: state.deadlineCronActive)
        let info = findings.reading("info") { () throws(ActorError) in
            try state.loadInfo(store)
        }
        // Without the sector's size little else can be checked.
        guard let info else { return summary }
        summary.windowPoStProofType = info.windowPoStProofType
        check(info, &findings)
        checkBalances(&findings)
        let allocated = findings.reading("allocated sectors") { () throws(ActorError) in
            try store.get(state.allocatedSectors) as BitField
        }
        checkPreCommits(allocated, &findings)
        let sectors = findings.reading("sectors") { () throws(ActorError) in
            var array = try ADTArray<SectorOnChainInfo>(
                store: store,
                root: state.sectors,
                bitWidth: MinerPolicy.sectorsBitWidth
            )
            return try array.all()
        }
        for (number, sector) in sectors ?? [] {
            check(sector, number, allocated, &findings)
            for deal in sector.dealIDs {
                summary.dealSectors[deal] = MinerSummary.DealSector(
                    activation: sector.activation,
                    expiration: sector.expiration
                )
            }
        }
        findings.require(
            state.currentDeadline < MinerPolicy.periodDeadlines,
            "current deadline \(state.currentDeadline) of \(MinerPolicy.periodDeadlines)"
        )
        if let sectors {
            let table = SectorTable(sectors, size: info.sectorSize)
            summary.activePower = checkDeadlines(table, &findings)
        }
        return summary
    }

    // MARK: - Keys and settings

    private func check(_ info: MinerInfo, _ findings: inout Findings) {
        let roles: [(String, Address)] =
            [("owner", info.owner), ("worker", info.worker)]
            + info.controlAddresses.map { ("control address", $0) }
        for (role, address) in roles {
            findings.require(address.isID, "\(role) \(address) is no ID address")
        }
        if let change = info.pendingWorkerKey {
            findings.require(
                change.newWorker.isID,
                "pending worker \(change.newWorker) is no ID address"
            )
            findings.require(
                change.newWorker != info.worker,
                "pending worker \(change.newWorker) is the worker already"
            )
        }
        if let owner = info.pendingOwnerAddress {
            findings.require(owner.isID, "pending owner \(owner) is no ID address")
            findings.require(owner != info.owner, "pending owner \(owner) is the owner already")
        }
        let proof = info.windowPoStProofType
        guard let size = proof.sectorSize, proof.windowVersion == .v1,
            let partitionSize = proof.windowPartitionSectorCount
        else { return findings.add("proof type \(proof.rawValue) is no WindowPoSt") }
        findings.require(
            size == info.sectorSize,
            "sector size \(info.sectorSize.bytes), but \(proof) is for \(size.bytes)"
        )
        findings.require(
            UInt64(partitionSize) == info.windowPoStPartitionSectors,
            "partitions of \(info.windowPoStPartitionSectors) sectors, but \(proof) has"
                + " \(partitionSize)"
        )
    }

    // MARK: - Money

    private func checkBalances(_ findings: inout Findings) {
        for (name, amount) in [
            ("locked funds", state.lockedFunds), ("pre-commit deposits", state.preCommitDeposits),
            ("initial pledge", state.initialPledge), ("fee debt", state.feeDebt),
        ] {
            findings.require(
                !amount.isNegative,
                "\(name) of \(amount.attoFIL) attoFIL are negative"
            )
        }
        let bound = state.lockedFunds + state.preCommitDeposits + state.initialPledge
        findings.require(
            balance >= bound,
            "balance \(balance.attoFIL) is below the \(bound.attoFIL) attoFIL that are bound"
        )
        let vesting = findings.reading("vesting funds") { () throws(ActorError) in
            try store.get(state.vestingFunds) as VestingFunds
        }
        if let vesting {
            var sum = TokenAmount.zero
            for entry in vesting.funds {
                findings.require(
                    entry.amount.isPositive,
                    "\(entry.amount.attoFIL) attoFIL vest at epoch \(entry.epoch)"
                )
                sum += entry.amount
                let quantized = state.quantSpecEveryDeadline.roundingUp(entry.epoch)
                findings.require(
                    entry.epoch == quantized,
                    "funds vest at epoch \(entry.epoch), the grid has \(quantized)"
                )
            }
            findings.require(
                state.lockedFunds == sum,
                "locked funds are \(state.lockedFunds.attoFIL) attoFIL, what vests is"
                    + " \(sum.attoFIL)"
            )
        }
        if state.continuesDeadlineCron && !state.deadlineCronActive {
            findings.add("funds are bound but no deadline cron is active", isKnown: true)
        }
    }

    // MARK: - Pre-commitments

    private func checkPreCommits(_ allocated: BitField?, _ findings: inout Findings) {
        let grid = state.quantSpecEveryDeadline
        let queue = findings.reading("pre-commit clean-up") { () throws(ActorError) in
            var array = try ADTArray<BitField>(
                store: store,
                root: state.preCommittedSectorsCleanUp,
                bitWidth: MinerPolicy.preCommitCleanUpBitWidth
            )
            return try array.all()
        }
        for (key, _) in queue ?? [] {
            let epoch = ChainEpoch(Int64(bitPattern: key))
            findings.require(
                grid.roundingUp(epoch) == epoch,
                "pre-commitments lapse at epoch \(epoch), which is not on the grid"
            )
        }
        let scheduled = BitField.union(of: (queue ?? []).map(\.1))
        let preCommits = findings.reading("pre-commitments") { () throws(ActorError) in
            var map = try ADTMap<SectorPreCommitOnChainInfo>(
                store: store,
                root: state.preCommittedSectors
            )
            return try map.entries()
        }
        guard let preCommits else { return }
        var total = TokenAmount.zero
        for (key, preCommit) in preCommits {
            total += preCommit.preCommitDeposit
            guard let number = key.unsignedNumber else {
                findings.add("key \(key.bytes) of the pre-commitments is no sector number")
                continue
            }
            findings.require(
                allocated?.contains(number) ?? true,
                "pre-committed sector \(number) is not allocated"
            )
            findings.require(
                scheduled.contains(number),
                "pre-commitment of sector \(number) never lapses"
            )
        }
        findings.require(
            state.preCommitDeposits == total,
            "pre-commit deposits are \(state.preCommitDeposits.attoFIL) attoFIL, those of the"
                + " sectors add up to \(total.attoFIL)"
        )
    }

    // MARK: - Sectors

    private func check(
        _ sector: SectorOnChainInfo,
        _ number: UInt64,
        _ allocated: BitField?,
        _ findings: inout Findings
    ) {
        findings.require(
            allocated?.contains(number) ?? true,
            "sector \(number) is not allocated"
        )
        findings.require(
            sector.sectorNumber.rawValue == number,
            "sector \(sector.sectorNumber) has the place of \(number)"
        )
        findings.require(
            sector.expiration > sector.activation,
            "sector \(number) expires at \(sector.expiration), activated at \(sector.activation)"
        )
    }

    private func checkDeadlines(
        _ sectors: SectorTable,
        _ findings: inout Findings
    ) -> PowerPair {
        let roots = findings.reading("deadlines") { () throws(ActorError) in
            try state.loadDeadlines(store)
        }
        var active = PowerPair.zero
        guard let roots else { return active }
        for (index, root) in roots.due.enumerated() {
            let key = VerifiedParts.DeadlineKey(
                deadline: root,
                sectors: state.sectors,
                grid: state.quantSpec(deadline: UInt64(index)),
                size: sectors.size
            )
            if let power = verified?[key] {
                active += power
                continue
            }
            let before = findings.broken.count
            let power = findings.within("deadline \(index)") { findings in
                checkDeadline(UInt64(index), of: roots, key.grid, sectors, &findings)
            }
            active += power
            if findings.broken.count == before { verified?[key] = power }
        }
        return active
    }
}

extension MinerCheck {
    private func checkDeadline(
        _ index: UInt64,
        of roots: Deadlines,
        _ grid: QuantSpec,
        _ sectors: SectorTable,
        _ findings: inout Findings
    ) -> PowerPair {
        let deadline = findings.reading("it") { () throws(ActorError) in
            try roots.load(index, store)
        }
        guard let deadline else { return .zero }
        return DeadlineCheck(deadline: deadline, sectors: sectors, grid: grid, store: store)
            .run(&findings)
    }
}

/// A miner's sectors, for sums of their power.
struct SectorTable {
    private let byNumber: [UInt64: SectorOnChainInfo]
    private let numbers: BitField
    let size: SectorSize

    init(_ sectors: [(UInt64, SectorOnChainInfo)], size: SectorSize) {
        byNumber = Dictionary(uniqueKeysWithValues: sectors)
        numbers = BitField(sectors.map(\.0))
        self.size = size
    }

    subscript(number: UInt64) -> SectorOnChainInfo? { byNumber[number] }

    /// Those of `wanted` that do not exist.
    func missing(from wanted: BitField) -> BitField { wanted.subtracting(numbers) }

    /// Those of `wanted` that exist, by number.
    func existing(_ wanted: BitField) -> [SectorOnChainInfo] {
        wanted.intersection(numbers).bits.compactMap { byNumber[$0] }
    }

    /// The power of those of `wanted` that exist.
    func power(of wanted: BitField) -> PowerPair {
        // A life without epochs, which no sector has, would have no quality.
        existing(wanted).filter { $0.expiration > $0.activation }.power(size: size)
    }
}
