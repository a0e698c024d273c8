internal import EventLoop
internal import HTTP
internal import JSON

/// Where the values of a channel go.
struct RPCChannelSink: Sendable {
    /// Takes a value; returns whether more are wanted.
    let receive: @Sendable (JSONValue) -> Bool
    /// Takes the end, with an error if the connection broke.
    let finish: @Sendable ((any Error)?) -> Void
}

/// The WebSocket of a client: calls by id, channels by number, and a new connection after each break.
@safe
actor RPCClientSocket {
    /// A call that waits for its answer.
    private struct Waiting {
        let name: String
        let continuation: CheckedContinuation<JSONValue, any Error>
        let sink: RPCChannelSink?
    }

    private let url: HTTPURL
    private let token: String?
    private let http: HTTPClient
    private let options: RPCClientOptions
    private var socket: WebSocket?
    private var connecting: Task<WebSocket, any Error>?
    private var backoff: Duration
    private var notBefore: IOInstant = .now
    private var nextID: Int64 = 1
    private var waiting: [Int64: Waiting] = [:]
    private var channels: [Int64: (call: Int64, sink: RPCChannelSink)] = [:]
    private var isClosed: Bool = false
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(url: HTTPURL, token: String?, http: HTTPClient, options: RPCClientOptions) {
        self.url = url
        self.token = token
        self.http = http
        self.options = options
        backoff = options.firstBackoff
        unsafe unownedExecutor = http.unownedExecutor
    }

    // MARK: - Calls

    /// Calls a method and waits for its result.
    func call(
        _ name: String,
        timeout: Duration,
        _ parameters: @Sendable (inout JSONWriter) -> Void
    ) async throws -> JSONValue {
        try await exchange(makeID(), name, timeout, nil, parameters)
    }

    /// Opens a channel and returns the number of the call, for cancelling it.
    func open(
        _ name: String,
        _ sink: RPCChannelSink,
        timeout: Duration,
        _ parameters: @Sendable (inout JSONWriter) -> Void
    ) async throws -> Int64 {
        let id = makeID()
        _ = try await exchange(id, name, timeout, sink, parameters)
        return id
    }

    private func makeID() -> Int64 {
        defer { nextID += 1 }
        return nextID
    }

    private func exchange(
        _ id: Int64,
        _ name: String,
        _ timeout: Duration,
        _ sink: RPCChannelSink?,
        _ parameters: @Sendable (inout JSONWriter) -> Void
    ) async throws -> JSONValue {
        let text = RPCResponse.request(id: id, method: name, params: parameters)
        let socket = try await connection(for: name, until: .after(timeout))
        // Ends at the latest after `timeout`; cancelled when the answer comes.
        let timer = Task {
            try await Task.sleep(for: timeout)
            self.giveUp(
                id,
                RPCClientError(.timedOut, "\(name) at \(url): no answer within \(timeout)")
            )
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // A task cancelled before this has called giveUp() in vain.
                guard !Task.isCancelled else {
                    return continuation.resume(throwing: CancellationError())
                }
                waiting[id] = Waiting(name: name, continuation: continuation, sink: sink)
                // Waited for by the continuation: a failure resumes it.
                Task { await self.send(text, of: id, over: socket) }
            }
        } onCancel: {
            Task { await self.giveUp(id, CancellationError()) }
        }
    }

    private func send(_ text: [UInt8], of id: Int64, over socket: WebSocket) async {
        // Given up meanwhile: the cancellation must not overtake the request.
        guard waiting[id] != nil else { return }
        do throws(IOError) {
            try await socket.send(text: text)
        } catch {
            let name = waiting[id]?.name ?? ""
            finish(id, .failure(RPCClientError(error, name, url)))
        }
    }

    /// Ends a call from this side, and tells the service.
    private func giveUp(_ id: Int64, _ error: any Error) {
        guard waiting[id] != nil else { return }
        finish(id, .failure(error))
        sendCancel(id)
    }

    private func finish(_ id: Int64, _ result: Result<JSONValue, any Error>) {
        waiting.removeValue(forKey: id)?.continuation.resume(with: result)
    }

    private func sendCancel(_ id: Int64) {
        guard let socket else { return }
        let text = RPCResponse.request(id: nil, method: "xrpc.cancel") { writer in
            writer.array { $0.integer(id) }
        }
        // Nobody waits: if the connection breaks, the call ends with it.
        Task { try? await socket.send(text: text) }
    }

    /// Ends the channel that a call opened.
    func cancel(channelOf id: Int64) {
        guard let channel = channels.first(where: { $0.value.call == id })?.key else { return }
        channels[channel] = nil
        sendCancel(id)
    }

    // MARK: - Connection

    /// Returns the open connection, or makes one, waiting out the pause after the last failure.
    private func connection(for name: String, until deadline: IOInstant) async throws -> WebSocket {
        var last = RPCClientError(.unreachable, "\(name) at \(url): not connected")
        while !isClosed {
            if let socket { return socket }
            if connecting == nil, notBefore > .now {
                // One try more, if the pause after the last failure ends in time.
                guard notBefore < deadline else { throw last }
                try await Task.sleep(for: notBefore.remaining)
                continue
            }
            do {
                return try await connect(until: deadline)
            } catch let error as RPCClientError where error.code == .unauthorized {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                last = RPCClientError(.unreachable, "\(name) at \(url): \(error)")
            }
        }
        throw last
    }

    private func connect(until deadline: IOInstant) async throws -> WebSocket {
        if let connecting { return try await connecting.value }
        // Shared by all calls that need the connection; ends by the deadline.
        let task = Task { try await self.dial(until: deadline) }
        connecting = task
        defer { connecting = nil }
        return try await task.value
    }

    private func dial(until deadline: IOInstant) async throws -> WebSocket {
        var headers: HTTPHeaders = HTTPHeaders()
        if let token { headers.add("Authorization", "Bearer \(token)") }
        do {
            let socket = try await http.webSocket(
                url,
                headers: headers,
                timeout: deadline.remaining,
                timing: options.timing
            )
            guard !isClosed else {
                await socket.close(code: 1000)
                throw IOError(.closed, "the client is closed")
            }
            backoff = options.firstBackoff
            self.socket = socket
            // Ends with the socket, whose end it handles.
            Task { await self.receive(from: socket) }
            return socket
        } catch {
            notBefore = .after(backoff)
            backoff = min(backoff * 2, options.longestBackoff)
            if let error = error as? HTTPError, error.status == .unauthorized {
                throw RPCClientError.refused(url)
            }
            throw error
        }
    }

    func close() async {
        isClosed = true
        await socket?.close(code: 1000)
        connectionEnded(IOError(.closed, "the client is closed"))
    }

    private func receive(from socket: WebSocket) async {
        var reason = IOError(.closed, "the service closed the connection")
        do throws(IOError) {
            while let message = try await socket.receive() { handle(message.bytes) }
        } catch {
            reason = error
        }
        await socket.close(code: 1000)
        if self.socket === socket { connectionEnded(reason) }
    }

    private func connectionEnded(_ reason: IOError) {
        socket = nil
        let lost = waiting
        let open = channels
        waiting = [:]
        channels = [:]
        for call in lost.values {
            call.continuation.resume(throwing: RPCClientError(reason, call.name, url))
        }
        for channel in open.values {
            channel.sink.finish(RPCClientError(reason, "a channel", url))
        }
    }

    // MARK: - Messages

    private func handle(_ bytes: [UInt8]) {
        guard let object = try? JSONValue(parsing: bytes).object else { return }
        switch object["method"]?.string {
        case "xrpc.ch.val":
            guard let parameters = object["params"]?.array, parameters.count == 2,
                let number: Int64 = parameters[0].integer(), let channel = channels[number]
            else { return }
            if !channel.sink.receive(parameters[1]) { cancel(channelOf: channel.call) }
        case "xrpc.ch.close":
            guard let number: Int64 = object["params"]?[0]?.integer(),
                let channel = channels.removeValue(forKey: number)
            else { return }
            channel.sink.finish(nil)
        case .some: break
        case nil: takeAnswer(object)
        }
    }

    private func takeAnswer(_ object: JSONObject) {
        guard let id: Int64 = object["id"]?.integer(), let call = waiting[id] else { return }
        let result = Result { try RPCClient.result(of: object) }
        if let sink = call.sink, case .success(let value) = result {
            guard let number: Int64 = value.integer() else {
                let text = "\(call.name) at \(url) gave no channel"
                return finish(id, .failure(RPCClientError(.malformed, text)))
            }
            channels[number] = (id, sink)
        }
        finish(id, result)
    }
}
