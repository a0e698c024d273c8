package import EventLoop
package import ServiceKit

/// Decides what a token is worth.
///
/// Asked for each HTTP request, at each WebSocket's start, and again while it lives, so that a revoked
/// token stops working; an implementation that asks another service keeps answers for a while.
package protocol TokenVerifier: Sendable {
    /// Returns who the token belongs to, or `nil` if it is not valid.
    ///
    /// - Throws: Anything, if it cannot be found out now; the caller gets 503.
    nonisolated(nonsending) func verify(
        _ token: String,
        peer: SocketAddress?
    ) async throws -> Caller?

    /// Returns who the token belongs to, if that can be told without waiting; `nil` means: verify it.
    func remembered(_ token: String) -> Caller?
}

extension TokenVerifier {
    package func remembered(_ token: String) -> Caller? { nil }
}

/// What a method knows about its call.
package struct RPCContext: Sendable {
    /// Who asks.
    package let caller: Caller
    /// The token that was sent, for passing it on; never print it.
    package let token: String
    /// Where the call comes from.
    package let peer: SocketAddress?

    /// A context, as the server makes it; tests make their own.
    package init(caller: Caller, token: String = "", peer: SocketAddress? = nil) {
        self.caller = caller
        self.token = token
        self.peer = peer
    }
}
