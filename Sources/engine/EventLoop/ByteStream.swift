/// A connection that carries bytes both ways: TCP, a Unix socket, TLS.
///
/// One task reads at a time. Waiting reads and writes do not watch for cancellation of their task;
/// whoever wants that closes the stream, which ends both.
package protocol ByteStream: Sendable {
    /// The loop on which the stream lives.
    var loop: EventLoop { get }

    /// Who is at the other end.
    var peer: SocketAddress? { get }

    /// Returns what has arrived, at least one byte; nothing at the end of the stream.
    ///
    /// Gives up at the deadline; `nil` waits for ever.
    ///
    /// - Throws: ``IOError``.
    func read(until deadline: IOInstant?) async throws(IOError) -> [UInt8]

    /// Sends bytes; returns when they are sent or few enough are waiting to be sent.
    ///
    /// Where a slow reader makes it wait beyond the deadline, the stream is closed.
    ///
    /// - Throws: ``IOError``.
    func write(_ bytes: [UInt8], until deadline: IOInstant?) async throws(IOError)

    /// Calls `action`, on the loop, when the peer closes or breaks the connection while nobody reads.
    func onHangUp(_ action: (@Sendable () -> Void)?) async

    /// Sends what waits, then closes. Ends waiting reads with an error. Returns at once.
    func close() async
}
