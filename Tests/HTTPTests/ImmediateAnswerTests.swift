import EventLoop
import HTTP
import TestSupport
import Testing

/// Routes that know their answer at once are answered as the bytes arrive, without waking a task.
@Suite struct ImmediateAnswerTests {
    /// A server whose `/now` answers at once, `/later` does not, and `/large` at once with much.
    private func withServer(
        _ body: (HTTPServer, SocketAddress) async throws -> Void
    ) async throws {
        var router = HTTPRouter()
        router.on(nil, "/now", bodyBytes: 1000) { request in
            .now(HTTPResponse(.ok, body: Array("now:".utf8) + request.body))
        }
        router.on(nil, "/later", bodyBytes: 1000) { request in
            .later {
                await Task.yield()
                return HTTPResponse(.ok, body: Array("later:".utf8) + request.body)
            }
        }
        router.on(.get, "/large") { _ in
            .now(HTTPResponse(.ok, body: [UInt8](repeating: 0x2E, count: 200_000)))
        }
        router.on(.get, "/fails") { _ in .later { throw HTTPError(.forbidden, "no") } }
        let server = HTTPServer(router: router, limits: .patient)
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

    private static func post(_ path: String, _ body: String, _ more: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func bodies(_ answer: String) -> [String] {
        answer.split(separator: "\r\n\r\n").dropFirst().map { part in
            String(part.prefix { $0 != "H" })
        }
    }

    @Test func `answers come in the order of their requests, whoever waits`() async throws {
        try await withServer { _, address in
            var text = ""
            var expected: [String] = []
            for number in 0..<300 {
                let path = number % 7 == 3 ? "/later" : "/now"
                text += Self.post(path, "\(number)")
                expected.append("\(path.dropFirst()):\(number)")
            }
            let answer = try await exchange(
                text + Self.post("/now", "end", "Connection: close\r\n"),
                with: address
            )
            #expect(Self.bodies(answer) == expected + ["now:end"])
        }
    }

    @Test(arguments: [1, 2, 3, 7, 50])
    func `a request is answered wherever its bytes are cut`(_ size: Int) async throws {
        try await withServer { _, address in
            let stream = try await SocketStream.connect(to: address, until: .after(patience))
            let text =
                "\r\n" + Self.post("/now", "a") + Self.post("/later", "b")
                + Self.post("/now", "c", "Connection: close\r\n")
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                let piece = bytes[start..<min(bytes.count, start + size)]
                try await stream.write(Array(piece), until: nil)
                // Lets the server see the pieces one by one, mostly.
                await Task.yield()
            }
            var answer: [UInt8] = []
            while case let bytes = try await stream.read(until: .after(patience)), !bytes.isEmpty {
                answer += bytes
            }
            await stream.close()
            #expect(
                Self.bodies(String(decoding: answer, as: UTF8.self)) == [
                    "now:a", "later:b", "now:c",
                ]
            )
        }
    }

    @Test func `a malformed request behind a good one is refused, and the good one answered`()
        async throws
    {
        try await withServer { _, address in
            let good = Self.post("/now", "a")
            try await expectCodes(
                [200, 400],
                good + "GET /now HTTP/1.1\r\nHost : a\r\n\r\n" + good,
                address
            )
            let large = "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n"
            try await expectCodes([200, 413], good + large, address)
        }
    }

    @Test func `what is said about the connection holds, as does 100-continue`() async throws {
        try await withServer { _, address in
            try await expectCodes(
                [200],
                Self.post("/now", "a", "Connection: close\r\n") + Self.post("/now", "b"),
                address
            )
            let old = "GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /now HTTP/1.0\r\n\r\n"
            try await expectCodes([200, 200], old, address)

            let stream = try await SocketStream.connect(to: address, until: .after(patience))
            let head = "POST /now HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
            try await stream.write(Array((head + "Content-Length: 2\r\n\r\n").utf8), until: nil)
            let interim = try await stream.read(until: .after(patience))
            #expect(String(decoding: interim, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
            try await stream.write(Array("ok".utf8), until: nil)
            let answer = try await stream.read(until: .after(patience))
            #expect(String(decoding: answer, as: UTF8.self).hasSuffix("now:ok"))
            await stream.close()
        }
    }

    @Test func `a large answer is sent whole, and the next request is answered behind it`()
        async throws
    {
        try await withServer { _, address in
            let large = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
            let answer = try await exchange(
                large + Self.post("/now", "a") + "GET /fails HTTP/1.1\r\nHost: a\r\n\r\n" + large
                    + Self.post("/now", "b", "Connection: close\r\n"),
                with: address
            )
            #expect(statuses(answer) == [200, 200, 403, 200, 200])
            #expect(answer.utf8.count { $0 == 0x2E } >= 400_000)
            #expect(answer.hasSuffix("now:b"))
        }
    }

    @Test func `an idle connection is closed by shutdown, also after answers at once`()
        async throws
    {
        try await withServer { server, address in
            let stream = try await SocketStream.connect(to: address, until: .after(patience))
            for _ in 0..<3 {
                try await stream.write(Array(Self.post("/now", "a").utf8), until: nil)
                let answer = try await stream.read(until: .after(patience))
                #expect(String(decoding: answer, as: UTF8.self).hasSuffix("now:a"))
            }
            await server.shutdown(grace: patience)
            #expect(try await stream.read(until: .after(patience)).isEmpty)
            await stream.close()
        }
    }

    @Test func `a router asked without a network answers the same`() async throws {
        var router = HTTPRouter()
        router.on(.get, "/now") { _ in .now(.text(.ok, "now")) }
        router.otherwise(starting: { _ in .later { throw HTTPError(.badRequest, "no") } })
        let now = await router.respond(to: HTTPRequest(.get, "/now"))
        #expect(now.bytes == Array("now".utf8))
        let other = await router.respond(to: HTTPRequest(.get, "/other"))
        #expect(other.status == .badRequest && other.bytes == Array("no\n".utf8))
    }
}
