internal import ActorRuntime
internal import BuiltinActors
package import FilecoinTypes
package import IPLD
package import Multiformats

/// The change from actors v6 to v7, at the upgrade to network version 15.
///
/// Every actor gets its new code. Sectors gain a field for the key of a replica update, deadlines a snapshot of
/// the sectors for disputes, the verified registry a table of consents; everything else keeps its state.
///
/// - SeeAlso: specs-actors v7.0.1, `migration/nv15`.
package struct ActorsV7Upgrade: StateUpgrade {
    package init() {}

    /// Returns the root of the changed state.
    ///
    /// - Throws: ``ExecutionError/broken(_:)`` if an actor is not of v6, and what the store throws.
    package func apply(root: CID, epoch: ChainEpoch, store: any BlockStore) throws -> CID {
        let tree = try StateTree(root: root, store: store)
        var actors: [(ActorID, ActorRecord)] = []
        try tree.forEach { id, actor in actors.append((id, actor)) }
        do {
            let miners = try MinerUpgrade(ActorStore(reading: store))
            for (id, found) in actors {
                guard let code = found.actorCode, code.version == .v6 else {
                    throw ExecutionError.broken("actor \(id) has code \(found.code), not of v6")
                }
                var actor = found
                actor.code = ActorCode(code.kind, .v7).cid
                switch code.kind {
                case .storageMiner: actor.head = try miners.migrated(actor.head)
                case .verifiedRegistry: actor.head = try Self.registry(actor.head, miners.store)
                default: break
                }
                tree.set(id, actor)
            }
        } catch let error as ActorError {
            throw ExecutionError.broken("upgrade of the actors: \(error)")
        }
        return try tree.flush()
    }

    private static func registry(_ head: CID, _ store: ActorStore) throws(ActorError) -> CID {
        var state: VerifiedRegistryState = try store.get(head)
        state.removeDataCapProposalIDs = try ADTMap<RemoveDataCapProposalID>.emptyRoot(in: store)
        return try store.put(state)
    }
}

/// Changes the states of miners.
private struct MinerUpgrade {
    let store: ActorStore
    private let oldEmptyDeadline: CID
    private let newEmptyDeadline: CID
    private let emptySectors: CID

    init(_ store: ActorStore) throws(ActorError) {
        self.store = store
        oldEmptyDeadline = try store.put(try Deadline(store: store, version: .v6))
        newEmptyDeadline = try store.put(try Deadline(store: store, version: .v7))
        emptySectors = try ADTArray<SectorOnChainInfo>.emptyRoot(
            in: store,
            bitWidth: MinerPolicy.sectorsBitWidth
        )
    }

    func migrated(_ head: CID) throws(ActorError) -> CID {
        var state: MinerState = try store.get(head)
        state.sectors = try sectors(state.sectors)
        let old: Deadlines = try store.get(state.deadlines)
        var new = Deadlines(all: newEmptyDeadline)
        for (index, root) in old.due.enumerated() where root != oldEmptyDeadline {
            var deadline: Deadline = try store.get(root)
            // Only proofs that may still be disputed need the sectors as they were.
            let isDisputable =
                deadline.optimisticPoStSubmissions != deadline.optimisticPoStSubmissionsSnapshot
            deadline.sectorsSnapshot = isDisputable ? state.sectors : emptySectors
            new.due[index] = try store.put(deadline)
        }
        state.deadlines = try store.put(new)
        return try store.put(state)
    }

    private func sectors(_ root: CID) throws(ActorError) -> CID {
        let bitWidth = MinerPolicy.sectorsBitWidth
        var old = try ADTArray<SectorOnChainInfo>(store: store, root: root, bitWidth: bitWidth)
        var new = ADTArray<SectorOnChainInfo>(emptyIn: store, bitWidth: bitWidth)
        try old.forEach { (index, info) throws(ActorError) in
            var info = info
            info.shape = .v7
            try new.set(index, info)
            return true
        }
        return try new.root()
    }
}
