import Synchronization

/// A store that lives as long as the value; for tests and for short-lived services.
package final class MemoryStore: KeyValueStore {
    private struct Key: Hashable, Comparable {
        let bytes: [UInt8]

        static func < (a: Key, b: Key) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
    }

    private struct State {
        var values: [Key: [UInt8]] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    package func get(_ key: [UInt8]) throws(KeyValueError) -> [UInt8]? {
        try values()[Key(bytes: key)]
    }

    package func write(_ batch: KeyValueBatch) throws(KeyValueError) {
        let isClosed = state.withLock { state in
            if state.isClosed { return true }
            for change in batch.changes {
                state.values[Key(bytes: Array(batch.bytes[change.key]))] = change.value.map {
                    Array(batch.bytes[$0])
                }
            }
            return false
        }
        if isClosed { throw Self.closed }
    }

    package func iterate(
        prefix: [UInt8],
        from start: [UInt8],
        _ visit: ([UInt8], [UInt8]) throws(KeyValueError) -> Bool
    ) throws(KeyValueError) {
        let first = Key(bytes: start)
        let entries = try values().filter { $0.key.bytes.starts(with: prefix) && $0.key >= first }
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            guard try visit(key.bytes, value) else { return }
        }
    }

    package func sync() throws(KeyValueError) { _ = try values() }

    package func close() {
        state.withLock { state in
            state.isClosed = true
            state.values = [:]
        }
    }

    private static let closed = KeyValueError(.closed, "the store is closed")

    private func values() throws(KeyValueError) -> [Key: [UInt8]] {
        let values = state.withLock { $0.isClosed ? nil : $0.values }
        guard let values else { throw Self.closed }
        return values
    }
}
