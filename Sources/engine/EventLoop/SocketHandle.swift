internal import CUV

/// A libuv stream handle and its memory; touched only on the loop's thread.
///
/// libuv calls back into the stream that owns the handle, which stays alive until the handle's close
/// callback has run.
@safe
final class SocketHandle: @unchecked Sendable {
    // Unchecked: confined to the loop's thread by its owners.
    private let tcp: UnsafeMutablePointer<uv_tcp_t>?
    private let pipe: UnsafeMutablePointer<uv_pipe_t>?
    let stream: UnsafeMutablePointer<uv_stream_t>
    private var isClosed: Bool = false

    /// A handle for TCP, or for a Unix socket if `isUnix`.
    init(loop: EventLoop, isUnix: Bool) {
        if isUnix {
            let pipe: UnsafeMutablePointer<uv_pipe_t> = .allocate(capacity: 1)
            unsafe uv_pipe_init(loop.uv, pipe, 0)
            unsafe stream = UnsafeMutableRawPointer(pipe).assumingMemoryBound(to: uv_stream_t.self)
            unsafe self.pipe = pipe
            unsafe tcp = nil
        } else {
            let tcp: UnsafeMutablePointer<uv_tcp_t> = .allocate(capacity: 1)
            unsafe uv_tcp_init(loop.uv, tcp)
            unsafe stream = UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_stream_t.self)
            unsafe self.tcp = tcp
            unsafe pipe = nil
        }
        unsafe stream.pointee.data = nil
    }

    /// The same memory as the base type of all handles.
    private var base: UnsafeMutablePointer<uv_handle_t> {
        unsafe UnsafeMutableRawPointer(stream).assumingMemoryBound(to: uv_handle_t.self)
    }

    /// The stream or listener that gets the callbacks, kept alive until the handle is closed.
    func setOwner(_ owner: AnyObject) {
        unsafe stream.pointee.data = Unmanaged<AnyObject>.passRetained(owner).toOpaque()
    }

    /// The owner of a handle, unless the handle is closing.
    private static func owner<T: AnyObject>(
        _ data: UnsafeMutableRawPointer?,
        as type: T.Type = T.self
    ) -> T? {
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<AnyObject>.fromOpaque(data).takeUnretainedValue() as? T
    }

    /// The stream that reads from a handle.
    ///
    /// libuv reads nothing from a handle that is closing, and only streams start to read: the type is known.
    private static func reader(_ data: UnsafeMutableRawPointer?) -> SocketStream? {
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<SocketStream>.fromOpaque(data).takeUnretainedValue()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        // The close callback frees the memory, so the handle stays alive until then.
        let keeper = unsafe Unmanaged.passRetained(self)
        let owner = unsafe stream.pointee.data
        unsafe stream.pointee.data = keeper.toOpaque()
        unsafe closingOwner = owner
        unsafe uv_close(base) { handle in
            guard let data = unsafe handle?.pointee.data else { return }
            let closed = unsafe Unmanaged<SocketHandle>.fromOpaque(data).takeRetainedValue()
            if let owner = unsafe closed.closingOwner {
                unsafe Unmanaged<AnyObject>.fromOpaque(owner).release()
            }
            unsafe closed.tcp?.deallocate()
            unsafe closed.pipe?.deallocate()
        }
    }

    private var closingOwner: UnsafeMutableRawPointer?

    // MARK: - Connecting and listening

    /// Binds to an address; returns what went wrong.
    func bind(_ address: SocketAddress) -> IOError? {
        let status: Int32
        if case .unix(let path) = address {
            status = unsafe uv_pipe_bind(pipe, path)
        } else {
            status = unsafe address.withSystemAddress { unsafe uv_tcp_bind(tcp, $0, 0) }
        }
        return status == 0 ? nil : IOError(uv: status, "listen on \(address)")
    }

    /// Starts listening; `SocketListener` gets the callbacks.
    func listen(backlog: Int32) -> Int32 {
        unsafe uv_listen(stream, backlog) { stream, status in
            let listener: SocketListener? = unsafe SocketHandle.owner(stream?.pointee.data)
            listener?.didConnect(status: status)
        }
    }

    /// Takes the next connection of a listening handle.
    func accept(from listener: SocketHandle) -> Int32 {
        unsafe uv_accept(listener.stream, stream)
    }

    /// The address on this side; `nil` for a Unix socket.
    var localAddress: SocketAddress? {
        guard let tcp = unsafe tcp else { return nil }
        return unsafe address { unsafe uv_tcp_getsockname(tcp, $0, $1) }
    }

    /// The address on the other side; `nil` for a Unix socket.
    var peerAddress: SocketAddress? {
        guard let tcp = unsafe tcp else { return nil }
        return unsafe address { unsafe uv_tcp_getpeername(tcp, $0, $1) }
    }

    private func address(
        _ get: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<Int32>) -> Int32
    ) -> SocketAddress? {
        var storage: sockaddr_storage = sockaddr_storage()
        var length: Int32 = Int32(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let base = bytes.baseAddress else { return nil }
            let address = unsafe base.assumingMemoryBound(to: sockaddr.self)
            guard unsafe get(address, &length) == 0 else { return nil }
            return unsafe SocketAddress(address)
        }
    }

    /// Sends small packets at once and notices dead peers.
    func setOptions() {
        guard let tcp = unsafe tcp else { return }
        unsafe uv_tcp_nodelay(tcp, 1)
        unsafe uv_tcp_keepalive(tcp, 1, 60)
    }

    /// What a pending connect needs when it ends.
    private final class Connecting {
        let finish: (Int32) -> Void
        init(finish: @escaping (Int32) -> Void) { self.finish = finish }
    }

    /// Connects; `finish` is called with libuv's status, once, later.
    func connect(to address: SocketAddress, _ finish: @escaping (Int32) -> Void) {
        let request: UnsafeMutablePointer<uv_connect_t> = .allocate(capacity: 1)
        unsafe request.pointee.data =
            unsafe Unmanaged.passRetained(Connecting(finish: finish)).toOpaque()
        let callback: uv_connect_cb = { request, status in
            guard let request = unsafe request else { return }
            let waiting = unsafe Unmanaged<Connecting>.fromOpaque(request.pointee.data)
                .takeRetainedValue()
            unsafe request.deallocate()
            waiting.finish(status)
        }
        if case .unix(let path) = address {
            unsafe uv_pipe_connect(request, pipe, path, callback)
            return
        }
        let status = unsafe address.withSystemAddress {
            unsafe uv_tcp_connect(request, tcp, $0, callback)
        }
        if status != 0 { unsafe callback(request, status) }
    }

    // MARK: - Bytes

    /// Begins to hand arriving bytes to the owner.
    func startReading() -> IOError? {
        guard !isClosed else { return IOError(.closed, "the connection is closed") }
        let status = unsafe uv_read_start(
            stream,
            { handle, _, buffer in
                let stream = unsafe SocketHandle.reader(handle?.pointee.data)
                guard let memory = unsafe stream?.loop.sharedReadBuffer else { return }
                unsafe buffer?.pointee.base = UnsafeMutableRawPointer(memory.baseAddress)?
                    .assumingMemoryBound(to: CChar.self)
                unsafe buffer?.pointee.len = memory.count
            },
            { handle, count, buffer in
                // The buffer is read before this callback returns, on this thread.
                nonisolated(unsafe) let buffer = unsafe buffer
                let stream = unsafe SocketHandle.reader(handle?.pointee.data)
                stream?.assumeIsolated { stream in
                    unsafe SocketHandle.deliver(count, buffer, to: stream)
                }
            }
        )
        return status == 0 ? nil : IOError(uv: status, "read")
    }

    private static func deliver(
        _ count: Int,
        _ buffer: UnsafePointer<uv_buf_t>?,
        to stream: isolated SocketStream
    ) {
        if count > 0, let base = unsafe buffer?.pointee.base {
            unsafe base.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
                unsafe stream.didRead(UnsafeBufferPointer(start: bytes, count: count))
            }
        } else if count == Int(UV_EOF.rawValue) {
            stream.didEnd()
        } else if count < 0 {
            stream.fail(IOError(uv: Int32(count), "read"))
        }
    }

    func stopReading() {
        if !isClosed { unsafe uv_read_stop(stream) }
    }

    /// Gives bytes to the kernel; returns how many it took.
    func tryWrite(_ bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBufferPointer { source in
            var buffer = unsafe SocketHandle.buffer(source, from: 0)
            let sent = unsafe uv_try_write(stream, &buffer, 1)
            return max(0, Int(sent))
        }
    }

    private static func buffer(_ source: UnsafeBufferPointer<UInt8>, from start: Int) -> uv_buf_t {
        let base = unsafe UnsafeMutableRawPointer(mutating: source.baseAddress)?
            .assumingMemoryBound(to: CChar.self)
        return unsafe uv_buf_init(base.map { unsafe $0 + start }, UInt32(source.count - start))
    }

    /// Bytes on their way out, kept until libuv is done with them.
    @safe
    private final class Writing {
        let memory: UnsafeMutableBufferPointer<UInt8>
        init(_ bytes: ArraySlice<UInt8>) {
            unsafe memory = .allocate(capacity: bytes.count)
            unsafe _ = memory.initialize(from: bytes)
        }
        deinit { unsafe memory.deallocate() }
    }

    /// Queues the bytes from `start` on; the owner hears when they are gone.
    func queue(_ bytes: [UInt8], from start: Int) -> IOError? {
        let writing = Writing(bytes[start...])
        let request: UnsafeMutablePointer<uv_write_t> = .allocate(capacity: 1)
        unsafe request.pointee.data = Unmanaged.passRetained(writing).toOpaque()
        var buffer = unsafe SocketHandle.buffer(UnsafeBufferPointer(writing.memory), from: 0)
        let status = unsafe uv_write(request, stream, &buffer, 1) { request, status in
            guard let request = unsafe request else { return }
            let done = unsafe Unmanaged<Writing>.fromOpaque(request.pointee.data)
                .takeRetainedValue()
            let data = unsafe request.pointee.handle?.pointee.data
            unsafe request.deallocate()
            let stream: SocketStream? = unsafe SocketHandle.owner(data)
            let count = unsafe done.memory.count
            stream?.assumeIsolated { $0.didWrite(count: count, status: status) }
        }
        guard status != 0 else { return nil }
        unsafe Unmanaged<Writing>.fromOpaque(request.pointee.data).release()
        unsafe request.deallocate()
        return IOError(uv: status, "write")
    }

    /// Sends the end of the stream after what is queued.
    func shutdown() {
        guard !isClosed else { return }
        let request: UnsafeMutablePointer<uv_shutdown_t> = .allocate(capacity: 1)
        let status = unsafe uv_shutdown(request, stream) { request, _ in
            unsafe request?.deallocate()
        }
        if status != 0 { unsafe request.deallocate() }
    }
}
