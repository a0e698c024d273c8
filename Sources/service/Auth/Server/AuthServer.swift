import Bytes
import EventLoop
import HTTP
import JSON
import ServiceKit
import VenusAPI

/// Answers the HTTP routes of the auth service.
struct AuthServer: Sendable {
    /// The user that the command line's own token names.
    static let localName = "defaultLocalToken"

    let store: AuthStore
    /// The command line's admin token; it stands in a private file and in no table.
    let localToken: Secret
    let version: String
    let log: Logger
    let metrics: MetricsRegistry
    let limiter: FailureLimiter
    private let verified: MetricValue
    private let refused: MetricValue

    init(
        store: AuthStore,
        localToken: Secret,
        version: String,
        log: Logger,
        metrics: MetricsRegistry,
        limiter: FailureLimiter = FailureLimiter()
    ) {
        self.store = store
        self.localToken = localToken
        self.version = version
        self.log = log
        self.metrics = metrics
        self.limiter = limiter
        let help = "tokens that were asked about"
        verified = metrics.counter("verify_total", help: help, labels: ["result": "ok"])
        refused = metrics.counter("verify_total", help: help, labels: ["result": "refused"])
    }

    /// Makes the router; every request goes through one place, as in the original.
    func router() -> HTTPRouter {
        var router = HTTPRouter()
        let routes = AuthRoutes.table
        router.otherwise(bodyBytes: 1 << 20) { request in
            if let claims = AuthRoutes.rememberedVerification(self, request) {
                return .now(Self.answer(.ok, claims))
            }
            return .later { await respond(to: request, routes) }
        }
        return router
    }

    nonisolated(nonsending) private func respond(
        to request: HTTPRequest,
        _ routes: AuthRoutes.Table
    ) async -> HTTPResponse {
        if request.method == .options { return Self.answer(.ok, Array("\"ok!\"".utf8)) }
        let path = String(request.path)
        guard let route = routes[AuthRoutes.Key(request.method, path)] else {
            return Self.unknown(request, path, routes)
        }
        do {
            return Self.answer(.ok, try await answer(request, route))
        } catch let failure as AuthFailure {
            return Self.refusal(failure)
        } catch {
            log.error("request failed", ["path": path, "error": "\(error)"])
            return Self.answer(
                .internalServerError,
                (["error": "internal error"] as JSONValue).jsonBytes()
            )
        }
    }

    private func answer(_ request: HTTPRequest, _ route: AuthRoutes.Route) async throws -> [UInt8] {
        let caller = route.isOpen ? nil : try await caller(of: request)
        let call = AuthCall(server: self, request: request, caller: caller)
        return try await route.handler(call)
    }

    // MARK: - Tokens

    /// Who asks, by the `Authorization` header alone: the query's `token` is what is asked about.
    private func caller(of request: HTTPRequest) async throws -> Caller {
        guard let header = request.headers["Authorization"], header.hasPrefix("Bearer "),
            let claims = try await verify(Secret(String(header.dropFirst(7))), request)
        else { throw AuthFailure("no valid token", code: .unauthorized) }
        return claims.caller
    }

    /// The claims of a token that is known to be good without asking the database.
    func remembered(_ token: Secret) -> AuthClaims? {
        let isLocal =
            token.revealed.utf8.count == localToken.revealed.utf8.count
            && constantTimeEquals(Array(token.revealed.utf8), Array(localToken.revealed.utf8))
        if isLocal {
            return AuthClaims(name: Self.localName, permission: Permission.admin.rawValue)
        }
        guard let claims = store.tokenCache.claims(of: token) else { return nil }
        verified.increment()
        return claims
    }

    /// Checks a token, or refuses when its sender has been wrong too often.
    func verify(_ token: Secret, _ request: HTTPRequest) async throws -> AuthClaims? {
        if let claims = remembered(token) { return claims }
        let address = request.peer?.host ?? ""
        guard limiter.mayFail(address) else {
            throw AuthFailure("too many wrong tokens, try again later", code: .tooMany)
        }
        guard let claims = try await store.verify(token) else {
            limiter.failed(address)
            refused.increment()
            return nil
        }
        verified.increment()
        return claims
    }

    // MARK: - Answers

    private static let corsHeaders: HTTPHeaders = [
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
        "Access-Control-Allow-Headers":
            "DNT,X-Mx-ReqToken,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,"
            + "Cache-Control,Content-Type,Authorization,X-Forwarded-For,Origin,X-Real-Ip,spanId,"
            + "preHost,svcName",
    ]

    private static func answer(
        _ status: HTTPStatus,
        _ body: [UInt8],
        type: String = jsonType
    ) -> HTTPResponse {
        HTTPResponse(status, headers: type == jsonType ? jsonHeaders : headers(type), body: body)
    }

    private static let jsonType = "application/json"
    private static let jsonHeaders = headers(jsonType)

    private static func headers(_ type: String) -> HTTPHeaders {
        var headers = corsHeaders
        headers.set("Content-Type", type)
        return headers
    }

    private static func refusal(_ failure: AuthFailure) -> HTTPResponse {
        let status: HTTPStatus =
            switch failure.code {
            case .refused: .badRequest
            case .unauthorized: .unauthorized
            case .tooMany: .tooManyRequests
            }
        return answer(status, (["error": .string(failure.message)] as JSONValue).jsonBytes())
    }

    /// 404, or the way to the same path without its last slash.
    private static func unknown(
        _ request: HTTPRequest,
        _ path: String,
        _ routes: AuthRoutes.Table
    ) -> HTTPResponse {
        if path.hasSuffix("/"), path.count > 1 {
            let trimmed = String(path.dropLast())
            if routes[AuthRoutes.Key(request.method, trimmed)] != nil {
                let isGet = request.method == .get
                let text = isGet ? "<a href=\"\(trimmed)\">Moved Permanently</a>.\n\n" : ""
                var response = answer(
                    HTTPStatus(rawValue: isGet ? 301 : 307),
                    Array(text.utf8),
                    type: "text/html; charset=utf-8"
                )
                response.headers.set("Location", trimmed)
                return response
            }
        }
        return answer(.notFound, Array("404 page not found".utf8), type: "text/plain")
    }
}
