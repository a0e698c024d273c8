internal import EventLoop
package import HTTP
package import JSON

/// Why a call got no answer, other than an ``RPCError`` of the method.
package struct RPCClientError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What a caller may want to tell apart.
    package enum Code: Hashable, Sendable {
        /// The token is missing or not accepted.
        case unauthorized
        /// Nobody answers there, or the connection broke. The call may or may not have been run.
        case unreachable
        /// No answer in time. The call may still be running.
        case timedOut
        /// The answer is not what the method gives.
        case malformed
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted and what happened.
    package let message: String

    /// An error of this kind.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// How a client behaves.
package struct RPCClientOptions: Sendable {
    /// How long a call may take, unless the call says otherwise.
    package var timeout: Duration = .seconds(60)
    /// Before a connection that broke is tried again, at first; doubles with each failure.
    package var firstBackoff: Duration = .milliseconds(100)
    /// The longest pause between two attempts.
    package var longestBackoff: Duration = .seconds(5)
    /// How many values of a channel wait for a slow reader; more end the channel.
    package var channelBuffer: Int = 4096
    /// When WebSockets ping and give up.
    package var timing: WebSocket.Timing = WebSocket.Timing()

    /// The values named above.
    package init() {}
}

/// Calls the methods of a service, over HTTP or over one WebSocket, as the URL says.
///
/// A WebSocket is opened by the first call and again after it broke, with growing pauses. Calls that
/// were waiting then fail, and channels end: whoever needs them calls again.
package final class RPCClient: Sendable {
    /// Where the service is.
    package let url: HTTPURL
    private let token: String?
    private let http: HTTPClient
    private let options: RPCClientOptions
    private let socket: RPCClientSocket?

    /// A client of the service at a URL.
    package init(
        _ url: HTTPURL,
        token: String?,
        http: HTTPClient = HTTPClient(),
        options: RPCClientOptions = RPCClientOptions()
    ) {
        self.url = url
        self.token = token
        self.http = http
        self.options = options
        let isSocket = url.scheme == .ws || url.scheme == .wss
        socket =
            isSocket ? RPCClientSocket(url: url, token: token, http: http, options: options) : nil
    }

    /// A client of the service that an API-info text names, at a path such as `/rpc/v1`.
    package convenience init(
        _ info: APIInfo,
        path: String,
        http: HTTPClient = HTTPClient(),
        options: RPCClientOptions = RPCClientOptions()
    ) {
        self.init(info.url(path), token: info.token, http: http, options: options)
    }

    /// Calls a method.
    ///
    /// - Throws: ``RPCError`` if the method failed, ``RPCClientError`` if there was no answer,
    ///   `CancellationError` if the task was cancelled.
    package func call<M: RPCMethod, each P: JSONCodable & Sendable>(
        _ method: M.Type,
        _ parameters: repeat each P,
        timeout: Duration? = nil
    ) async throws -> M.Result where M.Parameters == Positional<repeat each P> {
        let parameters = Positional(repeat each parameters)
        let result = try await call(
            M.name,
            timeout: timeout ?? options.timeout,
            parameters: { writer in parameters.encode(to: &writer) }
        )
        do {
            return try M.Result(from: result)
        } catch {
            throw RPCClientError(.malformed, "the result of \(M.name) from \(url): \(error)")
        }
    }

    /// Calls a method by name with JSON parameters: for command lines and pass-through.
    ///
    /// - Throws: As ``call(_:_:timeout:)``.
    package func call(
        _ name: String,
        _ parameters: [JSONValue],
        timeout: Duration? = nil
    ) async throws -> JSONValue {
        try await call(name, timeout: timeout ?? options.timeout) { $0.value(parameters) }
    }

    /// Opens a channel: needs a WebSocket.
    ///
    /// The stream ends when the service closes the channel, with an error when the connection breaks.
    /// Ending the loop over it cancels the call.
    ///
    /// - Throws: As ``call(_:_:timeout:)``.
    package func open<M: RPCChannelMethod, each P: JSONCodable & Sendable>(
        _ method: M.Type,
        _ parameters: repeat each P
    ) async throws -> AsyncThrowingStream<M.Element, any Error>
    where M.Parameters == Positional<repeat each P> {
        guard let socket else {
            throw RPCClientError(.malformed, "\(M.name) needs a WebSocket, not \(url)")
        }
        let parameters = Positional(repeat each parameters)
        let limit = options.channelBuffer
        let (stream, continuation) = AsyncThrowingStream.makeStream(
            of: M.Element.self,
            bufferingPolicy: .bufferingOldest(limit)
        )
        let sink = RPCChannelSink(
            receive: { value in
                do {
                    let outcome = continuation.yield(try M.Element(from: value))
                    guard case .dropped = outcome else { return true }
                    let text = "more than \(limit) values of \(M.name) waited to be read"
                    continuation.finish(throwing: RPCClientError(.malformed, text))
                } catch {
                    continuation.finish(
                        throwing: RPCClientError(.malformed, "a value of \(M.name): \(error)")
                    )
                }
                return false
            },
            finish: { error in continuation.finish(throwing: error) }
        )
        let id = try await socket.open(M.name, sink, timeout: options.timeout) { writer in
            parameters.encode(to: &writer)
        }
        continuation.onTermination = { _ in
            // Nobody waits: it is one message to the service, sent if the connection still stands.
            Task { await socket.cancel(channelOf: id) }
        }
        return stream
    }

    /// Closes the connection; calls that wait fail.
    package func close() async {
        await socket?.close()
        await http.closeIdle()
    }

    // MARK: - Over HTTP

    private func call(
        _ name: String,
        timeout: Duration,
        parameters: @Sendable (inout JSONWriter) -> Void
    ) async throws -> JSONValue {
        if let socket { return try await socket.call(name, timeout: timeout, parameters) }
        var request = HTTPRequest(.post, url.target)
        request.headers.add("Content-Type", "application/json")
        if let token { request.headers.add("Authorization", "Bearer \(token)") }
        request.body = RPCResponse.request(id: 1, method: name, params: parameters)
        let response: HTTPResponse
        do {
            response = try await http.send(request, to: url, timeout: timeout)
        } catch let error as IOError {
            throw RPCClientError(error, name, url)
        } catch let error as HTTPError {
            throw RPCClientError(.malformed, "\(name) at \(url): \(error)")
        }
        guard response.status != .unauthorized else { throw RPCClientError.refused(url) }
        guard let answer = try? JSONValue(parsing: response.bytes).object else {
            let text = String(decoding: response.bytes.prefix(200), as: UTF8.self)
            throw RPCClientError(
                .malformed,
                "\(name) at \(url): status \(response.status.rawValue), \(text)"
            )
        }
        return try Self.result(of: answer)
    }

    /// The result in an answer, or its error.
    static func result(of answer: JSONObject) throws -> JSONValue {
        guard let error = answer["error"], !error.isNull else { return answer["result"] ?? .null }
        throw (try? RPCError(from: error)) ?? RPCError("\(error)")
    }
}

extension RPCClientError {
    static func refused(_ url: HTTPURL) -> RPCClientError {
        RPCClientError(.unauthorized, "\(url) does not accept the token; check the API token")
    }

    init(_ error: IOError, _ name: String, _ url: HTTPURL) {
        let code: Code = error.code == .timedOut ? .timedOut : .unreachable
        self.init(code, "\(name) at \(url): \(error)")
    }
}
