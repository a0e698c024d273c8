internal import CUV

extension SocketStream {
    /// Connects to `address`, or gives up at the deadline.
    ///
    /// - Throws: ``IOError``: `refused`, `timedOut` and what else the system says.
    package static func connect(
        to address: SocketAddress,
        loop: EventLoop = .shared,
        until deadline: IOInstant?
    ) async throws(IOError) -> SocketStream {
        let outcome: Result<SocketStream, IOError> = await loop.awaiting { finish in
            var isUnix = false
            if case .unix = address { isUnix = true }
            let handle = SocketHandle(loop: loop, isUnix: isUnix)
            var isTimedOut = false
            let timer = LoopTimer(loop: loop) {
                isTimedOut = true
                handle.close()
            }
            timer.set(deadline)
            handle.connect(to: address) { status in
                timer.close()
                guard status == 0 else {
                    handle.close()
                    let late = IOError(.timedOut, "connect to \(address): no answer in time")
                    return finish(
                        .failure(
                            isTimedOut ? late : IOError(uv: status, "connect to \(address)")
                        )
                    )
                }
                handle.setOptions()
                let stream = SocketStream(connected: handle, loop: loop, peer: address)
                stream.assumeIsolated { $0.start() }
                finish(.success(stream))
            }
        }
        return try outcome.get()
    }

    /// Connects to a name or address, trying each of its addresses in turn.
    ///
    /// - Throws: ``IOError``: `unknownHost`, or why the last address failed.
    package static func connect(
        host: String,
        port: UInt16,
        loop: EventLoop = .shared,
        until deadline: IOInstant?
    ) async throws(IOError) -> SocketStream {
        var last = IOError(.unknownHost, "look up \(host): no address")
        for address in try await Resolver.addresses(of: host, port: port, loop: loop) {
            do {
                return try await connect(to: address, loop: loop, until: deadline)
            } catch {
                last = error
            }
        }
        throw last
    }
}
