package import CBOR
internal import IPLD
package import Multiformats

/// A sparse array in an actor's state: an AMT whose every node costs gas to read and write.
package struct ADTArray<Value: CBORCodable> {
    private let amt: AMT<Value>

    /// Loads the array with the given root.
    package init(store: ActorStore, root: CID, bitWidth: Int) throws(ActorError) {
        do {
            amt = try AMT(root: root, store: store, bitWidth: bitWidth, isDeferred: true)
        } catch {
            throw actorError(error)
        }
    }

    /// Creates an empty array; nothing is written before ``root()``.
    package init(emptyIn store: ActorStore, bitWidth: Int) {
        amt = AMT(store: store, bitWidth: bitWidth)
    }

    /// Writes an empty array and returns its root.
    package static func emptyRoot(
        in store: ActorStore,
        bitWidth: Int
    ) throws(ActorError) -> CID {
        var array = Self(emptyIn: store, bitWidth: bitWidth)
        return try array.root()
    }

    /// The number of elements.
    package var count: UInt64 { amt.count }

    /// Writes what was changed, and always the root node.
    package mutating func root() throws(ActorError) -> CID {
        do { return try amt.flush() } catch { throw actorError(error) }
    }

    /// Returns an element, if present.
    package mutating func get(_ index: UInt64) throws(ActorError) -> Value? {
        do { return try amt.get(index) } catch { throw actorError(error) }
    }

    /// Sets an element.
    package mutating func set(_ index: UInt64, _ value: Value) throws(ActorError) {
        do { try amt.set(index, value) } catch { throw actorError(error) }
    }

    /// Sets the element after the last of an array without gaps.
    package mutating func append(_ value: Value) throws(ActorError) {
        try set(amt.count, value)
    }

    /// Removes an element and returns whether it was present.
    package mutating func tryDelete(_ index: UInt64) throws(ActorError) -> Bool {
        do { return try amt.delete(index) } catch { throw actorError(error) }
    }

    /// Removes an element that must be present.
    package mutating func delete(_ index: UInt64) throws(ActorError) {
        guard try tryDelete(index) else { throw .uncoded("no such index \(index) to delete") }
    }

    /// Removes elements, all of which must be present unless `isStrict` is false.
    package mutating func batchDelete(
        _ indices: [UInt64],
        isStrict: Bool = true
    ) throws(ActorError) {
        // In ascending order, as the reference does.
        for index in indices.sorted() {
            let found = try tryDelete(index)
            if isStrict && !found { throw .uncoded("no such index \(index)") }
        }
    }

    /// Removes an element and returns it, if it was present.
    package mutating func pop(_ index: UInt64) throws(ActorError) -> Value? {
        guard let value = try get(index) else { return nil }
        try delete(index)
        return value
    }

    /// Calls `body` with each element, indices ascending, until it returns false.
    package mutating func forEach(
        _ body: (UInt64, Value) throws(ActorError) -> Bool
    ) throws(ActorError) {
        do {
            try amt.forEach { index, value in
                if try !body(index, value) { throw WalkEnded() }
            }
        } catch is WalkEnded {
        } catch { throw actorError(error) }
    }

    /// All elements, indices ascending.
    package mutating func all() throws(ActorError) -> [(UInt64, Value)] {
        var elements: [(UInt64, Value)] = []
        try forEach { (index, value) throws(ActorError) in
            elements.append((index, value))
            return true
        }
        return elements
    }
}

/// Several values per key, in the order in which they were added: a map of arrays.
package struct ADTMultimap<Value: CBORCodable> {
    private var map: ADTMap<CID>
    private let innerBitWidth: Int

    /// Loads the multimap with the given root.
    package init(
        store: ActorStore,
        root: CID,
        bitWidth: Int = ADTBitWidth.map,
        innerBitWidth: Int
    ) throws(ActorError) {
        map = try ADTMap(store: store, root: root, bitWidth: bitWidth)
        self.innerBitWidth = innerBitWidth
    }

    /// Creates an empty multimap; nothing is written before ``root()``.
    package init(
        emptyIn store: ActorStore,
        bitWidth: Int = ADTBitWidth.map,
        innerBitWidth: Int
    ) {
        map = ADTMap(emptyIn: store, bitWidth: bitWidth)
        self.innerBitWidth = innerBitWidth
    }

    /// Writes what was changed, and always the root node.
    package mutating func root() throws(ActorError) -> CID { try map.root() }

    /// Returns the array of a key, if the key is present.
    package mutating func get(_ key: ADTKey) throws(ActorError) -> ADTArray<Value>? {
        guard let root = try map.get(key) else { return nil }
        return try ADTArray(store: map.store, root: root, bitWidth: innerBitWidth)
    }

    /// Adds a value to a key.
    package mutating func add(_ key: ADTKey, _ value: Value) throws(ActorError) {
        var array = try get(key) ?? ADTArray(emptyIn: map.store, bitWidth: innerBitWidth)
        try array.append(value)
        try map.put(key, try array.root())
    }

    /// Removes a key with all its values.
    package mutating func removeAll(_ key: ADTKey) throws(ActorError) {
        _ = try map.tryDelete(key)
    }

    /// Calls `body` with each value of a key, in the order in which they were added.
    package mutating func forEach(
        _ key: ADTKey,
        _ body: (UInt64, Value) throws(ActorError) -> Bool
    ) throws(ActorError) {
        guard var array = try get(key) else { return }
        try array.forEach(body)
    }

    /// Calls `body` with each key and its array, loading each array.
    package mutating func forAll(
        _ body: (ADTKey, inout ADTArray<Value>) throws(ActorError) -> Void
    ) throws(ActorError) {
        let store = map.store
        let innerBitWidth = innerBitWidth
        try map.forEach { (key, root) throws(ActorError) in
            var array = try ADTArray<Value>(store: store, root: root, bitWidth: innerBitWidth)
            try body(key, &array)
            return true
        }
    }
}
