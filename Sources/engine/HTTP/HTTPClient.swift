package import EventLoop

/// Sends requests and keeps connections open for the next ones.
///
/// Every request has a deadline. A cancelled task closes its connection at once.
@safe
package actor HTTPClient {
    /// How much a server may send, and what is kept.
    package struct Limits: Sendable {
        /// The most bytes of a head.
        package var headBytes: Int = 64 << 10
        /// The most bytes of a body.
        package var bodyBytes: Int = 100 << 20
        /// The most connections to one server at once; more requests wait in line.
        package var connectionsPerHost: Int = 128
        /// How many unused connections to one server are kept.
        package var idlePerHost: Int = 128
        /// How long an unused connection is kept; shorter than servers do.
        package var idleTime: Duration = .seconds(60)

        /// The limits named above.
        package init() {}
    }

    /// Where connections lead.
    private struct Origin: Hashable {
        let isSecure: Bool
        let host: String
        let port: UInt16
    }

    private let limits: Limits
    private let loop: EventLoop
    private var tls: TLSContext?
    private var idle: [Origin: [(connection: HTTPClientConnection, since: IOInstant)]] = [:]
    private var open: [Origin: Int] = [:]
    private var line: [Origin: [(ticket: Int, continuation: CheckedContinuation<Bool, Never>)]] =
        [:]
    private var nextTicket: Int = 0
    package nonisolated let unownedExecutor: UnownedSerialExecutor

    /// A client without connections.
    ///
    /// For `https` it trusts the system's authorities unless a context says otherwise.
    package init(limits: Limits = Limits(), tls: TLSContext? = nil, loop: EventLoop = .shared) {
        self.tls = tls
        self.limits = limits
        self.loop = loop
        unsafe unownedExecutor = loop.asUnownedSerialExecutor()
    }

    /// Sends a request and returns the answer with its whole body.
    ///
    /// The request's target is ignored in favour of the URL's. A request is sent once; only if a kept
    /// connection turns out to be closed before anything was sent is it sent on another.
    ///
    /// - Throws: `IOError` for the connection, ``HTTPError`` for a malformed or too large answer.
    package func send(
        _ request: HTTPRequest,
        to url: HTTPURL,
        timeout: Duration = .seconds(30)
    ) async throws -> HTTPResponse {
        let deadline = IOInstant.after(timeout)
        let origin = Origin(isSecure: url.scheme.isSecure, host: url.host, port: url.port)
        let connection = try await connection(to: origin, url, until: deadline)
        do {
            let (response, isReusable) = try await withTaskCancellationHandler {
                try await connection.exchange(request, url: url, until: deadline)
            } onCancel: {
                // Waited for by the exchange, which it ends.
                Task { await connection.close() }
            }
            await giveBack(connection, origin, isReusable: isReusable)
            return response
        } catch {
            await giveBack(connection, origin, isReusable: false)
            throw Task.isCancelled ? CancellationError() : error
        }
    }

    /// Opens a WebSocket.
    ///
    /// - Throws: `IOError` for the connection, ``HTTPError`` with the server's status if it declines.
    package func webSocket(
        _ url: HTTPURL,
        headers: HTTPHeaders = HTTPHeaders(),
        timeout: Duration = .seconds(30),
        messageBytes: Int = WebSocket.defaultMessageBytes,
        timing: WebSocket.Timing = WebSocket.Timing()
    ) async throws -> WebSocket {
        let deadline = IOInstant.after(timeout)
        let connection = HTTPClientConnection(
            stream: try await dial(url, until: deadline),
            limits: limits
        )
        do {
            return try await connection.upgrade(
                url: url,
                headers: headers,
                until: deadline,
                messageBytes: messageBytes,
                timing: timing
            )
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Closes the connections that are not in use.
    package func closeIdle() async {
        let all = idle
        idle = [:]
        for (origin, connections) in all {
            for (connection, _) in connections { await discard(connection, origin) }
        }
    }

    // MARK: - Connections

    private func connection(
        to origin: Origin,
        _ url: HTTPURL,
        until deadline: IOInstant
    ) async throws -> HTTPClientConnection {
        while true {
            while let (connection, since) = idle[origin]?.popLast() {
                if since + limits.idleTime > .now, await connection.isUsable { return connection }
                await discard(connection, origin)
            }
            if open[origin, default: 0] < limits.connectionsPerHost { break }
            guard await waitInLine(origin, until: deadline) else {
                throw IOError(
                    .timedOut,
                    "\(limits.connectionsPerHost) requests to \(url.host) were before this one"
                )
            }
        }
        open[origin, default: 0] += 1
        do {
            let stream = try await dial(url, until: deadline)
            return HTTPClientConnection(stream: stream, limits: limits)
        } catch {
            open[origin, default: 1] -= 1
            callNext(origin)
            throw error
        }
    }

    /// Waits until a connection may be free; returns whether one may be before the deadline.
    private func waitInLine(_ origin: Origin, until deadline: IOInstant) async -> Bool {
        let ticket = nextTicket
        nextTicket += 1
        // Ends by the deadline, at the latest; cancelled when the turn comes.
        let timer = Task {
            try await Task.sleep(for: deadline.remaining)
            self.leaveLine(origin, ticket)
        }
        defer { timer.cancel() }
        return await withCheckedContinuation { continuation in
            // Others may have run before this closure.
            let isFull = open[origin, default: 0] >= limits.connectionsPerHost
            guard isFull, idle[origin, default: []].isEmpty else {
                return continuation.resume(returning: true)
            }
            guard deadline > .now else { return continuation.resume(returning: false) }
            line[origin, default: []].append((ticket, continuation))
        }
    }

    private func leaveLine(_ origin: Origin, _ ticket: Int) {
        guard let place = line[origin]?.firstIndex(where: { $0.ticket == ticket }) else { return }
        line[origin]?.remove(at: place).continuation.resume(returning: false)
    }

    private func callNext(_ origin: Origin) {
        guard let waiting = line[origin], !waiting.isEmpty else { return }
        line[origin]?.removeFirst().continuation.resume(returning: true)
    }

    private func discard(_ connection: HTTPClientConnection, _ origin: Origin) async {
        open[origin, default: 1] -= 1
        callNext(origin)
        await connection.close()
    }

    private func dial(_ url: HTTPURL, until deadline: IOInstant) async throws -> any ByteStream {
        let stream = try await SocketStream.connect(
            host: url.host,
            port: url.port,
            loop: loop,
            until: deadline
        )
        guard url.scheme.isSecure else { return stream }
        do {
            let context = try tls ?? TLSContext(clientTrusting: nil)
            tls = context
            let secured = try TLSStream(over: stream, context: context, serverName: url.host)
            try await secured.handshake(until: deadline)
            return secured
        } catch {
            await stream.close()
            throw error
        }
    }

    private func giveBack(
        _ connection: HTTPClientConnection,
        _ origin: Origin,
        isReusable: Bool
    ) async {
        if isReusable, idle[origin, default: []].count < limits.idlePerHost {
            idle[origin, default: []].append((connection, .now))
            callNext(origin)
        } else {
            await discard(connection, origin)
        }
    }
}
