internal import CUV

/// A socket that accepts connections.
package final class SocketListener: @unchecked Sendable {
    // Unchecked: the handle is touched only on the loop; the rest never changes.
    private let handle: SocketHandle
    private let loop: EventLoop
    private let accept: @Sendable (SocketStream) -> Void
    /// Where the listener is; the port is the real one if port 0 was asked for.
    package let address: SocketAddress

    private init(
        handle: SocketHandle,
        loop: EventLoop,
        address: SocketAddress,
        accept: @escaping @Sendable (SocketStream) -> Void
    ) {
        self.handle = handle
        self.loop = loop
        self.address = address
        self.accept = accept
    }

    /// Listens on `address`; port 0 takes any free port.
    ///
    /// `accept` is called on the loop with each connection; it owns the connection and must close it.
    /// The kernel holds up to `backlog` connections until they are accepted.
    ///
    /// - Throws: ``IOError``, with code `addressInUse` if somebody else listens there.
    package static func listen(
        on address: SocketAddress,
        loop: EventLoop = .shared,
        backlog: Int = 1024,
        accept: @escaping @Sendable (SocketStream) -> Void
    ) async throws(IOError) -> SocketListener {
        let opened = await loop.run { () -> Result<SocketListener, IOError> in
            if case .unix = address {
                return open(address, isUnix: true, loop, backlog, accept)
            }
            return open(address, isUnix: false, loop, backlog, accept)
        }
        return try opened.get()
    }

    private static func open(
        _ address: SocketAddress,
        isUnix: Bool,
        _ loop: EventLoop,
        _ backlog: Int,
        _ accept: @escaping @Sendable (SocketStream) -> Void
    ) -> Result<SocketListener, IOError> {
        let handle = SocketHandle(loop: loop, isUnix: isUnix)
        if let error = handle.bind(address) {
            handle.close()
            return .failure(error)
        }
        let listener = SocketListener(
            handle: handle,
            loop: loop,
            address: handle.localAddress ?? address,
            accept: accept
        )
        handle.setOwner(listener)
        let status = handle.listen(backlog: Int32(clamping: backlog))
        guard status == 0 else {
            handle.close()
            return .failure(IOError(uv: status, "listen on \(address)"))
        }
        return .success(listener)
    }

    /// Takes a waiting connection; libuv calls this on the loop.
    func didConnect(status: Int32) {
        guard status == 0 else { return }
        var isUnix = false
        if case .unix = address { isUnix = true }
        let connection = SocketHandle(loop: loop, isUnix: isUnix)
        guard connection.accept(from: handle) == 0 else { return connection.close() }
        connection.setOptions()
        let stream = SocketStream(
            connected: connection,
            loop: loop,
            peer: connection.peerAddress
        )
        stream.assumeIsolated { $0.start() }
        accept(stream)
    }

    /// Stops listening; connections that were accepted stay open.
    package func close() async {
        await loop.run { self.handle.close() }
    }
}
