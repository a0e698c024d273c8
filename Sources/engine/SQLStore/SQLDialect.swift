/// The differences between the two databases that a statement can see.
///
/// Statements are portable (`?` parameters, `"name"` quotes on both). Schema statements write column
/// types as placeholders:
///
/// | placeholder | meaning | SQLite | MySQL |
/// |---|---|---|---|
/// | `{integer}` | 64-bit signed; also times and Booleans | `INTEGER` | `BIGINT` |
/// | `{real}` | 64-bit floating point | `REAL` | `DOUBLE` |
/// | `{key N}` | text of up to N bytes that may be indexed, compared byte by byte | `TEXT` | `VARBINARY(N)` |
/// | `{text}` | long text | `TEXT` | `LONGTEXT`, utf8mb4 |
/// | `{blob}` | bytes | `BLOB` | `LONGBLOB` |
/// | `{serial}` | primary key that counts up | `INTEGER PRIMARY KEY AUTOINCREMENT` | `BIGINT PRIMARY KEY AUTO_INCREMENT` |
///
/// `VARBINARY`, because MySQL's text collations take `a` and `a ` for equal.
package enum SQLDialect: String, Sendable {
    case sqlite, mysql

    /// Replaces the type placeholders of a schema statement.
    ///
    /// - Throws: ``SQLError`` with ``SQLError/Code/misuse`` for an unknown placeholder.
    package func render(_ statement: String) throws(SQLError) -> String {
        var output = ""
        var rest = Substring(statement)
        while let open = rest.firstIndex(of: "{") {
            output += rest[..<open]
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw SQLError(.misuse, "unclosed placeholder", statement: statement)
            }
            let name = rest[rest.index(after: open)..<close]
            guard let type = columnType(name) else {
                throw SQLError(.misuse, "unknown placeholder {\(name)}", statement: statement)
            }
            output += type
            rest = rest[rest.index(after: close)...]
        }
        return output + rest
    }

    private func columnType(_ placeholder: Substring) -> String? {
        let isSQLite = self == .sqlite
        if placeholder.hasPrefix("key ") {
            // 3,072 bytes are the longest key of an InnoDB index.
            guard let length = Int(placeholder.dropFirst(4)), (1...3072).contains(length) else {
                return nil
            }
            return isSQLite ? "TEXT" : "VARBINARY(\(length))"
        }
        switch placeholder {
        case "integer": return isSQLite ? "INTEGER" : "BIGINT"
        case "real": return isSQLite ? "REAL" : "DOUBLE"
        case "text": return isSQLite ? "TEXT" : "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        case "blob": return isSQLite ? "BLOB" : "LONGBLOB"
        case "serial":
            return isSQLite
                ? "INTEGER PRIMARY KEY AUTOINCREMENT" : "BIGINT PRIMARY KEY AUTO_INCREMENT"
        default: return nil
        }
    }

    /// The statement that inserts a row or, when its key exists, updates the other columns.
    func upsert(into table: String, columns: [String], key: [String], update: [String]) -> String {
        let insert = insertion(into: table, columns: columns)
        switch self {
        case .sqlite:
            let target = key.map(Self.quoted).joined(separator: ", ")
            if update.isEmpty { return insert + " ON CONFLICT (\(target)) DO NOTHING" }
            let changes = update.map { "\(Self.quoted($0)) = excluded.\(Self.quoted($0))" }
            return insert + " ON CONFLICT (\(target)) DO UPDATE SET "
                + changes.joined(separator: ", ")
        case .mysql:
            // Setting a key column to itself is MySQL's "do nothing" that hides no other error.
            let changes =
                update.isEmpty
                ? key.prefix(1).map { "\(Self.quoted($0)) = \(Self.quoted($0))" }
                : update.map { "\(Self.quoted($0)) = VALUES(\(Self.quoted($0)))" }
            return insert + " ON DUPLICATE KEY UPDATE " + changes.joined(separator: ", ")
        }
    }

    func insertion(into table: String, columns: [String]) -> String {
        // Made for every row, so the text is put together in one piece.
        var text = "INSERT INTO "
        text.reserveCapacity(64 + 24 * columns.count)
        text += Self.quoted(table)
        var marks = ""
        for (index, column) in columns.enumerated() {
            text += index == 0 ? " (" : ", "
            text += Self.quoted(column)
            marks += index == 0 ? "?" : ", ?"
        }
        return text + ") VALUES (" + marks + ")"
    }

    /// A name in quotes that both databases take (MySQL runs with `ANSI_QUOTES`).
    static func quoted(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "\"")) else { return "\"" + name + "\"" }
        return "\""
            + name.split(separator: "\"", omittingEmptySubsequences: false).joined(
                separator: "\"\""
            )
            + "\""
    }
}
