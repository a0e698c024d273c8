import EventLoop
import HTTP
import JSON
import ServiceKit
import VenusAPI

/// The routes of the auth service.
enum AuthRoutes {
    typealias Handler = @Sendable (AuthCall) async throws -> [UInt8]

    struct Key: Hashable, Sendable {
        let method: HTTPMethod
        let path: String

        init(_ method: HTTPMethod, _ path: String) {
            self.method = method
            self.path = path
        }
    }

    struct Route: Sendable {
        /// Whether no token is needed.
        let isOpen: Bool
        let handler: Handler
    }

    typealias Table = [Key: Route]

    static let table: Table = {
        var table: Table = [:]
        func on(
            _ method: HTTPMethod,
            _ path: String,
            open: Bool = false,
            _ handler: @escaping Handler
        ) {
            table[Key(method, path)] = Route(isOpen: open, handler: handler)
        }
        on(.post, "/verify", open: true, verify)
        on(.get, "/healthcheck", open: true) { _ in
            AuthCall.json(["status": "OK"] as JSONValue)
        }
        on(.get, "/version", open: true) { call in
            AuthCall.json(["Version": .string(call.server.version)] as JSONValue)
        }
        on(.get, "/metrics") { call in Array(call.server.metrics.text().utf8) }

        on(.post, "/genToken", generateToken)
        on(.get, "/token", getToken)
        on(.get, "/tokens", listTokens)
        on(.delete, "/token", removeToken)
        on(.post, "/recoverToken", recoverToken)

        on(.put, "/user/new", addUser)
        on(.post, "/user/update", updateUser)
        on(.get, "/user/list", listUsers)
        on(.get, "/user", getUser)
        on(.get, "/user/has", hasUser)
        on(.post, "/user/del", removeUser)
        on(.post, "/user/recover", recoverUser)

        on(.post, "/miner/add-miner", addMiner)
        on(.post, "/user/miner/add", addMinerStrictly)
        on(.get, "/miner", getMiner)
        on(.get, "/user/miner", getMiner)
        on(.get, "/miner/has-miner", hasMiner)
        on(.get, "/miner/has", hasMiner)
        on(.get, "/miner/list-by-user") { call in try await listMiners(call, isNew: false) }
        on(.get, "/user/miner/list") { call in try await listMiners(call, isNew: true) }
        on(.get, "/user/miner/exist", minerExists)
        on(.post, "/miner/del", removeMiner)
        on(.post, "/user/miner/del", removeMiner)

        on(.post, "/user/signer/register", registerSigners)
        on(.post, "/user/signer/unregister", unregisterSigners)
        on(.get, "/user/signer", getSigner)
        on(.get, "/user/signer/list", listSigners)
        on(.get, "/user/signer/exist", signerExists)
        on(.get, "/signer/has", hasSigner)
        on(.post, "/signer/del", removeSigner)

        on(.post, "/user/ratelimit/upsert", setRateLimit)
        on(.post, "/user/ratelimit/del", removeRateLimit)
        on(.get, "/user/ratelimit", getRateLimits)
        return table
    }()

    // MARK: - Tokens

    private static func verify(_ call: AuthCall) async throws -> [UInt8] {
        let start = ContinuousClock.now
        let token = Secret(try call.input("VerifyRequest").required("Token"))
        let claims = try await call.server.verify(token, call.request)
        report(claims, call.request, call.server, since: start)
        guard let claims else { throw AuthFailure("get token: Key not found") }
        return AuthCall.json(claims)
    }

    /// The answer to a question about a token that was found good lately.
    ///
    /// - Returns: nil for a token that the database must be asked about, and for every other request.
    static func rememberedVerification(_ server: AuthServer, _ request: HTTPRequest) -> [UInt8]? {
        guard request.method == .post, request.path == "/verify" else { return nil }
        let start = ContinuousClock.now
        guard let token = try? AuthInput(request, "VerifyRequest").required("Token"),
            let claims = server.remembered(Secret(token))
        else { return nil }
        report(claims, request, server, since: start)
        return AuthCall.json(claims)
    }

    private static func report(
        _ claims: AuthClaims?,
        _ request: HTTPRequest,
        _ server: AuthServer,
        since start: ContinuousClock.Instant
    ) {
        server.log.log(
            claims == nil ? .error : .trace,
            "verify",
            [
                "name": claims?.name ?? "", "ip": request.peer?.host ?? "",
                "svcName": request.headers["svcName"] ?? "",
                "spanId": request.headers["spanId"] ?? "",
                "preHost": request.headers["preHost"] ?? "",
                "elapsed": GoDuration.text(ContinuousClock.now - start),
            ]
        )
    }

    private static func generateToken(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("GenTokenRequest")
        let claims = AuthClaims(
            name: try input.required("Name"),
            permission: try input.string("Perm"),
            extra: try input.string("Extra")
        )
        let token = try await call.store.generateToken(claims)
        call.server.log.info(
            "token generated",
            ["name": claims.name, "perm": claims.permission, "by": call.caller?.name ?? ""]
        )
        return AuthCall.json(["token": .string(token.revealed)] as JSONValue)
    }

    private static func getToken(_ call: AuthCall) async throws -> [UInt8] {
        let input = try call.input("GetTokenRequest")
        let token = try input.string("Token")
        if !token.isEmpty {
            try call.requireAdmin()
            guard let info = try await call.store.token(Secret(token)) else {
                throw AuthFailure.notFound
            }
            return AuthCall.json([info])
        }
        let name = try input.string("Name")
        try call.requireAdmin(orUser: name)
        if name.isEmpty { throw AuthFailure("`name` and `token` both empty") }
        return AuthCall.json(try await call.store.tokens(of: name))
    }

    private static func listTokens(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        return AuthCall.json(try await call.store.tokens(page(try call.input("GetTokensRequest"))))
    }

    private static func removeToken(_ call: AuthCall) async throws -> [UInt8] {
        let token = try await ownToken(call, "RemoveTokenRequest")
        try await call.store.removeToken(token)
        return AuthCall.nothing
    }

    private static func recoverToken(_ call: AuthCall) async throws -> [UInt8] {
        let token = try await ownToken(call, "RecoverTokenRequest")
        try await call.store.recoverToken(token)
        return AuthCall.nothing
    }

    /// The token that a request is about, which must be the caller's own unless they are an admin.
    private static func ownToken(_ call: AuthCall, _ request: String) async throws -> Secret {
        let token = Secret(try call.input(request).required("Token"))
        if call.caller?.may(.admin) != true {
            let owner = try await call.store.token(token, includingRemoved: true)?.name
            try call.requireAdmin(orUser: owner ?? "")
        }
        return token
    }

    static func page(_ input: AuthInput) throws(AuthFailure) -> AuthPage {
        AuthPage(skip: try input.integer("skip"), limit: try input.integer("limit"))
    }

    // MARK: - Users

    private static func addUser(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("CreateUserRequest")
        return AuthCall.json(
            try await call.store.addUser(
                try input.required("Name"),
                comment: try input.string("Comment"),
                state: try input.integer("State"),
                sourceType: try input.integer("SourceType")
            )
        )
    }

    private static func updateUser(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("UpdateUserRequest")
        let mask = try input.integer("KeySum")
        var change = AuthUserChange()
        if mask & 2 != 0 { change.comment = try input.string("Comment") }
        if mask & 4 != 0 { change.state = try input.integer("State") }
        if mask & 8 != 0 { change.sourceType = try input.integer("SourceType") }
        try await call.store.updateUser(try input.string("Name"), change)
        return AuthCall.nothing
    }

    private static func listUsers(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let input = try call.input("ListUsersRequest")
        let mask = try input.integer("keySum")
        return AuthCall.json(
            try await call.store.users(
                page(input),
                state: mask & 2 == 0 ? nil : try input.integer("state"),
                sourceType: mask & 1 == 0 ? nil : try input.integer("sourceType")
            )
        )
    }

    private static func getUser(_ call: AuthCall) async throws -> [UInt8] {
        let name = try call.input("GetUserRequest").string("Name")
        try call.requireAdmin(orUser: name)
        guard let user = try await call.store.user(name) else { throw AuthFailure.notFound }
        return AuthCall.json(user)
    }

    private static func hasUser(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        let name = try call.input("HasUserRequest").string("Name")
        return AuthCall.json(try await call.store.user(name) != nil)
    }

    private static func removeUser(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        try await call.store.removeUser(try call.input("DeleteUserRequest").string("Name"))
        return AuthCall.nothing
    }

    private static func recoverUser(_ call: AuthCall) async throws -> [UInt8] {
        try call.requireAdmin()
        try await call.store.recoverUser(try call.input("RecoverUserRequest").string("Name"))
        return AuthCall.nothing
    }
}
