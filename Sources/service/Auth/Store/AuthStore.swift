import Bytes
import SQLStore
import ServiceKit
import Synchronization
import VenusAPI

/// Everything the auth service knows, in its database.
///
/// Deletions are soft: a deleted row keeps its place until it is recovered or made anew.
final class AuthStore: Sendable {
    let database: SQLDatabase
    private let random: any RandomSource
    /// Nanoseconds since 1970.
    private let now: @Sendable () -> Int64
    let tokenCache: TokenCache

    init(
        _ location: SQLLocation,
        random: any RandomSource,
        now: @escaping @Sendable () -> Int64,
        tokenCache: TokenCache = TokenCache()
    ) async throws {
        database = try await SQLDatabase(location, migrations: AuthSchema.migrations)
        self.random = random
        self.now = now
        self.tokenCache = tokenCache
    }

    func close() async { await database.close() }

    /// The time for a row: nanoseconds since 1970.
    var timestamp: Int64 { now() }

    func newID() -> String { random.uuid() }

    // MARK: - Tokens

    /// Makes a token with a secret of its own, and its user if there never was one of that name.
    func generateToken(_ claims: AuthClaims) async throws -> Secret {
        guard claims.name.utf8.count <= AuthSchema.maximumNameBytes else {
            throw AuthFailure("the name is longer than \(AuthSchema.maximumNameBytes) bytes")
        }
        // Any text, as in the original: a level that is none of ours grants nothing.
        guard claims.permission.utf8.count <= AuthSchema.maximumPermissionBytes else {
            throw AuthFailure("perm is longer than \(AuthSchema.maximumPermissionBytes) bytes")
        }
        let secret = random.bytes(32)
        let token = claims.token(secret: secret)
        guard token.revealed.utf8.count <= AuthSchema.maximumTokenBytes else {
            throw AuthFailure(
                "name and extra make a token longer than \(AuthSchema.maximumTokenBytes) bytes"
            )
        }
        let time = timestamp
        let id = newID()
        try await database.transaction { transaction in
            try transaction.insert(
                into: "token",
                [
                    "token": token.revealed, "name": claims.name, "perm": claims.permission,
                    "secret": secret.hex, "extra": claims.extra, "createTime": time,
                    "is_deleted": false,
                ]
            )
            // Known, so that miners can be bound to it, but not listed before somebody adds it.
            try transaction.upsert(
                into: "users",
                [
                    "name": claims.name, "id": id, "comment": "", "state": AuthUser.enabled,
                    "stype": 0, "createTime": time / 1_000_000_000,
                    "updateTime": time / 1_000_000_000, "is_deleted": false, "is_implicit": true,
                ],
                key: ["name"],
                updating: []
            )
        }
        return token
    }

    /// Checks a token: it must be registered, not removed, and signed with its secret.
    ///
    /// - Returns: Its claims, or nil.
    func verify(_ token: Secret) async throws -> AuthClaims? {
        if let claims = tokenCache.claims(of: token) { return claims }
        guard token.revealed.utf8.count <= AuthSchema.maximumTokenBytes else { return nil }
        let generation = tokenCache.generation
        let secret = try await database.read { transaction in
            try transaction.row(
                "SELECT secret FROM token WHERE token = ? AND is_deleted = 0",
                token.revealed
            )?.text("secret")
        }
        guard let secret, let key = [UInt8](hex: secret),
            let claims = try? AuthClaims.verify(token, secret: key)
        else { return nil }
        tokenCache.keep(claims, for: token, generation: generation)
        return claims
    }

    func tokens(_ page: AuthPage) async throws -> [AuthTokenInfo] {
        try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM token WHERE is_deleted = 0 ORDER BY token LIMIT ? OFFSET ?",
                page.limit,
                page.skip
            ).map(Self.tokenInfo)
        }
    }

    func tokens(of name: String) async throws -> [AuthTokenInfo] {
        try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM token WHERE is_deleted = 0 AND name = ? ORDER BY token",
                name
            ).map(Self.tokenInfo)
        }
    }

    /// Lists one token, also a removed one if asked.
    func token(_ token: Secret, includingRemoved: Bool = false) async throws -> AuthTokenInfo? {
        try await database.read { transaction in
            try transaction.row(
                "SELECT * FROM token WHERE token = ? AND is_deleted <= ?",
                token.revealed,
                includingRemoved
            ).map(Self.tokenInfo)
        }
    }

    func removeToken(_ token: Secret) async throws {
        let count = try await database.transaction { transaction in
            try transaction.execute(
                "UPDATE token SET is_deleted = 1 WHERE token = ? AND is_deleted = 0",
                token.revealed
            )
        }
        tokenCache.forget(token)
        guard count == 1 else { throw AuthFailure("Remove token failed") }
    }

    func recoverToken(_ token: Secret) async throws {
        try await database.transaction { transaction in
            let row = try transaction.row(
                "SELECT is_deleted FROM token WHERE token = ?",
                token.revealed
            )
            guard let row else { throw AuthFailure.notFound }
            guard try row.boolean("is_deleted") else { throw AuthFailure("token is usable") }
            try transaction.execute(
                "UPDATE token SET is_deleted = 0 WHERE token = ?",
                token.revealed
            )
        }
    }

    private static func tokenInfo(_ row: SQLRow) throws(SQLError) -> AuthTokenInfo {
        AuthTokenInfo(
            token: try row.text("token"),
            name: try row.text("name"),
            permission: try row.text("perm"),
            createTime: CivilTime(nanoseconds: try row.integer("createTime")).rfc3339
        )
    }
}

/// A part of a list.
struct AuthPage: Sendable {
    /// The most entries of one answer.
    static let maximum: Int64 = 1000

    let skip: Int64
    let limit: Int64

    /// A negative `skip` counts as 0; a `limit` of 0 or less, or above the maximum, as the maximum.
    init(skip: Int64, limit: Int64) {
        self.skip = max(0, skip)
        self.limit = (1...Self.maximum).contains(limit) ? limit : Self.maximum
    }
}
