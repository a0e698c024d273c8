import EventLoop
package import HTTP
import JSON
package import ServiceKit

/// Why the auth service did not do what was asked.
package struct AuthServiceError: Error, Sendable, CustomStringConvertible {
    /// The HTTP status; 0 when there was no answer.
    package let status: Int
    /// The service's own text.
    package let message: String

    package init(status: Int, message: String) {
        self.status = status
        self.message = message
    }

    /// Whether the service answered that the token, or the right to ask, is missing.
    package var isRefusal: Bool { (400..<500).contains(status) && status != 429 }

    package var description: String { message }
}

/// Asks an auth service over its HTTP routes.
package struct AuthClient: Sendable {
    private let url: HTTPURL
    private let token: Secret?
    private let http: HTTPClient
    private let service: String

    /// A client of the service at `url`.
    ///
    /// - Parameters:
    ///   - url: Where the service is.
    ///   - token: Sent with every request; ``verify(_:)`` works without.
    ///   - http: Makes the requests.
    ///   - service: What the caller is called in the service's log.
    package init(url: HTTPURL, token: Secret? = nil, http: HTTPClient, service: String = "venus") {
        self.url = url
        self.token = token
        self.http = http
        self.service = service
    }

    // MARK: - Tokens

    /// Asks who a token stands for.
    ///
    /// - Throws: ``AuthServiceError``; one that ``AuthServiceError/isRefusal`` for a bad token.
    package func verify(_ token: Secret) async throws -> AuthClaims {
        try AuthClaims(from: await post("/verify", ["token": .string(token.revealed)]))
    }

    package func generateToken(
        name: String,
        permission: String,
        extra: String = ""
    ) async throws -> Secret {
        let answer = try await post(
            "/genToken",
            ["name": .string(name), "perm": .string(permission), "extra": .string(extra)]
        )
        return Secret(try answer.expectObject().decode("token"))
    }

    package func removeToken(_ token: Secret) async throws {
        try await send(.delete, "/token", ["token": .string(token.revealed)])
    }

    package func recoverToken(_ token: Secret) async throws {
        try await post("/recoverToken", ["token": .string(token.revealed)])
    }

    package func tokens(skip: Int64, limit: Int64) async throws -> [AuthTokenInfo] {
        try [AuthTokenInfo](from: await get("/tokens", ["skip": "\(skip)", "limit": "\(limit)"]))
    }

    package func tokens(of name: String) async throws -> [AuthTokenInfo] {
        try [AuthTokenInfo](from: await get("/token", ["name": name]))
    }

    package func tokenInfo(_ token: Secret) async throws -> AuthTokenInfo? {
        try [AuthTokenInfo](from: await get("/token", ["token": token.revealed])).first
    }

    // MARK: - Users

    package func addUser(
        _ name: String,
        comment: String = "",
        state: Int64 = AuthUser.enabled,
        sourceType: Int64 = 0
    ) async throws -> AuthUser {
        let answer = try await send(
            .put,
            "/user/new",
            [
                "Name": .string(name), "Comment": .string(comment),
                "State": .number(JSONNumber(state)), "SourceType": .number(JSONNumber(sourceType)),
            ]
        )
        return try AuthUser(from: answer)
    }

    /// Changes what is given, and nothing else.
    package func updateUser(
        _ name: String,
        comment: String? = nil,
        state: Int64? = nil,
        sourceType: Int64? = nil
    ) async throws {
        let mask = (comment == nil ? 0 : 2) | (state == nil ? 0 : 4) | (sourceType == nil ? 0 : 8)
        try await post(
            "/user/update",
            [
                "Name": .string(name), "KeySum": .number(JSONNumber(mask)),
                "Comment": .string(comment ?? ""), "State": .number(JSONNumber(state ?? 0)),
                "SourceType": .number(JSONNumber(sourceType ?? 0)),
            ]
        )
    }

    package func user(_ name: String) async throws -> AuthUser {
        try AuthUser(from: await get("/user", ["name": name]))
    }

    package func hasUser(_ name: String) async throws -> Bool {
        try Bool(from: await get("/user/has", ["name": name]))
    }

    package func users(
        skip: Int64 = 0,
        limit: Int64 = 0,
        state: Int64? = nil,
        sourceType: Int64? = nil
    ) async throws -> [AuthUser] {
        let mask = (sourceType == nil ? 0 : 1) | (state == nil ? 0 : 2)
        return try [AuthUser](
            from: await get(
                "/user/list",
                [
                    "skip": "\(skip)", "limit": "\(limit)", "state": "\(state ?? 0)",
                    "sourceType": "\(sourceType ?? 0)", "keySum": "\(mask)",
                ]
            )
        )
    }

    package func removeUser(_ name: String) async throws {
        try await post("/user/del", ["Name": .string(name)])
    }

    package func recoverUser(_ name: String) async throws {
        try await post("/user/recover", ["Name": .string(name)])
    }

    // MARK: - Miners and signers

    /// Binds a miner to a user, also when it belonged to another one.
    ///
    /// - Returns: Whether the miner was unknown before.
    @discardableResult
    package func addMiner(
        _ miner: String,
        to user: String,
        openMining: Bool = true
    ) async throws -> Bool {
        let answer = try await post(
            "/miner/add-miner",
            [
                "User": .string(user), "Miner": .string(miner), "OpenMining": .bool(openMining),
            ]
        )
        return try Bool(from: answer)
    }

    package func miners(of user: String) async throws -> [AuthBinding] {
        try [AuthBinding](from: await get("/user/miner/list", ["user": user]))
    }

    package func hasMiner(_ miner: String) async throws -> Bool {
        try Bool(from: await get("/miner/has-miner", ["miner": miner]))
    }

    package func hasMiner(_ miner: String, of user: String) async throws -> Bool {
        try Bool(from: await get("/user/miner/exist", ["miner": miner, "user": user]))
    }

    /// The user that a miner belongs to.
    package func user(ofMiner miner: String) async throws -> AuthUser {
        try AuthUser(from: await get("/miner", ["miner": miner]))
    }

    @discardableResult
    package func removeMiner(_ miner: String) async throws -> Bool {
        try Bool(from: await post("/miner/del", ["miner": .string(miner)]))
    }

    package func registerSigners(_ signers: [String], of user: String) async throws {
        try await post(
            "/user/signer/register",
            ["User": .string(user), "Signers": .array(signers.map { .string($0) })]
        )
    }

    package func unregisterSigners(_ signers: [String], of user: String) async throws {
        try await post(
            "/user/signer/unregister",
            ["User": .string(user), "Signers": .array(signers.map { .string($0) })]
        )
    }

    package func signers(of user: String) async throws -> [AuthBinding] {
        try [AuthBinding](from: await get("/user/signer/list", ["user": user]))
    }

    package func hasSigner(_ signer: String) async throws -> Bool {
        try Bool(from: await get("/signer/has", ["signer": signer]))
    }

    package func hasSigner(_ signer: String, of user: String) async throws -> Bool {
        try Bool(from: await get("/user/signer/exist", ["signer": signer, "user": user]))
    }

    /// The users that a signer belongs to.
    package func users(ofSigner signer: String) async throws -> [AuthUser] {
        try [AuthUser](from: await get("/user/signer", ["signer": signer]))
    }

    @discardableResult
    package func removeSigner(_ signer: String) async throws -> Bool {
        try Bool(from: await post("/signer/del", ["Signer": .string(signer)]))
    }

    // MARK: - Rate limits

    package func rateLimits(of user: String, id: String? = nil) async throws -> [AuthRateLimit] {
        var query = ["name": user]
        query["id"] = id
        let answer = try await get("/user/ratelimit", query)
        return answer.isNull ? [] : try [AuthRateLimit](from: answer)
    }

    package func setRateLimit(_ limit: AuthRateLimit) async throws -> String {
        try String(
            from: await send(.post, "/user/ratelimit/upsert", limit.jsonValue().expectObject())
        )
    }

    package func removeRateLimit(_ id: String, of user: String) async throws -> String {
        try String(
            from: await post("/user/ratelimit/del", ["Name": .string(user), "Id": .string(id)])
        )
    }

    // MARK: - Requests

    @discardableResult
    private func post(_ path: String, _ body: [String: JSONValue]) async throws -> JSONValue {
        try await send(.post, path, body)
    }

    @discardableResult
    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: [String: JSONValue]
    ) async throws -> JSONValue {
        try await send(method, path, JSONObject(body.sorted { $0.key < $1.key }.map { ($0, $1) }))
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONObject
    ) async throws -> JSONValue {
        try await exchange(method, path, JSONValue.object(body).jsonBytes())
    }

    private func get(_ path: String, _ query: [String: String]) async throws -> JSONValue {
        let items = query.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(URLEncoding.encode($0.value))"
        }
        return try await exchange(.get, path + "?" + items.joined(separator: "&"), [])
    }

    private func exchange(
        _ method: HTTPMethod,
        _ target: String,
        _ body: [UInt8]
    ) async throws -> JSONValue {
        var request = HTTPRequest(method, target, body: body)
        if !body.isEmpty { request.headers.set("Content-Type", "application/json") }
        if let token { request.headers.set("Authorization", "Bearer \(token.revealed)") }
        request.headers.set("svcName", service)
        var url = url
        url.target = target
        let response: HTTPResponse
        do {
            response = try await http.send(request, to: url)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw AuthServiceError(
                status: 0,
                message: "no answer from the auth service at \(self.url.authority): \(error)"
            )
        }
        let value =
            response.bytes.isEmpty ? JSONValue.null : try? JSONValue(parsing: response.bytes)
        guard response.status == .ok, let value else {
            let text = value?["error"]?.string ?? String(decoding: response.bytes, as: UTF8.self)
            throw AuthServiceError(
                status: response.status.rawValue,
                message: text.isEmpty
                    ? "the auth service answered \(response.status.rawValue)" : text
            )
        }
        return value
    }
}
