import CSQLite
import Foundation

/// A connection to a SQLite file in WAL mode, with a cache of prepared statements.
@safe final class SQLiteConnection: SQLConnection {
    /// How long a statement waits for another process's lock before the transaction is tried again.
    static let busyTimeoutMilliseconds: Int32 = 5000
    /// Prepared statements kept; the cache is emptied when it is full.
    static let maximumStatements = 256

    let dialect = SQLDialect.sqlite
    private let path: String
    private var handle: OpaquePointer?
    private var statements: [String: OpaquePointer] = unsafe [:]

    /// Opens a file, creating it with mode 0600 unless it exists.
    init(path: String, isReadOnly: Bool = false, durability: SQLDurability) throws(SQLError) {
        self.path = path
        if path != ":memory:" { try Self.createPrivately(path) }
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let status = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK else {
            let error = error(status, statement: nil)
            close()
            throw error
        }
        unsafe sqlite3_extended_result_codes(handle, 1)
        unsafe sqlite3_busy_timeout(handle, Self.busyTimeoutMilliseconds)
        do throws(SQLError) {
            try execute("PRAGMA journal_mode = WAL")
            try execute("PRAGMA synchronous = \(durability == .powerLoss ? "FULL" : "NORMAL")")
            try execute("PRAGMA foreign_keys = ON")
            try execute("PRAGMA trusted_schema = OFF")
            if isReadOnly { try execute("PRAGMA query_only = ON") }
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// SQLite gives the journal files the mode of the main file, so creating that first with 0600
    /// keeps all of them private.
    private static func createPrivately(_ path: String) throws(SQLError) {
        let descriptor = unsafe Foundation.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw SQLError(
                .failed,
                "cannot open \(path): \(unsafe String(cString: strerror(errno)))"
            )
        }
        _ = Foundation.close(descriptor)
    }

    var lastInsertedID: Int64 { unsafe sqlite3_last_insert_rowid(handle) }

    func begin(readOnly: Bool) throws(SQLError) {
        // Taking the write lock at once avoids the deadlock of two readers that both want to write.
        try execute(readOnly ? "BEGIN" : "BEGIN IMMEDIATE")
    }

    func commit() throws(SQLError) { try execute("COMMIT") }

    func rollback() { _ = try? execute("ROLLBACK") }

    func close() {
        unsafe statements.values.forEach { _ = unsafe sqlite3_finalize($0) }
        unsafe statements.removeAll()
        unsafe sqlite3_close_v2(handle)
        unsafe handle = nil
    }

    func run(
        _ statement: String,
        _ values: [SQLValue],
        _ visit: (SQLRow) throws(SQLError) -> Bool
    ) throws(SQLError) -> Int {
        let prepared = try unsafe prepare(statement)
        defer {
            unsafe sqlite3_reset(prepared)
            unsafe sqlite3_clear_bindings(prepared)
        }
        try unsafe bind(values, to: prepared, statement)
        let count = unsafe sqlite3_column_count(prepared)
        var columns: SQLColumns?
        while true {
            let status = unsafe sqlite3_step(prepared)
            if status == SQLITE_DONE { break }
            guard status == SQLITE_ROW else { throw error(status, statement: statement) }
            let names = unsafe columns ?? Self.names(of: prepared, count)
            columns = names
            var values: [SQLValue] = []
            values.reserveCapacity(Int(count))
            for index in 0..<count {
                unsafe values.append(Self.value(of: prepared, at: index))
            }
            let row = SQLRow(columns: names, values: values)
            guard try visit(row) else { break }
        }
        return Int(unsafe sqlite3_changes64(handle))
    }

    private func prepare(_ statement: String) throws(SQLError) -> OpaquePointer {
        guard let handle = unsafe handle else { throw SQLError(.closed, "\(path) is closed") }
        if let cached = unsafe statements[statement] { return unsafe cached }
        if unsafe statements.count >= Self.maximumStatements {
            unsafe statements.values.forEach { _ = unsafe sqlite3_finalize($0) }
            unsafe statements.removeAll()
        }
        var prepared: OpaquePointer?
        let status = unsafe sqlite3_prepare_v2(handle, statement, -1, &prepared, nil)
        guard status == SQLITE_OK else { throw error(status, statement: statement) }
        guard let prepared = unsafe prepared else {
            throw SQLError(.misuse, "empty statement", statement: statement)
        }
        unsafe statements[statement] = prepared
        return unsafe prepared
    }

    private func bind(
        _ values: [SQLValue],
        to prepared: OpaquePointer,
        _ statement: String
    ) throws(SQLError) {
        let wanted = Int(unsafe sqlite3_bind_parameter_count(prepared))
        guard values.count == wanted else {
            throw SQLError(
                .misuse,
                "\(values.count) values for \(wanted) parameters",
                statement: statement
            )
        }
        // SQLITE_TRANSIENT: SQLite copies the bytes before the call returns.
        let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (offset, value) in values.enumerated() {
            let index = Int32(offset + 1)
            let status =
                switch value {
                case .null: unsafe sqlite3_bind_null(prepared, index)
                case .integer(let value): unsafe sqlite3_bind_int64(prepared, index, value)
                case .real(let value): unsafe sqlite3_bind_double(prepared, index, value)
                // A nil pointer would bind NULL, and an empty Swift string may have one.
                case .text(""): unsafe sqlite3_bind_text(prepared, index, "", 0, transient)
                case .text(var text):
                    text.withUTF8 { bytes in
                        unsafe sqlite3_bind_text64(
                            prepared,
                            index,
                            UnsafeRawPointer(bytes.baseAddress)?
                                .assumingMemoryBound(to: CChar.self),
                            UInt64(bytes.count),
                            transient,
                            UInt8(SQLITE_UTF8)
                        )
                    }
                case .blob(let bytes) where bytes.isEmpty:
                    unsafe sqlite3_bind_zeroblob(prepared, index, 0)
                case .blob(let bytes):
                    unsafe bytes.withUnsafeBytes { buffer in
                        unsafe sqlite3_bind_blob64(
                            prepared,
                            index,
                            buffer.baseAddress,
                            UInt64(buffer.count),
                            transient
                        )
                    }
                }
            guard status == SQLITE_OK else { throw error(status, statement: statement) }
        }
    }

    private static func names(of prepared: OpaquePointer, _ count: Int32) -> SQLColumns {
        SQLColumns(
            (0..<count).map { index in
                unsafe sqlite3_column_name(prepared, index).map { unsafe String(cString: $0) } ?? ""
            }
        )
    }

    private static func value(of prepared: OpaquePointer, at index: Int32) -> SQLValue {
        switch unsafe sqlite3_column_type(prepared, index) {
        case SQLITE_INTEGER: return unsafe .integer(sqlite3_column_int64(prepared, index))
        case SQLITE_FLOAT: return unsafe .real(sqlite3_column_double(prepared, index))
        case SQLITE_TEXT:
            guard let start = unsafe sqlite3_column_text(prepared, index) else { return .text("") }
            let count = Int(unsafe sqlite3_column_bytes(prepared, index))
            return unsafe .text(
                String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
            )
        case SQLITE_BLOB:
            guard let start = unsafe sqlite3_column_blob(prepared, index) else { return .blob([]) }
            let count = Int(unsafe sqlite3_column_bytes(prepared, index))
            return unsafe .blob([UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default: return .null
        }
    }

    private func error(_ status: Int32, statement: String?) -> SQLError {
        let reason = unsafe handle == nil ? "no memory" : String(cString: sqlite3_errmsg(handle))
        let code: SQLError.Code =
            switch status & 0xff {
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_CONSTRAINT: .constraint
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupted
            case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_MISMATCH, SQLITE_READONLY:
                .misuse
            default: .failed
            }
        return SQLError(code, "\(path): \(reason)", statement: statement)
    }
}
