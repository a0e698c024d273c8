package import EventLoop
internal import Synchronization

/// An HTTP/1.1 server: one listener, any number of connections, all on one loop.
package final class HTTPServer: Sendable {
    private struct State {
        var listener: SocketListener?
        var connections: [ObjectIdentifier: HTTPServerConnection] = [:]
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    /// The times of the limits in milliseconds, as every request counts with them.
    struct Times: Sendable {
        let head: UInt64
        let idle: UInt64
        let bodyPause: UInt64
        let body: UInt64
        let write: UInt64

        init(_ limits: HTTPLimits) {
            head = limits.headTime.wholeMilliseconds
            idle = limits.idleTime.wholeMilliseconds
            bodyPause = limits.bodyPause.wholeMilliseconds
            body = limits.bodyTime.wholeMilliseconds
            write = limits.writeTime.wholeMilliseconds
        }
    }

    private let state: Mutex<State> = Mutex(State())
    private let draining: Atomic<Bool> = Atomic(false)
    let router: HTTPRouter
    let limits: HTTPLimits
    let times: Times
    private let loop: EventLoop
    private let tls: TLSContext?

    /// A server that is not listening yet; with a TLS context it speaks nothing but TLS.
    package init(
        router: HTTPRouter,
        limits: HTTPLimits = HTTPLimits(),
        tls: TLSContext? = nil,
        loop: EventLoop = .shared
    ) {
        self.tls = tls
        self.router = router
        self.limits = limits
        times = Times(limits)
        self.loop = loop
    }

    /// Starts to listen, and returns where: with port 0 the system chooses a free one.
    ///
    /// - Throws: `IOError`, with code `addressInUse` if somebody else listens there.
    @discardableResult
    package func start(on address: SocketAddress) async throws(IOError) -> SocketAddress {
        let listener = try await SocketListener.listen(on: address, loop: loop) { stream in
            self.accept(stream)
        }
        state.withLock { $0.listener = listener }
        return listener.address
    }

    /// Where the server listens; `nil` before it starts and after it shuts down.
    package var address: SocketAddress? { state.withLock { $0.listener?.address } }

    /// How many connections are open.
    package var connectionCount: Int { state.withLock { $0.connections.count } }

    private func accept(_ stream: SocketStream) {
        guard let secured = secured(stream) else {
            // Nobody waits for the end of a connection that never began.
            Task { await stream.close() }
            return
        }
        let connection = HTTPServerConnection(stream: secured, server: self)
        let isAccepted = state.withLock { state in
            guard !isDraining, state.connections.count < limits.connections else {
                return false
            }
            state.connections[ObjectIdentifier(connection)] = connection
            return true
        }
        // Unstructured, as the listener's callback cannot wait: the connection ends itself at the
        // deadlines of `limits`, and shutdown() waits for it.
        Task(executorPreference: loop) {
            guard isAccepted else { return await stream.close() }
            await connection.run()
            self.forget(connection)
        }
    }

    /// The stream as requests see it; the handshake comes with the first read.
    ///
    /// `nil` if OpenSSL has no memory: plain text is never a way out.
    private func secured(_ stream: SocketStream) -> (any ByteStream)? {
        guard let tls else { return stream }
        return try? TLSStream(over: stream, context: tls)
    }

    private func forget(_ connection: HTTPServerConnection) {
        let waiting = state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = nil
            guard state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Whether connections should end after the request that they are answering.
    var isDraining: Bool { draining.load(ordering: .acquiring) }

    /// Stops listening, lets requests in progress finish, and returns when every connection is closed.
    ///
    /// Idle connections are closed at once. What still runs after `grace` is cancelled and cut off.
    package func shutdown(grace: Duration = .seconds(10)) async {
        let (listener, open) = state.withLock { state in
            // Within the lock, so that no connection is added afterwards.
            draining.store(true, ordering: .releasing)
            defer { state.listener = nil }
            return (state.listener, Array(state.connections.values))
        }
        await listener?.close()
        for connection in open { await connection.drain() }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.untilEmpty()
                return true
            }
            group.addTask {
                try? await Task.sleep(for: grace)
                return false
            }
            if await group.next() == false {
                for connection in open { await connection.cut() }
            }
            group.cancelAll()
        }
    }

    private func untilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                guard !state.connections.isEmpty else { return true }
                state.whenEmpty.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
    }
}
