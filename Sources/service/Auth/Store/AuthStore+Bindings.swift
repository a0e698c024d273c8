import SQLStore
import ServiceKit
import VenusAPI

extension AuthStore {
    // MARK: - Miners

    /// Binds a miner to a user, also when another one had it.
    ///
    /// - Returns: Whether the miner was never known before.
    func bindMiner(_ miner: String, to name: String, openMining: Bool) async throws -> Bool {
        let time = timestamp
        return try await database.transaction { transaction in
            guard try Self.user(name, transaction) != nil else {
                throw AuthFailure("can't bind miner:\(miner) to not exist user:\(name)")
            }
            try Self.makeExplicit(name, transaction)
            let known = try transaction.row("SELECT miner FROM miners WHERE miner = ?", miner)
            try transaction.upsert(
                into: "miners",
                [
                    "miner": miner, "user": name, "open_mining": openMining, "created_at": time,
                    "updated_at": time, "deleted_at": SQLValue.null,
                ],
                key: ["miner"],
                updating: ["user", "open_mining", "updated_at", "deleted_at"]
            )
            return known == nil
        }
    }

    func user(ofMiner miner: String) async throws -> AuthUser? {
        try await database.read { transaction in
            try transaction.row(
                """
                SELECT users.* FROM miners JOIN users ON users.name = miners.user
                WHERE miner = ? AND deleted_at IS NULL AND is_deleted = 0
                """,
                miner
            ).map(Self.user)
        }
    }

    func miners(of name: String) async throws -> [AuthBinding] {
        try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM miners WHERE user = ? AND deleted_at IS NULL ORDER BY miner",
                name
            ).map { row in try Self.binding(.miner, row) }
        }
    }

    /// Takes a miner from its user.
    ///
    /// - Returns: False for a miner that was never known.
    /// - Throws: ``AuthFailure`` for one that was taken away before.
    func removeMiner(_ miner: String) async throws -> Bool {
        let time = timestamp
        return try await database.transaction { transaction in
            guard
                let row = try transaction.row(
                    "SELECT deleted_at FROM miners WHERE miner = ?",
                    miner
                )
            else { return false }
            guard try row.optionalInteger("deleted_at") == nil else {
                throw AuthFailure("not exist")
            }
            try transaction.execute(
                "UPDATE miners SET deleted_at = ? WHERE miner = ?",
                time,
                miner
            )
            return true
        }
    }

    // MARK: - Signers

    func bindSigner(_ signer: String, to name: String) async throws {
        let time = timestamp
        try await database.transaction { transaction in
            guard try Self.user(name, transaction) != nil else {
                throw AuthFailure(
                    "unregister signer:\(signer), error: can't bind signer:\(signer) to not exist user:\(name)"
                )
            }
            try Self.makeExplicit(name, transaction)
            try transaction.upsert(
                into: "signers",
                [
                    "signer": signer, "user": name, "created_at": time, "updated_at": time,
                    "deleted_at": SQLValue.null,
                ],
                key: ["signer", "user"],
                updating: ["updated_at", "deleted_at"]
            )
        }
    }

    /// Takes a signer from one user; a pair that was never bound is no error, as in the original.
    func unbindSigner(_ signer: String, from name: String) async throws {
        let time = timestamp
        try await database.transaction { transaction in
            guard
                let row = try transaction.row(
                    "SELECT deleted_at FROM signers WHERE signer = ? AND user = ?",
                    signer,
                    name
                )
            else { return }
            guard try row.optionalInteger("deleted_at") == nil else {
                throw AuthFailure("unregister signer:\(signer), error: not exist")
            }
            try transaction.execute(
                "UPDATE signers SET deleted_at = ? WHERE signer = ? AND user = ?",
                time,
                signer,
                name
            )
        }
    }

    /// Takes a signer from all its users.
    ///
    /// - Returns: Whether it had one.
    func removeSigner(_ signer: String) async throws -> Bool {
        let time = timestamp
        return try await database.transaction { transaction in
            try transaction.execute(
                "UPDATE signers SET deleted_at = ? WHERE signer = ? AND deleted_at IS NULL",
                time,
                signer
            ) > 0
        }
    }

    func signers(of name: String) async throws -> [AuthBinding] {
        try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM signers WHERE user = ? AND deleted_at IS NULL ORDER BY signer",
                name
            ).map { row in try Self.binding(.signer, row) }
        }
    }

    func users(ofSigner signer: String) async throws -> [AuthUser] {
        try await database.read { transaction in
            try transaction.rows(
                """
                SELECT users.* FROM signers JOIN users ON users.name = signers.user
                WHERE signer = ? AND deleted_at IS NULL AND is_deleted = 0 ORDER BY users.name
                """,
                signer
            ).map(Self.user)
        }
    }

    private static func makeExplicit(
        _ name: String,
        _ transaction: SQLTransaction
    ) throws(SQLError) {
        try transaction.execute("UPDATE users SET is_implicit = 0 WHERE name = ?", name)
    }

    private static func binding(
        _ kind: AuthBinding.Kind,
        _ row: SQLRow
    ) throws(SQLError) -> AuthBinding {
        AuthBinding(
            kind: kind,
            address: try row.text(kind == .miner ? "miner" : "signer"),
            user: try row.text("user"),
            openMining: kind == .miner ? try row.boolean("open_mining") : true,
            createdAt: CivilTime(nanoseconds: try row.integer("created_at")).rfc3339,
            updatedAt: CivilTime(nanoseconds: try row.integer("updated_at")).rfc3339
        )
    }

    // MARK: - Rate limits

    /// Sets a limit; without an id it gets one.
    ///
    /// - Returns: The id.
    func setRateLimit(_ limit: AuthRateLimit) async throws -> String {
        var limit = limit
        if limit.id.isEmpty { limit.id = newID() }
        let row = limit
        try await database.transaction { transaction in
            try transaction.upsert(
                into: "user_rate_limits",
                [
                    "name": row.name, "id": row.id, "service": row.service, "api": row.api,
                    "cap": row.cap, "reset_dur": row.resetNanoseconds,
                ],
                key: ["name", "id"]
            )
        }
        return limit.id
    }

    /// The limits of a user, by id; nil when there are none at all.
    func rateLimits(of name: String) async throws -> [AuthRateLimit]? {
        let limits = try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM user_rate_limits WHERE name = ? ORDER BY id",
                name
            ).map { row throws(SQLError) in
                AuthRateLimit(
                    id: try row.text("id"),
                    name: name,
                    service: try row.text("service"),
                    api: try row.text("api"),
                    cap: try row.integer("cap"),
                    resetNanoseconds: try row.integer("reset_dur")
                )
            }
        }
        return limits.isEmpty ? nil : limits
    }

    /// Removes a limit.
    ///
    /// - Throws: ``AuthFailure`` when the user has limits, but not this one.
    func removeRateLimit(_ id: String, of name: String) async throws {
        try await database.transaction { transaction in
            let count = try transaction.execute(
                "DELETE FROM user_rate_limits WHERE name = ? AND id = ?",
                name,
                id
            )
            if count > 0 { return }
            let other = try transaction.row(
                "SELECT id FROM user_rate_limits WHERE name = ?",
                name
            )
            if other != nil { throw AuthFailure.notFound }
        }
    }
}
