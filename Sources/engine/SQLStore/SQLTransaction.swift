/// What a transaction can do; valid only inside the closure that received it.
///
/// Not `Sendable` and without `async` calls, so a transaction cannot be held over a network call.
package final class SQLTransaction {
    private let connection: any SQLConnection
    private var isOpen = true

    init(_ connection: any SQLConnection) { self.connection = connection }

    func end() { isOpen = false }

    /// Which database answers; for the rare statement that cannot be portable.
    package var dialect: SQLDialect { connection.dialect }

    /// The key that the last insertion gave its row.
    package var lastInsertedID: Int64 { connection.lastInsertedID }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: How many rows it matched (also those that already had the new values).
    @discardableResult
    package func execute(_ statement: String, _ values: any SQLBindable...) throws(SQLError) -> Int
    {
        try execute(statement, values: values)
    }

    /// Runs a statement with a computed list of values.
    @discardableResult
    package func execute(_ statement: String, values: [any SQLBindable]) throws(SQLError) -> Int {
        try checked().execute(statement, values.map(\.sqlValue))
    }

    /// Returns all rows of a query.
    package func rows(_ query: String, _ values: any SQLBindable...) throws(SQLError) -> [SQLRow] {
        try rows(query, values: values)
    }

    /// Returns all rows of a query with a computed list of values.
    package func rows(_ query: String, values: [any SQLBindable]) throws(SQLError) -> [SQLRow] {
        try checked().rows(query, values.map(\.sqlValue))
    }

    /// Returns the first row of a query, or nil.
    package func row(_ query: String, _ values: any SQLBindable...) throws(SQLError) -> SQLRow? {
        var first: SQLRow?
        _ = try checked().run(query, values.map(\.sqlValue)) { row throws(SQLError) in
            first = row
            return false
        }
        return first
    }

    /// Hands the rows of a query one after another to `visit`, until it returns false.
    package func visit(
        _ query: String,
        values: [any SQLBindable] = [],
        _ visit: (SQLRow) throws(SQLError) -> Bool
    ) throws(SQLError) {
        _ = try checked().run(query, values.map(\.sqlValue), visit)
    }

    /// Inserts a row.
    ///
    /// - Throws: ``SQLError`` with ``SQLError/Code/constraint`` when a unique key exists already.
    package func insert(
        into table: String,
        _ row: KeyValuePairs<String, any SQLBindable>
    ) throws(SQLError) {
        let statement = dialect.insertion(into: table, columns: row.map(\.key))
        try execute(statement, values: row.map(\.value))
    }

    /// Inserts a row, or updates every column that is not in `key` when the key exists.
    ///
    /// `updating` names the columns to update instead; an empty list leaves an old row alone.
    ///
    /// - Throws: ``SQLError``.
    package func upsert(
        into table: String,
        _ row: KeyValuePairs<String, any SQLBindable>,
        key: [String],
        updating: [String]? = nil
    ) throws(SQLError) {
        let columns = row.map(\.key)
        let update = updating ?? columns.filter { !key.contains($0) }
        let statement = dialect.upsert(into: table, columns: columns, key: key, update: update)
        try execute(statement, values: row.map(\.value))
    }

    private func checked() throws(SQLError) -> any SQLConnection {
        guard isOpen else { throw SQLError(.misuse, "the transaction has ended") }
        return connection
    }
}
