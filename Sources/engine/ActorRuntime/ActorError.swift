package import FilecoinTypes

/// Why an actor's method stops.
///
/// The reference has three ways to fail, and all of them travel as this one type: an error value that a
/// caller may still give an exit code (``uncoded(_:)`` and ``coded(_:_:)``), an abort with an exit code, and
/// a failure of this node (``fatal(_:)``) that must never become a receipt.
package struct ActorError: Error, Sendable, CustomStringConvertible {
    /// What may be done with the error on its way out.
    package enum Kind: Sendable {
        /// An error value: code on the way may look at it and go on.
        case failure
        /// Ends the invocation, whoever would like to go on: out of gas, and what the machine refuses.
        case abort
        /// Ends the invocation that made the call, not only the call: too deep a recursion.
        case unwinding
        /// The node is broken (a block is missing); the message has no result.
        case fatal
    }

    /// The exit code, unless nobody has given it one yet.
    package let code: ExitCode?
    /// What was attempted and why it failed; not part of consensus.
    package let message: String
    /// What may be done with it.
    package let kind: Kind

    /// Creates an error.
    package init(code: ExitCode?, message: String, kind: Kind = .failure) {
        self.code = code
        self.message = message
        self.kind = kind
    }

    /// The code of the receipt; an error that nobody coded counts as the illegal state it describes.
    package var exitCode: ExitCode { code ?? .illegalState }

    /// Whether code that handles errors must pass this one on unhandled.
    package var mustPropagate: Bool { kind != .failure }

    package var description: String {
        switch kind {
        case .fatal: "fatal: \(message)"
        case .failure, .abort, .unwinding: "\(message) (exit \(exitCode.rawValue))"
        }
    }

    /// Returns the error with `code`, unless it has one, and with what was attempted before its text.
    package func coded(
        _ code: ExitCode,
        _ attempt: @autoclosure () -> String = ""
    ) -> ActorError {
        if kind == .fatal { return self }
        let attempt = attempt()
        return ActorError(
            code: self.code ?? code,
            message: attempt.isEmpty ? message : "\(attempt): \(message)",
            kind: kind
        )
    }
}

extension ActorError {
    /// An error value that some caller will give a code.
    package static func uncoded(_ message: String) -> Self { Self(code: nil, message: message) }

    /// Stops with the given code.
    package static func exit(_ code: ExitCode, _ message: String) -> Self {
        Self(code: code, message: message)
    }

    /// A parameter is wrong.
    package static func illegalArgument(_ message: String) -> Self {
        exit(.illegalArgument, message)
    }

    /// Something named by a parameter does not exist.
    package static func notFound(_ message: String) -> Self { exit(.notFound, message) }

    /// The caller may not do this, or not now.
    package static func forbidden(_ message: String) -> Self { exit(.forbidden, message) }

    /// A balance is too small.
    package static func insufficientFunds(_ message: String) -> Self {
        exit(.actorInsufficientFunds, message)
    }

    /// The actor's state is not as it must be.
    package static func illegalState(_ message: String) -> Self { exit(.illegalState, message) }

    /// Parameters or a return value do not decode.
    package static func serialization(_ message: String) -> Self { exit(.serialization, message) }

    /// The machine ends the invocation with one of its own codes.
    package static func system(_ code: ExitCode, _ message: String) -> Self {
        Self(code: code, message: message, kind: .abort)
    }

    /// What is a run-time panic in the reference: the machine turns it into exit code 4.
    package static func panicked(_ message: String) -> Self {
        Self(code: .reserved1, message: message, kind: .abort)
    }

    /// This node cannot execute the message; says nothing about the message.
    package static func fatal(_ message: String) -> Self {
        Self(code: nil, message: message, kind: .fatal)
    }
}
