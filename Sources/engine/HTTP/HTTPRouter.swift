/// Answers requests: which handler for which method and path.
package struct HTTPRouter: Sendable {
    /// Answers a request.
    ///
    /// What it throws becomes a 500, or the status of an ``HTTPError``.
    ///
    /// Runs where its caller runs, which is the loop, unless the route says otherwise.
    package typealias Handler =
        nonisolated(nonsending) @Sendable (HTTPRequest) async throws -> HTTPResponse

    /// Where a handler runs.
    package enum Place: Sendable {
        /// On the event loop: for handlers that take microseconds and wait only with `await`.
        case loop
        /// On Swift's pool, so that a computation of milliseconds stops no other connection.
        case pool
    }

    /// What is known when a request was looked at, on the loop, without waiting.
    package enum Answer: Sendable {
        /// The answer.
        case now(HTTPResponse)
        /// What must wait or compute to find it; runs where the connection lives.
        case later(Later)
    }

    /// The rest of the work on a request.
    package typealias Later = nonisolated(nonsending) @Sendable () async throws -> HTTPResponse

    /// Looks at a request, in microseconds.
    package typealias Start = @Sendable (HTTPRequest) -> Answer

    /// One entry.
    struct Route: Sendable {
        let method: HTTPMethod?
        let path: String
        let isPrefix: Bool
        let bodyBytes: Int?
        let start: Start

        init(
            _ method: HTTPMethod?,
            _ path: String,
            isPrefix: Bool,
            bodyBytes: Int? = nil,
            start: @escaping Start
        ) {
            self.method = method
            self.path = path
            self.isPrefix = isPrefix
            self.bodyBytes = bodyBytes
            self.start = start
        }

        func matches(path: Substring) -> Bool {
            isPrefix ? path.hasPrefix(self.path) : path == self.path
        }
    }

    private var exact: [String: [Route]] = [:]
    private var prefixes: [Route] = []
    private var fallback: Route = Route(nil, "/", isPrefix: true) { _ in
        .now(.text(.notFound, "404 page not found\n"))
    }

    /// A router that answers everything with 404.
    package init() {}

    /// Adds a handler.
    ///
    /// A path that ends in `*` stands for everything that begins with what is before; the longest one
    /// wins, and an exact path wins over all. Without a method the handler gets all of them. A known
    /// path with another method is answered with 405. `bodyBytes` overrides the server's limit.
    package mutating func on(
        _ method: HTTPMethod?,
        _ path: String,
        bodyBytes: Int? = nil,
        runs place: Place = .pool,
        _ handler: @escaping Handler
    ) {
        on(method, path, bodyBytes: bodyBytes, starting: Self.start(handler, at: place))
    }

    /// Adds a handler that often knows the answer at once, which costs no task and no switch.
    package mutating func on(
        _ method: HTTPMethod?,
        _ path: String,
        bodyBytes: Int? = nil,
        starting start: @escaping Start
    ) {
        let isPrefix = path.hasSuffix("*")
        let route = Route(
            method,
            isPrefix ? String(path.dropLast()) : path,
            isPrefix: isPrefix,
            bodyBytes: bodyBytes,
            start: start
        )
        if isPrefix {
            prefixes.append(route)
            prefixes.sort { $0.path.utf8.count > $1.path.utf8.count }
        } else {
            exact[path, default: []].append(route)
        }
    }

    /// Replaces the handler of requests that nothing else matches.
    package mutating func otherwise(
        bodyBytes: Int? = nil,
        runs place: Place = .pool,
        _ handler: @escaping Handler
    ) {
        otherwise(bodyBytes: bodyBytes, starting: Self.start(handler, at: place))
    }

    /// Replaces the handler of requests that nothing else matches by one that often knows the answer at once.
    package mutating func otherwise(bodyBytes: Int? = nil, starting start: @escaping Start) {
        fallback = Route(nil, "/", isPrefix: true, bodyBytes: bodyBytes, start: start)
    }

    /// Finds the entry for a request; `HEAD` takes the one of `GET`.
    func route(_ method: HTTPMethod, _ path: Substring) -> Route {
        let candidates = exact[String(path)] ?? prefixes.filter { $0.matches(path: path) }
        guard !candidates.isEmpty else { return fallback }
        for route in candidates where route.method == nil || route.method == method { return route }
        if method == .head, let route = candidates.first(where: { $0.method == .get }) {
            return route
        }
        let allowed = Set(candidates.compactMap(\.method?.rawValue)).sorted().joined(
            separator: ", "
        )
        return Route(nil, "/", isPrefix: true) { _ in
            var response = HTTPResponse.text(.methodNotAllowed, "405 method not allowed\n")
            response.headers.add("Allow", allowed)
            return .now(response)
        }
    }

    /// Answers a request in place, without a network: for tests.
    nonisolated(nonsending) package func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch route(request.method, request.path).start(request) {
        case .now(let response): response
        case .later(let work): await Self.finish(work)
        }
    }

    /// Does the rest of the work on a request, and turns what it throws into an answer.
    nonisolated(nonsending) static func finish(_ work: Later) async -> HTTPResponse {
        do {
            return try await work()
        } catch let error as HTTPError {
            return .text(error.status, error.message + "\n")
        } catch {
            return .text(.internalServerError, "\(error)\n")
        }
    }

    // MARK: - Handlers that wait

    private static func start(_ handler: @escaping Handler, at place: Place) -> Start {
        switch place {
        case .loop: return { request in .later { try await handler(request) } }
        case .pool: return { request in .later { try await onPool(handler, request) } }
        }
    }

    /// Leaves the loop, which the connection's task prefers.
    ///
    /// A task of its own does; preferring another executor in place does not, once the optimizer has
    /// joined the functions.
    @concurrent private static func onPool(
        _ handler: @escaping Handler,
        _ request: HTTPRequest
    ) async throws -> HTTPResponse {
        let task = Task(executorPreference: globalConcurrentExecutor) {
            try await handler(request)
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
