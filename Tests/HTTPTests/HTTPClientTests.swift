import EventLoop
import HTTP
import TestSupport
import Testing

@Suite struct HTTPClientTests {
    private func url(_ address: SocketAddress, _ target: String) -> HTTPURL {
        HTTPURL(.http, host: address.host, port: address.port ?? 0, target: target)
    }

    @Test func `requests use one connection and get whole answers`() async throws {
        try await withServer { server, address in
            let client = HTTPClient()
            for round in 0..<20 {
                let body: [UInt8] = Array("body \(round)".utf8)
                let response = try await client.send(
                    HTTPRequest(.post, "", body: body),
                    to: url(address, "/echo")
                )
                #expect(response.status == .ok)
                #expect(response.bytes == body)
            }
            let streamed = try await client.send(HTTPRequest(.get, ""), to: url(address, "/stream"))
            #expect(String(decoding: streamed.bytes, as: UTF8.self) == "onetwothree")
            let head = try await client.send(HTTPRequest(.head, ""), to: url(address, "/hello"))
            #expect(head.bytes.isEmpty)
            #expect(head.headers["content-length"] == "5")
            #expect(server.connectionCount == 1)
            await client.closeIdle()
        }
    }

    @Test func `five megabytes go and come back`() async throws {
        try await withServer { _, address in
            var generator = SeededGenerator(seed: 5)
            let body = generator.bytes(5 << 20)
            let client = HTTPClient()
            let response = try await client.send(
                HTTPRequest(.post, "", body: body),
                to: url(address, "/big")
            )
            #expect(response.bytes == body)
            await client.closeIdle()
        }
    }

    @Test func `an answer above the limit or after the deadline is an error`() async throws {
        try await withServer { _, address in
            var limits = HTTPClient.Limits()
            limits.bodyBytes = 4
            let client = HTTPClient(limits: limits)
            for target in ["/hello", "/stream"] {
                let error = await #expect(throws: HTTPError.self) {
                    try await client.send(HTTPRequest(.get, ""), to: url(address, target))
                }
                #expect(error?.status == .contentTooLarge)
            }
        }
        let mute = try await SocketListener.listen(on: .loopback(port: 0)) { _ in }
        let error = await #expect(throws: IOError.self) {
            try await HTTPClient().send(
                HTTPRequest(.get, ""),
                to: url(mute.address, "/"),
                timeout: .milliseconds(30)
            )
        }
        #expect(error?.code == .timedOut)
        await mute.close()
    }

    @Test func `cancelling a request ends it`() async throws {
        let (connected, connect) = AsyncStream.makeStream(of: Void.self)
        let mute = try await SocketListener.listen(on: .loopback(port: 0)) { _ in connect.yield() }
        let target = url(mute.address, "/")
        let task = Task { try await HTTPClient().send(HTTPRequest(.get, ""), to: target) }
        for await _ in connected { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await mute.close()
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"), ("HTTP/1.1 20 OK\r\n\r\n"),
        ("SSH-2.0\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), (""),
    ])
    func `a malformed or cut answer is an error`(_ answer: String) async throws {
        let listener = try await SocketListener.listen(on: .loopback(port: 0)) { stream in
            Task {
                _ = try await stream.read(until: .after(patience))
                if !answer.isEmpty { try await stream.write(Array(answer.utf8), until: nil) }
                await stream.close()
            }
        }
        await #expect(throws: (any Error).self) {
            try await HTTPClient().send(HTTPRequest(.get, ""), to: url(listener.address, "/"))
        }
        await listener.close()
    }

    @Test(arguments: [
        ("http://a", "http://a/"), ("https://a:443/x?y#z", "https://a/x?y"),
        ("ws://127.0.0.1:3453/rpc/v1", "ws://127.0.0.1:3453/rpc/v1"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("HTTP://a?b", "http://a/?b"),
    ])
    func `a URL is read`(_ text: String, _ canonical: String) {
        #expect(HTTPURL(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "a", "http://", "ftp://a", "http://a:b", "http://a:99999", "http://a b/",
        "http://u:p@a/",
        "http://a/\r\nX: y", "http://:80",
    ])
    func `what is no URL is refused`(_ text: String) { #expect(HTTPURL(text) == nil) }

    @Test func `a token comes from the header or the query`() {
        let bearer = HTTPRequest(.get, "/?token=q", headers: ["Authorization": "Bearer h"])
        #expect(bearer.bearerToken == .token("h"))
        #expect(HTTPRequest(.get, "/?a=1&token=q%2B+x").bearerToken == .token("q+ x"))
        #expect(HTTPRequest(.get, "/", headers: ["Authorization": ""]).bearerToken == .absent)
        for wrong in ["bearer h", "h", "Basic h", "Bearer"] {
            let request = HTTPRequest(.get, "/", headers: ["Authorization": wrong])
            #expect(request.bearerToken == .malformed)
        }
    }
}
