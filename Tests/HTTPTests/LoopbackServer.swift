import EventLoop
import HTTP
import TestSupport
import Testing

extension HTTPLimits {
    /// The usual limits, except that clients may be slow: other tests may be running.
    static var patient: HTTPLimits {
        var limits = HTTPLimits()
        limits.headTime = patience
        limits.bodyPause = patience
        return limits
    }
}

/// A server on a free port with a few routes, shut down after `body`.
func withServer(
    limits: HTTPLimits = .patient,
    _ body: (HTTPServer, SocketAddress) async throws -> Void
) async throws {
    var router = HTTPRouter()
    router.on(.get, "/hello", runs: .loop) { _ in .text(.ok, "hello") }
    router.on(.post, "/echo", bodyBytes: 1000) { request in
        HTTPResponse(.ok, headers: ["Content-Type": "text/plain"], body: request.body)
    }
    router.on(.post, "/big", bodyBytes: 64 << 20) { request in
        HTTPResponse(.ok, body: request.body)
    }
    router.on(.get, "/stream") { _ in
        HTTPResponse(.ok) { send in
            for piece in ["one", "", "two", "three"] { try await send(Array(piece.utf8)) }
        }
    }
    router.on(nil, "/any/*") { request in .text(.ok, "\(request.method.rawValue) \(request.target)")
    }
    router.on(.get, "/fail") { _ in throw HTTPError(.badRequest, "no") }
    router.on(.get, "/ws", runs: .loop) { request in
        .webSocket(request) { socket in
            while let message = try? await socket.receive() {
                switch message {
                case .text(let bytes): try? await socket.send(text: bytes)
                case .binary(let bytes): try? await socket.send(binary: bytes)
                }
            }
        }
    }
    let server = HTTPServer(router: router, limits: limits)
    let address = try await server.start(on: .loopback(port: 0))
    do {
        try await body(server, address)
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
    await server.shutdown(grace: patience)
    #expect(server.connectionCount == 0)
}

/// Sends raw bytes and returns everything up to the end of the connection.
func exchange(_ text: String, with address: SocketAddress) async throws -> String {
    let stream = try await SocketStream.connect(to: address, until: .after(patience))
    try await stream.write(Array(text.utf8), until: .after(patience))
    var answer: [UInt8] = []
    while case let bytes = try await stream.read(until: .after(patience)), !bytes.isEmpty {
        answer += bytes
    }
    await stream.close()
    return String(decoding: answer, as: UTF8.self)
}

/// The status codes in a raw answer, in order.
func statuses(_ answer: String) -> [Int] {
    answer.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst()
        .compactMap { Int($0.prefix(3)) }
}

/// Expects raw bytes to be answered with these status codes.
func expectCodes(
    _ codes: [Int],
    _ text: String,
    _ address: SocketAddress,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws {
    let found = statuses(try await exchange(text, with: address))
    #expect(found == codes, sourceLocation: sourceLocation)
}
