/// One connection to a database; used by one thread at a time.
protocol SQLConnection: AnyObject {
    var dialect: SQLDialect { get }
    /// The key that the last insertion gave its row.
    var lastInsertedID: Int64 { get }

    func begin(readOnly: Bool) throws(SQLError)
    func commit() throws(SQLError)
    /// Takes the transaction back; never fails, since a broken connection has rolled back already.
    func rollback()

    /// Runs a statement and hands every row to `visit` until it returns false.
    ///
    /// - Returns: The number of rows that an update, insertion or deletion matched.
    func run(
        _ statement: String,
        _ values: [SQLValue],
        _ visit: (SQLRow) throws(SQLError) -> Bool
    ) throws(SQLError) -> Int

    func close()
}

extension SQLConnection {
    @discardableResult
    func execute(_ statement: String, _ values: [SQLValue] = []) throws(SQLError) -> Int {
        try run(statement, values) { _ throws(SQLError) in true }
    }

    func rows(_ statement: String, _ values: [SQLValue] = []) throws(SQLError) -> [SQLRow] {
        var rows: [SQLRow] = []
        _ = try run(statement, values) { row throws(SQLError) in
            rows.append(row)
            return true
        }
        return rows
    }
}
