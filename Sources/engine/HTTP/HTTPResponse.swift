/// A status code with its phrase.
package struct HTTPStatus: RawRepresentable, Hashable, Sendable {
    /// The code, 100 to 599.
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// 200.
    package static let ok: HTTPStatus = HTTPStatus(rawValue: 200)
    /// 204.
    package static let noContent: HTTPStatus = HTTPStatus(rawValue: 204)
    /// 400.
    package static let badRequest: HTTPStatus = HTTPStatus(rawValue: 400)
    /// 401.
    package static let unauthorized: HTTPStatus = HTTPStatus(rawValue: 401)
    /// 403.
    package static let forbidden: HTTPStatus = HTTPStatus(rawValue: 403)
    /// 404.
    package static let notFound: HTTPStatus = HTTPStatus(rawValue: 404)
    /// 405.
    package static let methodNotAllowed: HTTPStatus = HTTPStatus(rawValue: 405)
    /// 408.
    package static let requestTimeout: HTTPStatus = HTTPStatus(rawValue: 408)
    /// 413.
    package static let contentTooLarge: HTTPStatus = HTTPStatus(rawValue: 413)
    /// 417.
    package static let expectationFailed: HTTPStatus = HTTPStatus(rawValue: 417)
    /// 429.
    package static let tooManyRequests: HTTPStatus = HTTPStatus(rawValue: 429)
    /// 431.
    package static let headerTooLarge: HTTPStatus = HTTPStatus(rawValue: 431)
    /// 500.
    package static let internalServerError: HTTPStatus = HTTPStatus(rawValue: 500)
    /// 501.
    package static let notImplemented: HTTPStatus = HTTPStatus(rawValue: 501)
    /// 503.
    package static let serviceUnavailable: HTTPStatus = HTTPStatus(rawValue: 503)
    /// 505.
    package static let versionNotSupported: HTTPStatus = HTTPStatus(rawValue: 505)

    /// The words that Go's `http.StatusText` gives; empty for a code without a name.
    package var phrase: String {
        switch rawValue {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 413: "Request Entity Too Large"
        case 416: "Requested Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}

/// An answer.
package struct HTTPResponse: Sendable {
    /// Sends pieces of a body of unknown length.
    package typealias Producer =
        @Sendable (_ send: @Sendable ([UInt8]) async throws -> Void) async throws -> Void

    /// What follows the head.
    package enum Body: Sendable {
        /// These bytes.
        case bytes([UInt8])
        /// Pieces as they are made, in chunks. If the producer throws, the connection is cut, so that
        /// the reader cannot take the part for the whole.
        case stream(Producer)
    }

    /// How it went.
    package var status: HTTPStatus
    /// The header fields; length, date and connection are added when it is sent.
    package var headers: HTTPHeaders
    /// The body.
    package var body: Body
    /// What takes over the connection after a 101.
    var upgrade: Upgrade?

    /// A WebSocket in waiting.
    struct Upgrade: Sendable {
        let messageBytes: Int
        let timing: WebSocket.Timing
        let handler: @Sendable (WebSocket) async -> Void
    }

    /// An answer with bytes.
    package init(
        _ status: HTTPStatus,
        headers: HTTPHeaders = HTTPHeaders(),
        body: [UInt8] = []
    ) {
        self.status = status
        self.headers = headers
        self.body = .bytes(body)
    }

    /// An answer of unknown length.
    package init(
        _ status: HTTPStatus,
        headers: HTTPHeaders = HTTPHeaders(),
        stream: @escaping Producer
    ) {
        self.status = status
        self.headers = headers
        self.body = .stream(stream)
    }

    /// An answer with text.
    package static func text(_ status: HTTPStatus, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status,
            headers: ["Content-Type": "text/plain; charset=utf-8"],
            body: Array(text.utf8)
        )
    }

    /// An answer with JSON text.
    package static func json(_ status: HTTPStatus, _ json: [UInt8]) -> HTTPResponse {
        HTTPResponse(status, headers: jsonHeaders, body: json)
    }

    private static let jsonHeaders: HTTPHeaders = ["Content-Type": "application/json"]

    /// The size of the body; 0 for a stream.
    var byteCount: Int { if case .bytes(let bytes) = body { bytes.count } else { 0 } }

    /// The whole body; empty for a stream.
    package var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }
}
