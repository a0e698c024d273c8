import CMariaDB

/// A connection to a MySQL server, with a cache of prepared statements.
@safe final class MySQLConnection: SQLConnection {
    /// Prepared statements kept; the cache is emptied when it is full.
    static let maximumStatements = 256
    /// Seconds until a connection attempt, a read or a write is given up.
    static let timeoutSeconds: UInt32 = 30

    let dialect = SQLDialect.mysql
    private let address: MySQLAddress
    private var handle: UnsafeMutablePointer<MYSQL>?
    private var statements: [String: MySQLStatement] = [:]
    private(set) var lastInsertedID: Int64 = 0
    private var lastErrorNumber: UInt32 = 0

    /// The library's own initialisation is not safe to run twice at once.
    private static let libraryStatus: Int32 = mysql_server_init(0, nil, nil)

    init(_ address: MySQLAddress) throws(SQLError) {
        self.address = address
        guard Self.libraryStatus == 0 else { throw SQLError(.failed, "libmariadb did not start") }
        unsafe handle = mysql_init(nil)
        guard let handle = unsafe handle else { throw SQLError(.failed, "no memory") }
        var timeout = Self.timeoutSeconds
        unsafe mysql_options(handle, MYSQL_OPT_CONNECT_TIMEOUT, &timeout)
        unsafe mysql_options(handle, MYSQL_OPT_READ_TIMEOUT, &timeout)
        unsafe mysql_options(handle, MYSQL_OPT_WRITE_TIMEOUT, &timeout)
        unsafe mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        // Matched rows are counted, as in SQLite, not only those that got other values.
        let connected = unsafe mysql_real_connect(
            handle,
            address.socket == nil ? address.host : "localhost",
            address.user,
            address.password,
            address.database,
            address.socket == nil ? UInt32(address.port) : 0,
            address.socket,
            UInt(CLIENT_FOUND_ROWS)
        )
        do throws(SQLError) {
            guard unsafe connected != nil else { throw connectionError(nil) }
            try query(
                "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES,ANSI_QUOTES',"
                    + " time_zone = '+00:00'"
            )
            try query("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    func begin(readOnly: Bool) throws(SQLError) {
        if readOnly {
            // Serializable reads would lock the rows against writers.
            try query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            try query("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        } else {
            try query("START TRANSACTION")
        }
    }

    func commit() throws(SQLError) {
        do throws(SQLError) {
            try query("COMMIT")
        } catch {
            guard error.code == .connectionLost else { throw error }
            throw SQLError(.outcomeUnknown, error.message, statement: "COMMIT")
        }
    }

    func rollback() { _ = try? query("ROLLBACK") }

    func close() {
        statements.removeAll()
        if let handle = unsafe handle { unsafe mysql_close(handle) }
        unsafe handle = nil
    }

    /// Whether the last schema statement failed only because it had been done before.
    var lastErrorMeansAlreadyDone: Bool {
        // Table, column or key exists; column or key to drop does not.
        [1050, 1060, 1061, 1091].contains(lastErrorNumber)
    }

    func run(
        _ statement: String,
        _ values: [SQLValue],
        _ visit: (SQLRow) throws(SQLError) -> Bool
    ) throws(SQLError) -> Int {
        lastErrorNumber = 0
        let prepared = try prepare(statement)
        do throws(MySQLFailure) {
            try prepared.execute(values)
        } catch {
            throw self.error(error, statement)
        }
        defer { prepared.freeResult() }
        lastInsertedID = prepared.lastInsertedID
        guard let columns = prepared.columns else { return prepared.affectedRows }
        var result: SQLError?
        do throws(MySQLFailure) {
            while let values = try prepared.nextRow() {
                do throws(SQLError) {
                    guard try visit(SQLRow(columns: columns, values: values)) else { break }
                } catch {
                    result = error
                    break
                }
            }
        } catch {
            throw self.error(error, statement)
        }
        if let result { throw result }
        return 0
    }

    private func prepare(_ statement: String) throws(SQLError) -> MySQLStatement {
        guard let handle = unsafe handle else { throw SQLError(.closed, "\(address) is closed") }
        if let cached = statements[statement] { return cached }
        if statements.count >= Self.maximumStatements { statements.removeAll() }
        let prepared: MySQLStatement
        do throws(MySQLFailure) {
            prepared = try unsafe MySQLStatement(statement, on: handle)
        } catch {
            throw self.error(error, statement)
        }
        statements[statement] = prepared
        return prepared
    }

    /// Runs a statement that the server cannot prepare (transactions, session settings).
    private func query(_ statement: String) throws(SQLError) {
        guard let handle = unsafe handle else { throw SQLError(.closed, "\(address) is closed") }
        guard unsafe mysql_query(handle, statement) == 0 else { throw connectionError(statement) }
    }

    private func connectionError(_ statement: String?) -> SQLError {
        let failure = unsafe MySQLFailure(
            number: mysql_errno(handle),
            text: String(cString: mysql_error(handle))
        )
        return error(failure, statement)
    }

    private func error(_ failure: MySQLFailure, _ statement: String?) -> SQLError {
        lastErrorNumber = failure.number
        let code: SQLError.Code =
            switch failure.number {
            case 1205, 1047: .busy
            // Deadlock, changed row, and TiDB's write conflicts.
            case 1213, 1020, 1180, 8002, 8022, 8028, 9007: .conflict
            case 1022, 1048, 1062, 1364, 1406, 1451, 1452, 1264, 3819, 4025: .constraint
            case 1053, 1927, 2006, 2013, 2055: .connectionLost
            case 1054, 1064, 1146, 1136, 1290, 1792, 0: .misuse
            default: .failed
            }
        return SQLError(code, "\(address): \(failure.text)", statement: statement)
    }
}
