import HTTP
import SQLStore
import ServiceKit
import Testing

@testable import Wallet

@Suite struct WalletOperationsTests {
    @Test func `health and figures are served without a token, and calls are counted`() async throws
    {
        let keeper = WalletKeeper(
            store: try await KeyStore(.memory) { 0 },
            cost: ScryptCost(n: 1024, p: 1),
            random: SeededRandom(seed: [5])
        )
        let secret: [UInt8] = [1, 2, 3]
        let log = LogSystem(level: .info, sinks: [])
        let router = WalletAPI(keeper: keeper, secret: secret, log: log).router()
        let health = await router.respond(to: HTTPRequest(.get, "/healthcheck"))
        #expect(health.status == .ok)

        let token = AllowClaims(.read).token(secret: secret).revealed
        func call(_ method: String, _ token: String) async -> HTTPStatus {
            let body = #"{"jsonrpc":"2.0","id":1,"method":"Filecoin.\#(method)","params":[]}"#
            var request = HTTPRequest(.post, "/rpc/v0", body: Array(body.utf8))
            request.headers.add("Authorization", "Bearer \(token)")
            return await router.respond(to: request).status
        }
        // Twice, so that the second finds the token remembered.
        #expect(await call("Version", token) == .ok)
        #expect(await call("Version", token) == .ok)
        // A level too small is an answer with an error; a token of another secret is none.
        #expect(await call("WalletList", token) == .ok)
        let foreign = AllowClaims(.admin).token(secret: [9]).revealed
        #expect(await call("Version", foreign) == .unauthorized)
        let metrics = await router.respond(to: HTTPRequest(.get, "/metrics"))
        let text = String(decoding: metrics.bytes, as: UTF8.self)
        #expect(text.contains("venus_wallet_rpc_calls_total{result=\"run\"} 2\n"))
        #expect(text.contains("venus_wallet_rpc_calls_total{result=\"refused\"} 1\n"))
    }
}
