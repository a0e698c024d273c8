import Bytes
import EventLoop
import Foundation
import HTTP
import JSON
import SQLStore
import ServiceKit
import TestSupport
import Testing

@testable import Wallet

/// The recorded WebSocket dialog of venus-wallet v1.2.0, frame by frame.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing)) struct WalletWebSocketTests {
    private struct Service {
        let server: HTTPServer
        let url: HTTPURL
        let token: String
    }

    private static func start(_ scenario: JSONValue) async throws -> Service {
        let secret = try #require(
            [UInt8](hex: scenario["settings"]?["jwt_secret_hex"]?.string ?? "")
        )
        let api = WalletAPI(
            keeper: WalletKeeper(
                store: try await KeyStore(.memory) { 0 },
                cost: ScryptCost(n: 1024, p: 1),
                random: SeededRandom(seed: [5])
            ),
            secret: secret,
            log: LogSystem(level: .error, sinks: [])
        )
        let server = HTTPServer(router: api.router())
        let address = try await server.start(on: .loopback(port: 0))
        return Service(
            server: server,
            url: HTTPURL(.ws, host: "127.0.0.1", port: address.port ?? 0, target: "/rpc/v0"),
            token: try #require(scenario["vars"]?["admin"]?.string)
        )
    }

    private static func open(_ service: Service, token: String?) async throws -> WebSocket {
        var headers: HTTPHeaders = [:]
        if let token { headers.set("Authorization", "Bearer \(token)") }
        return try await HTTPClient().webSocket(service.url, headers: headers)
    }

    /// Compares a frame with what was recorded, the version of the program aside.
    private static func expect(_ message: WebSocket.Message?, _ wanted: String, _ step: Int) throws
    {
        let bytes = try #require(message, "step \(step)").bytes
        let have = try JSONValue(parsing: bytes)
        let want = try JSONValue(parsing: wanted)
        #expect(have["id"] == want["id"], "step \(step)")
        #expect(have["error"]?["code"] == want["error"]?["code"], "step \(step)")
        let isVersion = want["result"]?["Version"] != nil
        let (a, b) =
            isVersion
            ? (have["result"]?["APIVersion"], want["result"]?["APIVersion"])
            : (have["result"], want["result"])
        #expect(a == b, "step \(step)")
    }

    @Test func `frames are answered as recorded`() async throws {
        let path = Vectors.folder.path + "/reference/services/wallet/v1.2.0/websocket.json"
        let scenario = try JSONValue(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        let service = try await Self.start(scenario)
        var socket = try await Self.open(service, token: service.token)
        var played = 0
        for step in scenario["steps"]?.array ?? [] {
            let number = step["step"]?.integer(as: Int.self) ?? 0
            if step["upgrade"] != nil {
                if number > 1 { socket = try await Self.open(service, token: service.token) }
            } else if let text = step["client"]?.string {
                if step["binary"]?.bool == true {
                    try await socket.send(binary: Array(text.utf8))
                } else {
                    try await socket.send(text: Array(text.utf8))
                }
            } else if let text = step["server"]?.string {
                try Self.expect(try await socket.receive(), text, number)
            } else if step["connection"] != nil {
                #expect(try await socket.receive() == nil, "step \(number)")
            } else if number == 56 {
                // An empty object is ignored; the original answers nothing any more after it.
                let answer = try #require(try await socket.receive())
                #expect(try JSONValue(parsing: answer.bytes)["id"] == 2)
            } else if let handshake = step["handshake"] {
                // A token is asked for on loopback too.
                let token = handshake["token"]?.string == "no token" ? nil : "bad"
                let opened = try? await Self.open(service, token: token)
                #expect(opened == nil, "step \(number)")
            } else {
                // What is not sent shows in the next frame being the answer to the next request; pings are
                // answered below the frames that are seen here.
                continue
            }
            played += 1
        }
        #expect(played >= 40)
        await service.server.shutdown(grace: .zero)
    }
}
