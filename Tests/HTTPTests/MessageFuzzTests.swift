import TestSupport
import Testing

@testable import HTTP

@Suite struct MessageFuzzTests {
    private static let seeds: [[UInt8]] = [
        "POST /rpc/v1?token=a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
        "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ].map { Array($0.utf8) }

    /// Changes a few bytes: other values, losses, and what has a meaning in a head.
    private func mutated(_ seed: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seed
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            default:
                let meaningful = Array("\r\n \t:,;0aF".utf8)
                bytes.insert(
                    meaningful[Int.random(in: 0..<meaningful.count, using: &generator)],
                    at: place
                )
            }
        }
        return bytes
    }

    @Test func `a hundred thousand mutated requests are refused or have one length`() {
        var generator = SeededGenerator(seed: 0x4854_5450)
        var accepted = 0
        for round in 0..<100_000 {
            let bytes = mutated(Self.seeds[round % Self.seeds.count], &generator)
            var scanner = HeadScanner(limits: HTTPLimits(), isRequest: true)
            guard let end = try? scanner.scan(bytes, from: 0) else { continue }
            let parser = MessageParser(isServer: true)
            guard let head = try? parser.parseHead(Array(bytes[..<end])) else { continue }
            #expect(head.contentLength == nil || !head.isChunked, "round \(round)")
            #expect(head.headers.count(of: "Content-Length") <= 1, "round \(round)")
            #expect(head.headers.count(of: "Transfer-Encoding") <= 1, "round \(round)")
            var place = end
            while !parser.isComplete, place < bytes.count,
                let next = try? parser.parseBody(bytes, from: place, limit: 64), next > place
            { place = next }
            guard parser.isComplete else { continue }
            accepted += 1
            let body = parser.takeBody()
            #expect(body.count <= 64)
            if let length = head.contentLength { #expect(body.count == length, "round \(round)") }
        }
        #expect(accepted > 10_000)
    }

    @Test func `a hundred thousand mutated answers never crash the client's parser`() {
        var generator = SeededGenerator(seed: 0x5245_5350)
        let seeds: [[UInt8]] = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "HTTP/1.0 404 Not Found\r\nX: y\r\n\r\nuntil the end",
        ].map { Array($0.utf8) }
        var accepted = 0
        for round in 0..<100_000 {
            let bytes = mutated(seeds[round % seeds.count], &generator)
            var scanner = HeadScanner(limits: HTTPLimits(), isRequest: false)
            guard let end = try? scanner.scan(bytes, from: 0) else { continue }
            let parser = MessageParser(isServer: false)
            guard (try? parser.parseHead(Array(bytes[..<end]))) != nil else { continue }
            _ = try? parser.parseBody(bytes, from: end, limit: 64)
            if !parser.isComplete { try? parser.finish() }
            accepted += parser.isComplete ? 1 : 0
        }
        #expect(accepted > 10_000)
    }
}
