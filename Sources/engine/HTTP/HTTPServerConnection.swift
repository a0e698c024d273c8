internal import EventLoop

/// One connection of a server, from the first request to the last.
@safe
actor HTTPServerConnection {
    private let stream: any ByteStream
    /// The stream, if it needs no encryption: it lives on this loop, so that nothing is switched.
    private let plain: SocketStream?
    private unowned let server: HTTPServer
    private let limits: HTTPLimits
    private let times: HTTPServer.Times
    private let parser: MessageParser
    /// Bytes that arrived; those before `start` are used up.
    private var buffer: [UInt8] = []
    private var start: Int = 0
    private var isIdle: Bool = true
    private var isCut: Bool = false
    private var hasHungUp: Bool = false
    private var isHandling: Bool = false
    private var task: UnsafeCurrentTask?
    private var latest: Latest?
    /// What the last bytes came to, if the task must go on with it.
    private var stage: Stage?
    /// Whether bytes were taken as they arrived, and the task woken to go on with them.
    private var hasTaken: Bool = false
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private nonisolated let loop: EventLoop

    /// What the last request was for: the next one on the same connection mostly is for the same.
    private struct Latest {
        let method: HTTPMethod
        let target: String
        let route: HTTPRouter.Route
    }

    /// A request whose head was read.
    private struct Incoming {
        let head: MessageParser.Head
        let method: HTTPMethod
        let target: String
        let route: HTTPRouter.Route
        let bodyLimit: Int
    }

    /// How far a request has come.
    private enum Stage {
        /// The head is read, and the body is still on its way.
        case head(Incoming)
        /// The request was looked at.
        case started(Incoming, HTTPRouter.Answer)
        /// The answer is sent; another request may follow or not.
        case answered(keepsAlive: Bool)
        /// It is none.
        case malformed(HTTPError)
    }

    init(stream: any ByteStream, server: HTTPServer) {
        self.stream = stream
        plain = stream as? SocketStream
        self.server = server
        limits = server.limits
        times = server.times
        loop = stream.loop
        parser = MessageParser(isServer: true)
        unsafe unownedExecutor = stream.loop.asUnownedSerialExecutor()
    }

    // MARK: - Life

    /// Answers requests until the connection ends.
    func run() async {
        // Cleared below, before this task can end.
        unsafe withUnsafeCurrentTask { unsafe task = $0 }
        defer { unsafe task = nil }
        // The stream lets go of this when it is closed, below.
        await stream.onHangUp { self.assumeIsolated { $0.peerHungUp() } }
        plain?.takeInPlace { bytes in self.assumeIsolated { $0.take(bytes) } }
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
        if isHandling { unsafe task?.cancel() }
        await stream.close()
    }

    /// The peer went away while its request was being answered.
    private func peerHungUp() {
        hasHungUp = true
        if isHandling { unsafe task?.cancel() }
    }

    /// Answers one request; returns whether another may follow.
    ///
    /// Every `await` costs, also one that does not wait: so what mostly needs no waiting is tried without.
    private func answerNext() async throws -> Bool {
        guard let next = try await nextStage() else { return false }
        isIdle = false
        defer { isIdle = true }
        switch next {
        case .head(let incoming):
            let limit = incoming.bodyLimit
            if try mustSayContinue(incoming.head) { try await sayContinue() }
            if try !bodyIsInBuffer(limit: limit) { try await readBody(limit: limit) }
            return try await finish(incoming, start(incoming))
        case .started(let incoming, let answer): return try await finish(incoming, answer)
        case .answered(let keepsAlive):
            try await plain?.waitForRoom(until: writeDeadline)
            return keepsAlive
        case .malformed(let error): throw error
        }
    }

    /// Waits for the head of a request; `nil` if the connection ended before one.
    private func nextStage() async throws -> Stage? {
        var reading = HeadReading(limits, until: loop.now.advanced(milliseconds: times.idle))
        while true {
            if let head = try headInBuffer(&reading) { return .head(try incoming(head)) }
            guard try await readMore(&reading) else { return nil }
            if let stage {
                self.stage = nil
                return stage
            }
        }
    }

    /// Looks at a request whose body is complete.
    private func start(_ incoming: Incoming) -> HTTPRouter.Answer {
        var request = HTTPRequest(
            incoming.method,
            incoming.target,
            headers: incoming.head.headers,
            peer: stream.peer
        )
        request.body = parser.takeBody()
        return incoming.route.start(request)
    }

    /// Finds the answer and sends it; returns whether another request may follow.
    private func finish(_ incoming: Incoming, _ answer: HTTPRouter.Answer) async throws -> Bool {
        let response: HTTPResponse
        switch answer {
        case .now(let known): response = known
        case .later(let work):
            isHandling = true
            // As in Go, nobody who has left is waited for, even one who only ended its side.
            if hasHungUp || isCut { unsafe task?.cancel() }
            response = await HTTPRouter.finish(work)
            isHandling = false
        }
        if isCut { return false }
        let method = incoming.method
        if let upgrade = response.upgrade {
            try await send(response, to: method, keepsAlive: true, minorVersion: 1)
            let rest = Array(buffer[start...])
            parser.reset()
            await takeOver(upgrade, rest: rest)
            return false
        }
        let keepsAlive = incoming.head.keepsAlive && !server.isDraining
        let minorVersion = incoming.head.minorVersion
        if let small = response.smallBytes(to: method, keepsAlive, minorVersion), let plain {
            if try plain.sendInPlace(small) { try await plain.waitForRoom(until: writeDeadline) }
        } else {
            try await send(response, to: method, keepsAlive: keepsAlive, minorVersion: minorVersion)
        }
        parser.reset()
        return keepsAlive
    }

    /// What a head asks for; a body that is said to be too large is refused before it comes.
    private func incoming(_ head: MessageParser.Head) throws(HTTPError) -> Incoming {
        let known = try latest(head)
        let limit = known.route.bodyBytes ?? limits.bodyBytes
        if let length = head.contentLength, length > limit {
            throw HTTPError(.contentTooLarge, "the body exceeds \(limit) bytes")
        }
        return Incoming(
            head: head,
            method: known.method,
            target: known.target,
            route: known.route,
            bodyLimit: limit
        )
    }

    /// What a request is for, remembered if the one before was for the same.
    private func latest(_ head: MessageParser.Head) throws(HTTPError) -> Latest {
        let method = head.method ?? .get
        let bytes = head.headers.bytes[head.target]
        if let latest, latest.method == method, bytes.elementsEqual(latest.target.utf8) {
            return latest
        }
        let target = String(decoding: bytes, as: UTF8.self)
        guard target.hasPrefix("/") || target == "*" else { throw .bad("malformed target") }
        let route = server.router.route(method, HTTPRequest(method, target).path)
        let found = Latest(method: method, target: target, route: route)
        latest = found
        return found
    }

    // MARK: - Answering as bytes arrive

    /// Takes bytes while the task waits for a request, and answers those that need no waiting.
    ///
    /// The task is not woken for them: that alone would cost as much as such an answer. It goes on with what
    /// is in ``stage`` and in the buffer.
    ///
    /// - Returns: Until when more is waited for; `nil` if the task must go on.
    private func take(_ bytes: [UInt8]) -> IOInstant? {
        buffer = bytes
        start = 0
        do throws(HTTPError) {
            var before: Int
            repeat {
                before = start
                stage = try nextInBuffer()
                // Nothing was taken: the rest is a part of a head.
            } while stage == nil && start < buffer.count && start != before
        } catch {
            stage = .malformed(error)
        }
        guard stage == nil, start == buffer.count else {
            hasTaken = true
            return nil
        }
        return loop.now.advanced(milliseconds: times.idle)
    }

    /// Answers the next request in the buffer; returns how far it came if it could not be answered.
    private func nextInBuffer() throws(HTTPError) -> Stage? {
        var reading = HeadReading(limits, until: loop.now)
        guard let head = try headInBuffer(&reading) else { return nil }
        isIdle = false
        let incoming = try incoming(head)
        guard try !mustSayContinue(head), try bodyIsInBuffer(limit: incoming.bodyLimit) else {
            return .head(incoming)
        }
        let answer = start(incoming)
        let keepsAlive = head.keepsAlive && !server.isDraining
        guard case .now(let response) = answer, response.upgrade == nil, let plain,
            let small = response.smallBytes(to: incoming.method, keepsAlive, head.minorVersion)
        else { return .started(incoming, answer) }
        // A connection that broke has woken the task already, and nobody is left to tell.
        guard let isFull = try? plain.sendInPlace(small) else {
            return .answered(keepsAlive: false)
        }
        parser.reset()
        guard keepsAlive, !isFull else { return .answered(keepsAlive: keepsAlive) }
        isIdle = true
        return nil
    }

    private func takeOver(_ upgrade: HTTPResponse.Upgrade, rest: [UInt8]) async {
        isHandling = true
        defer { isHandling = false }
        if isCut { unsafe task?.cancel() }
        await stream.onHangUp(nil)
        plain?.takeInPlace(by: nil)
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

    /// A head on its way in.
    private struct HeadReading {
        var scanner: HeadScanner
        var deadline: IOInstant
        var isFirst: Bool = true

        init(_ limits: HTTPLimits, until deadline: IOInstant) {
            scanner = HeadScanner(limits: limits, isRequest: true)
            self.deadline = deadline
        }
    }

    /// The next head, if all of it has arrived.
    private func headInBuffer(
        _ reading: inout HeadReading
    ) throws(HTTPError) -> MessageParser.Head? {
        // An empty line between requests is tolerated (RFC 9112, 2.2).
        while reading.isFirst, buffer.count - start >= 2, buffer[start] == 0x0D,
            buffer[start + 1] == 0x0A
        {
            start += 2
        }
        guard start < buffer.count else { return nil }
        // The first half of an empty line says nothing yet.
        if reading.isFirst, buffer.count - start == 1, buffer[start] == 0x0D { return nil }
        if reading.isFirst {
            reading.isFirst = false
            reading.deadline = loop.now.advanced(milliseconds: times.head)
        }
        guard let end = try reading.scanner.scan(buffer, from: start) else { return nil }
        let head = try parser.parseHead(buffer, from: start, to: end)
        consume(upTo: end)
        return head
    }

    /// Reads more of a head; returns whether there is any, or the connection ended between requests.
    private func readMore(_ reading: inout HeadReading) async throws -> Bool {
        do {
            let isBetween = reading.isFirst && start == buffer.count
            let bytes = try await read(until: reading.deadline, leavingToTaker: isBetween)
            if hasTaken {
                // What came after is behind what was taken.
                hasTaken = false
                buffer += bytes
                return true
            }
            guard !bytes.isEmpty else {
                guard reading.isFirst else {
                    throw HTTPError.bad("the connection ended in a head")
                }
                return false
            }
            if buffer.isEmpty { buffer = bytes } else { buffer += bytes }
            return true
        } catch let error as IOError where error.code == .timedOut {
            guard reading.isFirst else {
                throw HTTPError(.requestTimeout, "the head took too long")
            }
            return false
        }
    }

    private func read(
        until deadline: IOInstant,
        leavingToTaker: Bool = false
    ) async throws(IOError) -> [UInt8] {
        guard let plain else { return try await stream.read(until: deadline) }
        if let outcome = plain.arrivedInPlace() { return try outcome.get() }
        let wake: SocketStream.Wake = unsafe await withUnsafeContinuation { continuation in
            unsafe plain.waitInPlace(
                with: continuation,
                until: deadline,
                leavingToTaker: leavingToTaker
            )
        }
        return try plain.takeInPlace(after: wake).get()
    }

    private func consume(upTo end: Int) {
        start = end
        guard start == buffer.count || start > 65536 else { return }
        if start == buffer.count { buffer = [] } else { buffer.removeFirst(start) }
        start = 0
    }

    /// Whether the sender waits to hear that the body may come.
    private func mustSayContinue(_ head: MessageParser.Head) throws(HTTPError) -> Bool {
        guard head.expects, let expectation = head.headers["Expect"] else { return false }
        guard expectation.lowercased() == "100-continue" else {
            throw HTTPError(.expectationFailed, "unknown expectation")
        }
        return !parser.isComplete && head.minorVersion == 1
    }

    private func sayContinue() async throws {
        try await write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }

    /// Takes what has arrived of a body; returns whether it is complete.
    private func bodyIsInBuffer(limit: Int) throws(HTTPError) -> Bool {
        if !parser.isComplete, start < buffer.count {
            consume(upTo: try parser.parseBody(buffer, from: start, limit: limit))
        }
        return parser.isComplete
    }

    private func readBody(limit: Int) async throws {
        let deadline = loop.now.advanced(milliseconds: times.body)
        while try !bodyIsInBuffer(limit: limit) {
            do {
                let pause = loop.now.advanced(milliseconds: times.bodyPause)
                let bytes = try await read(until: min(deadline, pause))
                guard !bytes.isEmpty else { throw HTTPError.bad("the connection ended in a body") }
                buffer = bytes
                start = 0
            } catch let error as IOError where error.code == .timedOut {
                throw HTTPError(.requestTimeout, "the body took too long")
            }
        }
    }

    // MARK: - Writing

    private var writeDeadline: IOInstant { loop.now.advanced(milliseconds: times.write) }

    private func write(_ bytes: [UInt8]) async throws(IOError) {
        try await stream.write(bytes, until: writeDeadline)
    }

    /// Answers a malformed request.
    ///
    /// Nothing behind it on the connection can be trusted.
    private func refuse(_ error: HTTPError) async {
        let response = HTTPResponse.text(error.status, error.message + "\n")
        try? await send(response, to: .get, keepsAlive: false, minorVersion: 1)
        // Closing with unread bytes would reset the connection before the peer reads the answer.
        let deadline = IOInstant.after(.seconds(1))
        var drained = 0
        while drained < 1 << 20, let bytes = try? await stream.read(until: deadline), !bytes.isEmpty
        {
            drained += bytes.count
        }
    }

    private func send(
        _ response: HTTPResponse,
        to method: HTTPMethod,
        keepsAlive: Bool,
        minorVersion: Int
    ) async throws {
        if let whole = response.smallBytes(to: method, keepsAlive, minorVersion) {
            return try await write(whole)
        }
        let head = response.headBytes(keepsAlive, minorVersion)
        switch response.body {
        case .bytes(let body): try await sendLarge(head, method == .head ? [] : body)
        case .stream(let producer):
            try await sendStream(head, producer, method, minorVersion: minorVersion)
        }
    }

    private func sendLarge(_ head: [UInt8], _ body: [UInt8]) async throws {
        try await write(head)
        for piece in stride(from: 0, to: body.count, by: 1 << 20) {
            // The peer has the time for each piece, not for all of a large body.
            try await write(Array(body[piece..<min(body.count, piece + 1 << 20)]))
        }
    }

    private func sendStream(
        _ head: [UInt8],
        _ producer: HTTPResponse.Producer,
        _ method: HTTPMethod,
        minorVersion: Int
    ) async throws {
        let isChunked = minorVersion == 1
        var output = head
        if isChunked { output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8) }
        output += [0x0D, 0x0A]
        try await stream.write(output, until: .after(limits.writeTime))
        guard method != .head else { return }
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
