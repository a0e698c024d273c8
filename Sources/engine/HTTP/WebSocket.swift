package import EventLoop

/// A WebSocket, on a server or a client.
///
/// One task receives; any number send. Pings are sent and answered while somebody receives: a peer
/// that stays silent for ``Timing/silence`` is given up.
@safe
package actor WebSocket {
    /// A message, whole.
    package enum Message: Sendable, Equatable {
        /// Text, valid UTF-8.
        case text([UInt8])
        /// Bytes.
        case binary([UInt8])

        /// The payload.
        package var bytes: [UInt8] {
            switch self {
            case .text(let bytes), .binary(let bytes): bytes
            }
        }
    }

    /// When pings are sent and patience ends.
    package struct Timing: Sendable {
        /// Between two pings; go-jsonrpc uses five seconds on both sides.
        package var ping: Duration
        /// Without a byte from the peer until it is given up.
        package var silence: Duration
        /// For the peer to take bytes when the buffers are full.
        package var write: Duration

        /// The times of go-jsonrpc: pings each 5 s, 30 s of silence, 60 s for a write.
        package init(
            ping: Duration = .seconds(5),
            silence: Duration = .seconds(30),
            write: Duration = .seconds(60)
        ) {
            self.ping = ping
            self.silence = silence
            self.write = write
        }
    }

    /// The largest message unless told otherwise, as in go-jsonrpc.
    package static let defaultMessageBytes: Int = 100 << 20
    /// How many bytes may wait to be sent before senders wait too.
    private static let highWater: Int = 1 << 20

    private let stream: any ByteStream
    private let codec: WebSocketCodec
    private let timing: Timing
    private var ready: [Message] = []
    private var pending: [UInt8]
    private var isAlive: Bool = true
    private var isFlushing: Bool = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var lastHeard: IOInstant = .now
    private var nextPing: IOInstant
    /// The code of the close that the peer sent; `nil` until then, 1005 for one without a code.
    package private(set) var closeCode: UInt16?
    package nonisolated let unownedExecutor: UnownedSerialExecutor
    /// Who is at the other end.
    package nonisolated var peer: SocketAddress? { stream.peer }

    /// Takes over a stream after the handshake, with the bytes that came behind it.
    init(
        stream: any ByteStream,
        isServer: Bool,
        received: [UInt8] = [],
        messageBytes: Int = WebSocket.defaultMessageBytes,
        timing: Timing = Timing()
    ) {
        self.stream = stream
        self.timing = timing
        codec = WebSocketCodec(isServer: isServer, messageBytes: messageBytes)
        pending = received
        nextPing = .after(timing.ping)
        unsafe unownedExecutor = stream.loop.asUnownedSerialExecutor()
    }

    // MARK: - Receiving

    /// Returns the next message; `nil` when the peer closed in order.
    ///
    /// - Throws: `IOError` if the connection broke, the peer fell silent or broke the protocol.
    package func receive() async throws(IOError) -> Message? {
        while ready.isEmpty {
            guard isAlive else { return try end() }
            let bytes = try await nextBytes()
            guard !bytes.isEmpty else { continue }
            let (events, isAlive) = codec.receive(bytes)
            self.isAlive = self.isAlive && isAlive
            for event in events { take(event) }
            try? await flush()
        }
        return ready.removeFirst()
    }

    private func end() throws(IOError) -> Message? {
        guard closeCode != nil else {
            throw IOError(.closed, "the WebSocket ended without a close")
        }
        return nil
    }

    private func take(_ event: WebSocketCodec.Event) {
        switch event {
        case .text(let bytes): ready.append(.text(bytes))
        case .binary(let bytes): ready.append(.binary(bytes))
        case .pong: break
        case .close(let code):
            closeCode = code == 0 ? 1005 : code
            isAlive = false
        }
    }

    /// Waits for bytes, pinging meanwhile; nothing if only a ping was due.
    private func nextBytes() async throws(IOError) -> [UInt8] {
        if !pending.isEmpty {
            defer { pending = [] }
            return pending
        }
        let patience = lastHeard + timing.silence
        do {
            let bytes = try await stream.read(until: min(patience, nextPing))
            lastHeard = .now
            if bytes.isEmpty { isAlive = false }
            return bytes
        } catch {
            guard error.code == .timedOut else { throw error }
            guard IOInstant.now < patience else {
                isAlive = false
                throw IOError(.timedOut, "the peer of the WebSocket is silent")
            }
            nextPing = .after(timing.ping)
            if codec.queuePing() { try await flush() }
            return []
        }
    }

    // MARK: - Sending

    /// Sends a text message.
    ///
    /// - Throws: `IOError` if the connection is closed or the peer does not read.
    package func send(text: [UInt8]) async throws(IOError) {
        try await finishSending(codec.queue(text: text))
    }

    /// Sends a binary message.
    ///
    /// - Throws: `IOError` if the connection is closed or the peer does not read.
    package func send(binary: [UInt8]) async throws(IOError) {
        try await finishSending(codec.queue(binary: binary))
    }

    private func finishSending(_ isQueued: Bool) async throws(IOError) {
        guard isQueued else { throw IOError(.closed, "the WebSocket is closed") }
        if isFlushing, codec.outputCount > Self.highWater {
            await withCheckedContinuation { continuation in
                // Others may have run before this closure.
                guard isFlushing else { return continuation.resume() }
                waiting.append(continuation)
            }
        }
        try await flush()
    }

    /// Sends what waits, in order, whoever calls.
    private func flush() async throws(IOError) {
        guard !isFlushing else { return }
        isFlushing = true
        defer {
            isFlushing = false
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
        while codec.outputCount > 0 {
            try await stream.write(codec.takeOutput(), until: .after(timing.write))
        }
    }

    /// Says goodbye and closes; a close that was already sent is not sent again.
    package func close(code: UInt16, reason: String = "") async {
        codec.queueClose(code: code, reason: reason)
        isAlive = false
        try? await flush()
        await stream.close()
    }
}
