import EventLoop
import Foundation
import HTTP
import TestSupport
import Testing

/// A self-signed certificate and its key, made for one test.
private struct Certificate {
    static let isAvailable: Bool = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    let folder: TemporaryDirectory
    var chain: String { folder.path("chain.pem") }
    var key: String { folder.path("key.pem") }

    init(names: String) throws {
        folder = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", folder.path("key.pem"), "-out", folder.path("chain.pem"), "-days", "2",
            "-subj", "/CN=test", "-addext", "subjectAltName=\(names)",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

@Suite(.enabled(if: Certificate.isAvailable, "needs the openssl command")) struct TLSTests {
    /// A server with a certificate for these names, and what trusts it.
    private func start(names: String) async throws -> (HTTPServer, SocketAddress, TLSContext) {
        let certificate = try Certificate(names: names)
        let context = try TLSContext(
            serverCertificateChain: certificate.chain,
            key: certificate.key
        )
        var router = HTTPRouter()
        router.on(.post, "/echo", bodyBytes: 8 << 20) { HTTPResponse(.ok, body: $0.body) }
        router.on(.get, "/ws", runs: .loop) { request in
            .webSocket(request) { socket in
                while let message = try? await socket.receive() {
                    try? await socket.send(binary: message.bytes)
                }
            }
        }
        let server = HTTPServer(router: router, tls: context)
        let address = try await server.start(on: .loopback(port: 0))
        return (server, address, try TLSContext(clientTrusting: certificate.chain))
    }

    @Test func `requests and WebSockets go over TLS`() async throws {
        let (server, address, trust) = try await start(names: "DNS:localhost,IP:127.0.0.1")
        let client = HTTPClient(tls: trust)
        var generator = SeededGenerator(seed: 8)
        for (host, size) in [("127.0.0.1", 10), ("localhost", 0), ("127.0.0.1", 3 << 20)] {
            let body = generator.bytes(size)
            let url = HTTPURL(.https, host: host, port: address.port ?? 0, target: "/echo")
            let response = try await client.send(HTTPRequest(.post, "", body: body), to: url)
            #expect(response.bytes == body)
        }
        let socket = try await client.webSocket(
            HTTPURL(.wss, host: "localhost", port: address.port ?? 0, target: "/ws")
        )
        for size in [1, 100_000] {
            let message = generator.bytes(size)
            try await socket.send(binary: message)
            let answer = try await socket.receive()
            #expect(answer?.bytes == message)
        }
        await socket.close(code: 1000)
        await client.closeIdle()
        await server.shutdown(grace: .zero)
    }

    @Test func `a certificate that is not trusted or for another name is refused`() async throws {
        let (server, address, trust) = try await start(names: "DNS:other.example")
        let url = HTTPURL(.https, host: "127.0.0.1", port: address.port ?? 0, target: "/echo")
        for client in [HTTPClient(tls: trust), HTTPClient()] {
            let error = await #expect(throws: IOError.self) {
                try await client.send(HTTPRequest(.post, ""), to: url)
            }
            #expect(error?.code == .protocolViolation, "\(error?.message ?? "")")
        }
        await server.shutdown(grace: .zero)
    }

    @Test func `plain text to a TLS server and TLS to a plain server are errors`() async throws {
        let (server, address, trust) = try await start(names: "IP:127.0.0.1")
        let plain = HTTPURL(.http, host: "127.0.0.1", port: address.port ?? 0)
        await #expect(throws: (any Error).self) {
            try await HTTPClient().send(HTTPRequest(.get, ""), to: plain)
        }
        await server.shutdown(grace: .zero)
        try await withServer { _, address in
            let url = HTTPURL(.https, host: "127.0.0.1", port: address.port ?? 0)
            let client = HTTPClient(tls: trust)
            await #expect(throws: IOError.self) {
                try await client.send(HTTPRequest(.get, ""), to: url, timeout: .seconds(5))
            }
        }
    }

    @Test func `files that are no certificate or do not belong together are refused`() throws {
        let one = try Certificate(names: "DNS:a")
        let two = try Certificate(names: "DNS:b")
        #expect(throws: IOError.self) {
            try TLSContext(serverCertificateChain: one.chain, key: two.key)
        }
        #expect(throws: IOError.self) {
            try TLSContext(serverCertificateChain: "/nonexistent", key: one.key)
        }
        #expect(throws: IOError.self) { try TLSContext(clientTrusting: "/nonexistent") }
    }
}
