import CMariaDB

/// What the client library said about a failed call; number 0 is a mistake of the caller.
struct MySQLFailure: Error {
    let number: UInt32
    let text: String
}

/// A prepared statement and the buffers of its result.
@safe final class MySQLStatement {
    private let handle: UnsafeMutablePointer<MYSQL_STMT>
    /// The names of the result's columns; nil when the statement returns no rows.
    let columns: SQLColumns?
    private let kinds: [Kind]
    private let outputs: UnsafeMutableBufferPointer<MYSQL_BIND>
    private let cells: UnsafeMutableBufferPointer<Cell>

    /// How a column is fetched.
    private enum Kind {
        case integer, unsigned, decimal, real
        /// A string, a date, or `VARBINARY`, which our schemas use for text with byte order.
        case text
        case blob
    }

    /// What one fetch writes for one column.
    private struct Cell {
        var integer: Int64 = 0
        var real: Double = 0
        var length: UInt = 0
        var isNull: my_bool = 0
    }

    init(_ statement: String, on connection: UnsafeMutablePointer<MYSQL>) throws(MySQLFailure) {
        guard let handle = unsafe mysql_stmt_init(connection) else {
            throw MySQLFailure(number: 2008, text: "no memory")
        }
        unsafe self.handle = handle
        let status = unsafe mysql_stmt_prepare(handle, statement, UInt(statement.utf8.count))
        guard status == 0 else {
            let failure = unsafe Self.failure(handle)
            unsafe mysql_stmt_close(handle)
            throw failure
        }
        var names: [String] = []
        var kinds: [Kind] = []
        if let metadata = unsafe mysql_stmt_result_metadata(handle) {
            for index in 0..<Int(unsafe mysql_num_fields(metadata)) {
                let field = unsafe mysql_fetch_fields(metadata)[index]
                unsafe names.append(String(cString: field.name))
                unsafe kinds.append(Self.kind(of: field))
            }
            unsafe mysql_free_result(metadata)
        }
        columns = names.isEmpty ? nil : SQLColumns(names)
        self.kinds = kinds
        unsafe outputs = .allocate(capacity: kinds.count)
        unsafe cells = .allocate(capacity: kinds.count)
        unsafe outputs.initialize(repeating: MYSQL_BIND())
        unsafe cells.initialize(repeating: Cell())
        bindResult()
    }

    deinit {
        unsafe mysql_stmt_close(handle)
        unsafe outputs.deallocate()
        unsafe cells.deallocate()
    }

    var affectedRows: Int { Int(truncatingIfNeeded: unsafe mysql_stmt_affected_rows(handle)) }
    var lastInsertedID: Int64 { Int64(truncatingIfNeeded: unsafe mysql_stmt_insert_id(handle)) }

    func freeResult() { unsafe mysql_stmt_free_result(handle) }

    // MARK: - Parameters

    /// Runs the statement and, when it returns rows, brings them to this side.
    func execute(_ values: [SQLValue]) throws(MySQLFailure) {
        let wanted = Int(unsafe mysql_stmt_param_count(handle))
        guard values.count == wanted else {
            throw MySQLFailure(number: 0, text: "\(values.count) values for \(wanted) parameters")
        }
        let inputs = UnsafeMutableBufferPointer<MYSQL_BIND>.allocate(capacity: values.count)
        unsafe inputs.initialize(repeating: MYSQL_BIND())
        var buffers: [UnsafeMutableRawBufferPointer] = unsafe []
        defer {
            unsafe buffers.forEach { unsafe $0.deallocate() }
            unsafe inputs.deallocate()
        }
        for (index, value) in values.enumerated() {
            let (type, buffer) = unsafe Self.encode(value)
            unsafe inputs[index].buffer_type = type
            if let buffer = unsafe buffer {
                unsafe buffers.append(buffer)
                unsafe inputs[index].buffer = buffer.baseAddress
                unsafe inputs[index].buffer_length = UInt(buffer.count)
                unsafe inputs[index].length_value = UInt(buffer.count)
            }
        }
        if wanted > 0 {
            guard unsafe mysql_stmt_bind_param(handle, inputs.baseAddress) == 0 else {
                throw unsafe Self.failure(handle)
            }
        }
        guard unsafe mysql_stmt_execute(handle) == 0 else { throw unsafe Self.failure(handle) }
        if columns != nil {
            guard unsafe mysql_stmt_store_result(handle) == 0 else {
                throw unsafe Self.failure(handle)
            }
        }
    }

    private static func encode(
        _ value: SQLValue
    ) -> (enum_field_types, UnsafeMutableRawBufferPointer?) {
        switch value {
        case .null: return (MYSQL_TYPE_NULL, nil)
        case .integer(let value): return unsafe (MYSQL_TYPE_LONGLONG, copy(value))
        case .real(let value): return unsafe (MYSQL_TYPE_DOUBLE, copy(value))
        case .text(let text): return unsafe (MYSQL_TYPE_STRING, copy(Array(text.utf8)))
        case .blob(let bytes): return unsafe (MYSQL_TYPE_BLOB, copy(bytes))
        }
    }

    private static func copy<Number: BitwiseCopyable>(
        _ value: Number
    ) -> UnsafeMutableRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: MemoryLayout<Number>.size,
            alignment: 8
        )
        unsafe buffer.storeBytes(of: value, as: Number.self)
        return unsafe buffer
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
        unsafe buffer.copyBytes(from: bytes)
        return unsafe buffer
    }

    // MARK: - Results

    private static func kind(of field: MYSQL_FIELD) -> Kind {
        /// The number of the character set `binary`.
        let binary: UInt32 = 63
        switch unsafe field.type {
        case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG,
            MYSQL_TYPE_LONGLONG, MYSQL_TYPE_YEAR:
            return unsafe field.flags & UInt32(UNSIGNED_FLAG) == 0 ? .integer : .unsigned
        case MYSQL_TYPE_NEWDECIMAL, MYSQL_TYPE_DECIMAL: return .decimal
        case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE: return .real
        case MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB, MYSQL_TYPE_BLOB,
            MYSQL_TYPE_BIT, MYSQL_TYPE_GEOMETRY:
            return unsafe field.charsetnr == binary ? .blob : .text
        default: return .text
        }
    }

    /// Numbers are fetched into their cell; texts and bytes are first asked for their length.
    private func bindResult() {
        for (index, kind) in kinds.enumerated() {
            guard let cell = unsafe cells.baseAddress?.advanced(by: index) else { return }
            let base = UnsafeMutableRawPointer(cell)
            unsafe outputs[index].length = field(base, \.length)
            unsafe outputs[index].is_null = field(base, \.isNull)
            switch kind {
            case .integer, .unsigned:
                unsafe outputs[index].buffer_type = MYSQL_TYPE_LONGLONG
                unsafe outputs[index].is_unsigned = kind == .unsigned ? 1 : 0
                unsafe outputs[index].buffer = UnsafeMutableRawPointer(field(base, \.integer))
                unsafe outputs[index].buffer_length = 8
            case .real:
                unsafe outputs[index].buffer_type = MYSQL_TYPE_DOUBLE
                unsafe outputs[index].buffer = UnsafeMutableRawPointer(field(base, \.real))
                unsafe outputs[index].buffer_length = 8
            case .text, .decimal, .blob:
                unsafe outputs[index].buffer_type =
                    kind == .blob ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING
            }
        }
        if columns != nil { unsafe mysql_stmt_bind_result(handle, outputs.baseAddress) }
    }

    private func field<Value>(
        _ cell: UnsafeMutableRawPointer,
        _ path: KeyPath<Cell, Value>
    ) -> UnsafeMutablePointer<Value> {
        // A stored property of a plain struct always has an offset.
        let offset = MemoryLayout<Cell>.offset(of: path) ?? 0
        return unsafe cell.advanced(by: offset).assumingMemoryBound(to: Value.self)
    }

    /// Returns the next row, or nil behind the last.
    func nextRow() throws(MySQLFailure) -> [SQLValue]? {
        switch unsafe mysql_stmt_fetch(handle) {
        case 0, MYSQL_DATA_TRUNCATED: break
        case MYSQL_NO_DATA: return nil
        default: throw unsafe Self.failure(handle)
        }
        var values: [SQLValue] = []
        values.reserveCapacity(kinds.count)
        for (index, kind) in kinds.enumerated() { values.append(try value(index, kind)) }
        return values
    }

    private func value(_ index: Int, _ kind: Kind) throws(MySQLFailure) -> SQLValue {
        let cell = unsafe cells[index]
        if cell.isNull != 0 { return .null }
        switch kind {
        case .integer: return .integer(cell.integer)
        case .real: return .real(cell.real)
        case .unsigned:
            guard cell.integer >= 0 else {
                throw MySQLFailure(number: 0, text: "an unsigned column is above 2^63 - 1")
            }
            return .integer(cell.integer)
        case .blob: return .blob(try bytes(index, count: Int(cell.length)))
        case .text:
            let bytes = try bytes(index, count: Int(cell.length))
            return String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .blob(bytes)
        case .decimal:
            // SUM() of integers is a decimal here and an integer in SQLite.
            let text = String(decoding: try bytes(index, count: Int(cell.length)), as: UTF8.self)
            return Int64(text).map { .integer($0) } ?? .text(text)
        }
    }

    private func bytes(_ index: Int, count: Int) throws(MySQLFailure) -> [UInt8] {
        if count == 0 { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        var output = unsafe outputs[index]
        var length: UInt = 0
        var isNull: my_bool = 0
        let status = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe withUnsafeMutablePointer(to: &length) { lengthPointer in
                unsafe withUnsafeMutablePointer(to: &isNull) { nullPointer in
                    unsafe output.buffer = buffer.baseAddress
                    unsafe output.buffer_length = UInt(buffer.count)
                    unsafe output.length = lengthPointer
                    unsafe output.is_null = nullPointer
                    return unsafe mysql_stmt_fetch_column(handle, &output, UInt32(index), 0)
                }
            }
        }
        guard status == 0 else { throw unsafe Self.failure(handle) }
        return bytes
    }

    private static func failure(_ handle: UnsafeMutablePointer<MYSQL_STMT>) -> MySQLFailure {
        unsafe MySQLFailure(
            number: mysql_stmt_errno(handle),
            text: String(cString: mysql_stmt_error(handle))
        )
    }
}
