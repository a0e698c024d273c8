public import CBOR
public import Multiformats

/// An array of values with gaps, stored as a tree of blocks: the array mapped trie of Filecoin's state.
///
/// The same elements always have the same root. Changes stay in memory until ``flush()``. Blocks are read
/// and written exactly when and as often as the reference does it, since gas is charged for each.
///
/// ```swift
/// let sectors = try AMT<SectorInfo>(root: root, store: store, bitWidth: 5)
/// let first = try sectors.get(0)
/// ```
///
/// Not `Sendable`: look-ups too keep what they read. One owner at a time.
public final class AMT<Value: CBORCodable> {
    /// The number of elements.
    public private(set) var count: UInt64
    /// How many levels lie below the root.
    public private(set) var height: Int

    private let context: AMTContext
    /// The root as it is stored, unless something was changed since.
    private var storedRoot: Block?
    private var state: State

    private enum State {
        /// Not decoded yet.
        case deferred(AMTRoot, Block)
        case decoded(AMTNode)
    }

    /// Creates an empty array.
    ///
    /// Nothing is written before ``flush()``.
    ///
    /// - Parameters:
    ///   - store: Where the nodes are read and written.
    ///   - bitWidth: The logarithm of the number of places of a node, 1 to 16; 3 in layout v0.
    ///   - layout: How nodes are stored.
    public init(store: any BlockStore, bitWidth: Int = 3, layout: AMTLayout = .v3) {
        Self.check(bitWidth: bitWidth, layout: layout)
        context = AMTContext(store: store, bitWidth: bitWidth, layout: layout)
        state = .decoded(AMTNode())
        count = 0
        height = 0
    }

    /// Reads the array with the given root.
    ///
    /// - Parameters:
    ///   - cid: The CID of the root block.
    ///   - store: Where the nodes are read and written.
    ///   - bitWidth: As the array was created with; another one stored in the root is refused.
    ///   - layout: As the array was created with.
    ///   - isDeferred: Whether the elements of the root are decoded, and checked, only when one is asked for:
    ///     for states that our own code has written, of which a method loads more than it uses.
    /// - Throws: ``IPLDError/blockNotFound(_:)``, ``IPLDError/malformed(_:_:)``, or what the store
    ///   throws.
    public init(
        root cid: CID,
        store: any BlockStore,
        bitWidth: Int = 3,
        layout: AMTLayout = .v3,
        isDeferred: Bool = false
    ) throws {
        Self.check(bitWidth: bitWidth, layout: layout)
        context = AMTContext(store: store, bitWidth: bitWidth, layout: layout)
        let block = Block(cid: cid, bytes: try store.require(cid))
        do throws(CBORError) {
            let root = try AMTRoot(block: block.bytes, context: context)
            count = root.count
            height = root.height
            state = .deferred(root, block)
        } catch {
            throw IPLDError.malformed(cid, error)
        }
        // A bit map of less than a byte may have bits that mean nothing, which writing leaves out.
        if bitWidth >= 3, cid.isDAGCBORUnderBLAKE2b { storedRoot = block }
        if !isDeferred { _ = try root() }
    }

    private func root() throws(IPLDError) -> AMTNode {
        switch state {
        case .decoded(let node):
            return node
        case .deferred(let root, let block):
            do throws(CBORError) {
                let node = try root.node(in: block.bytes, context: context)
                state = .decoded(node)
                return node
            } catch {
                throw .malformed(block.cid, error)
            }
        }
    }

    private static func check(bitWidth: Int, layout: AMTLayout) {
        precondition((1...16).contains(bitWidth), "bit width of an AMT is 1 to 16")
        precondition(layout == .v3 || bitWidth == 3, "bit width of the oldest AMT is 3")
    }

    /// Whether the array has no element.
    public var isEmpty: Bool { count == 0 }

    /// Returns the element at `index`, or nil if there is none.
    ///
    /// - Throws: ``IPLDError``, the value's `CBORError`, or what the store throws.
    public func get(_ index: UInt64) throws -> Value? {
        try check(index)
        guard fits(index),
            let (node, value) = try context.value(at: index, in: root(), height: height)
        else { return nil }
        return try node.bytes.decoded(value)
    }

    /// Whether there is an element at `index`; it is not decoded.
    ///
    /// - Throws: ``IPLDError``, or what the store throws.
    public func contains(_ index: UInt64) throws -> Bool {
        try check(index)
        return try fits(index) && context.value(at: index, in: root(), height: height) != nil
    }

    /// Sets the element at `index`, growing the tree as far as it needs.
    ///
    /// - Throws: ``IPLDError/indexOutOfRange(_:)`` beyond 2^64 - 2 (2^63 - 1 in layout v0),
    ///   ``IPLDError``, or what the store throws.
    public func set(_ index: UInt64, _ value: Value) throws {
        try check(index)
        storedRoot = nil
        while !fits(index) { try grow() }
        guard try context.set(index, value.cborBytes(), in: root(), height: height) else { return }
        guard count < UInt64.max - 2 else { throw IPLDError.wrongCount }
        count += 1
    }

    /// Sets the element behind the last of an array without gaps.
    ///
    /// - Throws: As ``set(_:_:)``.
    public func append(_ value: Value) throws {
        try set(count, value)
    }

    /// Sets the elements from index 0 on.
    ///
    /// - Throws: As ``set(_:_:)``.
    public func set(_ values: some Sequence<Value>) throws {
        var index: UInt64 = 0
        for value in values {
            try set(index, value)
            index += 1
        }
    }

    /// Removes the element at `index`; the tree shrinks as far as it can.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: ``IPLDError``, or what the store throws.
    @discardableResult
    public func delete(_ index: UInt64) throws -> Bool {
        try check(index)
        guard fits(index) else { return false }
        guard try context.delete(index, in: root(), height: height) else { return false }
        storedRoot = nil
        height = try context.collapse(root(), height: height)
        guard count > 0 else { throw IPLDError.wrongCount }
        count -= 1
        return true
    }

    /// Removes the elements at `indexes`, lowest first.
    ///
    /// - Parameters:
    ///   - indexes: Which; in any order.
    ///   - isStrict: Whether all of them must be there. The first that is not ends the work with
    ///     ``IPLDError/indexOutOfRange(_:)``; the ones before it are removed.
    /// - Returns: Whether any was there.
    /// - Throws: ``IPLDError``, or what the store throws.
    @discardableResult
    public func delete(_ indexes: [UInt64], isStrict: Bool) throws -> Bool {
        var isChanged = false
        for index in indexes.sorted() {
            let wasPresent = try delete(index)
            guard wasPresent || !isStrict else { throw IPLDError.indexOutOfRange(index) }
            isChanged = isChanged || wasPresent
        }
        return isChanged
    }

    /// Removes the element at `index` and returns it, or nil if there is none.
    ///
    /// - Throws: ``IPLDError``, the value's `CBORError`, or what the store throws.
    public func pop(_ index: UInt64) throws -> Value? {
        guard let value = try get(index) else { return nil }
        try delete(index)
        return value
    }

    /// Calls `body` with every element from `start` on, in order, reading the nodes on the way.
    ///
    /// The array must not be changed meanwhile.
    ///
    /// - Throws: ``IPLDError``, a value's `CBORError`, what the store throws, or what `body` throws, which
    ///   ends the walk.
    public func forEach(
        from start: UInt64 = 0,
        _ body: (_ index: UInt64, _ value: Value) throws -> Void
    ) throws {
        try context.forEach(in: root(), height: height, from: start, offset: 0) {
            index,
            node,
            value in
            try body(index, try node.bytes.decoded(value))
        }
    }

    /// Calls `body` with every index that has an element, in order; no element is decoded.
    ///
    /// - Throws: ``IPLDError``, what the store throws, or what `body` throws, which ends the walk.
    public func forEachIndex(_ body: (_ index: UInt64) throws -> Void) throws {
        try context.forEach(in: root(), height: height, from: 0, offset: 0) { index, _, _ in
            try body(index)
        }
    }

    /// Returns the lowest index that has an element, or nil in an empty array.
    ///
    /// - Throws: ``IPLDError``, or what the store throws.
    public func firstIndex() throws -> UInt64? {
        try context.firstIndex(in: root(), height: height)
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
        try context.flushChildren(of: root, height: height)
        let block = AMTRoot.encoded(height: height, count: count, node: root, context: context)
        let cid = CID.dagCBOR(hashing: block)
        try context.store.put(block, cid: cid)
        storedRoot = Block(cid: cid, bytes: block)
        return cid
    }

    private func check(_ index: UInt64) throws {
        guard index <= context.layout.maximumIndex else {
            throw IPLDError.indexOutOfRange(index)
        }
    }

    /// Whether a tree of the present height has a place for `index`.
    private func fits(_ index: UInt64) -> Bool {
        index < context.span(height: height + 1)
    }

    /// Adds a level above the root.
    private func grow() throws {
        let root = try root()
        if !root.isEmpty {
            let child = AMTNode()
            child.become(root)
            child.isDirty = true
            var link = AMTLink.node(child)
            if context.layout == .v0 {
                // The oldest library wrote the old root at once and forgot it.
                try context.flushChildren(of: child, height: height)
                try context.write(child, height: height)
                link = child.storedLink.map(AMTLink.stored) ?? link
            }
            root.values = []
            root.bytes = NodeBytes()
            root.links = Array(repeating: .none, count: context.width)
            root.links[0] = link
        }
        height += 1
    }
}
