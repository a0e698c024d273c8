import Foundation
import Synchronization
import TestSupport
import Testing

@testable import SQLStore

/// The databases that every test of behaviour runs on.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
    case sqlite, mysql

    var testDescription: String { rawValue }

    static var present: [Backend] {
        MariaDBServer.program == nil ? [.sqlite] : allCases
    }

    /// An empty database.
    func location() throws -> SQLLocation {
        switch self {
        case .sqlite:
            let path = try TestRemains.shared.newFolder().appendingPathComponent("test.db").path
            return .sqlite(path: path, durability: .processDeath)
        case .mysql: return .mysql(try MariaDBServer.newDatabase())
        }
    }

    func open(_ migrations: [SQLMigration] = schema) async throws -> SQLDatabase {
        try await SQLDatabase(location(), migrations: migrations)
    }
}

let schema = [
    SQLMigration(
        1,
        [
            "CREATE TABLE accounts (name {key 255} NOT NULL PRIMARY KEY, balance {integer} NOT NULL)",
            """
            CREATE TABLE entries (
                id {serial}, account {key 255} NOT NULL, note {text}, data {blob}, rate {real},
                FOREIGN KEY (account) REFERENCES accounts (name))
            """,
            "CREATE INDEX entries_account ON entries (account)",
        ]
    )
]

@Suite(.serialized) struct SQLDatabaseTests {
    @Test(.enabled(if: MariaDBServer.program != nil, MariaDBServer.missing))
    func `the suite runs on MariaDB too`() throws {
        _ = try MariaDBServer.newDatabase()
    }

    @Test(arguments: Backend.present)
    func `values of every type come back as they went in`(_ backend: Backend) async throws {
        let database = try await backend.open()
        let texts = ["", "a", "a ", "A", "ä €  𝔸", "'; DROP TABLE x; --\\", "nul\u{0}nul"]
        let blobs: [[UInt8]] = [[], [0], [UInt8](0...255), [UInt8](repeating: 7, count: 100_000)]
        try await database.transaction { transaction in
            try transaction.insert(into: "accounts", ["name": "x", "balance": Int64.min])
            for text in texts {
                try transaction.execute(
                    "INSERT INTO entries (account, note, rate) VALUES (?, ?, ?)",
                    "x",
                    text,
                    0.1
                )
            }
            for blob in blobs {
                try transaction.insert(
                    into: "entries",
                    ["account": "x", "data": blob, "note": String?.none]
                )
            }
            #expect(transaction.lastInsertedID == Int64(texts.count + blobs.count))
        }
        let rows = try await database.read { try $0.rows("SELECT * FROM entries ORDER BY id") }
        #expect(rows[0].names == ["id", "account", "note", "data", "rate"])
        #expect(try rows.prefix(texts.count).map { try $0.text("note") } == texts)
        #expect(try rows.dropFirst(texts.count).map { try $0.blob("data") } == blobs)
        #expect(try rows[0].real("rate") == 0.1)
        #expect(try rows[0].optionalBlob("data") == nil)
        #expect(try rows[texts.count].optionalText("note") == nil)
        let sum = try await database.read { transaction in
            try transaction.row("SELECT SUM(balance) AS s, COUNT(*) AS n FROM accounts")
        }
        #expect(try sum?.integer("s") == Int64.min)
        #expect(try sum?.integer("n") == 1)
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `keys compare and sort byte by byte`(_ backend: Backend) async throws {
        let database = try await backend.open()
        let names = ["B", "a", "a ", "A", "ä", "z", "Z", "é"]
        try await database.transaction { transaction in
            for name in names {
                try transaction.insert(into: "accounts", ["name": name, "balance": 0])
            }
        }
        let sorted = try await database.read { transaction in
            try transaction.rows("SELECT name FROM accounts ORDER BY name").map {
                try $0.text("name")
            }
        }
        #expect(sorted == names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
        let found = try await database.read { transaction in
            try transaction.rows("SELECT name FROM accounts WHERE name = ?", "a ").map {
                try $0.text("name")
            }
        }
        #expect(found == ["a "])
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `an error takes the whole transaction back`(_ backend: Backend) async throws {
        struct Refused: Error {}
        let database = try await backend.open()
        await #expect(throws: Refused.self) {
            try await database.transaction { transaction in
                try transaction.insert(into: "accounts", ["name": "a", "balance": 1])
                throw Refused()
            }
        }
        await #expect(throws: SQLError.self) {
            try await database.transaction { transaction in
                try transaction.insert(into: "accounts", ["name": "b", "balance": 1])
                try transaction.insert(into: "accounts", ["name": "b", "balance": 2])
            }
        }
        let count = try await database.read { try $0.row("SELECT COUNT(*) AS n FROM accounts") }
        #expect(try count?.integer("n") == 0)
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `unique and foreign keys are constraints`(_ backend: Backend) async throws {
        let database = try await backend.open()
        for statement in [
            "INSERT INTO entries (account) VALUES ('nobody')",
            "INSERT INTO accounts (name, balance) VALUES ('a', NULL)",
        ] {
            do {
                _ = try await database.transaction { try $0.execute(statement) }
                Issue.record("\(statement) was taken")
            } catch let error as SQLError {
                #expect(error.code == .constraint, "\(error)")
                #expect(error.statement == statement)
            }
        }
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `counts are of matched rows, and an upsert inserts, updates or leaves alone`(
        _ backend: Backend
    ) async throws {
        let database = try await backend.open()
        let balances = try await database.transaction { transaction in
            try transaction.upsert(into: "accounts", ["name": "a", "balance": 1], key: ["name"])
            try transaction.upsert(into: "accounts", ["name": "a", "balance": 2], key: ["name"])
            try transaction.upsert(
                into: "accounts",
                ["name": "a", "balance": 3],
                key: ["name"],
                updating: []
            )
            try transaction.upsert(
                into: "accounts",
                ["name": "b", "balance": 4],
                key: ["name"],
                updating: []
            )
            let update = "UPDATE accounts SET balance = 4 WHERE balance = ?"
            #expect(try transaction.execute(update, 4) == 1)
            #expect(try transaction.execute(update, 5) == 0)
            return try transaction.rows("SELECT balance FROM accounts ORDER BY name").map {
                try $0.integer("balance")
            }
        }
        #expect(balances == [2, 4])
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `many writers at once lose no update`(_ backend: Backend) async throws {
        let database = try await backend.open()
        try await database.transaction {
            try $0.insert(into: "accounts", ["name": "a", "balance": 0])
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await database.transaction { transaction in
                        // Read, then write: the pattern that loses updates without isolation.
                        let row = try transaction.row(
                            "SELECT balance FROM accounts WHERE name = 'a'"
                        )
                        let balance = try row?.integer("balance") ?? -1
                        try transaction.execute("UPDATE accounts SET balance = ?", balance + 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        let row = try await database.read { try $0.row("SELECT balance FROM accounts") }
        #expect(try row?.integer("balance") == 40)
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `a read sees one state and cannot write`(_ backend: Backend) async throws {
        let database = try await backend.open()
        do {
            _ = try await database.read {
                try $0.execute("INSERT INTO accounts (name, balance) VALUES ('a', 1)")
            }
            Issue.record("a read wrote")
        } catch let error as SQLError {
            #expect(error.code == .misuse, "\(error)")
        }
        await database.close()
    }

    @Test(arguments: Backend.present)
    func `a transaction used after its end, a wrong column and a closed database are errors`(
        _ backend: Backend
    ) async throws {
        let database = try await backend.open()
        await #expect(throws: SQLError.self) {
            try await database.read { try $0.row("SELECT 1 AS one")?.text("one") }
        }
        await #expect(throws: SQLError.self) {
            try await database.read { try $0.row("SELECT 1 AS one")?.integer("two") }
        }
        await #expect(throws: SQLError.self) { try await database.read { try $0.rows("SELEC 1") } }
        await #expect(throws: SQLError.self) { try await database.read { try $0.rows("SELECT ?") } }
        await database.close()
        do {
            _ = try await database.read { try $0.rows("SELECT 1") }
            Issue.record("the database is closed")
        } catch let error as SQLError {
            #expect(error.code == .closed)
        }
    }

    @Test(arguments: Backend.present)
    func `a long result is visited row by row and may be left early`(
        _ backend: Backend
    ) async throws {
        let database = try await backend.open()
        let visited = try await database.transaction { transaction in
            try transaction.insert(into: "accounts", ["name": "a", "balance": 0])
            for index in 0..<500 {
                try transaction.execute(
                    "INSERT INTO entries (account, note) VALUES ('a', ?)",
                    "\(index)"
                )
            }
            var visited = 0
            try transaction.visit("SELECT note FROM entries ORDER BY id") { row throws(SQLError) in
                visited += 1
                return try row.text("note") != "99"
            }
            // The statement is free again.
            #expect(try transaction.rows("SELECT note FROM entries ORDER BY id").count == 500)
            return visited
        }
        #expect(visited == 100)
        await database.close()
    }
}

@Suite struct TransactionPauseTests {
    @Test func `the pause before another attempt takes the part that the caller gives`()
        async throws
    {
        let asked = Mutex(0)
        let database = try await SQLDatabase(.memory, migrations: []) {
            asked.withLock { $0 += 1 }
            return 0
        }
        let attempts = Mutex(0)
        let result = try await database.transaction { _ in
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            guard attempt > 3 else { throw SQLError(.conflict, "a rival was faster") }
            return attempt
        }
        #expect(result == 4)
        #expect(asked.withLock { $0 } == 3)
        await database.close()
    }
}
