import HTTP
import JSON
import SQLStore
import ServiceKit
import Synchronization
import VenusAPI

@testable import Auth

/// An auth service without a network, on a database in memory.
struct AuthFixture {
    let store: AuthStore
    let server: AuthServer
    let router: HTTPRouter
    let log = MemorySink()

    init(limiter: FailureLimiter = FailureLimiter()) async throws {
        let time = Clock(value: 1_795_222_800_000_000_000)
        // Tokens are remembered for the whole test, however slow the machine is.
        let start = ContinuousClock.now
        store = try await AuthStore(
            .memory,
            random: SeededRandom(seed: [1]),
            now: { time.next() },
            tokenCache: TokenCache(now: { start })
        )
        server = AuthServer(
            store: store,
            localToken: Secret("local"),
            version: "test",
            log: LogSystem(level: .trace, sinks: [log]).logger("auth"),
            metrics: MetricsRegistry(prefix: "venus_auth"),
            limiter: limiter
        )
        router = server.router()
    }

    /// A clock that ticks with every look at it.
    final class Clock: Sendable {
        private let value: Atomic<Int64>

        init(value: Int64) { self.value = Atomic(value) }

        func next() -> Int64 { value.wrappingAdd(1_000, ordering: .relaxed).newValue }
    }

    /// Sends a request, as the command line unless another token is given.
    func send(
        _ method: HTTPMethod,
        _ target: String,
        _ body: JSONValue? = nil,
        token: String? = "local"
    ) async -> (status: Int, body: JSONValue) {
        var headers = HTTPHeaders()
        if let token { headers.set("Authorization", "Bearer \(token)") }
        if body != nil { headers.set("Content-Type", "application/json") }
        let request = HTTPRequest(method, target, headers: headers, body: body?.jsonBytes() ?? [])
        let answer = await router.respond(to: request)
        return (answer.status.rawValue, (try? JSONValue(parsing: answer.bytes)) ?? .null)
    }

    /// Makes a token.
    func token(_ name: String, _ permission: String) async -> String {
        await send(.post, "/genToken", ["name": .string(name), "perm": .string(permission)])
            .body["token"]?.string ?? ""
    }
}

extension FailureLimiter {
    /// A limiter whose clock stands still.
    static func stopped() -> FailureLimiter {
        let now = ContinuousClock.now
        return FailureLimiter(now: { now })
    }
}
