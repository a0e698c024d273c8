import EventLoop
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import TestSupport
import Testing
import VenusAPI

@testable import Messager

/// A running messager with a node that only says what its network is.
@Suite struct MessagerServiceTests {
    struct AnyToken: TokenVerifier {
        func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
            Caller(name: "node", level: .admin)
        }
    }

    /// Runs `body` with a client of a service in a new folder.
    static func withService(
        _ body: (MessagerService, RPCClient, TemporaryDirectory) async throws -> Void
    ) async throws {
        var api = RPCService()
        api.on(StateGetNetworkParams.self, need: .read) { _ in
            NetworkParametersResult(
                networkName: "test",
                blockDelaySeconds: 10,
                consensusMinerMinPower: 0,
                preCommitChallengeDelay: 10,
                forkUpgradeParameters: .null,
                eip155ChainID: 0,
                genesisTimestamp: nil
            )
        }
        var router = HTTPRouter()
        api.mount(on: &router, at: "/rpc/v1", verifier: AnyToken())
        let node = HTTPServer(router: router)
        let loopback = try #require(SocketAddress(ip: "127.0.0.1", port: 0))
        let place = try await node.start(on: loopback)
        let folder = try TemporaryDirectory()
        var options = MessagerOptions(repository: folder.path("messager"))
        options.log = LogSystem(level: .trace, sinks: [MemorySink()])
        options.adjust = { configuration in
            configuration.listen = "/ip4/127.0.0.1/tcp/0"
            configuration.nodeURL = "http://127.0.0.1:\(place.port ?? 0)"
            configuration.nodeToken = "token"
        }
        let service = try await MessagerService.start(options)
        let url = try #require(HTTPURL("http://127.0.0.1:\(service.address.port ?? 0)/rpc/v0"))
        try await body(service, RPCClient(url, token: service.localToken.revealed), folder)
        await service.stop()
        await node.shutdown()
    }

    @Test func `a new messager has the settings of the original and no message`() async throws {
        try await Self.withService { _, client, _ in
            let settings = try await client.call(MessagerGetSharedParams.self)
            // Recorded: lifecycle, step 2.
            #expect(
                settings.jsonText()
                    == #"{"id":1,"selMsgNum":20,"gasOverEstimation":1.25,"#
                    + #""maxFee":"70000000000000000","gasFeeCap":"0","gasOverPremium":0,"baseFee":"0"}"#
            )
            #expect(try await client.call(MessagerListAddress.self) == nil)
            #expect(try await client.call(MessagerListMessage.self, MessagerQuery()).isEmpty)
        }
    }

    @Test func `health and figures are served without a token`() async throws {
        try await Self.withService { service, client, _ in
            _ = try await client.call(MessagerGetSharedParams.self)
            func get(_ target: String) async throws -> HTTPResponse {
                let url = HTTPURL(
                    .http,
                    host: "127.0.0.1",
                    port: service.address.port ?? 0,
                    target: target
                )
                return try await HTTPClient().send(HTTPRequest(.get, target), to: url)
            }
            #expect(try await get("/healthcheck").status == .ok)
            let metrics = try await get("/metrics")
            #expect(metrics.status == .ok)
            let text = String(decoding: metrics.bytes, as: UTF8.self)
            #expect(text.contains("# TYPE "))
        }
    }

    @Test func `a call without a valid token is refused`() async throws {
        try await Self.withService { _, client, _ in
            let stranger = RPCClient(client.url, token: "abc")
            await #expect(throws: (any Error).self) {
                try await stranger.call(MessagerGetSharedParams.self)
            }
        }
    }

    @Test func `a message that no wallet can sign is refused`() async throws {
        try await Self.withService { _, client, _ in
            let key = Address.secp256k1(publicKey: [UInt8](repeating: 4, count: 65))
            let message = Message(to: .id(1), from: key, value: 1)
            await #expect(throws: RPCError("can't find a wallet, address: \(key)")) {
                try await client.call(MessagerPushMessage.self, message, nil)
            }
        }
    }

    @Test func `the folder of a running messager is taken`() async throws {
        try await Self.withService { _, _, folder in
            await #expect(throws: (any Error).self) {
                try await MessagerService.start(
                    MessagerOptions(repository: folder.path("messager"))
                )
            }
        }
    }
}
