package import HTTP
internal import JSON
internal import ServiceKit

/// What a service allows its callers at one path.
package struct RPCServerOptions: Sendable {
    /// The largest request and the largest WebSocket message; go-jsonrpc has 100 MiB.
    package var requestBytes: Int = 100 << 20
    /// The most requests in one batch.
    package var batchCount: Int = 256
    /// The most calls of one WebSocket that run at once; more wait to be read.
    package var concurrentCalls: Int = 1024
    /// How long a WebSocket's token is trusted before it is verified again.
    package var tokenTrust: Duration = .seconds(25)
    /// When WebSockets ping and give up.
    package var timing: WebSocket.Timing = WebSocket.Timing()
    /// Header fields of every answer, for instance for browsers.
    package var headers: HTTPHeaders = HTTPHeaders()

    /// The values named above.
    package init() {}
}

extension RPCService {
    /// Serves the methods at a path, over HTTP and WebSocket.
    ///
    /// A missing or bad token is answered with 401 and an empty body before anything is read.
    package func mount(
        on router: inout HTTPRouter,
        at path: String,
        verifier: any TokenVerifier,
        options: RPCServerOptions = RPCServerOptions()
    ) {
        let service = self
        let further = options.headers.pairs
        @Sendable func completed(_ response: HTTPResponse) -> HTTPResponse {
            var response = response
            for (name, value) in further { response.headers.add(name, value) }
            return response
        }
        router.on(nil, path, bodyBytes: options.requestBytes) { request in
            switch service.start(request, verifier, options) {
            case .now(let response): .now(further.isEmpty ? response : completed(response))
            case .later(let work): .later { completed(try await work()) }
            }
        }
    }

    /// Looks at a request: most can be answered, or refused, without waiting.
    private func start(
        _ request: HTTPRequest,
        _ verifier: any TokenVerifier,
        _ options: RPCServerOptions
    ) -> HTTPRouter.Answer {
        if request.method == .options, request.headers["Authorization"] == nil,
            dialect != .fork2022
        {
            // A browser asks what it may send before it sends a token.
            return .now(HTTPResponse(.ok))
        }
        guard case .token(let text) = request.bearerToken else {
            return .now(HTTPResponse(.unauthorized))
        }
        // The originals verify a token with blanks around it cut off at the end only.
        let token = text.utf8.last == 0x20 ? text.withoutTrailingBlanks : text
        if let caller = verifier.remembered(token) {
            let context = RPCContext(caller: caller, token: token, peer: request.peer)
            return admitted(request, context, verifier, options)
        }
        return .later {
            let caller: Caller?
            do {
                caller = try await verifier.verify(token, peer: request.peer)
            } catch {
                return .text(
                    .serviceUnavailable,
                    "the token cannot be verified now: \(error)\n"
                )
            }
            guard let caller else { return HTTPResponse(.unauthorized) }
            let context = RPCContext(caller: caller, token: token, peer: request.peer)
            switch self.admitted(request, context, verifier, options) {
            case .now(let response): return response
            case .later(let work): return try await work()
            }
        }
    }

    /// Looks at the request of a caller who is known.
    private func admitted(
        _ request: HTTPRequest,
        _ context: RPCContext,
        _ verifier: any TokenVerifier,
        _ options: RPCServerOptions
    ) -> HTTPRouter.Answer {
        guard !request.wantsWebSocket else {
            return .now(
                .webSocket(
                    request,
                    messageBytes: options.requestBytes,
                    timing: options.timing
                ) { socket in
                    let session = RPCServerSession(
                        service: self,
                        socket: socket,
                        context: context,
                        verifier: verifier,
                        options: options
                    )
                    await session.run()
                }
            )
        }
        switch plan(request.body, context, options) {
        case .answer(let response): return .now(response)
        case .batch(let requests): return .later { await self.answerBatch(requests, context) }
        case .call(let request, .immediate(let call)):
            return .now(finished(request.id, Self.answer(call, context)))
        case .call(let request, .call(let call, let place)):
            return .later { self.finished(request.id, await Self.run(call, at: place, context)) }
        case .call(let request, .channel):
            return .now(reply(request.id, Self.noChannel(request.method)))
        }
    }

    /// What a body asks for.
    private enum Plan {
        /// Nothing that runs.
        case answer(HTTPResponse)
        /// One call that has passed every check.
        case call(RPCRequest, Prepared)
        /// Several requests.
        case batch([JSONValue])
    }

    private func plan(
        _ body: [UInt8],
        _ context: RPCContext,
        _ options: RPCServerOptions
    ) -> Plan {
        let document: JSONValue
        do {
            // What follows the first value is ignored, as in the originals.
            var offset = 0
            document = try JSONValue(parsingPrefixOf: body, at: &offset)
        } catch {
            let isBlank = body.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
            return .answer(isBlank ? invalidRequest : reply(nil, Self.parseError))
        }
        switch (document, dialect) {
        case (.array(let requests), .current):
            guard !requests.isEmpty, requests.count <= options.batchCount else {
                return .answer(invalidRequest)
            }
            return .batch(requests)
        case (.array, .fork2021), (.array, .fork2022): return .answer(emptyRefusal)
        case (.null, _), (.bool, _), (.number, _), (.string, _):
            return .answer(reply(nil, Self.parseError))
        case (.object, _):
            do throws(RPCFailure) {
                let request = try RPCRequest(from: document, dialect: dialect)
                return .call(request, try prepareCall(request, context))
            } catch {
                return .answer(reply(error.id, error.error))
            }
        }
    }

    /// The answer to a call that ran.
    private func finished(_ id: JSONValue?, _ outcome: Result<[UInt8]?, RPCError>) -> HTTPResponse {
        // A notification is run and not answered.
        guard let id else { return json(.ok, []) }
        switch outcome {
        case .success(let result):
            return json(.ok, RPCResponse.success(id: id, result: result, dialect))
        case .failure(let error): return reply(id, error)
        }
    }

    private static var parseError: RPCError {
        RPCError(code: RPCError.parseErrorCode, "Parse error")
    }

    /// What the fork says to what it cannot read.
    private var emptyRefusal: HTTPResponse {
        HTTPResponse(
            .internalServerError,
            headers: dialect == .fork2021 ? ["Content-Type": dialect.contentType] : [:]
        )
    }

    private func json(_ status: HTTPStatus, _ body: [UInt8]) -> HTTPResponse {
        guard dialect == .fork2022 else { return .json(status, body) }
        let headers: HTTPHeaders = body.isEmpty ? [:] : ["Content-Type": dialect.contentType]
        return HTTPResponse(status, headers: headers, body: body)
    }

    private var invalidRequest: HTTPResponse {
        guard dialect == .current else { return emptyRefusal }
        return reply(nil, RPCError(code: RPCError.invalidRequestCode, "Invalid request"))
    }

    /// An error as a whole answer.
    private func reply(_ id: JSONValue?, _ error: RPCError) -> HTTPResponse {
        let hasBody = id != nil || dialect == .current
        let body = hasBody ? RPCResponse.failure(id: id, error: error, dialect) : []
        return json(Self.status(of: error), body)
    }

    nonisolated(nonsending) private func answerBatch(
        _ requests: [JSONValue],
        _ context: RPCContext
    ) async -> HTTPResponse {
        var body: [UInt8] = [UInt8(ascii: "[")]
        for value in requests {
            var answer: [UInt8]
            do throws(RPCFailure) {
                answer = try await perform(try RPCRequest(from: value, dialect: dialect), context)
            } catch {
                answer = RPCResponse.failure(id: error.id, error: error.error, dialect)
            }
            guard !answer.isEmpty else { continue }
            if body.count > 1 { body.append(UInt8(ascii: ",")) }
            body += answer
        }
        body.append(UInt8(ascii: "]"))
        return json(.ok, body)
    }

    /// Checks a request, whose id goes with what is wrong.
    private func prepareCall(
        _ request: RPCRequest,
        _ context: RPCContext
    ) throws(RPCFailure) -> Prepared {
        do throws(RPCError) {
            return try prepare(request, for: context)
        } catch {
            throw RPCFailure(id: request.id, error: error)
        }
    }

    private static func noChannel(_ method: String) -> RPCError {
        RPCError(
            code: RPCError.methodNotFoundCode,
            "method '\(method)' not supported in this mode (no out channel support)"
        )
    }

    /// Runs one request; returns the answer, empty for a notification.
    nonisolated(nonsending) private func perform(
        _ request: RPCRequest,
        _ context: RPCContext
    ) async throws(RPCFailure) -> [UInt8] {
        let outcome: Result<[UInt8]?, RPCError> =
            switch try prepareCall(request, context) {
            case .call(let call, let place): await Self.run(call, at: place, context)
            case .immediate(let call): Self.answer(call, context)
            case .channel: .failure(Self.noChannel(request.method))
            }
        guard let id = request.id else { return [] }
        switch outcome {
        case .success(let result): return RPCResponse.success(id: id, result: result, dialect)
        case .failure(let error): throw RPCFailure(id: id, error: error)
        }
    }
}

extension String {
    /// The text without the blanks at its end.
    fileprivate var withoutTrailingBlanks: String {
        String(decoding: Array(utf8).reversed().drop { $0 == 0x20 }.reversed(), as: UTF8.self)
    }
}
