/// An ordered store of byte strings.
///
/// Calls block; a caller on the cooperative pool goes through a blocking pool. Keys are ordered byte by
/// byte. All calls may come from several threads at once.
package protocol KeyValueStore: Sendable {
    /// Returns the value of a key, or nil.
    func get(_ key: [UInt8]) throws(KeyValueError) -> [UInt8]?

    /// Whether a key exists.
    func contains(_ key: [UInt8]) throws(KeyValueError) -> Bool

    /// Applies all changes of a batch, or none of them; they survive the death of the process.
    func write(_ batch: KeyValueBatch) throws(KeyValueError)

    /// Hands the entries whose key starts with `prefix` to `visit`, in order, until it returns false.
    ///
    /// What is visited is one state of the store: later changes, also by `visit`, are not seen.
    ///
    /// The first key wanted, `start`, may lie anywhere before the end of the prefix.
    ///
    /// - Throws: ``KeyValueError``, also when `visit` throws it.
    func iterate(
        prefix: [UInt8],
        from start: [UInt8],
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws(KeyValueError) -> Bool
    ) throws(KeyValueError)

    /// Waits until everything written is on the disk, so that it survives a power cut too.
    func sync() throws(KeyValueError)

    /// Closes the store; later calls fail. Closing twice does nothing.
    func close()
}

extension KeyValueStore {
    package func contains(_ key: [UInt8]) throws(KeyValueError) -> Bool { try get(key) != nil }

    /// Sets the value of a key.
    package func put(_ key: [UInt8], _ value: [UInt8]) throws(KeyValueError) {
        var batch = KeyValueBatch()
        batch.put(key, value)
        try write(batch)
    }

    /// Removes a key; one that is not there is no error.
    package func delete(_ key: [UInt8]) throws(KeyValueError) {
        var batch = KeyValueBatch()
        batch.delete(key)
        try write(batch)
    }

    package func iterate(
        prefix: [UInt8],
        _ visit: (_ key: [UInt8], _ value: [UInt8]) throws(KeyValueError) -> Bool
    ) throws(KeyValueError) {
        try iterate(prefix: prefix, from: prefix, visit)
    }
}

/// Changes that are applied together, in order.
///
/// Keys and values lie in one array, so that a batch of many small ones costs few allocations.
package struct KeyValueBatch: Sendable {
    /// A key and its new value, which lies behind it, or a key to remove.
    package struct Change: Sendable {
        /// Where the key is in ``KeyValueBatch/bytes``.
        package let key: Range<Int>
        /// Where the value is, from the key's end; nil for a key to remove.
        package let value: Range<Int>?
    }

    package private(set) var bytes: [UInt8] = []
    package private(set) var changes: [Change] = []

    package init() {}

    package var isEmpty: Bool { changes.isEmpty }

    /// Makes room for that many bytes of keys and values.
    package mutating func reserveCapacity(_ byteCount: Int) { bytes.reserveCapacity(byteCount) }

    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        put(value) { $0 += key }
    }

    /// Sets the value of the key that `appendKey` appends.
    package mutating func put(_ value: [UInt8], appendKey: (inout [UInt8]) -> Void) {
        let start = bytes.count
        appendKey(&bytes)
        let end = bytes.count
        bytes += value
        changes.append(Change(key: start..<end, value: end..<bytes.count))
    }

    package mutating func delete(_ key: [UInt8]) {
        let start = bytes.count
        bytes += key
        changes.append(Change(key: start..<bytes.count, value: nil))
    }
}

/// Why a store did not do what was asked.
package struct KeyValueError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Another process holds the store.
        case inUse
        /// The files are damaged.
        case corrupted
        /// The store was closed.
        case closed
        /// Anything else, such as a full disk.
        case failed
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
