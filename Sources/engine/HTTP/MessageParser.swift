internal import CHTTPParser

/// Parses one message after another, with libhttp-parser for the grammar.
///
/// The head is given whole, after ``HeadScanner`` has seen it; the body in pieces as they come.
@safe
final class MessageParser {
    private let parser: UnsafeMutablePointer<http_parser> = .allocate(capacity: 1)
    private let isServer: Bool
    /// The head's bytes while its callbacks run, to turn pointers into offsets.
    private var headBase: UnsafePointer<CChar>?
    private var fields: [HTTPHeaders.Field] = []
    private var targetRange: Range<Int> = 0..<0
    private var isInTrailer: Bool = false

    /// Whether the message is complete.
    private(set) var isComplete: Bool = false
    /// Body bytes not yet taken.
    private(set) var body: [UInt8] = []

    /// A parser of requests on a server, or of responses on a client.
    init(isServer: Bool) {
        self.isServer = isServer
        unsafe http_parser_init(parser, isServer ? HTTP_REQUEST : HTTP_RESPONSE)
        unsafe parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { unsafe parser.deallocate() }

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
    }

    /// Parses a whole head.
    ///
    /// `hasNoBody` says that this response has none whatever its head says (after `HEAD`).
    ///
    /// - Throws: ``HTTPError`` with the status that fits.
    func parseHead(_ head: [UInt8], hasNoBody: Bool = false) throws(HTTPError) -> Head {
        isComplete = false
        isInTrailer = false
        fields = []
        fields.reserveCapacity(8)
        skipsBody = hasNoBody
        let used = unsafe head.withUnsafeBytes { bytes in
            let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe headBase = base
            return unsafe http_parser_execute(parser, Self.settings, base, bytes.count)
        }
        unsafe headBase = nil
        isInTrailer = true
        try checkErrno()
        guard isComplete || used == head.count else { throw parsingError }
        let found = Head(
            target: targetRange,
            headers: HTTPHeaders(bytes: head, fields: fields),
            method: isServer ? method : nil,
            status: Int(unsafe parser.pointee.status_code),
            minorVersion: Int(unsafe parser.pointee.http_minor),
            contentLength: nil,
            isChunked: false,
            keepsAlive: unsafe http_should_keep_alive(parser) != 0
        )
        return try checked(found)
    }

    private var skipsBody: Bool = false

    /// Parses body bytes from `start` on and returns the offset behind those that belong to it.
    ///
    /// - Throws: ``HTTPError``: 400, or 413 when ``body`` would exceed `limit`.
    func parseBody(
        _ bytes: [UInt8],
        from start: Int,
        limit: Int
    ) throws(HTTPError) -> Int {
        guard !isComplete, start < bytes.count else { return start }
        bodyLimit = limit
        let used = unsafe bytes.withUnsafeBytes { buffer in
            let base = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe http_parser_execute(
                parser,
                Self.settings,
                base.map { unsafe $0 + start },
                buffer.count - start
            )
        }
        if isOverLimit { throw HTTPError(.contentTooLarge, "the body exceeds \(limit) bytes") }
        try checkErrno()
        return start + used
    }

    private var bodyLimit: Int = 0
    private var bodyTotal: Int = 0
    private var isOverLimit: Bool = false

    /// Tells the parser that the connection ended, which ends some responses.
    func finish() throws(HTTPError) {
        unsafe _ = http_parser_execute(parser, Self.settings, nil, 0)
        try checkErrno()
        guard isComplete else { throw .bad("the connection ended inside a message") }
    }

    /// Takes the body bytes parsed so far.
    func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    /// Makes ready for the next message on the same connection.
    func reset() {
        bodyTotal = 0
        body = []
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
        let lengths = headers.values("Content-Length")
        let codings = headers.values("Transfer-Encoding")
        guard lengths.count <= 1, codings.count <= 1, lengths.isEmpty || codings.isEmpty else {
            throw .bad("more than one length")
        }
        if let text = lengths.first {
            let isDigits = text.utf8.allSatisfy { $0 &- 0x30 < 10 }
            guard isDigits, text.utf8.count <= 18, let length = Int(text) else {
                throw .bad("malformed Content-Length")
            }
            head.contentLength = length
        }
        if let coding = codings.first {
            guard coding.lowercased() == "chunked" else {
                throw HTTPError(.notImplemented, "transfer coding other than chunked")
            }
            guard head.minorVersion == 1 else { throw .bad("chunks in HTTP/1.0") }
            head.isChunked = true
        }
        if isServer {
            let hosts = headers.count(of: "Host")
            guard hosts == 1 || (hosts == 0 && head.minorVersion == 0) else {
                throw .bad("exactly one Host is needed")
            }
        }
        return head
    }

    // MARK: - Callbacks

    private static func from(_ parser: UnsafeMutablePointer<http_parser>?) -> MessageParser? {
        guard let data = unsafe parser?.pointee.data else { return nil }
        return unsafe Unmanaged<MessageParser>.fromOpaque(data).takeUnretainedValue()
    }

    private func offset(_ at: UnsafePointer<CChar>?) -> Int32? {
        guard let at = unsafe at, let base = unsafe headBase else { return nil }
        return unsafe Int32(at - base)
    }

    private func didBody(_ at: UnsafePointer<CChar>?, _ count: Int) -> Int32 {
        guard let at = unsafe at else { return 0 }
        bodyTotal += count
        guard bodyTotal <= bodyLimit else {
            isOverLimit = true
            return 1
        }
        unsafe at.withMemoryRebound(to: UInt8.self, capacity: count) { bytes in
            unsafe body.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        }
        return 0
    }

    // Written once, before the first parser uses it, and only read afterwards.
    private nonisolated(unsafe) static let settings: UnsafeMutablePointer<http_parser_settings> = {
        let settings: UnsafeMutablePointer<http_parser_settings> = .allocate(capacity: 1)
        unsafe http_parser_settings_init(settings)
        unsafe settings.pointee.on_url = { parser, at, count in
            guard let self = unsafe from(parser), let start = unsafe self.offset(at) else {
                return 1
            }
            self.targetRange = Int(start)..<Int(start) + count
            return 0
        }
        unsafe settings.pointee.on_header_field = { parser, at, count in
            guard let self = unsafe from(parser), !self.isInTrailer else { return 0 }
            guard let start = unsafe self.offset(at) else { return 1 }
            let end = start + Int32(count)
            self.fields.append(
                HTTPHeaders.Field(
                    nameStart: start,
                    nameEnd: end,
                    valueStart: end,
                    valueEnd: end
                )
            )
            return 0
        }
        unsafe settings.pointee.on_header_value = { parser, at, count in
            guard let self = unsafe from(parser), !self.isInTrailer else { return 0 }
            guard let start = unsafe self.offset(at), !self.fields.isEmpty else { return 1 }
            var length = count
            while length > 0, unsafe at?[length - 1] == 0x20 || at?[length - 1] == 0x09 {
                length -= 1
            }
            self.fields[self.fields.count - 1].valueStart = start
            self.fields[self.fields.count - 1].valueEnd = start + Int32(length)
            return 0
        }
        unsafe settings.pointee.on_headers_complete = { parser in
            // 1 means that no body follows.
            unsafe from(parser)?.skipsBody == true ? 1 : 0
        }
        unsafe settings.pointee.on_body = { parser, at, count in
            guard let self = unsafe from(parser) else { return 1 }
            return unsafe self.didBody(at, count)
        }
        unsafe settings.pointee.on_message_complete = { parser in
            unsafe from(parser)?.isComplete = true
            // Stop here: what follows belongs to the next message.
            unsafe http_parser_pause(parser, 1)
            return 0
        }
        return unsafe settings
    }()
}
