import EventLoop
import HTTP
import TestSupport
import Testing

@Suite struct WebSocketTests {
    private func url(_ address: SocketAddress) -> HTTPURL {
        HTTPURL(.ws, host: address.host, port: address.port ?? 0, target: "/ws")
    }

    private static let handshake: String =
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

    /// Sends frames behind the handshake and returns what the server sends behind its answer.
    private func raw(_ frames: [UInt8], to address: SocketAddress) async throws -> [UInt8] {
        let stream = try await SocketStream.connect(to: address, until: .after(patience))
        try await stream.write(Array(Self.handshake.utf8) + frames, until: nil)
        var answer: [UInt8] = []
        while case let bytes = try await stream.read(until: .after(patience)), !bytes.isEmpty {
            answer += bytes
        }
        await stream.close()
        let end = try #require(
            answer.indices.first { answer[$0...].starts(with: [13, 10, 13, 10]) }
        )
        return Array(answer[(end + 4)...])
    }

    /// A masked frame as a client sends it.
    private func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let mask: [UInt8] = [1, 2, 3, 4]
        let masked = payload.enumerated().map { $0.element ^ mask[$0.offset % 4] }
        return [first, 0x80 | UInt8(payload.count)] + mask + masked
    }

    @Test func `the handshake answers the key of RFC 6455`() async throws {
        try await withServer { _, address in
            let stream = try await SocketStream.connect(to: address, until: .after(patience))
            try await stream.write(Array(Self.handshake.utf8), until: nil)
            let answer = String(
                decoding: try await stream.read(until: .after(patience)),
                as: UTF8.self
            )
            #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(answer.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
            await stream.close()
            let old = Self.handshake.replacing("Version: 13", with: "Version: 8")
            try await expectCodes(
                [426],
                old.replacing("keep-alive, Upgrade", with: "close, Upgrade"),
                address
            )
            let keyless = Self.handshake.replacing("dGhlIHNhbXBsZSBub25jZQ==", with: "x").replacing(
                "keep-alive, Upgrade",
                with: "close, Upgrade"
            )
            try await expectCodes([400], keyless, address)
        }
    }

    @Test func `messages of every length class come back`() async throws {
        try await withServer { _, address in
            let socket = try await HTTPClient().webSocket(url(address))
            var generator = SeededGenerator(seed: 6)
            for size in [0, 1, 125, 126, 65535, 65536, 3 << 20] {
                let bytes = generator.bytes(size)
                try await socket.send(binary: bytes)
                #expect(try await socket.receive() == .binary(bytes))
            }
            try await socket.send(text: Array("é".utf8))
            #expect(try await socket.receive() == .text(Array("é".utf8)))
            await socket.close(code: 1000)
        }
    }

    @Test func `fragments, pings between them and closes are handled`() async throws {
        try await withServer { _, address in
            let stream = try await SocketStream.connect(to: address, until: .after(patience))
            try await stream.write(Array(Self.handshake.utf8), until: nil)
            _ = try await stream.read(until: .after(patience))
            let steps: [([UInt8], [UInt8])] = [
                (frame(0x01, [0x61]) + frame(0x89, [9, 9]), [0x8A, 2, 9, 9]),
                (frame(0x80, [0x62]), [0x81, 2, 0x61, 0x62]),
                (frame(0x88, [0x03, 0xE8]), [0x88, 2, 0x03, 0xE8]),
            ]
            for (frames, expected) in steps {
                try await stream.write(frames, until: nil)
                let answer = try await stream.read(until: .after(patience))
                #expect(answer == expected)
            }
            let rest = try await stream.read(until: .after(patience))
            #expect(rest.isEmpty)
            await stream.close()
        }
    }

    @Test func `broken frames end the connection with the right code`() async throws {
        try await withServer { _, address in
            let cases: [([UInt8], UInt16)] = [
                ([0x81, 0x01, 0x61], 1002),
                (frame(0xC1, [0x61]), 1002),
                (frame(0x83, [0x61]), 1002),
                (frame(0x80, [0x61]), 1002),
                (frame(0x81, [0xFF]), 1007),
                (frame(0x09, []), 0),
            ]
            for (frames, code) in cases {
                let answer = try await raw(frames, to: address)
                let body: [UInt8] = code == 0 ? [0] : [2, UInt8(code >> 8), UInt8(code & 255)]
                #expect(answer == [0x88] + body, "\(frames)")
            }
        }
    }

    @Test func `pings go both ways and silence ends the connection`() async throws {
        try await withServer { _, address in
            let timing = WebSocket.Timing(ping: .milliseconds(10), silence: .seconds(5))
            let socket = try await HTTPClient().webSocket(url(address), timing: timing)
            async let received = socket.receive()
            // The receiver pings all the while; a message sent now is answered behind the pongs.
            try await socket.send(text: [0x61])
            #expect(try await received == .text([0x61]))
            await socket.close(code: 1000)
        }
        let mute = try await SocketListener.listen(on: .loopback(port: 0)) { stream in
            Task {
                let request = String(
                    decoding: try await stream.read(until: .after(patience)),
                    as: UTF8.self
                )
                let key = try #require(
                    request.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }
                )
                // The answer to some other key: refused. The right one is not needed here.
                _ = key
                try await stream.write(
                    Array(
                        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n"
                            .utf8
                    ),
                    until: nil
                )
            }
        }
        await #expect(throws: HTTPError.self) {
            try await HTTPClient().webSocket(url(mute.address))
        }
        await mute.close()
    }

    @Test func `a server that declines the upgrade is an error with its status`() async throws {
        try await withServer { _, address in
            let wrong = HTTPURL(.ws, host: address.host, port: address.port ?? 0, target: "/none")
            let error = await #expect(throws: HTTPError.self) {
                try await HTTPClient().webSocket(wrong)
            }
            #expect(error?.status == .notFound)
        }
    }

    @Test func `a hundred thousand random frames never crash the server`() async throws {
        try await withServer { server, address in
            var generator = SeededGenerator(seed: 7)
            for _ in 0..<50 {
                let stream = try await SocketStream.connect(to: address, until: .after(patience))
                var frames: [UInt8] = Array(Self.handshake.utf8)
                for _ in 0..<2000 {
                    let count = Int.random(in: 0...20, using: &generator)
                    frames += frame(
                        [0x81, 0x82, 0x89, 0x01, 0x80, 0x8A].randomElement(using: &generator)!,
                        generator.bytes(count)
                    )
                    if Int.random(in: 0..<500, using: &generator) == 0 {
                        frames += generator.bytes(8)
                    }
                }
                try? await stream.write(frames, until: .after(patience))
                await stream.close()
            }
            let answer = try await exchange(
                "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                with: address
            )
            #expect(statuses(answer) == [200])
        }
    }
}
