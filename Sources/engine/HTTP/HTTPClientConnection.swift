internal import EventLoop

/// One connection of a client: one exchange at a time.
@safe
actor HTTPClientConnection {
    private let stream: any ByteStream
    private let limits: HTTPClient.Limits
    private let parser: MessageParser = MessageParser(isServer: false)
    private var buffer: [UInt8] = []
    private var hasHungUp: Bool = false
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(stream: any ByteStream, limits: HTTPClient.Limits) {
        self.stream = stream
        self.limits = limits
        unsafe unownedExecutor = stream.loop.asUnownedSerialExecutor()
    }

    /// Whether the server has left the connection open and sent nothing unasked.
    var isUsable: Bool {
        get async { !hasHungUp && buffer.isEmpty }
    }

    func close() async { await stream.close() }

    /// Sends a request and reads the answer; returns whether the connection may be used again.
    func exchange(
        _ request: HTTPRequest,
        url: HTTPURL,
        until deadline: IOInstant
    ) async throws -> (HTTPResponse, isReusable: Bool) {
        // The stream reports the end even while nobody reads.
        await stream.onHangUp { [weak self] in self?.assumeIsolated { $0.hasHungUp = true } }
        try await stream.write(Self.bytes(of: request, url: url), until: deadline)
        let head = try await readFinalHead(isHead: request.method == .head, until: deadline)
        let body = try await readBody(head, until: deadline)
        parser.reset()
        let response = HTTPResponse(
            HTTPStatus(rawValue: head.status),
            headers: head.headers,
            body: body
        )
        return (response, head.keepsAlive && buffer.isEmpty && !hasHungUp)
    }

    /// Asks for a WebSocket and hands the stream over to it.
    func upgrade(
        url: HTTPURL,
        headers: HTTPHeaders,
        until deadline: IOInstant,
        messageBytes: Int,
        timing: WebSocket.Timing
    ) async throws -> WebSocket {
        let key = WebSocketHandshake.makeKey()
        var request = HTTPRequest(.get, url.target, headers: headers)
        request.headers.add("Upgrade", "websocket")
        request.headers.add("Connection", "Upgrade")
        request.headers.add("Sec-WebSocket-Version", "13")
        request.headers.add("Sec-WebSocket-Key", key)
        try await stream.write(Self.bytes(of: request, url: url), until: deadline)
        let head = try await readFinalHead(isHead: false, until: deadline)
        guard head.status == 101 else {
            throw HTTPError(
                HTTPStatus(rawValue: head.status),
                "the server refused the WebSocket at \(url)"
            )
        }
        guard head.headers.hasToken("Upgrade", "websocket"),
            head.headers["Sec-WebSocket-Accept"] == WebSocketHandshake.accept(key: key)
        else {
            throw HTTPError.bad("the server answered the handshake wrongly")
        }
        return WebSocket(
            stream: stream,
            isServer: false,
            received: buffer,
            messageBytes: messageBytes,
            timing: timing
        )
    }

    private static func bytes(of request: HTTPRequest, url: HTTPURL) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256 + request.body.count)
        output.append(contentsOf: "\(request.method.rawValue) \(url.target) HTTP/1.1\r\n".utf8)
        output.append(contentsOf: "Host: \(url.authority)\r\n".utf8)
        request.headers.append(to: &output)
        if !request.body.isEmpty || request.method == .post || request.method == .put {
            output.append(contentsOf: "Content-Length: \(request.body.count)\r\n".utf8)
        }
        output += [0x0D, 0x0A]
        output += request.body
        return output
    }

    // MARK: - Reading

    /// Reads heads until one that is not an interim answer.
    private func readFinalHead(
        isHead: Bool,
        until deadline: IOInstant
    ) async throws -> MessageParser.Head {
        while true {
            let head = try await readHead(isHead: isHead, until: deadline)
            guard head.status < 200, head.status != 101 else { return head }
            parser.reset()
        }
    }

    private func readHead(
        isHead: Bool,
        until deadline: IOInstant
    ) async throws -> MessageParser.Head {
        var httpLimits = HTTPLimits()
        httpLimits.headBytes = limits.headBytes
        var scanner = HeadScanner(limits: httpLimits, isRequest: false)
        while true {
            if let end = try scanner.scan(buffer, from: 0) {
                let head = Array(buffer[..<end])
                buffer.removeFirst(end)
                return try parser.parseHead(head, hasNoBody: isHead)
            }
            let bytes = try await stream.read(until: deadline)
            guard !bytes.isEmpty else {
                throw IOError(.closed, "the server closed the connection without an answer")
            }
            buffer += bytes
        }
    }

    private func readBody(
        _ head: MessageParser.Head,
        until deadline: IOInstant
    ) async throws -> [UInt8] {
        if let length = head.contentLength, length > limits.bodyBytes, !parser.isComplete {
            throw HTTPError(.contentTooLarge, "the answer exceeds \(limits.bodyBytes) bytes")
        }
        while !parser.isComplete {
            if !buffer.isEmpty {
                let used = try parser.parseBody(buffer, from: 0, limit: limits.bodyBytes)
                if used == buffer.count { buffer = [] } else { buffer.removeFirst(used) }
                continue
            }
            let bytes = try await stream.read(until: deadline)
            if bytes.isEmpty { try parser.finish() } else { buffer = bytes }
        }
        return parser.takeBody()
    }
}
