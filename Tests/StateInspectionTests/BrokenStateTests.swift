import ActorRuntime
import BigIntegers
import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes
import IPLD
import Multiformats
import StateInspection
import TestSupport
import Testing

/// Changes of one field each in a state of the reference, all of which must be found.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct BrokenStateTests {
    private let root: CID
    private let store: MemoryBlockStore
    private let actors: ActorStore
    /// A miner with sectors.
    private let miner: ActorID

    init() throws {
        let archive = try Vectors.archive("reference/actors/state/world707-v7.car.zst")
        root = try #require(archive.roots.first)
        store = archive.store
        actors = ActorStore(reading: archive.store)
        var found: ActorID?
        let tree = try StateTree(root: root, store: store)
        let reader = actors
        try tree.forEach { id, record in
            guard record.actorCode?.kind == .storageMiner, found == nil else { return }
            let state: MinerState = try reader.get(record.head)
            if !state.initialPledge.isZero { found = id }
        }
        miner = try #require(found)
    }

    /// The first actor of a kind that is no singleton.
    private func first(_ kind: ActorKind) throws -> ActorID {
        var found: ActorID?
        try StateTree(root: root, store: store).forEach { id, record in
            guard record.actorCode?.kind == kind, id >= 100 else { return }
            found = min(id, found ?? id)
        }
        return try #require(found)
    }

    /// What is found in addition when the state of an actor is changed.
    private func found<State: CBORCodable>(
        in id: ActorID,
        _ change: (inout State) throws -> Void
    ) throws -> String {
        let tree = try StateTree(root: root, store: store)
        let record = try #require(try tree.actor(id))
        var state: State = try actors.get(record.head)
        try change(&state)
        let head = try store.put(value: state)
        try tree.mutate(id) { (record) throws(ActorError) in record.head = head }
        return try found(tree)
    }

    private func found(_ tree: StateTree) throws -> String {
        try StateInvariants(tree, at: .after(3198), policy: .twoKiB)
            .check().unexpected.map(\.description).joined(separator: "\n")
    }

    /// What is found when one deadline that has sectors is changed, and its first partition with it.
    private func foundInDeadline(
        where isWanted: (Partition) -> Bool = { !$0.activeSectors.isEmpty },
        _ change: (inout Deadline, inout Partition) throws -> Void
    ) throws -> String {
        try found(in: miner) { (state: inout MinerState) in
            var deadlines = try state.loadDeadlines(actors)
            for index in deadlines.due.indices {
                var deadline = try deadlines.load(UInt64(index), actors)
                var partitions = try deadline.partitionsArray(actors)
                guard var partition = try partitions.get(0), isWanted(partition) else { continue }
                try change(&deadline, &partition)
                try partitions.set(0, partition)
                deadline.partitions = try partitions.root()
                deadlines.due[index] = try store.put(value: deadline)
                state.deadlines = try store.put(value: deadlines)
                return
            }
            Issue.record("no deadline has such a partition")
        }
    }

    @Test func `addresses, accounts and cron entries`() throws {
        #expect(
            try found(in: .initActor) { (state: inout InitState) in state.nextID = 99 }
                .contains("t01 init: next ID 99 is one of the singletons'")
        )
        #expect(
            try found(in: .initActor) { (state: inout InitState) in state.networkName = "" }
                .contains("no name")
        )
        #expect(
            try found(in: .initActor) { (state: inout InitState) in
                var map = try ADTMap<ActorID>(store: actors, root: state.addressMap)
                try map.put(.address(.actor(seed: [1])), try first(.account))
                state.addressMap = try map.root()
            }.contains("belongs to")
        )
        #expect(
            try found(in: try first(.account)) { (state: inout AccountState) in
                state.address = .id(7)
            }.contains("t07 is no address of a key")
        )
        #expect(
            try found(in: .cron) { (state: inout CronState) in
                state.entries.append(CronEntry(receiver: .actor(seed: []), method: 0))
            }.contains("calls method 0")
        )
    }

    @Test func `rewards`() throws {
        #expect(
            try found(in: .reward) { (state: inout RewardState) in state.epoch = 3198 }
                .contains("epoch is 3198, expected 3199")
        )
        #expect(
            try found(in: .reward) { (state: inout RewardState) in
                state.totalStoragePowerReward = .zero
            }.contains("less than the mining allocation")
        )
        #expect(
            try found(in: .reward) { (state: inout RewardState) in
                state.cumsumRealized = state.cumsumBaseline + 1
            }.contains("is above the baseline's")
        )
    }

    @Test func `multisigs, channels and data caps`() throws {
        let multisig = try first(.multisig)
        #expect(
            try found(in: multisig) { (state: inout MultisigState) in
                state.approvalsThreshold = 300
            }.contains("cannot give 300 approvals")
        )
        #expect(
            try found(in: multisig) { (state: inout MultisigState) in
                var pending = try state.pending(actors)
                let transaction = MultisigTransaction(
                    to: .burntFunds,
                    value: .zero,
                    method: 0,
                    params: [],
                    approved: [.id(5), .id(5)]
                )
                try pending.put(.signed(state.nextTransactionID), transaction)
                state.pendingTransactions = try pending.root()
            }.matches(["is no signer", "twice", "is not below the next ID"])
        )
        #expect(
            try found(in: try first(.paymentChannel)) { (state: inout PaymentChannelState) in
                state.toSend = .totalSupply
            }.contains("attoFIL to send")
        )
        #expect(
            try found(in: .verifiedRegistry) { (state: inout VerifiedRegistryState) in
                state.verifiedClients = state.verifiers
            }.contains("is verifier and client")
        )
    }

    @Test func `deals and what is locked for them`() throws {
        #expect(
            try found(in: .market) { (state: inout MarketState) in state.nextID = 0 }
                .contains("but the next one is 0")
        )
        #expect(
            try found(in: .market) { (state: inout MarketState) in
                state.totalClientStorageFee += 1
            }.contains("locked balances add up to")
        )
        #expect(
            try found(in: .market) { (state: inout MarketState) in
                state.escrowTable = try BalanceTable.emptyRoot(in: actors)
            }.matches(["are locked", "but proposals need"])
        )
        #expect(
            try found(in: .market) { (state: inout MarketState) in
                state.dealOpsByEpoch = try ADTMap<CID>.emptyRoot(in: actors)
            }.contains("cron never looks at deal")
        )
        #expect(
            try found(in: .market) { (state: inout MarketState) in
                var proposals = try state.proposalArray(actors)
                var states = try state.stateArray(actors)
                let (id, _) = try #require(try states.all().first)
                try proposals.delete(id)
                state.proposals = try proposals.root()
            }.matches(["has a state but no proposal", "there is no such proposal"])
        )
        #expect(
            try found(in: .market) { (state: inout MarketState) in
                var states = try state.stateArray(actors)
                var (id, deal) = try #require(try states.all().first)
                deal.sectorStartEpoch = deal.sectorStartEpoch + 1
                deal.lastUpdatedEpoch = 4000
                try states.set(id, deal)
                state.states = try states.root()
            }.matches(["but the state is of epoch 3198", ", its sector at "])
        )
    }

    @Test func `power and claims`() throws {
        #expect(
            try found(in: .power) { (state: inout PowerState) in state.totalBytesCommitted += 1 }
                .contains("claims add up to")
        )
        #expect(
            try found(in: .power) { (state: inout PowerState) in state.totalRawBytePower = -1 }
                .matches(["is negative", "claims above the minimum add up to"])
        )
        #expect(
            try found(in: .power) { (state: inout PowerState) in
                state.minerAboveMinPowerCount += 1
            }.contains("miners are above the minimum")
        )
        #expect(
            try found(in: .power) { (state: inout PowerState) in state.firstCronEpoch = 1_000_000 }
                .contains("before the first one")
        )
        #expect(
            try found(in: .power) { (state: inout PowerState) in
                var claims = try state.claims(actors)
                try claims.delete(.actor(miner))
                state.claims = try claims.root()
            }.matches(["claims add up to", "has no claim in the power table"])
        )
    }

    @Test func `a miner's keys, money and pre-commitments`() throws {
        let changes: [(String, (inout MinerState) throws -> Void)] = [
            ("what vests is", { $0.lockedFunds += 1 }),
            ("those of the sectors add up to", { $0.preCommitDeposits += 1 }),
            ("that are bound", { $0.initialPledge = .totalSupply }),
            ("fee debt of -1 attoFIL are negative", { $0.feeDebt = -1 }),
            ("current deadline 48 of 48", { $0.currentDeadline = 48 }),
            ("is not allocated", { $0.allocatedSectors = try store.put(value: BitField()) }),
            (
                "do not exist",
                {
                    $0.sectors = try ADTArray<SectorOnChainInfo>.emptyRoot(
                        in: actors,
                        bitWidth: MinerPolicy.sectorsBitWidth
                    )
                }
            ),
            ("bit width 6 instead of 5", { $0.sectors = $0.preCommittedSectorsCleanUp }),
            ("deadline cron is not active, but scheduled", { $0.deadlineCronActive = false }),
            (
                "owner t2",
                {
                    var info = try $0.loadInfo(actors)
                    info.owner = .actor(seed: [])
                    info.pendingOwnerAddress = info.owner
                    $0.info = try store.put(value: info)
                }
            ),
            (
                "sector size 8388608, but",
                {
                    var info = try $0.loadInfo(actors)
                    info.sectorSize = .mib8
                    $0.info = try store.put(value: info)
                }
            ),
        ]
        for (text, change) in changes {
            let found = try found(in: miner, change)
            #expect(found.contains(text), "\(found)")
        }
    }

    @Test func `deadlines and partitions`() throws {
        let changes: [(String, (inout Deadline, inout Partition) throws -> Void)] = [
            ("live sectors are recorded", { deadline, _ in deadline.liveSectors += 1 }),
            ("sectors are recorded", { deadline, _ in deadline.totalSectors += 1 }),
            (
                "faulty power is recorded as 1 bytes",
                { deadline, _ in deadline.faultyPower.raw += 1 }
            ),
            ("partition 99 is proven", { deadline, _ in deadline.partitionsPoSted = [99] }),
            ("early terminations are", { deadline, _ in deadline.earlyTerminations = [3] }),
            (
                "which the deadline does not know",
                { deadline, _ in
                    deadline.expirationsEpochs = try ADTArray<BitField>.emptyRoot(
                        in: actors,
                        bitWidth: MinerPolicy.deadlineExpirationsBitWidth
                    )
                }
            ),
            ("live power is recorded", { _, partition in partition.livePower.raw += 1 }),
            ("unproven power is", { _, partition in partition.unprovenPower.raw += 1 }),
            ("recovering power is", { _, partition in partition.recoveringPower.raw += 1 }),
            ("are not live", { _, partition in partition.faults.insert(77_777) }),
            ("are not faulty", { _, partition in partition.recoveries.insert(77_777) }),
            ("are not members", { _, partition in partition.terminated.insert(77_777) }),
            ("never expire", { _, partition in partition.sectors.insert(77_777) }),
            (
                "never expire",
                { _, partition in
                    partition.expirationsEpochs = try ADTArray<ExpirationSet>.emptyRoot(
                        in: actors,
                        bitWidth: MinerPolicy.partitionExpirationBitWidth
                    )
                }
            ),
            (
                "pledge is recorded as",
                { _, partition in
                    var queue = try ADTArray<ExpirationSet>(
                        store: actors,
                        root: partition.expirationsEpochs,
                        bitWidth: MinerPolicy.partitionExpirationBitWidth
                    )
                    var (epoch, set) = try #require(try queue.all().first)
                    set.onTimePledge += 1
                    try queue.set(epoch, set)
                    partition.expirationsEpochs = try queue.root()
                }
            ),
            (
                "the epoch is not on the grid",
                { _, partition in
                    var queue = try ADTArray<ExpirationSet>(
                        store: actors,
                        root: partition.expirationsEpochs,
                        bitWidth: MinerPolicy.partitionExpirationBitWidth
                    )
                    let (epoch, set) = try #require(try queue.all().first)
                    try queue.delete(epoch)
                    try queue.set(epoch + 1, set)
                    partition.expirationsEpochs = try queue.root()
                }
            ),
            (
                "terminated early, but are not",
                { _, partition in
                    var queue = ADTArray<BitField>(
                        emptyIn: actors,
                        bitWidth: MinerPolicy.partitionEarlyTerminationBitWidth
                    )
                    try queue.set(3000, [5])
                    partition.earlyTerminated = try queue.root()
                }
            ),
        ]
        for (text, change) in changes {
            let found = try foundInDeadline(change)
            #expect(found.contains(text), "\(found)")
        }
    }

    @Test func `balances and missing blocks`() throws {
        let tree = try StateTree(root: root, store: store)
        try tree.mutate(.burntFunds) { (record) throws(ActorError) in
            record.balance += 1
        }
        let report = try StateInvariants(tree, at: .after(3198), policy: .twoKiB)
            .check(expectedTotal: .fil(2_100_000_000))
        #expect(report.broken.last?.text.contains("all balances add up to") == true)
        let other = try StateTree(root: root, store: store)
        try other.mutate(miner) { (record) throws(ActorError) in
            record.head = CID.dagCBOR(hashing: [0x80, 0x80])
        }
        #expect(try found(other).contains("cannot read the state"))
    }

    @Test func `only the actors that are asked for are checked, miners with their claims`() throws {
        let tree = try StateTree(root: root, store: store)
        try tree.mutate(.reward) { (record) throws(ActorError) in record.balance = .zero }
        try tree.mutate(.power) { (record) throws(ActorError) in
            var state: PowerState = try actors.get(record.head)
            var claims = try state.claims(actors)
            try claims.delete(.actor(miner))
            state.claims = try claims.root()
            record.head = try actors.put(state)
        }
        let check = StateInvariants(tree, at: .after(3198), policy: .twoKiB)
        #expect(try check.check(only: [ActorID.market]) == [])
        #expect(
            try check.check(only: [miner]).map(\.text) == ["has no claim in the power table"]
        )
        #expect(try check.check(only: [ActorID.reward]).map(\.actor) == [.reward])
    }
}

extension String {
    fileprivate func matches(_ parts: [String]) -> Bool { parts.allSatisfy { contains($0) } }
}
