/// One numbered step of a schema.
///
/// Steps are applied in order and never changed once released. The statements may use the type
/// placeholders of ``SQLDialect``.
package struct SQLMigration: Sendable {
    /// Counted from 1 without gaps.
    package let version: Int
    /// The statements, one each; on SQLite all of them happen or none.
    package let statements: [String]

    package init(_ version: Int, _ statements: [String]) {
        self.version = version
        self.statements = statements
    }

    private static let table = """
        CREATE TABLE IF NOT EXISTS schema_version (
            id {integer} NOT NULL PRIMARY KEY, version {integer} NOT NULL, statements {integer} NOT NULL)
        """

    /// Brings a database to the newest version.
    ///
    /// SQLite changes a schema inside the transaction. MySQL commits after each schema statement, so
    /// there the number of finished statements is recorded too, and a step that was cut off goes on
    /// behind them.
    static func apply(
        _ migrations: [SQLMigration],
        to connection: any SQLConnection
    ) throws(SQLError) {
        for (index, migration) in migrations.enumerated() where migration.version != index + 1 {
            throw SQLError(.misuse, "migration \(index + 1) has the number \(migration.version)")
        }
        switch connection.dialect {
        case .sqlite:
            try connection.begin(readOnly: false)
            do throws(SQLError) {
                try applyAll(migrations, to: connection)
                try connection.commit()
            } catch {
                connection.rollback()
                throw error
            }
        case .mysql:
            // One instance at a time; the server frees the lock when the connection goes.
            let lock = "CONCAT('venus.migration.', DATABASE())"
            let answer = try connection.rows("SELECT GET_LOCK(\(lock), 60) AS locked")
            guard try answer.first?.optionalInteger("locked") == 1 else {
                throw SQLError(.busy, "another instance is changing the schema")
            }
            defer { _ = try? connection.execute("SELECT RELEASE_LOCK(\(lock))") }
            try applyAll(migrations, to: connection)
        }
    }

    private static func applyAll(
        _ migrations: [SQLMigration],
        to connection: any SQLConnection
    ) throws(SQLError) {
        try connection.execute(connection.dialect.render(table))
        let row = try connection.rows("SELECT version, statements FROM schema_version WHERE id = 1")
            .first
        let version = Int(try row?.integer("version") ?? 0)
        var done = Int(try row?.integer("statements") ?? 0)
        guard version <= migrations.count else {
            throw SQLError(
                .newerSchema,
                "the database has schema version \(version), this program knows \(migrations.count); "
                    + "start the newer program"
            )
        }
        if row == nil {
            try connection.execute(
                "INSERT INTO schema_version (id, version, statements) VALUES (1, 0, 0)"
            )
        }
        for migration in migrations.dropFirst(version) {
            for (index, statement) in migration.statements.enumerated().dropFirst(done) {
                try run(statement, on: connection)
                try record(migration.version - 1, statements: index + 1, in: connection)
            }
            done = 0
            try record(migration.version, statements: 0, in: connection)
        }
    }

    private static func run(
        _ statement: String,
        on connection: any SQLConnection
    ) throws(SQLError) {
        do throws(SQLError) {
            try connection.execute(connection.dialect.render(statement))
        } catch {
            // On MySQL the process may have died between a statement and its record.
            guard (connection as? MySQLConnection)?.lastErrorMeansAlreadyDone == true else {
                throw error
            }
        }
    }

    private static func record(
        _ version: Int,
        statements: Int,
        in connection: any SQLConnection
    ) throws(SQLError) {
        try connection.execute(
            "UPDATE schema_version SET version = ?, statements = ? WHERE id = 1",
            [.integer(Int64(version)), .integer(Int64(statements))]
        )
    }
}
