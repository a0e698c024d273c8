/// How much a peer may send and how long it may take.
///
/// Everything outside is an error, never a wait.
package struct HTTPLimits: Sendable {
    /// The most bytes of request or status line and header fields.
    package var headBytes: Int = 64 << 10
    /// The most header fields.
    package var headerFields: Int = 128
    /// The most bytes of body, for routes that set no limit of their own.
    package var bodyBytes: Int = 1 << 20
    /// The most connections at once; more are closed as they come.
    package var connections: Int = 10_000
    /// From the first byte of a head to its end.
    package var headTime: Duration = .seconds(10)
    /// Between two requests on one connection.
    package var idleTime: Duration = .seconds(120)
    /// Without a byte of a body that was announced.
    package var bodyPause: Duration = .seconds(30)
    /// For a whole body.
    package var bodyTime: Duration = .seconds(600)
    /// For a peer to take bytes when the buffers are full.
    package var writeTime: Duration = .seconds(60)

    /// The limits named above.
    package init() {}
}

/// Why a message is refused, with the status that says so.
package struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What to answer.
    package let status: HTTPStatus
    /// What was wrong.
    package let message: String

    /// An error with a status.
    package init(_ status: HTTPStatus, _ message: String) {
        self.status = status
        self.message = message
    }

    static func bad(_ message: String) -> HTTPError { HTTPError(.badRequest, message) }

    package var description: String { "\(status.rawValue): \(message)" }
}
