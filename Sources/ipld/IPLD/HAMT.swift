public import CBOR
public import Multiformats

/// A map from byte strings to values, stored as a tree of blocks: the hash array mapped trie of
/// Filecoin's state.
///
/// The same entries always have the same root, in whatever order they were set and deleted. Changes stay
/// in memory until ``flush()``. Blocks are read and written exactly when and as often as the reference
/// does it, since gas is charged for each.
///
/// ```swift
/// let actors = try HAMT<ActorState>(root: root, store: store, bitWidth: 5)
/// try actors.set(address.bytes, state)
/// let newRoot = try actors.flush()
/// ```
///
/// Not `Sendable`: look-ups too keep what they read. One owner at a time.
public final class HAMT<Value: CBORCodable> {
    private let context: HAMTContext
    /// The root as it is stored, unless something was changed since.
    private var storedRoot: Block?
    private var state: State

    private enum State {
        /// Not decoded yet.
        case deferred(Block)
        case decoded(HAMTNode)
    }

    /// Creates an empty map.
    ///
    /// Nothing is written before ``flush()``.
    ///
    /// - Parameters:
    ///   - store: Where the nodes are read and written.
    ///   - bitWidth: How many bits of the hash lead from a node to its child, 1 to 8.
    ///   - layout: How nodes are stored.
    ///   - hash: How a key becomes a path.
    public init(
        store: any BlockStore,
        bitWidth: Int,
        layout: HAMTLayout = .v3,
        hash: HAMTHash = .sha256
    ) {
        precondition((1...8).contains(bitWidth), "bit width of a HAMT is 1 to 8")
        context = HAMTContext(store: store, bitWidth: bitWidth, layout: layout, hash: hash)
        state = .decoded(HAMTNode())
    }

    /// Reads the map with the given root.
    ///
    /// - Parameters:
    ///   - root: The CID of the root node.
    ///   - store: Where the nodes are read and written.
    ///   - bitWidth: As the map was created with; it is not stored.
    ///   - layout: As the map was created with.
    ///   - hash: As the map was created with.
    ///   - isDeferred: Whether the root is decoded, and checked, only when something is asked for: for states
    ///     that our own code has written, of which a method loads more than it uses.
    /// - Throws: ``IPLDError/blockNotFound(_:)``, ``IPLDError/malformed(_:_:)``, or what the store
    ///   throws.
    public init(
        root: CID,
        store: any BlockStore,
        bitWidth: Int,
        layout: HAMTLayout = .v3,
        hash: HAMTHash = .sha256,
        isDeferred: Bool = false
    ) throws {
        precondition((1...8).contains(bitWidth), "bit width of a HAMT is 1 to 8")
        context = HAMTContext(store: store, bitWidth: bitWidth, layout: layout, hash: hash)
        let block = Block(cid: root, bytes: try store.require(root))
        state = .deferred(block)
        if root.isDAGCBORUnderBLAKE2b { storedRoot = block }
        if !isDeferred { _ = try self.root() }
    }

    private func root() throws(IPLDError) -> HAMTNode {
        switch state {
        case .decoded(let node):
            return node
        case .deferred(let block):
            let node = try context.node(block.bytes, cid: block.cid, isRoot: true)
            state = .decoded(node)
            return node
        }
    }

    /// Whether the map has no entry.
    ///
    /// - Throws: ``IPLDError/malformed(_:_:)`` if a root that is decoded only now is none.
    public var isEmpty: Bool { get throws { try root().pointers.isEmpty } }

    /// Returns the value of `key`, or nil if it is absent.
    ///
    /// - Throws: ``IPLDError``, the value's `CBORError`, or what the store throws.
    public func find(_ key: [UInt8]) throws -> Value? {
        guard let (node, value) = try context.find(key, from: root()) else { return nil }
        return try node.bytes.decoded(value)
    }

    /// Whether `key` is present; its value is not decoded.
    ///
    /// - Throws: ``IPLDError``, or what the store throws.
    public func contains(_ key: [UInt8]) throws -> Bool {
        try context.find(key, from: root()) != nil
    }

    /// Sets `key` to `value`, whether it is present or not.
    ///
    /// - Throws: ``IPLDError``, or what the store throws.
    public func set(_ key: [UInt8], _ value: Value) throws {
        _ = try change(key, .set(value.cborBytes()))
    }

    /// Sets `key` to `value` if it is absent.
    ///
    /// - Returns: Whether it was absent.
    /// - Throws: ``IPLDError``, or what the store throws.
    public func setIfAbsent(_ key: [UInt8], _ value: Value) throws -> Bool {
        try change(key, .setIfAbsent(value.cborBytes()))
    }

    /// Removes `key`.
    ///
    /// - Returns: Whether it was present.
    /// - Throws: ``IPLDError``, or what the store throws.
    @discardableResult
    public func delete(_ key: [UInt8]) throws -> Bool {
        try change(key, .delete)
    }

    /// Removes `key` and returns its value, or nil if it is absent.
    ///
    /// - Throws: ``IPLDError``, the value's `CBORError`, or what the store throws.
    public func pop(_ key: [UInt8]) throws -> Value? {
        guard let value = try find(key) else { return nil }
        try delete(key)
        return value
    }

    /// Calls `body` with every entry, in the order of the hashes of the keys, reading every node.
    ///
    /// The map must not be changed meanwhile.
    ///
    /// - Throws: ``IPLDError``, a value's `CBORError`, what the store throws, or what `body` throws, which
    ///   ends the walk.
    public func forEach(_ body: (_ key: [UInt8], _ value: Value) throws -> Void) throws {
        try context.forEach(in: root()) { node, entry in
            try body(node.bytes[entry.key], try node.bytes.decoded(entry.value))
        }
    }

    /// Calls `body` with every key, in the order of their hashes; no value is decoded.
    ///
    /// - Throws: ``IPLDError``, what the store throws, or what `body` throws, which ends the walk.
    public func forEachKey(_ body: (_ key: [UInt8]) throws -> Void) throws {
        try context.forEach(in: root()) { node, entry in try body(node.bytes[entry.key]) }
    }

    /// Writes the changed nodes, children first, and always the root.
    ///
    /// - Returns: The CID of the root.
    /// - Throws: What the store throws.
    public func flush() throws -> CID {
        // Nothing is encoded and hashed that was not changed. The oldest layout wrote again whatever it read.
        if let storedRoot, context.layout == .v3 {
            try context.store.put(storedRoot.bytes, cid: storedRoot.cid)
            return storedRoot.cid
        }
        let root = try root()
        try context.flushChildren(of: root)
        let written = try context.write(root)
        storedRoot = written
        return written.cid
    }

    private func change(_ key: [UInt8], _ change: HAMTChange) throws -> Bool {
        var bits = HashBits(context.hash.path(of: key))
        do {
            let isChanged = try context.change(key, change, in: root(), bits: &bits)
            if isChanged { storedRoot = nil }
            return isChanged
        } catch {
            storedRoot = nil
            throw error
        }
    }
}
