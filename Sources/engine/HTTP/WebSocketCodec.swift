internal import COpenSSL
internal import CWslay

/// Frames and messages of one WebSocket (RFC 6455), by libwslay; no sockets, no time.
@safe
final class WebSocketCodec {
    /// What arrived.
    enum Event {
        case text([UInt8])
        case binary([UInt8])
        case pong
        case close(code: UInt16)
    }

    private var context: wslay_event_context_ptr?
    private let isServer: Bool
    private var input: [UInt8] = []
    private var inputStart: Int = 0
    private var events: [Event] = []
    private var output: [UInt8] = []

    /// A codec for one side; messages over `messageBytes` end the connection with code 1009.
    init(isServer: Bool, messageBytes: Int) {
        self.isServer = isServer
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        var callbacks = Self.callbacks
        if isServer {
            unsafe wslay_event_context_server_init(&self.context, &callbacks, context)
        } else {
            unsafe wslay_event_context_client_init(&self.context, &callbacks, context)
        }
        unsafe wslay_event_config_set_max_recv_msg_length(self.context, UInt64(messageBytes))
    }

    deinit { unsafe wslay_event_context_free(context) }

    // MARK: - Receiving

    /// Takes bytes from the peer and returns what they complete.
    ///
    /// Pings and closes are answered into the output. `isAlive` is false once the connection is to
    /// end: after a close in both directions, or after the peer broke the protocol.
    func receive(_ bytes: [UInt8]) -> (events: [Event], isAlive: Bool) {
        input.append(contentsOf: bytes)
        let status = unsafe wslay_event_recv(context)
        flush()
        defer { events = [] }
        let isAlive = unsafe status == 0 && wslay_event_get_read_enabled(context) != 0
        return (events, isAlive)
    }

    private func take(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        let taken = min(count, input.count - inputStart)
        for place in 0..<taken { unsafe target[place] = input[inputStart + place] }
        inputStart += taken
        if inputStart == input.count {
            input.removeAll(keepingCapacity: input.count < 65536)
            inputStart = 0
        }
        return taken
    }

    private func didReceive(_ message: wslay_event_on_msg_recv_arg) {
        let payload = unsafe UnsafeBufferPointer(start: message.msg, count: message.msg_length)
        switch unsafe UInt32(message.opcode) {
        case WSLAY_TEXT_FRAME.rawValue: unsafe events.append(.text(Array(payload)))
        case WSLAY_BINARY_FRAME.rawValue: unsafe events.append(.binary(Array(payload)))
        case WSLAY_PONG.rawValue: events.append(.pong)
        case WSLAY_CONNECTION_CLOSE.rawValue:
            unsafe events.append(.close(code: message.status_code))
        default: break
        }
    }

    // MARK: - Sending

    /// Puts a message into the output; returns whether it was accepted: not after a close.
    func queue(text: [UInt8]) -> Bool { queue(UInt8(WSLAY_TEXT_FRAME.rawValue), text) }

    /// Puts a message into the output; returns whether it was accepted: not after a close.
    func queue(binary: [UInt8]) -> Bool { queue(UInt8(WSLAY_BINARY_FRAME.rawValue), binary) }

    /// Puts a ping into the output.
    func queuePing() -> Bool { queue(UInt8(WSLAY_PING.rawValue), []) }

    /// Puts a close into the output.
    func queueClose(code: UInt16, reason: String) {
        let text: [UInt8] = Array(reason.utf8.prefix(100))
        unsafe wslay_event_queue_close(context, code, text, text.count)
        flush()
    }

    private func queue(_ opcode: UInt8, _ payload: [UInt8]) -> Bool {
        let status = unsafe payload.withUnsafeBufferPointer { payload in
            var message = unsafe wslay_event_msg(
                opcode: opcode,
                msg: payload.baseAddress,
                msg_length: payload.count
            )
            return unsafe wslay_event_queue_msg(context, &message)
        }
        flush()
        return status == 0
    }

    private func flush() {
        while unsafe wslay_event_want_write(context) != 0 {
            guard unsafe wslay_event_send(context) == 0 else { return }
        }
    }

    /// How many bytes wait to be sent.
    var outputCount: Int { output.count }

    /// Takes the bytes to send.
    func takeOutput() -> [UInt8] {
        defer { output = [] }
        return output
    }

    // MARK: - Callbacks

    private static func from(_ data: UnsafeMutableRawPointer?) -> WebSocketCodec? {
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<WebSocketCodec>.fromOpaque(data).takeUnretainedValue()
    }

    private static var callbacks: wslay_event_callbacks {
        var callbacks = wslay_event_callbacks()
        unsafe callbacks.recv_callback = { context, target, count, _, data in
            guard let self = unsafe WebSocketCodec.from(data), let target = unsafe target else {
                return -1
            }
            let taken = unsafe self.take(target, count)
            guard taken > 0 else {
                unsafe wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK.rawValue)
                return -1
            }
            return taken
        }
        unsafe callbacks.send_callback = { _, bytes, count, _, data in
            guard let self = unsafe WebSocketCodec.from(data) else { return -1 }
            unsafe self.output.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
            return count
        }
        unsafe callbacks.genmask_callback = { _, target, count, _ in
            // Masks must be unpredictable (RFC 6455, 10.3).
            unsafe RAND_bytes(target, Int32(count)) == 1 ? 0 : -1
        }
        unsafe callbacks.on_msg_recv_callback = { _, message, data in
            guard let message = unsafe message else { return }
            unsafe WebSocketCodec.from(data)?.didReceive(message.pointee)
        }
        return callbacks
    }
}
