internal import CBOR
package import FilecoinTypes
package import IPLD
package import Multiformats

/// The actors of one state, with changes in memory and snapshots to go back to.
///
/// Reading and writing here costs no gas: prices are charged per message, not per access to the tree.
/// Changes are kept in a table with an undo journal, so that a look-up is one hash whatever the depth of the
/// calls, a snapshot costs nothing and going back costs as much as was changed.
package final class StateTree {
    private enum Undo {
        case actor(ActorID, Entry?)
        case resolved(Address)
    }

    private struct Entry {
        /// Nil if the actor was deleted.
        var actor: ActorRecord?
        /// Whether it differs from what the HAMT has.
        var isDirty: Bool
    }

    /// Where the tree's own blocks are, free of charge.
    package let store: any BlockStore
    private let actors: HAMT<ActorRecord>
    private let layout: HAMTLayout
    private var root: StateRoot
    private var entries: [ActorID: Entry] = [:]
    private var resolved: [Address: ActorID] = [:]
    private var journal: [Undo] = []
    private var snapshots: [Int] = []
    private var addressMap: (root: CID, map: HAMT<ActorID>)?

    /// Creates the tree of a new network, without actors.
    package init(emptyIn store: any BlockStore, version: StateTreeVersion = .v4) throws {
        self.store = store
        layout = .v3
        try store.put(EmptyObject.block, cid: EmptyObject.cid)
        actors = HAMT(store: store, bitWidth: 5)
        root = StateRoot(version: version, actors: EmptyObject.cid, info: EmptyObject.cid)
    }

    /// Loads the tree with the given root.
    ///
    /// - Throws: ``IPLDError`` or a `CBORError` if the root or its HAMT is missing or malformed, and
    ///   ``StateTreeError/unsupportedVersion(_:)``.
    package init(root cid: CID, store: any BlockStore) throws {
        self.store = store
        layout = .v3
        guard let block = try store.get(cid) else { throw IPLDError.blockNotFound(cid) }
        root = try StateRoot(cbor: block)
        guard root.version == .v3 || root.version == .v4 else {
            throw StateTreeError.unsupportedVersion(root.version)
        }
        actors = try HAMT(root: root.actors, store: store, bitWidth: 5)
    }

    /// Loads a tree of the networks before version 10, whose maps have their first layout.
    ///
    /// - Parameters:
    ///   - cid: The root: the map itself until network version 3, a ``StateRoot`` from 4 on.
    ///   - store: Where the blocks are.
    ///   - version: ``StateTreeVersion/v0`` or ``StateTreeVersion/v1``.
    /// - Throws: ``IPLDError`` or a `CBORError` if the root or its HAMT is missing or malformed, and
    ///   ``StateTreeError/unsupportedVersion(_:)``.
    package init(
        firstLayout cid: CID,
        store: any BlockStore,
        version: StateTreeVersion
    ) throws {
        self.store = store
        layout = .v0
        switch version {
        case .v0: root = StateRoot(version: .v0, actors: cid, info: EmptyObject.cid)
        case .v1: root = try store.value(cid)
        case .v2, .v3, .v4, .v5: throw StateTreeError.unsupportedVersion(version)
        }
        actors = try HAMT(root: root.actors, store: store, bitWidth: 5, layout: .v0)
    }

    // MARK: - Actors

    /// Returns an actor, or nil if there is none with this ID.
    package func actor(_ id: ActorID) throws(ActorError) -> ActorRecord? {
        if let entry = entries[id] { return entry.actor }
        let found: ActorRecord?
        do { found = try actors.find(Address.id(id).bytes) } catch {
            throw .fatal("cannot read actor \(id): \(error)")
        }
        // What is only a copy of the HAMT's needs no journal: it is right in every snapshot.
        if let found { entries[id] = Entry(actor: found, isDirty: false) }
        return found
    }

    /// Creates or replaces an actor.
    package func set(_ id: ActorID, _ actor: ActorRecord) {
        change(id, Entry(actor: actor, isDirty: true))
    }

    /// Removes an actor.
    package func delete(_ id: ActorID) { change(id, Entry(actor: nil, isDirty: true)) }

    /// Changes an actor that must exist.
    package func mutate(
        _ id: ActorID,
        _ body: (inout ActorRecord) throws(ActorError) -> Void
    ) throws(ActorError) {
        guard var actor = try actor(id) else { throw .fatal("actor \(id) does not exist") }
        try body(&actor)
        set(id, actor)
    }

    private func change(_ id: ActorID, _ entry: Entry) {
        let old = entries.updateValue(entry, forKey: id)
        if !snapshots.isEmpty { journal.append(.actor(id, old)) }
    }

    // MARK: - Addresses

    /// Returns the ID of an address, or nil if no actor has it.
    ///
    /// An ID address is its own answer, whether there is such an actor or not.
    package func resolve(_ address: Address) throws(ActorError) -> ActorID? {
        if let id = address.actorID { return id }
        if let id = resolved[address] { return id }
        let map = try loadedAddressMap().map
        let found: ActorID?
        do { found = try map.find(address.bytes) } catch {
            throw .fatal("cannot resolve \(address): \(error)")
        }
        if let found { remember(address, found) }
        return found
    }

    /// Gives an address the next free ID.
    package func register(_ address: Address) throws(ActorError) -> ActorID {
        guard var initActor = try actor(ActorID.initActor) else { throw .fatal("no init actor") }
        var (state, map) = try loadedAddressMap()
        let id = state.nextID
        do {
            try map.set(address.bytes, id)
            state.addressMap = try map.flush()
            state.nextID = ActorID(rawValue: id.rawValue + 1)
            let block = state.cborBytes()
            initActor.head = CID.dagCBOR(hashing: block)
            try store.put(block, cid: initActor.head)
        } catch {
            throw .fatal("cannot register \(address): \(error)")
        }
        // The map that was cached has been changed in place; a revert must not find it.
        addressMap = nil
        set(ActorID.initActor, initActor)
        remember(address, id)
        return id
    }

    private func remember(_ address: Address, _ id: ActorID) {
        resolved[address] = id
        if !snapshots.isEmpty { journal.append(.resolved(address)) }
    }

    private func loadedAddressMap() throws(ActorError) -> (state: InitState, map: HAMT<ActorID>) {
        guard let actor = try actor(ActorID.initActor) else { throw .fatal("no init actor") }
        do {
            guard let block = try store.get(actor.head) else {
                throw IPLDError.blockNotFound(actor.head)
            }
            let state = try InitState(cbor: block)
            if let addressMap, addressMap.root == state.addressMap {
                return (state, addressMap.map)
            }
            let map = try HAMT<ActorID>(
                root: state.addressMap,
                store: store,
                bitWidth: 5,
                layout: layout
            )
            addressMap = (state.addressMap, map)
            return (state, map)
        } catch {
            throw .fatal("cannot read the init actor's state: \(error)")
        }
    }

    // MARK: - Snapshots

    /// Remembers the present state; every call needs its ``endSnapshot()``.
    package func beginSnapshot() { snapshots.append(journal.count) }

    /// Goes back to the last snapshot, which stays open.
    package func revert() {
        guard let mark = snapshots.last else { return }
        while journal.count > mark {
            switch journal.removeLast() {
            case .actor(let id, let entry): entries[id] = entry
            case .resolved(let address): resolved[address] = nil
            }
        }
    }

    /// Forgets the last snapshot and keeps what was changed since.
    package func endSnapshot() {
        snapshots.removeLast()
        if snapshots.isEmpty { journal.removeAll(keepingCapacity: true) }
    }

    // MARK: - Whole tree

    /// Writes all changes and returns the root of the state.
    package func flush() throws -> CID {
        precondition(snapshots.isEmpty, "flush inside a snapshot")
        // Sorted, so that two runs touch the store in the same order; the root does not depend on it.
        for id in entries.keys.sorted() {
            guard let entry = entries[id], entry.isDirty else { continue }
            let key = Address.id(id).bytes
            if let actor = entry.actor {
                try actors.set(key, actor)
            } else {
                try actors.delete(key)
            }
            entries[id]?.isDirty = false
        }
        root.actors = try actors.flush()
        // The first trees had no record around the map.
        if root.version == .v0 { return root.actors }
        let block = root.cborBytes()
        let cid = CID.dagCBOR(hashing: block)
        try store.put(block, cid: cid)
        return cid
    }

    /// Calls `body` with every actor, in the order of the tree, changes included.
    package func forEach(_ body: (ActorID, ActorRecord) throws -> Void) throws {
        var seen: Set<ActorID> = []
        try actors.forEach { key, actor in
            guard let id = try? Address(bytes: key).actorID else {
                throw StateTreeError.malformedKey(key)
            }
            seen.insert(id)
            guard let entry = entries[id] else { return try body(id, actor) }
            if let changed = entry.actor { try body(id, changed) }
        }
        for id in entries.keys.sorted() where !seen.contains(id) {
            if let actor = entries[id]?.actor { try body(id, actor) }
        }
    }

    /// The key address of an account actor, or `address` itself if it is one.
    ///
    /// - Returns: Nil if there is no such account.
    package func keyAddress(of address: Address) throws(ActorError) -> Address? {
        if address.isKey { return address }
        guard let id = try resolve(address), let actor = try actor(id),
            actor.actorCode?.kind == .account
        else { return nil }
        do {
            guard let block = try store.get(actor.head) else {
                throw IPLDError.blockNotFound(actor.head)
            }
            return try AccountState(cbor: block).address
        } catch {
            throw .fatal("cannot read account \(id): \(error)")
        }
    }
}

/// Why a state tree cannot be used.
package enum StateTreeError: Error, Equatable, CustomStringConvertible {
    /// The tree has a layout of older or newer networks.
    case unsupportedVersion(StateTreeVersion)
    /// A key of the actors' HAMT is no ID address.
    case malformedKey([UInt8])

    package var description: String {
        switch self {
        case .unsupportedVersion(let version):
            "state tree version \(version.rawValue) is not supported; 3 and 4 are"
        case .malformedKey(let key): "key \(key) of the state tree is no ID address"
        }
    }
}
