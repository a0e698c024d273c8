import Auth
import EventLoop
import Foundation
import HTTP
import JSONRPC
import ServiceKit
import Synchronization
import TestSupport
import Testing
import VenusAPI

/// What becomes of callers whose token is removed in auth while they are connected.
@Suite struct RevocationTests {
    /// The clock by which answers of auth grow old.
    private final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func pass(_ duration: Duration) { instant.withLock { $0 += duration } }
    }

    @Test func `a removed token stops working, and its open WebSocket closes`() async throws {
        let folder = try TemporaryDirectory()
        var options = AuthOptions(repository: folder.path("auth"))
        options.listen = "127.0.0.1:0"
        options.log = LogSystem(level: .error, sinks: [])
        let auth = try await AuthService.start(options)
        let authURL = try #require(HTTPURL("http://127.0.0.1:\(auth.address.port ?? 0)"))
        let admin = AuthClient(
            url: authURL,
            token: auth.localToken,
            http: HTTPClient(),
            service: "test"
        )
        let token = try await admin.generateToken(name: "sp1", permission: "read")

        let time = Time()
        let verifier = AuthTokenVerifier(now: { time.now }) { try await admin.verify($0) }
        var api = RPCService()
        api.on(MessagerGetVersion.self, need: .read) { _ in MessagerVersion(version: "1") }
        var trust = RPCServerOptions()
        trust.tokenTrust = .milliseconds(5)
        var router = HTTPRouter()
        api.mount(on: &router, at: "/rpc/v0", verifier: verifier, options: trust)
        let server = HTTPServer(router: router)
        let place = try await server.start(on: .loopback(port: 0))
        func url(_ scheme: HTTPURL.Scheme) -> HTTPURL {
            HTTPURL(scheme, host: "127.0.0.1", port: place.port ?? 0, target: "/rpc/v0")
        }
        let client = RPCClient(url(.http), token: token.revealed)
        _ = try await client.call(MessagerGetVersion.self)
        let socket = try await HTTPClient().webSocket(
            url(.ws),
            headers: ["Authorization": "Bearer \(token.revealed)"]
        )

        try await admin.removeToken(token)
        // The answer of before is trusted for its time, and no longer.
        _ = try await client.call(MessagerGetVersion.self)
        time.pass(AuthTokenVerifier.lifetime)
        #expect(try await socket.receive() == nil)
        await #expect(throws: RPCClientError.self) {
            try await client.call(MessagerGetVersion.self)
        }
        let worst = AuthTokenVerifier.lifetime + RPCServerOptions().tokenTrust
        #expect(worst < .seconds(60))
        await server.shutdown(grace: .zero)
        await auth.stop()
    }
}
