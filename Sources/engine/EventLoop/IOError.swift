internal import CUV

/// Why a network or process operation failed.
package struct IOError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a caller may want to tell apart.
    package enum Code: Hashable, Sendable {
        /// The connection is closed, by this side or by the other in the middle of something.
        case closed
        /// The deadline passed.
        case timedOut
        /// Nobody listens there.
        case refused
        /// Another process, or this one, has the address.
        case addressInUse
        /// The name means no address.
        case unknownHost
        /// The task was cancelled.
        case cancelled
        /// A limit of this program was reached.
        case limit
        /// The peer broke the protocol, or its certificate is not accepted.
        case protocolViolation
        /// Anything else.
        case other
    }

    /// What kind of failure it is.
    package let code: Code
    /// What was attempted and what happened, for a person.
    package let message: String

    /// An error of this kind.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The error that libuv reported while doing `what`.
    init(uv status: Int32, _ what: String) {
        let text =
            unsafe uv_strerror(status).map { unsafe String(cString: $0) } ?? "error \(status)"
        self.init(Self.code(uv: status), "\(what): \(text)")
    }

    private static func code(uv status: Int32) -> Code {
        switch uv_errno_t(rawValue: status) {
        case UV_EOF, UV_ECONNRESET, UV_EPIPE, UV_ENOTCONN, UV_ECONNABORTED: .closed
        case UV_ETIMEDOUT: .timedOut
        case UV_ECONNREFUSED, UV_ENOENT: .refused
        case UV_EADDRINUSE: .addressInUse
        case UV_EAI_NONAME, UV_EAI_NODATA, UV_EAI_AGAIN, UV_EAI_FAIL: .unknownHost
        case UV_ECANCELED: .cancelled
        default: .other
        }
    }

    package var description: String { message }
}
