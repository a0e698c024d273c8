/// Why the auth service refused a request; the text is the original's where it has one.
struct AuthFailure: Error, CustomStringConvertible {
    enum Code {
        /// 400: a wrong or impossible request.
        case refused
        /// 401: no valid token.
        case unauthorized
        /// 429: too many wrong tokens from one address.
        case tooMany
    }

    let code: Code
    let message: String

    init(_ message: String, code: Code = .refused) {
        self.code = code
        self.message = message
    }

    /// What the original's embedded store says for whatever is missing.
    static let notFound = AuthFailure("Key not found")

    var description: String { message }
}
