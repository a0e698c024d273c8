internal import ActorRuntime
package import BitFields
package import BuiltinActors
package import FilecoinTypes

/// One miner in a ``StateView``.
package struct MinerView {
    private let view: StateView
    /// The address that was asked for.
    package let address: Address
    /// The actor: code, nonce and balance.
    package let actor: ActorRecord
    /// The root of its state.
    package let state: MinerState

    init(view: StateView, address: Address, actor: ActorRecord, state: MinerState) {
        self.view = view
        self.address = address
        self.actor = actor
        self.state = state
    }

    /// Owner, worker, sizes.
    package func info() throws(StateViewError) -> MinerInfo {
        try view.read("info of \(address)") { try state.loadInfo(view.store) }
    }

    /// The deadlines in order, with their partitions in order.
    package func deadlines() throws(StateViewError) -> [(
        deadline: Deadline, partitions: [Partition]
    )] {
        try view.read("deadlines of \(address)") {
            let all = try state.loadDeadlines(view.store)
            return try all.due.indices.map { index in
                let deadline = try all.load(UInt64(index), view.store)
                return (deadline, try partitions(of: deadline))
            }
        }
    }

    /// One deadline.
    package func deadline(_ index: UInt64) throws(StateViewError) -> Deadline {
        try view.read("deadline \(index) of \(address)") {
            try state.loadDeadlines(view.store).load(index, view.store)
        }
    }

    /// The partitions of a deadline, in order.
    package func partitions(of deadline: Deadline) throws(StateViewError) -> [Partition] {
        try view.read("partitions of \(address)") {
            var array = try deadline.partitionsArray(view.store)
            return try array.all().map(\.1)
        }
    }

    /// What `select` picks of every partition, together.
    package func allPartitions(
        _ select: (Partition) -> BitField
    ) throws(StateViewError) -> BitField {
        var fields: [BitField] = []
        for (_, partitions) in try deadlines() { fields += partitions.map(select) }
        return BitField.union(of: fields)
    }

    /// Sectors that are proven and healthy.
    package func activeSectors() throws(StateViewError) -> BitField {
        try allPartitions(\.activeSectors)
    }

    /// Sectors by number; all of them if `numbers` is nil.
    package func sectors(
        _ numbers: BitField? = nil
    ) throws(StateViewError) -> [SectorOnChainInfo] {
        try view.read("sectors of \(address)") {
            var array = try Sectors(store: view.store, root: state.sectors)
            if let numbers { return try array.load(numbers) }
            var found: [SectorOnChainInfo] = []
            try array.forEach { (info) throws(ActorError) in
                found.append(info)
                return true
            }
            return found
        }
    }

    /// A sector that was proven; nil if there is none.
    package func sector(_ number: SectorNumber) throws(StateViewError) -> SectorOnChainInfo? {
        try view.read("sector \(number) of \(address)") { try state.sector(number, view.store) }
    }

    /// A sector that is only pre-committed; nil if there is none.
    package func preCommit(
        _ number: SectorNumber
    ) throws(StateViewError) -> SectorPreCommitOnChainInfo? {
        try view.read("pre-commit \(number) of \(address)") {
            try state.preCommit(number, view.store)
        }
    }

    /// What the owner may withdraw at an epoch, after what vests until then.
    package func availableBalance(at epoch: ChainEpoch) throws(StateViewError) -> TokenAmount {
        try view.read("balance of \(address)") {
            let vested = try state.vestedFunds(at: epoch, view.store)
            return try state.availableBalance(actor.balance) + vested
        }
    }
}
