import Foundation

/// What a committed transaction survives.
package enum SQLDurability: Sendable {
    /// The death of the process, also by `kill -9`; not always a power cut.
    case processDeath
    /// A power cut as well: each commit waits for the disk.
    case powerLoss
}

/// Where a database is.
package enum SQLLocation: Sendable {
    /// A SQLite file; its journal files (`-wal`, `-shm`) lie beside it.
    case sqlite(path: String, durability: SQLDurability = .powerLoss)
    /// A SQLite database that lives as long as the value.
    case memory
    /// A MySQL, MariaDB or compatible server.
    case mysql(MySQLAddress)
}

/// A relational database: SQLite or MySQL behind the same few calls.
///
/// ```swift
/// let database = try await SQLDatabase(.sqlite(path: path), migrations: migrations)
/// let name = try await database.transaction { transaction in
///     try transaction.execute("UPDATE users SET state = ? WHERE name = ?", 1, "sp1")
///     return try transaction.row("SELECT name FROM users")?.text("name")
/// }
/// ```
package final class SQLDatabase: Sendable {
    /// The most transactions that wait; the next one fails with ``SQLError/Code/overloaded``.
    package static let maximumWaiting = 10_000
    /// How often a transaction runs before a conflict is given up.
    package static let maximumAttempts = 20

    /// Which database this is.
    package let dialect: SQLDialect
    private let writers: ConnectionThreads
    private let readers: ConnectionThreads
    private let jitter: @Sendable () -> Double

    /// Opens a database and brings its schema to the newest version.
    ///
    /// - Parameters:
    ///   - location: Where the database is.
    ///   - migrations: The schema, version by version.
    ///   - jitter: A part between 0 and 1 of the longest pause before a transaction runs again; random, so
    ///     that two rivals do not meet again.
    /// - Throws: ``SQLError``; ``SQLError/Code/newerSchema`` when a newer program wrote it.
    package init(
        _ location: SQLLocation,
        migrations: [SQLMigration],
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) async throws {
        self.jitter = jitter
        let waiting = Self.maximumWaiting
        switch location {
        case .memory:
            dialect = .sqlite
            writers = ConnectionThreads(count: 1, name: "sql", maximumWaiting: waiting) {
                () throws(SQLError) in
                try SQLiteConnection(path: ":memory:", durability: .processDeath)
            }
            readers = writers
        case .sqlite(let path, let durability):
            dialect = .sqlite
            writers = ConnectionThreads(count: 1, name: "sql-write", maximumWaiting: waiting) {
                () throws(SQLError) in
                try SQLiteConnection(path: path, durability: durability)
            }
            readers = ConnectionThreads(count: 2, name: "sql-read", maximumWaiting: waiting) {
                () throws(SQLError) in
                try SQLiteConnection(path: path, isReadOnly: true, durability: durability)
            }
        case .mysql(let address):
            dialect = .mysql
            writers = ConnectionThreads(
                count: address.connections,
                name: "sql",
                maximumWaiting: waiting
            ) { () throws(SQLError) in try MySQLConnection(address) }
            readers = writers
        }
        do {
            try await perform(on: writers) { slot in
                try SQLMigration.apply(migrations, to: slot.current())
            }
        } catch {
            await close()
            throw error
        }
    }

    /// Runs `body` in a transaction that sees and changes the database alone (serializable), and commits.
    ///
    /// When `body` throws, everything is taken back and the error passed on. On a lock, deadlock,
    /// conflict or lost connection everything is taken back and `body` runs again, so it must only
    /// change the database and its own variables.
    package func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (SQLTransaction) throws -> Result
    ) async throws -> Result {
        let jitter = jitter
        return try await perform(on: writers) { slot in
            try Self.attempt(slot, readOnly: false, jitter, body)
        }
    }

    /// Runs queries on one consistent state, beside a running transaction.
    ///
    /// - Throws: What `body` throws; ``SQLError`` with ``SQLError/Code/misuse`` for a write.
    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (SQLTransaction) throws -> Result
    ) async throws -> Result {
        let jitter = jitter
        return try await perform(on: readers) { slot in
            try Self.attempt(slot, readOnly: true, jitter, body)
        }
    }

    /// Lets the waiting transactions finish and closes every connection.
    package func close() async {
        await writers.close()
        if readers !== writers { await readers.close() }
    }

    private func perform<Result: Sendable>(
        on threads: ConnectionThreads,
        _ work: @escaping @Sendable (ConnectionThreads.Slot) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try threads.submit { slot in
                    continuation.resume(with: Swift.Result { try work(slot) })
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private static func attempt<Result>(
        _ slot: ConnectionThreads.Slot,
        readOnly: Bool,
        _ jitter: () -> Double,
        _ body: (SQLTransaction) throws -> Result
    ) throws -> Result {
        var attempts = 0
        while true {
            attempts += 1
            do {
                return try once(slot.current(), readOnly: readOnly, body)
            } catch let error as SQLError {
                if error.code == .connectionLost || error.code == .outcomeUnknown { slot.discard() }
                guard error.mayRetry, attempts < maximumAttempts else { throw error }
                // Blocking is fine on this thread.
                let ceiling = min(0.2, 0.001 * Double(1 << min(attempts, 10)))
                Thread.sleep(forTimeInterval: ceiling * jitter())
            }
        }
    }

    private static func once<Result>(
        _ connection: any SQLConnection,
        readOnly: Bool,
        _ body: (SQLTransaction) throws -> Result
    ) throws -> Result {
        let transaction = SQLTransaction(connection)
        defer { transaction.end() }
        try connection.begin(readOnly: readOnly)
        do {
            let result = try body(transaction)
            try connection.commit()
            return result
        } catch {
            connection.rollback()
            throw error
        }
    }
}
