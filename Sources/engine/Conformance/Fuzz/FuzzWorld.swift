internal import ActorRuntime
internal import BitFields
internal import BuiltinActors
internal import FilecoinTypes
internal import Multiformats

/// What is in a state that messages can name: mostly right messages need it.
struct FuzzWorld {
    struct Miner {
        struct Place {
            let deadline: UInt64
            let partition: UInt64
            let partitions: UInt64
            let proven: BitField
            let active: [UInt64]
            let faulty: [UInt64]
            /// Whether a proof of it could count.
            let isProvable: Bool
            /// Whether its terminated sectors could be compacted away.
            let isCompactable: Bool
            /// Proofs of its deadline that may be disputed.
            let proofs: UInt64
        }

        struct PreCommit {
            let number: UInt64
            let epoch: ChainEpoch
        }

        let id: ActorID
        let owner: Address
        let worker: Address
        let pendingOwner: Address?
        let proofType: RegisteredPoStProof
        let size: SectorSize
        let current: DeadlineInfo
        let state: MinerState
        var preCommits: [PreCommit] = []
        var sectors: [SectorOnChainInfo] = []
        var places: [Place] = []

        /// The next epoch in which a deadline opens.
        func nextOpening(of deadline: UInt64) -> ChainEpoch {
            DeadlineInfo(
                periodStart: current.periodStart,
                index: deadline,
                currentEpoch: current.currentEpoch
            ).nextNotElapsed.open
        }
    }

    struct Multisig {
        let id: ActorID
        let signers: [Address]
        let threshold: UInt64
        let pending: [(id: Int64, transaction: MultisigTransaction)]
    }

    struct Channel {
        let id: ActorID
        let from: Address
        let to: Address
        let isSettling: Bool
    }

    struct Deal {
        let id: UInt64
        let proposal: DealProposal
        let isActive: Bool
    }

    let epoch: ChainEpoch
    let version: ActorsVersion
    let policy: ActorPolicy
    var records: [ActorID: ActorRecord] = [:]
    /// Accounts that can pay for messages.
    var accounts: [ActorID] = []
    var keys: [ActorID: Address] = [:]
    var miners: [Miner] = []
    var multisigs: [Multisig] = []
    var channels: [Channel] = []
    var deals: [Deal] = []
    var verifiers: [Address] = []
    var clients: [Address] = []

    /// Reads a state as it is before the messages of `epoch`.
    init(
        _ tree: StateTree,
        epoch: ChainEpoch,
        version: ActorsVersion,
        policy: ActorPolicy
    ) throws {
        self.epoch = epoch
        self.version = version
        self.policy = policy
        let store = ActorStore(reading: tree.store)
        var all: [(ActorID, ActorRecord)] = []
        try tree.forEach { all.append(($0, $1)) }
        for (id, record) in all.sorted(by: { $0.0 < $1.0 }) {
            records[id] = record
            guard let kind = record.actorCode?.kind else { continue }
            switch kind {
            case .account where id >= 80 && id != .burntFunds:
                let state: AccountState = try store.get(record.head)
                keys[id] = state.address
                if record.balance >= .fil(100) { accounts.append(id) }
            case .storageMiner: miners.append(try Self.miner(id, record, epoch, store))
            case .multisig: multisigs.append(try Self.multisig(id, record, store))
            case .paymentChannel:
                let state: PaymentChannelState = try store.get(record.head)
                channels.append(
                    Channel(
                        id: id,
                        from: state.from,
                        to: state.to,
                        isSettling: state.settlingAt != 0
                    )
                )
            case .storageMarket: deals = try Self.deals(record, store)
            case .verifiedRegistry:
                let state: VerifiedRegistryState = try store.get(record.head)
                verifiers = try Self.owners(state.verifiers, store)
                clients = try Self.owners(state.verifiedClients, store)
            default: break
            }
        }
    }

    private static func miner(
        _ id: ActorID,
        _ record: ActorRecord,
        _ epoch: ChainEpoch,
        _ store: ActorStore
    ) throws(ActorError) -> Miner {
        let state: MinerState = try store.get(record.head)
        let info = try state.loadInfo(store)
        var miner = Miner(
            id: id,
            owner: info.owner,
            worker: info.worker,
            pendingOwner: info.pendingOwnerAddress,
            proofType: info.windowPoStProofType,
            size: info.sectorSize,
            current: state.deadlineInfo(at: epoch),
            state: state
        )
        var preCommits = try ADTMap<SectorPreCommitOnChainInfo>(
            store: store,
            root: state.preCommittedSectors
        )
        try preCommits.forEach { (_, preCommit) throws(ActorError) in
            miner.preCommits.append(
                Miner.PreCommit(
                    number: preCommit.info.sectorNumber.rawValue,
                    epoch: preCommit.preCommitEpoch
                )
            )
            return true
        }
        var sectors = try Sectors(store: store, root: state.sectors)
        try sectors.forEach { (sector) throws(ActorError) in
            miner.sectors.append(sector)
            return true
        }
        if miner.sectors.isEmpty { return miner }
        let deadlines = try state.loadDeadlines(store)
        for index in deadlines.due.indices {
            let deadline = try deadlines.load(UInt64(index), store)
            if deadline.totalSectors == 0 { continue }
            var partitions = try deadline.partitionsArray(store)
            let count = partitions.count
            let proofs = try ADTArray<WindowedPoSt>(
                store: store,
                root: deadline.optimisticPoStSubmissionsSnapshot,
                bitWidth: MinerPolicy.deadlineOptimisticPoStSubmissionsBitWidth
            ).count
            try partitions.forEach { (number, partition) throws(ActorError) in
                miner.places.append(
                    Miner.Place(
                        deadline: UInt64(index),
                        partition: number,
                        partitions: count,
                        proven: deadline.partitionsPoSted,
                        active: Array(partition.activeSectors.bits),
                        faulty: Array(partition.faults.bits),
                        isProvable: partition.liveSectors != partition.faults
                            || !partition.recoveries.isEmpty,
                        isCompactable: !partition.terminated.isEmpty && partition.faults.isEmpty
                            && partition.unproven.isEmpty && deadline.earlyTerminations.isEmpty,
                        proofs: proofs
                    )
                )
                return true
            }
        }
        return miner
    }

    private static func multisig(
        _ id: ActorID,
        _ record: ActorRecord,
        _ store: ActorStore
    ) throws(ActorError) -> Multisig {
        let state: MultisigState = try store.get(record.head)
        var pending: [(Int64, MultisigTransaction)] = []
        var map = try state.pending(store)
        try map.forEach { (key, transaction) throws(ActorError) in
            // Zigzag; IDs are small here.
            if let byte = key.bytes.first, key.bytes.count == 1 {
                pending.append((Int64(byte >> 1), transaction))
            }
            return true
        }
        return Multisig(
            id: id,
            signers: state.signers,
            threshold: state.approvalsThreshold,
            pending: pending
        )
    }

    private static func deals(
        _ record: ActorRecord,
        _ store: ActorStore
    ) throws(ActorError) -> [Deal] {
        let state: MarketState = try store.get(record.head)
        var proposals = try state.proposalArray(store)
        var states = try state.stateArray(store)
        let active = Set(try states.all().map(\.0))
        return try proposals.all().map { id, proposal in
            Deal(id: id, proposal: proposal, isActive: active.contains(id))
        }
    }

    private static func owners(
        _ root: CID,
        _ store: ActorStore
    ) throws(ActorError) -> [Address] {
        var map = try ADTMap<DataCap>(store: store, root: root)
        var owners: [Address] = []
        try map.forEachKey { (key) throws(ActorError) in
            if let address = try? Address(bytes: key.bytes) { owners.append(address) }
        }
        return owners
    }
}
