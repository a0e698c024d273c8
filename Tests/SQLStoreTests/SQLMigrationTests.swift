import Foundation
import TestSupport
import Testing

@testable import SQLStore

@Suite(.serialized) struct SQLMigrationTests {
    let second = SQLMigration(
        2,
        [
            "ALTER TABLE accounts ADD COLUMN owner {key 64}",
            "INSERT INTO accounts (name, balance, owner) VALUES ('m', 1, 'o')",
        ]
    )

    @Test(arguments: Backend.present)
    func `an old schema is brought forward once and data stays`(_ backend: Backend) async throws {
        let location = try backend.location()
        let old = try await SQLDatabase(location, migrations: schema)
        try await old.transaction {
            try $0.insert(into: "accounts", ["name": "kept", "balance": 5])
        }
        await old.close()
        for _ in 0..<2 {
            let new = try await SQLDatabase(location, migrations: schema + [second])
            let names = try await new.read { transaction in
                try transaction.rows("SELECT name FROM accounts ORDER BY name").map {
                    try $0.text("name")
                }
            }
            #expect(names == ["kept", "m"])
            await new.close()
        }
        do {
            _ = try await SQLDatabase(location, migrations: schema)
            Issue.record("an older program opened a newer schema")
        } catch let error as SQLError {
            #expect(error.code == .newerSchema)
        }
    }

    @Test(arguments: Backend.present)
    func `a migration that fails half way can be repaired and goes on`(
        _ backend: Backend
    ) async throws {
        let location = try backend.location()
        let broken = SQLMigration(2, [second.statements[0], "INSERT INTO nowhere VALUES (1)"])
        await #expect(throws: SQLError.self) {
            try await SQLDatabase(location, migrations: schema + [broken])
        }
        let repaired = try await SQLDatabase(location, migrations: schema + [second])
        let row = try await repaired.read {
            try $0.row("SELECT COUNT(*) AS n FROM accounts WHERE owner = 'o'")
        }
        #expect(try row?.integer("n") == 1)
        await repaired.close()
    }

    @Test func `a failed migration leaves nothing of itself on SQLite`() async throws {
        let location = try Backend.sqlite.location()
        let broken = SQLMigration(2, [second.statements[0], "INSERT INTO nowhere VALUES (1)"])
        await #expect(throws: SQLError.self) {
            try await SQLDatabase(location, migrations: schema + [broken])
        }
        let database = try await SQLDatabase(location, migrations: [])
        let tables = try await database.read { try $0.rows("SELECT name FROM sqlite_master") }
        #expect(try tables.map { try $0.text("name") } == ["schema_version"])
        await database.close()
    }

    @Test(.enabled(if: MariaDBServer.program != nil, MariaDBServer.missing))
    func `on MySQL a step done but not recorded counts as done`() async throws {
        let address = try MariaDBServer.newDatabase()
        let connection = try MySQLConnection(address)
        try connection.execute(
            "CREATE TABLE accounts (name VARBINARY(255) PRIMARY KEY, balance BIGINT)"
        )
        connection.close()
        let database = try await SQLDatabase(.mysql(address), migrations: schema)
        _ = try await database.read { try $0.rows("SELECT * FROM entries") }
        await database.close()
    }

    @Test func `migrations out of order and unknown placeholders are mistakes`() async {
        for migrations in [
            [SQLMigration(2, [])], [SQLMigration(1, ["CREATE TABLE x (a {varchar})"])],
        ] {
            await #expect(throws: SQLError.self) {
                try await SQLDatabase(.memory, migrations: migrations)
            }
        }
    }

    @Test func `several programs may open a new file at the same moment`() async throws {
        let location = try Backend.sqlite.location()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try await SQLDatabase(location, migrations: schema)
                    await database.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `what was committed is there after the process dies, what was not is gone`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let database = try await SQLDatabase(
            .sqlite(path: directory.path("test.db")),
            migrations: schema
        )
        for index in 0..<10 {
            try await database.transaction {
                try $0.insert(into: "accounts", ["name": "\(index)", "balance": index])
            }
        }
        // The files as a dead process leaves them: in the middle of a transaction, nothing closed.
        try await database.transaction { transaction in
            try transaction.insert(into: "accounts", ["name": "lost", "balance": 1])
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(
                    atPath: directory.path("test.db" + suffix),
                    toPath: directory.path("copy.db" + suffix)
                )
            }
        }
        let copy = try await SQLDatabase(
            .sqlite(path: directory.path("copy.db")),
            migrations: schema
        )
        let names = try await copy.read { transaction in
            try transaction.rows("SELECT name FROM accounts ORDER BY balance").map {
                try $0.text("name")
            }
        }
        #expect(names == (0..<10).map(String.init))
        await copy.close()
        await database.close()
    }

    @Test func `the files are private`() async throws {
        let directory = try TemporaryDirectory()
        let location = SQLLocation.sqlite(path: directory.path("test.db"))
        let database = try await SQLDatabase(location, migrations: schema)
        for name in ["test.db", "test.db-wal", "test.db-shm"] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: directory.path(name)
            )
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        await database.close()
    }

    @Test func `a file that is no database is refused`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("x.db")
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
        do {
            _ = try await SQLDatabase(.sqlite(path: path), migrations: [])
            Issue.record("opened")
        } catch let error as SQLError {
            #expect(error.code == .corrupted, "\(error)")
        }
    }
}

@Suite struct MySQLAddressTests {
    @Test func `the DSN of the Go driver is read`() throws {
        let address = try #require(
            MySQLAddress(dsn: "venus:p@ss:w@(127.0.0.1:3307)/venus_auth?parseTime=true&loc=Local")
        )
        #expect(address.user == "venus")
        #expect(address.password == "p@ss:w")
        #expect(address.host == "127.0.0.1")
        #expect(address.port == 3307)
        #expect(address.database == "venus_auth")
        #expect(address.description == "mysql venus@127.0.0.1:3307/venus_auth")
        let socket = try #require(MySQLAddress(dsn: "root@unix(/run/my.sock)/x"))
        #expect(socket.socket == "/run/my.sock")
        #expect(MySQLAddress(dsn: "u:p@tcp(h)/d")?.port == 3306)
    }

    @Test(arguments: [
        "", "x", "u:p@/d", "u:p@tcp(h:99999)/d", "u:p@udp(h:1)/d", "@tcp(h:1)/d", "u@tcp(h:1)/",
        ")@(/",
    ])
    func `another form is refused`(_ text: String) {
        #expect(MySQLAddress(dsn: text) == nil)
    }
}
