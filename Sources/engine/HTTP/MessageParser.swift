internal import CHTTPParser

/// Parses one message after another, with libhttp-parser for the grammar.
///
/// The head is given whole, after ``HeadScanner`` has seen it; the body in pieces as they come.
@safe
final class MessageParser {
    /// What the callbacks write.
    ///
    /// They are called for every field, so they reach it by a pointer of their own: no reference is
    /// counted and no access is tracked.
    @safe
    private struct State {
        /// The head's bytes while its callbacks run, to turn pointers into offsets.
        var headBase: UnsafePointer<CChar>?
        var fields: [HTTPHeaders.Field] = []
        var target: Range<Int> = 0..<0
        var isInTrailer: Bool = false
        var skipsBody: Bool = false
        var isComplete: Bool = false
        var body: [UInt8] = []
        var bodyLimit: Int = 0
        var bodyTotal: Int = 0
        var isOverLimit: Bool = false
    }

    private let parser: UnsafeMutablePointer<http_parser> = .allocate(capacity: 1)
    private let state: UnsafeMutablePointer<State> = .allocate(capacity: 1)
    private let isServer: Bool

    /// Whether the message is complete.
    var isComplete: Bool { unsafe state.pointee.isComplete }

    /// A parser of requests on a server, or of responses on a client.
    init(isServer: Bool) {
        self.isServer = isServer
        unsafe state.initialize(to: State())
        unsafe http_parser_init(parser, isServer ? HTTP_REQUEST : HTTP_RESPONSE)
        unsafe parser.pointee.data = UnsafeMutableRawPointer(state)
    }

    deinit {
        unsafe parser.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// What the head says.
    struct Head {
        var target: Range<Int>
        var headers: HTTPHeaders
        var method: HTTPMethod?
        var status: Int
        var minorVersion: Int
        /// The announced length of the body; `nil` without one, or in chunks, or until the end.
        var contentLength: Int?
        var isChunked: Bool
        var keepsAlive: Bool
        /// Whether the sender waits for leave to send the body.
        var expects: Bool
    }

    /// Parses a whole head, which `bytes` holds from `start` to `end`; the header fields share the bytes.
    ///
    /// `hasNoBody` says that this response has none whatever its head says (after `HEAD`).
    ///
    /// - Throws: ``HTTPError`` with the status that fits.
    func parseHead(
        _ bytes: [UInt8],
        from start: Int = 0,
        to end: Int? = nil,
        hasNoBody: Bool = false
    ) throws(HTTPError) -> Head {
        let count = (end ?? bytes.count) - start
        unsafe state.pointee.isComplete = false
        unsafe state.pointee.isInTrailer = false
        unsafe state.pointee.skipsBody = hasNoBody
        unsafe state.pointee.fields.reserveCapacity(8)
        let used = unsafe bytes.withUnsafeBytes { buffer in
            let base = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe state.pointee.headBase = base
            return unsafe http_parser_execute(
                parser,
                Self.settings,
                base.map { unsafe $0 + start },
                count
            )
        }
        unsafe state.pointee.headBase = nil
        unsafe state.pointee.isInTrailer = true
        let fields = unsafe state.pointee.fields
        unsafe state.pointee.fields = []
        try checkErrno()
        guard isComplete || used == count else { throw parsingError }
        let found = Head(
            target: unsafe state.pointee.target,
            headers: HTTPHeaders(bytes: bytes, fields: fields),
            method: isServer ? method : nil,
            status: Int(unsafe parser.pointee.status_code),
            minorVersion: Int(unsafe parser.pointee.http_minor),
            contentLength: nil,
            isChunked: false,
            keepsAlive: unsafe http_should_keep_alive(parser) != 0,
            expects: false
        )
        return try checked(found)
    }

    /// Parses body bytes from `start` on and returns the offset behind those that belong to it.
    ///
    /// - Throws: ``HTTPError``: 400, or 413 when the body would exceed `limit`.
    func parseBody(
        _ bytes: [UInt8],
        from start: Int,
        limit: Int
    ) throws(HTTPError) -> Int {
        guard !isComplete, start < bytes.count else { return start }
        unsafe state.pointee.bodyLimit = limit
        let used = unsafe bytes.withUnsafeBytes { buffer in
            let base = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe http_parser_execute(
                parser,
                Self.settings,
                base.map { unsafe $0 + start },
                buffer.count - start
            )
        }
        if unsafe state.pointee.isOverLimit {
            throw HTTPError(.contentTooLarge, "the body exceeds \(limit) bytes")
        }
        try checkErrno()
        return start + used
    }

    /// Tells the parser that the connection ended, which ends some responses.
    func finish() throws(HTTPError) {
        unsafe _ = http_parser_execute(parser, Self.settings, nil, 0)
        try checkErrno()
        guard isComplete else { throw .bad("the connection ended inside a message") }
    }

    /// Takes the body bytes parsed so far.
    func takeBody() -> [UInt8] {
        let body = unsafe state.pointee.body
        unsafe state.pointee.body = []
        return body
    }

    /// Makes ready for the next message on the same connection.
    func reset() {
        unsafe state.pointee.bodyTotal = 0
        unsafe state.pointee.body = []
        if isPaused { unsafe http_parser_pause(parser, 0) }
    }

    private var errno: http_errno { unsafe http_errno(UInt32(parser.pointee.http_errno)) }
    private var isPaused: Bool { errno == HPE_PAUSED }

    private func checkErrno() throws(HTTPError) {
        guard errno == HPE_OK || errno == HPE_PAUSED else { throw parsingError }
    }

    private var parsingError: HTTPError {
        if errno == HPE_INVALID_METHOD { return HTTPError(.notImplemented, "unknown method") }
        let text = unsafe http_errno_description(errno).map { unsafe String(cString: $0) }
        return .bad(text ?? "malformed message")
    }

    private var method: HTTPMethod? {
        let code = unsafe http_method(UInt32(parser.pointee.method))
        return switch code {
        case HTTP_GET: .get
        case HTTP_HEAD: .head
        case HTTP_POST: .post
        case HTTP_PUT: .put
        case HTTP_DELETE: .delete
        case HTTP_PATCH: .patch
        case HTTP_OPTIONS: .options
        default: nil
        }
    }

    // MARK: - Checks beyond the grammar

    /// Refuses heads whose framing two parsers could read differently (RFC 9112, 6.1 and 6.3).
    private func checked(_ head: Head) throws(HTTPError) -> Head {
        var head = head
        let headers = head.headers
        guard unsafe parser.pointee.http_major == 1, head.minorVersion <= 1 else {
            throw HTTPError(.versionNotSupported, "only HTTP/1.0 and HTTP/1.1")
        }
        guard !isServer || head.method != nil else {
            throw HTTPError(.notImplemented, "unknown method")
        }
        let framing = headers.framing
        guard framing.lengths <= 1, framing.codings <= 1, framing.lengths + framing.codings <= 1
        else {
            throw .bad("more than one length")
        }
        if let field = framing.length {
            guard let length = headers.number(of: field) else {
                throw .bad("malformed Content-Length")
            }
            head.contentLength = length
        }
        if let field = framing.coding {
            guard headers.value(of: field).lowercased() == "chunked" else {
                throw HTTPError(.notImplemented, "transfer coding other than chunked")
            }
            guard head.minorVersion == 1 else { throw .bad("chunks in HTTP/1.0") }
            head.isChunked = true
        }
        head.expects = framing.expects
        if isServer {
            guard framing.hosts == 1 || (framing.hosts == 0 && head.minorVersion == 0) else {
                throw .bad("exactly one Host is needed")
            }
        }
        return head
    }

    // MARK: - Callbacks

    private static func state(
        _ parser: UnsafeMutablePointer<http_parser>?
    ) -> UnsafeMutablePointer<
        State
    >? {
        unsafe parser?.pointee.data?.assumingMemoryBound(to: State.self)
    }

    private static func offset(
        _ at: UnsafePointer<CChar>?,
        _ state: UnsafeMutablePointer<State>
    ) -> Int32? {
        guard let at = unsafe at, let base = unsafe state.pointee.headBase else { return nil }
        return unsafe Int32(truncatingIfNeeded: at - base)
    }

    private static func didBody(
        _ state: UnsafeMutablePointer<State>,
        _ at: UnsafePointer<CChar>?,
        _ count: Int
    ) -> Int32 {
        guard let at = unsafe at else { return 0 }
        unsafe state.pointee.bodyTotal += count
        guard unsafe state.pointee.bodyTotal <= state.pointee.bodyLimit else {
            unsafe state.pointee.isOverLimit = true
            return 1
        }
        unsafe at.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
            unsafe state.pointee.body.append(
                contentsOf: UnsafeBufferPointer(start: bytes, count: count)
            )
        }
        return 0
    }

    // Written once, before the first parser uses it, and only read afterwards.
    private nonisolated(unsafe) static let settings: UnsafeMutablePointer<http_parser_settings> = {
        let settings: UnsafeMutablePointer<http_parser_settings> = .allocate(capacity: 1)
        unsafe http_parser_settings_init(settings)
        unsafe settings.pointee.on_url = { parser, at, count in
            guard let state = unsafe MessageParser.state(parser),
                let start = unsafe MessageParser.offset(at, state)
            else { return 1 }
            unsafe state.pointee.target = Int(start)..<Int(start) + count
            return 0
        }
        unsafe settings.pointee.on_header_field = { parser, at, count in
            guard let state = unsafe MessageParser.state(parser),
                unsafe !state.pointee.isInTrailer
            else { return 0 }
            guard let start = unsafe MessageParser.offset(at, state) else { return 1 }
            let end = start + Int32(count)
            unsafe state.pointee.fields.append(
                HTTPHeaders.Field(nameStart: start, nameEnd: end, valueStart: end, valueEnd: end)
            )
            return 0
        }
        unsafe settings.pointee.on_header_value = { parser, at, count in
            guard let state = unsafe MessageParser.state(parser),
                unsafe !state.pointee.isInTrailer
            else { return 0 }
            let last = unsafe state.pointee.fields.count - 1
            guard let start = unsafe MessageParser.offset(at, state), last >= 0 else { return 1 }
            var length = count
            while length > 0, unsafe at?[length - 1] == 0x20 || at?[length - 1] == 0x09 {
                length -= 1
            }
            unsafe state.pointee.fields[last].valueStart = start
            unsafe state.pointee.fields[last].valueEnd = start + Int32(length)
            return 0
        }
        unsafe settings.pointee.on_headers_complete = { parser in
            // 1 means that no body follows.
            unsafe MessageParser.state(parser)?.pointee.skipsBody == true ? 1 : 0
        }
        unsafe settings.pointee.on_body = { parser, at, count in
            guard let state = unsafe MessageParser.state(parser) else { return 1 }
            return unsafe MessageParser.didBody(state, at, count)
        }
        unsafe settings.pointee.on_message_complete = { parser in
            unsafe MessageParser.state(parser)?.pointee.isComplete = true
            // Stop here: what follows belongs to the next message.
            unsafe http_parser_pause(parser, 1)
            return 0
        }
        return unsafe settings
    }()
}
