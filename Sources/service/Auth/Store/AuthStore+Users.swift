import SQLStore
import ServiceKit
import VenusAPI

/// What an update changes; nil leaves a field alone.
struct AuthUserChange: Sendable {
    var comment: String?
    var state: Int64?
    var sourceType: Int64?
}

extension AuthStore {
    /// Adds a user; a deleted one of the same name starts anew with another id.
    func addUser(
        _ name: String,
        comment: String,
        state: Int64,
        sourceType: Int64
    ) async throws -> AuthUser {
        guard name.utf8.count <= AuthSchema.maximumNameBytes else {
            throw AuthFailure("the name is longer than \(AuthSchema.maximumNameBytes) bytes")
        }
        let time = timestamp / 1_000_000_000
        let user = AuthUser(
            id: newID(),
            name: name,
            sourceType: sourceType,
            comment: comment,
            state: state,
            createTime: time,
            updateTime: time
        )
        try await database.transaction { transaction in
            let row = try transaction.row(
                "SELECT is_deleted, is_implicit FROM users WHERE name = ?",
                name
            )
            if let row, try !row.boolean("is_deleted"), try !row.boolean("is_implicit") {
                throw AuthFailure("user already exists")
            }
            try transaction.upsert(
                into: "users",
                [
                    "name": name, "id": user.id, "comment": comment, "state": state,
                    "stype": sourceType, "createTime": time, "updateTime": time,
                    "is_deleted": false, "is_implicit": false,
                ],
                key: ["name"]
            )
        }
        return user
    }

    func user(_ name: String) async throws -> AuthUser? {
        try await database.read { try Self.user(name, $0) }
    }

    /// Lists the users, by name.
    func users(
        _ page: AuthPage,
        state: Int64?,
        sourceType: Int64?
    ) async throws -> [AuthUser] {
        try await database.read { transaction in
            var query = "SELECT * FROM users WHERE is_deleted = 0 AND is_implicit = 0"
            var values: [any SQLBindable] = []
            if let state {
                query += " AND state = ?"
                values.append(state)
            }
            if let sourceType {
                query += " AND stype = ?"
                values.append(sourceType)
            }
            values += [page.limit, page.skip]
            return try transaction.rows(query + " ORDER BY name LIMIT ? OFFSET ?", values: values)
                .map(Self.user)
        }
    }

    func updateUser(_ name: String, _ change: AuthUserChange) async throws {
        let time = timestamp / 1_000_000_000
        try await database.transaction { transaction in
            guard let user = try Self.user(name, transaction) else { throw AuthFailure.notFound }
            try transaction.execute(
                """
                UPDATE users SET comment = ?, state = ?, stype = ?, updateTime = ?, is_implicit = 0
                WHERE name = ?
                """,
                change.comment ?? user.comment,
                change.state ?? user.state,
                change.sourceType ?? user.sourceType,
                time,
                name
            )
        }
    }

    /// Removes a user with its miners and signers; its tokens stay.
    func removeUser(_ name: String) async throws {
        let time = timestamp
        try await database.transaction { transaction in
            let row = try transaction.row("SELECT is_deleted FROM users WHERE name = ?", name)
            guard let row else { throw AuthFailure.notFound }
            guard try !row.boolean("is_deleted") else { throw AuthFailure("user not exist") }
            try transaction.execute("UPDATE users SET is_deleted = 1 WHERE name = ?", name)
            for table in ["miners", "signers"] {
                try transaction.execute(
                    "UPDATE \(table) SET deleted_at = ? WHERE user = ? AND deleted_at IS NULL",
                    time,
                    name
                )
            }
        }
    }

    /// Takes a removal back; the miners and signers stay away.
    func recoverUser(_ name: String) async throws {
        try await database.transaction { transaction in
            let row = try transaction.row("SELECT is_deleted FROM users WHERE name = ?", name)
            guard let row else { throw AuthFailure.notFound }
            guard try row.boolean("is_deleted") else { throw AuthFailure("user is usable") }
            try transaction.execute("UPDATE users SET is_deleted = 0 WHERE name = ?", name)
        }
    }

    static func user(_ name: String, _ transaction: SQLTransaction) throws(SQLError) -> AuthUser? {
        guard
            let row = try transaction.row(
                "SELECT * FROM users WHERE name = ? AND is_deleted = 0",
                name
            )
        else { return nil }
        return try user(row)
    }

    static func user(_ row: SQLRow) throws(SQLError) -> AuthUser {
        AuthUser(
            id: try row.text("id"),
            name: try row.text("name"),
            sourceType: try row.integer("stype"),
            comment: try row.text("comment"),
            state: try row.integer("state"),
            createTime: try row.integer("createTime"),
            updateTime: try row.integer("updateTime")
        )
    }
}
