internal import EventLoop

/// One connection of a server, from the first request to the last.
@safe
actor HTTPServerConnection {
    private let stream: any ByteStream
    private unowned let server: HTTPServer
    private let limits: HTTPLimits
    private let parser: MessageParser
    /// Bytes that arrived; those before `start` are used up.
    private var buffer: [UInt8] = []
    private var start: Int = 0
    private var isIdle: Bool = true
    private var isCut: Bool = false
    private var hasHungUp: Bool = false
    private var handling: UnsafeCurrentTask?
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(stream: any ByteStream, server: HTTPServer) {
        self.stream = stream
        self.server = server
        limits = server.limits
        parser = MessageParser(isServer: true)
        unsafe unownedExecutor = stream.loop.asUnownedSerialExecutor()
    }

    // MARK: - Life

    /// Answers requests until the connection ends.
    func run() async {
        await stream.onHangUp { [weak self] in self?.assumeIsolated { $0.peerHungUp() } }
        do {
            while try await answerNext() {}
        } catch let error as HTTPError {
            await refuse(error)
        } catch {
            // The connection broke or was too slow between requests: nobody is left to tell.
        }
        await stream.close()
    }

    /// Ends the connection now if it is idle, or after the request in progress.
    func drain() async {
        if isIdle { await stream.close() }
    }

    /// Ends the connection now and cancels what it does.
    func cut() async {
        isCut = true
        unsafe handling?.cancel()
        await stream.close()
    }

    /// The peer went away while its request was being answered.
    private func peerHungUp() {
        hasHungUp = true
        unsafe handling?.cancel()
    }

    /// Answers one request; returns whether another may follow.
    private func answerNext() async throws -> Bool {
        guard let head = try await readHead() else { return false }
        isIdle = false
        defer { isIdle = true }
        let targetBytes = head.headers.bytes[head.target]
        let target = String(decoding: targetBytes, as: UTF8.self)
        guard target.hasPrefix("/") || target == "*" else {
            throw HTTPError.bad("malformed target")
        }
        var request = HTTPRequest(
            head.method ?? .get,
            target,
            headers: head.headers,
            peer: stream.peer
        )
        let route = server.router.route(request.method, request.path)
        let limit = route.bodyBytes ?? limits.bodyBytes
        try await expectContinue(head, limit: limit)
        request.body = try await readBody(head, limit: limit)
        var response = await respond(route, request)
        if isCut { return false }
        if let upgrade = response.upgrade {
            try await send(&response, to: request, keepsAlive: true, minorVersion: 1)
            let rest = Array(buffer[start...])
            parser.reset()
            await takeOver(upgrade, rest: rest)
            return false
        }
        let keepsAlive = head.keepsAlive && !server.isDraining
        try await send(
            &response,
            to: request,
            keepsAlive: keepsAlive,
            minorVersion: head.minorVersion
        )
        parser.reset()
        return keepsAlive
    }

    private func respond(_ route: HTTPRouter.Route, _ request: HTTPRequest) async -> HTTPResponse {
        // Cleared below, before this task can end.
        unsafe withUnsafeCurrentTask { unsafe handling = $0 }
        defer { unsafe handling = nil }
        // As in Go, nobody who has left is waited for, even one who only ended its side.
        if hasHungUp || isCut { unsafe handling?.cancel() }
        return await route.respond(to: request)
    }

    private func takeOver(_ upgrade: HTTPResponse.Upgrade, rest: [UInt8]) async {
        unsafe withUnsafeCurrentTask { unsafe handling = $0 }
        defer { unsafe handling = nil }
        if isCut { unsafe handling?.cancel() }
        await stream.onHangUp(nil)
        let socket = WebSocket(
            stream: stream,
            isServer: true,
            received: rest,
            messageBytes: upgrade.messageBytes,
            timing: upgrade.timing
        )
        await upgrade.handler(socket)
        await socket.close(code: 1000)
    }

    // MARK: - Reading

    /// Reads the next head; `nil` if the connection ended between requests.
    private func readHead() async throws -> MessageParser.Head? {
        var scanner = HeadScanner(limits: limits, isRequest: true)
        var isFirst = true
        let idleDeadline = IOInstant.after(limits.idleTime)
        var deadline = idleDeadline
        while true {
            // An empty line between requests is tolerated (RFC 9112, 2.2).
            while isFirst, buffer.count - start >= 2, buffer[start] == 0x0D,
                buffer[start + 1] == 0x0A
            {
                start += 2
            }
            if start < buffer.count, isFirst {
                isFirst = false
                deadline = .after(limits.headTime)
            }
            if let end = try scanner.scan(buffer, from: start) {
                let head = start == 0 && end == buffer.count ? buffer : Array(buffer[start..<end])
                consume(upTo: end)
                return try parser.parseHead(head)
            }
            do {
                let bytes = try await stream.read(until: deadline)
                guard !bytes.isEmpty else {
                    guard isFirst else { throw HTTPError.bad("the connection ended in a head") }
                    return nil
                }
                if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
            } catch let error as IOError where error.code == .timedOut {
                guard isFirst else { throw HTTPError(.requestTimeout, "the head took too long") }
                return nil
            }
        }
    }

    private func consume(upTo end: Int) {
        start = end
        guard start == buffer.count || start > 65536 else { return }
        if start == buffer.count { buffer = [] } else { buffer.removeFirst(start) }
        start = 0
    }

    /// Says that the body may come, or refuses before it does.
    private func expectContinue(_ head: MessageParser.Head, limit: Int) async throws {
        if let length = head.contentLength, length > limit {
            throw HTTPError(.contentTooLarge, "the body exceeds \(limit) bytes")
        }
        guard let expectation = head.headers["Expect"] else { return }
        guard expectation.lowercased() == "100-continue" else {
            throw HTTPError(.expectationFailed, "unknown expectation")
        }
        guard !parser.isComplete, head.minorVersion == 1 else { return }
        try await stream.write(
            Array("HTTP/1.1 100 Continue\r\n\r\n".utf8),
            until: .after(limits.writeTime)
        )
    }

    private func readBody(_ head: MessageParser.Head, limit: Int) async throws -> [UInt8] {
        let deadline = IOInstant.after(limits.bodyTime)
        while !parser.isComplete {
            if start < buffer.count {
                consume(upTo: try parser.parseBody(buffer, from: start, limit: limit))
                continue
            }
            do {
                let bytes = try await stream.read(
                    until: min(deadline, .after(limits.bodyPause))
                )
                guard !bytes.isEmpty else { throw HTTPError.bad("the connection ended in a body") }
                buffer = bytes
                start = 0
            } catch let error as IOError where error.code == .timedOut {
                throw HTTPError(.requestTimeout, "the body took too long")
            }
        }
        return parser.takeBody()
    }

    // MARK: - Writing

    private static let okLine: [UInt8] = Array("HTTP/1.1 200 OK\r\n".utf8)
    private static let lengthName: [UInt8] = Array("Content-Length: ".utf8)
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    /// Answers a malformed request.
    ///
    /// Nothing behind it on the connection can be trusted.
    private func refuse(_ error: HTTPError) async {
        var response = HTTPResponse.text(error.status, error.message + "\n")
        let nobody = HTTPRequest(.get, "/")
        try? await send(&response, to: nobody, keepsAlive: false, minorVersion: 1)
        // Closing with unread bytes would reset the connection before the peer reads the answer.
        let deadline = IOInstant.after(.seconds(1))
        var drained = 0
        while drained < 1 << 20, let bytes = try? await stream.read(until: deadline), !bytes.isEmpty
        {
            drained += bytes.count
        }
    }

    private func send(
        _ response: inout HTTPResponse,
        to request: HTTPRequest,
        keepsAlive: Bool,
        minorVersion: Int
    ) async throws {
        var output: [UInt8] = []
        let body = response.bytes
        output.reserveCapacity(192 + response.headers.bytes.count + body.count)
        if response.status == .ok {
            output += Self.okLine
        } else {
            let status = response.status
            output.append(contentsOf: "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n".utf8)
        }
        response.headers.append(to: &output)
        HTTPDate.append(to: &output)
        if response.upgrade == nil, !keepsAlive {
            output.append(contentsOf: "Connection: close\r\n".utf8)
        } else if minorVersion == 0 {
            output.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        switch response.body {
        case .bytes:
            try await sendWhole(output, body, response, isHead: request.method == .head)
        case .stream(let producer):
            try await sendStream(output, producer, request, minorVersion: minorVersion)
        }
    }

    private func sendWhole(
        _ head: [UInt8],
        _ body: [UInt8],
        _ response: HTTPResponse,
        isHead: Bool
    ) async throws {
        var output = head
        let status = response.status.rawValue
        if status >= 200, status != 204, status != 304 {
            output += Self.lengthName
            output.append(contentsOf: String(body.count).utf8)
            output += Self.lineEnd
        }
        output += Self.lineEnd
        let deadline = IOInstant.after(limits.writeTime)
        guard !isHead, !body.isEmpty else { return try await stream.write(output, until: deadline) }
        if body.count <= 65536 {
            output += body
            try await stream.write(output, until: deadline)
        } else {
            try await stream.write(output, until: deadline)
            for piece in stride(from: 0, to: body.count, by: 1 << 20) {
                // The peer has the time for each piece, not for all of a large body.
                let bytes = Array(body[piece..<min(body.count, piece + 1 << 20)])
                try await stream.write(bytes, until: .after(limits.writeTime))
            }
        }
    }

    private func sendStream(
        _ head: [UInt8],
        _ producer: HTTPResponse.Producer,
        _ request: HTTPRequest,
        minorVersion: Int
    ) async throws {
        let isChunked = minorVersion == 1
        var output = head
        if isChunked { output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8) }
        output += Self.lineEnd
        try await stream.write(output, until: .after(limits.writeTime))
        guard request.method != .head else { return }
        let stream = stream
        let limits = limits
        try await producer { bytes in
            guard !bytes.isEmpty else { return }
            guard isChunked else {
                return try await stream.write(bytes, until: .after(limits.writeTime))
            }
            var chunk: [UInt8] = Array((String(bytes.count, radix: 16) + "\r\n").utf8)
            chunk += bytes
            chunk += [0x0D, 0x0A]
            try await stream.write(chunk, until: .after(limits.writeTime))
        }
        guard isChunked else { throw IOError(.closed, "HTTP/1.0 ends a stream by closing") }
        try await stream.write(Array("0\r\n\r\n".utf8), until: .after(limits.writeTime))
    }
}
