import CRocksDB
import Foundation
import Synchronization

/// What a RocksDB store may use.
package struct RocksDBOptions: Sendable {
    /// Threads that flush and compact.
    package var backgroundThreads: Int
    /// Bytes of uncompressed blocks kept in memory.
    package var cacheBytes: Int
    /// Bytes of new entries before they are written to a table file.
    package var writeBufferBytes: Int
    /// Whether tables are compressed with LZ4.
    package var compresses: Bool

    package init(
        backgroundThreads: Int = 2,
        cacheBytes: Int = 32 << 20,
        writeBufferBytes: Int = 16 << 20,
        compresses: Bool = true
    ) {
        self.backgroundThreads = backgroundThreads
        self.cacheBytes = cacheBytes
        self.writeBufferBytes = writeBufferBytes
        self.compresses = compresses
    }
}

/// A store in a folder, kept by RocksDB.
///
/// A write returns when it is in the write-ahead log of the operating system, so it survives
/// `kill -9`; ``sync()`` makes it survive a power cut.
@safe package final class RocksDBStore: KeyValueStore {
    /// The C handles.
    ///
    /// RocksDB allows concurrent calls on one database.
    @safe private struct Handles: @unchecked Sendable {
        let database: OpaquePointer
        let options: OpaquePointer
        let read: OpaquePointer
        let scan: OpaquePointer
        let write: OpaquePointer
        let cache: OpaquePointer
    }

    private struct State {
        var handles: Handles?
        /// Calls that run now; the database is closed when the last of them has left.
        var users = 0
        var isClosing = false
    }

    private let path: String
    private let state: Mutex<State>

    /// Opens the store in a folder, creating it if it is missing.
    ///
    /// - Throws: ``KeyValueError``; ``KeyValueError/Code/inUse`` when another process has it open.
    package init(
        path: String,
        options settings: RocksDBOptions = RocksDBOptions()
    ) throws(KeyValueError) {
        self.path = path
        state = Mutex(State(handles: try Self.open(path, settings)))
    }

    deinit { close() }

    private static func open(
        _ path: String,
        _ settings: RocksDBOptions
    ) throws(KeyValueError) -> Handles {
        let options: OpaquePointer = unsafe rocksdb_options_create()
        unsafe rocksdb_options_set_create_if_missing(options, 1)
        unsafe rocksdb_options_set_max_background_jobs(options, Int32(settings.backgroundThreads))
        unsafe rocksdb_options_set_write_buffer_size(options, settings.writeBufferBytes)
        unsafe rocksdb_options_set_max_open_files(options, 256)
        unsafe rocksdb_options_set_keep_log_file_num(options, 2)
        let method = settings.compresses ? rocksdb_lz4_compression : rocksdb_no_compression
        unsafe rocksdb_options_set_compression(options, Int32(method))
        let cache: OpaquePointer = unsafe rocksdb_cache_create_lru(settings.cacheBytes)
        let tables: OpaquePointer = unsafe rocksdb_block_based_options_create()
        unsafe rocksdb_block_based_options_set_block_cache(tables, cache)
        // Most lookups of a block that is not there end at the filter, without reading a table.
        unsafe rocksdb_block_based_options_set_filter_policy(
            tables,
            rocksdb_filterpolicy_create_bloom_full(10)
        )
        unsafe rocksdb_options_set_block_based_table_factory(options, tables)
        unsafe rocksdb_block_based_options_destroy(tables)

        var error: UnsafeMutablePointer<CChar>?
        let database = unsafe rocksdb_open(options, path, &error)
        guard let database = unsafe database, unsafe error == nil else {
            unsafe rocksdb_options_destroy(options)
            unsafe rocksdb_cache_destroy(cache)
            throw unsafe failure(error, path)
        }
        let scan: OpaquePointer = unsafe rocksdb_readoptions_create()
        // A walk over everything must not push the hot blocks out of the cache.
        unsafe rocksdb_readoptions_set_fill_cache(scan, 0)
        return unsafe Handles(
            database: database,
            options: options,
            read: rocksdb_readoptions_create(),
            scan: scan,
            write: rocksdb_writeoptions_create(),
            cache: cache
        )
    }

    // MARK: - Calls

    package func get(_ key: [UInt8]) throws(KeyValueError) -> [UInt8]? {
        try use { handles throws(KeyValueError) in
            var error: UnsafeMutablePointer<CChar>?
            // Pinned, so that the value is copied once.
            let slice = unsafe Self.withCharacters(key) { key, count in
                unsafe rocksdb_get_pinned(handles.database, handles.read, key, count, &error)
            }
            if unsafe error != nil { throw unsafe Self.failure(error, path) }
            guard let slice = unsafe slice else { return nil }
            defer { unsafe rocksdb_pinnableslice_destroy(slice) }
            var count = 0
            guard let start = unsafe rocksdb_pinnableslice_value(slice, &count) else { return [] }
            return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    package func write(_ batch: KeyValueBatch) throws(KeyValueError) {
        try use { handles throws(KeyValueError) in
            let changes: OpaquePointer = unsafe rocksdb_writebatch_create()
            defer { unsafe rocksdb_writebatch_destroy(changes) }
            let order = Self.order(of: batch)
            // RocksDB reads nothing behind a length of 0, but wants a pointer.
            unsafe (batch.bytes.isEmpty ? [0] : batch.bytes).withUnsafeBytes { buffer in
                guard let bytes = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
                else { preconditionFailure("an array that is not empty has no place") }
                for index in order {
                    let change = batch.changes[index]
                    let key = unsafe bytes + change.key.lowerBound
                    if let value = change.value {
                        unsafe rocksdb_writebatch_put(
                            changes,
                            key,
                            change.key.count,
                            bytes + value.lowerBound,
                            value.count
                        )
                    } else {
                        unsafe rocksdb_writebatch_delete(changes, key, change.key.count)
                    }
                }
            }
            var error: UnsafeMutablePointer<CChar>?
            unsafe rocksdb_write(handles.database, handles.write, changes, &error)
            if unsafe error != nil { throw unsafe Self.failure(error, path) }
        }
    }

    /// The changes by their keys, which RocksDB takes in several times faster; those of one key stay in their order.
    ///
    /// The eight bytes behind what all keys begin with are order enough.
    private static func order(of batch: KeyValueBatch) -> [Int] {
        let changes = batch.changes
        guard changes.count > 1, let first = changes.first?.key else {
            return Array(changes.indices)
        }
        let places = unsafe batch.bytes.withUnsafeBufferPointer { bytes in
            var common = first.count
            for change in changes {
                common = min(common, change.key.count)
                var length = 0
                while length < common,
                    unsafe bytes[first.lowerBound + length] == bytes[change.key.lowerBound + length]
                {
                    length += 1
                }
                common = length
            }
            return changes.indices.map { index -> (place: UInt64, index: Int) in
                let key = changes[index].key
                var place: UInt64 = 0
                for offset in common..<common + 8 {
                    let position = key.lowerBound + offset
                    let byte = position < key.upperBound ? unsafe bytes[position] : 0
                    place = place << 8 | UInt64(byte)
                }
                return (place, index)
            }
        }
        return places.sorted { $0 < $1 }.map(\.index)
    }

    package func iterate(
        prefix: [UInt8],
        from start: [UInt8],
        _ visit: ([UInt8], [UInt8]) throws(KeyValueError) -> Bool
    ) throws(KeyValueError) {
        try use { handles throws(KeyValueError) in
            guard let iterator = unsafe rocksdb_create_iterator(handles.database, handles.scan)
            else {
                throw KeyValueError(.failed, "\(path): no memory")
            }
            defer { unsafe rocksdb_iter_destroy(iterator) }
            let first = start.lexicographicallyPrecedes(prefix) ? prefix : start
            unsafe Self.withCharacters(first) { unsafe rocksdb_iter_seek(iterator, $0, $1) }
            while unsafe rocksdb_iter_valid(iterator) != 0 {
                var count = 0
                let keyStart = unsafe rocksdb_iter_key(iterator, &count)
                let key = unsafe [UInt8](UnsafeRawBufferPointer(start: keyStart, count: count))
                guard key.starts(with: prefix) else { return }
                let valueStart = unsafe rocksdb_iter_value(iterator, &count)
                let value = unsafe [UInt8](UnsafeRawBufferPointer(start: valueStart, count: count))
                guard try visit(key, value) else { return }
                unsafe rocksdb_iter_next(iterator)
            }
            var error: UnsafeMutablePointer<CChar>?
            unsafe rocksdb_iter_get_error(iterator, &error)
            if unsafe error != nil { throw unsafe Self.failure(error, path) }
        }
    }

    package func sync() throws(KeyValueError) {
        try use { handles throws(KeyValueError) in
            var error: UnsafeMutablePointer<CChar>?
            unsafe rocksdb_flush_wal(handles.database, 1, &error)
            if unsafe error != nil { throw unsafe Self.failure(error, path) }
        }
    }

    package func close() {
        let handles = state.withLock { state -> Handles? in
            state.isClosing = true
            guard state.users == 0 else { return nil }
            defer { state.handles = nil }
            return state.handles
        }
        if let handles { Self.destroy(handles) }
    }

    // MARK: - Handles

    /// Runs `body` with the handles, which stay open while it runs.
    private func use<Result>(
        _ body: (Handles) throws(KeyValueError) -> Result
    ) throws(KeyValueError) -> Result {
        let handles = state.withLock { state -> Handles? in
            guard !state.isClosing, let handles = state.handles else { return nil }
            state.users += 1
            return handles
        }
        guard let handles else { throw KeyValueError(.closed, "\(path) is closed") }
        defer {
            let last = state.withLock { state -> Handles? in
                state.users -= 1
                guard state.isClosing, state.users == 0 else { return nil }
                defer { state.handles = nil }
                return state.handles
            }
            if let last { Self.destroy(last) }
        }
        return try body(handles)
    }

    private static func destroy(_ handles: Handles) {
        unsafe rocksdb_close(handles.database)
        unsafe rocksdb_readoptions_destroy(handles.read)
        unsafe rocksdb_readoptions_destroy(handles.scan)
        unsafe rocksdb_writeoptions_destroy(handles.write)
        unsafe rocksdb_options_destroy(handles.options)
        unsafe rocksdb_cache_destroy(handles.cache)
    }

    private static func withCharacters<Result>(
        _ bytes: [UInt8],
        _ body: (UnsafePointer<CChar>?, Int) -> Result
    ) -> Result {
        // RocksDB reads nothing behind a length of 0, but wants a pointer.
        unsafe (bytes.isEmpty ? [0] : bytes).withUnsafeBytes { buffer in
            unsafe body(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }

    /// Turns the library's message into an error and frees it.
    private static func failure(
        _ error: UnsafeMutablePointer<CChar>?,
        _ path: String
    ) -> KeyValueError {
        guard let error = unsafe error else { return KeyValueError(.failed, "\(path): no memory") }
        let text = unsafe String(cString: error)
        unsafe rocksdb_free(error)
        let code: KeyValueError.Code =
            text.contains("lock ") || text.contains("LOCK:")
            ? .inUse
            : text.hasPrefix("Corruption") ? .corrupted : .failed
        return KeyValueError(code, "\(path): \(text)")
    }
}
