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

    /// One entry.
    struct Route: Sendable {
        let method: HTTPMethod?
        let path: String
        let isPrefix: Bool
        let bodyBytes: Int?
        let place: Place
        let handler: Handler

        func matches(path: Substring) -> Bool {
            isPrefix ? path.hasPrefix(self.path) : path == self.path
        }
    }

    private var exact: [String: [Route]] = [:]
    private var prefixes: [Route] = []
    private var fallback: Route = Route(
        method: nil,
        path: "/",
        isPrefix: true,
        bodyBytes: nil,
        place: .loop,
        handler: { _ in .text(.notFound, "404 page not found\n") }
    )

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
        let isPrefix = path.hasSuffix("*")
        let route = Route(
            method: method,
            path: isPrefix ? String(path.dropLast()) : path,
            isPrefix: isPrefix,
            bodyBytes: bodyBytes,
            place: place,
            handler: handler
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
        fallback = Route(
            method: nil,
            path: "/",
            isPrefix: true,
            bodyBytes: bodyBytes,
            place: place,
            handler: handler
        )
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
        return Route(
            method: nil,
            path: "/",
            isPrefix: true,
            bodyBytes: nil,
            place: .loop,
            handler: { _ in
                var response = HTTPResponse.text(.methodNotAllowed, "405 method not allowed\n")
                response.headers.add("Allow", allowed)
                return response
            }
        )
    }

    /// Answers a request in place, without a network: for tests.
    nonisolated(nonsending) package func respond(to request: HTTPRequest) async -> HTTPResponse {
        await route(request.method, request.path).respond(to: request)
    }
}

extension HTTPRouter.Route {
    /// Runs the handler where it belongs and turns what it throws into an answer.
    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard place == .loop else { return await attemptOnPool(request) }
        do {
            return try await handler(request)
        } catch {
            return Self.answer(to: error)
        }
    }

    /// Leaves the loop, which the connection's task prefers.
    ///
    /// A task of its own does; preferring another executor in place does not, once the optimizer has
    /// joined the functions.
    @concurrent private func attemptOnPool(_ request: HTTPRequest) async -> HTTPResponse {
        let task = Task(executorPreference: globalConcurrentExecutor) { await attempt(request) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    nonisolated(nonsending) private func attempt(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            return try await handler(request)
        } catch {
            return Self.answer(to: error)
        }
    }

    private static func answer(to error: any Error) -> HTTPResponse {
        guard let error = error as? HTTPError else {
            return .text(.internalServerError, "\(error)\n")
        }
        return .text(error.status, error.message + "\n")
    }
}
