/// The names of a result's columns, shared by its rows.
final class SQLColumns: Sendable {
    let names: [String]

    init(_ names: [String]) { self.names = names }
}

/// One row of a result.
package struct SQLRow: Sendable {
    let columns: SQLColumns
    /// The values in the order of the columns.
    package let values: [SQLValue]

    init(columns: SQLColumns, values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The names of the columns.
    package var names: [String] { columns.names }

    /// The value of a column.
    ///
    /// - Throws: ``SQLError`` with ``SQLError/Code/misuse`` when there is no such column.
    package func value(_ column: String) throws(SQLError) -> SQLValue {
        guard let index = columns.names.firstIndex(of: column) else {
            throw SQLError(.misuse, "no column \(column) among \(columns.names)")
        }
        return values[index]
    }

    package func integer(_ column: String) throws(SQLError) -> Int64 {
        guard let value = try optionalInteger(column) else { throw unexpectedNull(column) }
        return value
    }

    package func optionalInteger(_ column: String) throws(SQLError) -> Int64? {
        switch try value(column) {
        case .null: return nil
        case .integer(let value): return value
        default: throw wrongType(column, "an integer")
        }
    }

    /// A column of 0 or 1.
    package func boolean(_ column: String) throws(SQLError) -> Bool { try integer(column) != 0 }

    package func real(_ column: String) throws(SQLError) -> Double {
        switch try value(column) {
        case .real(let value): return value
        case .integer(let value): return Double(value)
        default: throw wrongType(column, "a number")
        }
    }

    package func text(_ column: String) throws(SQLError) -> String {
        guard let value = try optionalText(column) else { throw unexpectedNull(column) }
        return value
    }

    package func optionalText(_ column: String) throws(SQLError) -> String? {
        switch try value(column) {
        case .null: return nil
        case .text(let value): return value
        default: throw wrongType(column, "text")
        }
    }

    package func blob(_ column: String) throws(SQLError) -> [UInt8] {
        guard let value = try optionalBlob(column) else { throw unexpectedNull(column) }
        return value
    }

    package func optionalBlob(_ column: String) throws(SQLError) -> [UInt8]? {
        switch try value(column) {
        case .null: return nil
        case .blob(let value): return value
        case .text(let value): return Array(value.utf8)
        default: throw wrongType(column, "bytes")
        }
    }

    private func unexpectedNull(_ column: String) -> SQLError {
        SQLError(.misuse, "column \(column) is NULL")
    }

    private func wrongType(_ column: String, _ wanted: String) -> SQLError {
        SQLError(.misuse, "column \(column) does not hold \(wanted)")
    }
}
