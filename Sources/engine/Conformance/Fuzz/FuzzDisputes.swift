internal import ActorRuntime
internal import BuiltinActors
internal import FilecoinTypes
internal import StateInspection
internal import StateMachine

/// Miners whose power the reference, too, books wrongly after a dispute.
///
/// DisputeWindowedPoSt records faults with the power that the sectors had at the end of the deadline's last window
/// (specs-actors v7, `miner_actor.go`: `RecordFaults` over `SectorsSnapshot`). A sector whose replica was updated since
/// has another one; the difference stays in the books for good.
struct FuzzDisputes {
    private var miners: Set<ActorID> = []

    /// Looks at the miner that a message disputed.
    mutating func note(_ message: Message, group: String, _ machine: Machine) throws {
        guard group == "storageminer.DisputeWindowedPoSt",
            let id = try machine.tree.resolve(message.to),
            let actor = try machine.tree.actor(id),
            try Self.hasUpdatedSectors(actor, ActorStore(reading: machine.tree.store))
        else { return }
        miners.insert(id)
    }

    /// Whether a broken invariant follows from such a dispute.
    func explain(_ broken: BrokenInvariant) -> Bool {
        guard let actor = broken.actor, miners.contains(actor) else { return false }
        return broken.text.contains("power")
    }

    /// Whether a sector has another power than at the end of its deadline's last window.
    private static func hasUpdatedSectors(
        _ actor: ActorRecord,
        _ store: ActorStore
    ) throws -> Bool {
        let state: MinerState = try store.get(actor.head)
        let size = try state.loadInfo(store).sectorSize
        let deadlines = try state.loadDeadlines(store)
        var now = try Sectors(store: store, root: state.sectors)
        for index in 0..<MinerPolicy.periodDeadlines {
            guard let root = try deadlines.load(index, store).sectorsSnapshot,
                root != state.sectors
            else { continue }
            var snapshot = try ADTArray<SectorOnChainInfo>(
                store: store,
                root: root,
                bitWidth: MinerPolicy.sectorsBitWidth
            )
            for (_, before) in try snapshot.all() {
                let after = try now.get(before.sectorNumber)
                if let after, after.power(size: size) != before.power(size: size) { return true }
            }
        }
        return false
    }
}
