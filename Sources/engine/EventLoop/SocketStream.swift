internal import CUV

/// A TCP connection or Unix socket on a loop.
///
/// Reading runs ahead of the reader up to ``highWater`` bytes and then leaves the rest to the kernel,
/// so that a fast sender is slowed down. Writing goes to the kernel at once; what it does not take is
/// queued, and the writer waits while more than ``highWater`` bytes are queued.
@safe
package actor SocketStream: ByteStream {
    /// The most bytes held for a slow reader, or queued for a slow peer before the writer waits.
    package static let highWater: Int = 256 << 10

    package nonisolated let loop: EventLoop
    package nonisolated let peer: SocketAddress?
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    /// How a wait for bytes or for room ends.
    package enum Wake: Sendable {
        case ready
        case failed(IOError)
    }

    private let handle: SocketHandle
    private var received: [UInt8] = []
    private var isPaused: Bool = true
    private var hasEnded: Bool = false
    private var failure: IOError?
    private var isClosed: Bool = false
    private var reader: UnsafeContinuation<Wake, Never>?
    private var writers: [UnsafeContinuation<Wake, Never>] = unsafe []
    private var queuedBytes: Int = 0
    private var readTimer: LoopTimer?
    private var writeTimer: LoopTimer?
    private var hangUp: (@Sendable () -> Void)?
    private var taker: Taker?
    /// Whether the reader that waits leaves bytes to the taker.
    private var leavesToTaker: Bool = false

    /// Takes bytes as they arrive, on the loop, while the reader goes on waiting.
    ///
    /// Returns until when the reader waits for more, or `nil` to wake it. The bytes are the taker's either way.
    package typealias Taker = @Sendable ([UInt8]) -> IOInstant?

    /// Takes over a connected handle; called on the loop.
    init(connected handle: SocketHandle, loop: EventLoop, peer: SocketAddress?) {
        self.handle = handle
        self.loop = loop
        self.peer = peer
    }

    /// Begins to read; the handle holds the stream from now on until it is closed.
    func start() {
        handle.setOwner(self)
        resumeReading()
    }

    // MARK: - Reading

    package func read(until deadline: IOInstant?) async throws(IOError) -> [UInt8] {
        if let outcome = arrived() { return try outcome.get() }
        // The continuation is resumed exactly once: here, by bytes, by the end, by the deadline or
        // by close(). The runtime may let others run before the closure: it looks again.
        let wake: Wake = unsafe await withUnsafeContinuation { continuation in
            unsafe wait(with: continuation, until: deadline)
        }
        return try takeReceived(after: wake).get()
    }

    // The three steps of `read(until:)` for an actor that lives on the same loop: it waits with a
    // continuation of its own, and no executor is switched.

    /// What has arrived, or why nothing will; `nil` if there is something to wait for.
    package nonisolated func arrivedInPlace() -> Result<[UInt8], IOError>? {
        inPlace { $0.arrived() }
    }

    /// Resumes the continuation, once, when there is something to take.
    ///
    /// With `leavingToTaker` the stream's taker sees the bytes first, and decides whether the reader wakes.
    package nonisolated func waitInPlace(
        with continuation: UnsafeContinuation<Wake, Never>,
        until deadline: IOInstant?,
        leavingToTaker: Bool = false
    ) {
        inPlace { stream in
            unsafe stream.wait(with: continuation, until: deadline)
            stream.leavesToTaker = leavingToTaker
        }
    }

    /// Sets who takes bytes while a reader waits that leaves them to it, or nobody.
    ///
    /// A taker must not wait and takes microseconds; what it refers to lives until the stream is closed.
    package nonisolated func takeInPlace(by taker: Taker?) {
        inPlace { $0.taker = $0.isClosed ? nil : taker }
    }

    /// What has arrived after the wait.
    package nonisolated func takeInPlace(after wake: Wake) -> Result<[UInt8], IOError> {
        inPlace { $0.takeReceived(after: wake) }
    }

    /// Runs `body`, for a caller that is on the loop already; anywhere else it ends the process.
    private nonisolated func inPlace<T: Sendable>(_ body: (isolated SocketStream) -> T) -> T {
        assumeIsolated(body)
    }

    /// What has arrived, or why nothing will; `nil` if there is something to wait for.
    private func arrived() -> Result<[UInt8], IOError>? {
        guard received.isEmpty else { return .success(take()) }
        if hasEnded { return .success([]) }
        do throws(IOError) { try checkUsable() } catch { return .failure(error) }
        guard unsafe reader == nil else {
            return .failure(IOError(.other, "two tasks read from one connection"))
        }
        return nil
    }

    private func wait(
        with continuation: UnsafeContinuation<Wake, Never>,
        until deadline: IOInstant?
    ) {
        guard received.isEmpty, !hasEnded, failure == nil, !isClosed else {
            return unsafe continuation.resume(returning: .ready)
        }
        unsafe reader = continuation
        setReadDeadline(deadline)
    }

    private func takeReceived(after wake: Wake) -> Result<[UInt8], IOError> {
        setReadDeadline(nil)
        if received.isEmpty {
            if case .failed(let error) = wake { return .failure(error) }
            if !hasEnded {
                do throws(IOError) { try checkUsable() } catch { return .failure(error) }
            }
        }
        return .success(take())
    }

    private func take() -> [UInt8] {
        let bytes = received
        received = []
        if isPaused, !isClosed, !hasEnded { resumeReading() }
        return bytes
    }

    private func setReadDeadline(_ deadline: IOInstant?) {
        if readTimer == nil {
            guard deadline != nil else { return }
            // Held strongly until the timer is closed, which every stream's end does: a weak reference
            // would make every later counting of references slow.
            readTimer = LoopTimer(loop: loop) {
                self.assumeIsolated { stream in
                    stream.wakeReader(.failed(IOError(.timedOut, "no bytes before the deadline")))
                }
            }
        }
        readTimer?.set(deadline)
    }

    private func resumeReading() {
        isPaused = false
        if let error = handle.startReading() { fail(error) }
    }

    private func wakeReader(_ wake: Wake) {
        guard let waiting = unsafe reader else { return }
        unsafe reader = nil
        leavesToTaker = false
        unsafe waiting.resume(returning: wake)
    }

    /// Takes bytes from libuv.
    func didRead(_ bytes: UnsafeBufferPointer<UInt8>) {
        if leavesToTaker, received.isEmpty, unsafe reader != nil, let taker {
            let deadline = unsafe taker(Array(bytes))
            // The taker's answer may have failed, which has woken the reader.
            guard unsafe reader != nil else { return }
            if let deadline { return setReadDeadline(deadline) }
            return wakeReader(.ready)
        }
        unsafe received.append(contentsOf: bytes)
        if received.count >= Self.highWater {
            isPaused = true
            handle.stopReading()
        }
        wakeReader(.ready)
    }

    /// Takes the end of the stream from libuv.
    func didEnd() {
        hasEnded = true
        wakeReader(.ready)
        hangUp?()
    }

    /// Takes an error from libuv, for reading or writing.
    func fail(_ error: IOError) {
        guard failure == nil else { return }
        failure = error
        wakeReader(.failed(error))
        wakeWriters(.failed(error))
        hangUp?()
    }

    package func onHangUp(_ action: (@Sendable () -> Void)?) {
        hangUp = action
        if action != nil, hasEnded || failure != nil || isClosed { action?() }
    }

    private func checkUsable() throws(IOError) {
        if let failure { throw failure }
        if isClosed { throw IOError(.closed, "the connection is closed") }
    }

    // MARK: - Writing

    package func write(_ bytes: [UInt8], until deadline: IOInstant?) async throws(IOError) {
        try send(bytes)
        try await waitForRoom(until: deadline)
    }

    /// Sends bytes without waiting, for code that is on the loop already.
    ///
    /// Returns whether so much is queued that the writer must ``waitForRoom(until:)`` before it goes on.
    package nonisolated func sendInPlace(_ bytes: [UInt8]) throws(IOError) -> Bool {
        try inPlace { stream in
            Result { () throws(IOError) in
                try stream.send(bytes)
                return stream.queuedBytes > Self.highWater
            }
        }.get()
    }

    /// Gives bytes to the kernel, and queues what it does not take.
    private func send(_ bytes: [UInt8]) throws(IOError) {
        try checkUsable()
        let sent = queuedBytes == 0 ? handle.tryWrite(bytes) : 0
        guard sent < bytes.count else { return }
        queuedBytes += bytes.count - sent
        if let error = handle.queue(bytes, from: sent) {
            fail(error)
            throw error
        }
    }

    /// Waits until few enough bytes are queued; at the deadline the stream is closed.
    package func waitForRoom(until deadline: IOInstant?) async throws(IOError) {
        while queuedBytes > Self.highWater {
            try checkUsable()
            let wake: Wake = unsafe await withUnsafeContinuation { continuation in
                guard queuedBytes > Self.highWater, failure == nil, !isClosed else {
                    return unsafe continuation.resume(returning: .ready)
                }
                unsafe writers.append(continuation)
                setWriteDeadline(deadline)
            }
            setWriteDeadline(nil)
            if case .failed(let error) = wake { throw error }
        }
    }

    private func setWriteDeadline(_ deadline: IOInstant?) {
        if writeTimer == nil {
            guard deadline != nil else { return }
            writeTimer = LoopTimer(loop: loop) {
                self.assumeIsolated { stream in
                    stream.fail(IOError(.timedOut, "the peer does not read"))
                    stream.finishClosing()
                }
            }
        }
        writeTimer?.set(deadline)
    }

    private func wakeWriters(_ wake: Wake) {
        // A woken writer runs later, so none is added meanwhile.
        while let writer = unsafe writers.popLast() { unsafe writer.resume(returning: wake) }
    }

    /// Takes from libuv that queued bytes went out, or why not.
    func didWrite(count: Int, status: Int32) {
        queuedBytes -= count
        if status < 0 { fail(IOError(uv: status, "write")) }
        if queuedBytes <= Self.highWater / 4 { wakeWriters(.ready) }
        if isClosed, queuedBytes == 0 { finishClosing() }
    }

    // MARK: - Closing

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        handle.stopReading()
        wakeReader(.failed(IOError(.closed, "the connection is closed")))
        hangUp = nil
        taker = nil
        if queuedBytes == 0 || failure != nil {
            finishClosing()
        } else {
            // A peer that never reads must not keep the socket for ever.
            setWriteDeadline(.after(.seconds(30)))
        }
    }

    private func finishClosing() {
        isClosed = true
        readTimer?.close()
        writeTimer?.close()
        readTimer = nil
        writeTimer = nil
        hangUp = nil
        taker = nil
        wakeWriters(.failed(IOError(.closed, "the connection is closed")))
        handle.close()
    }

    /// Sends the end of the stream after what is queued; reading goes on.
    package func finishWriting() { handle.shutdown() }
}
