package import EventLoop

/// What a caller may do; each method needs one.
package enum Permission: String, Sendable, CaseIterable, Comparable {
    /// Look.
    case read
    /// Change what belongs to the caller.
    case write
    /// Have something signed.
    case sign
    /// Everything else: keys, tokens, users.
    case admin

    package static func < (a: Permission, b: Permission) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .read: 0
        case .write: 1
        case .sign: 2
        case .admin: 3
        }
    }

    /// This permission and those below it: what a token of this level carries.
    package var implied: Set<Permission> { Set(Self.allCases.filter { $0 <= self }) }
}

/// Who asks, as the token says.
package struct RPCIdentity: Sendable, Equatable {
    /// The account that the token belongs to; empty where tokens have none.
    package let name: String
    /// What the token allows: a list, as in its claims.
    ///
    /// `admin` alone does not imply `read`.
    package let permissions: Set<Permission>

    /// An identity with a list of permissions.
    package init(name: String, permissions: Set<Permission>) {
        self.name = name
        self.permissions = permissions
    }

    /// An identity with a level and all levels below.
    package init(name: String, level: Permission) {
        self.init(name: name, permissions: level.implied)
    }
}

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
    ) async throws -> RPCIdentity?
}

/// What a method knows about its call.
package struct RPCContext: Sendable {
    /// Who asks.
    package let identity: RPCIdentity
    /// The token that was sent, for passing it on; never print it.
    package let token: String
    /// Where the call comes from.
    package let peer: SocketAddress?

    /// A context, as the server makes it; tests make their own.
    package init(identity: RPCIdentity, token: String = "", peer: SocketAddress? = nil) {
        self.identity = identity
        self.token = token
        self.peer = peer
    }
}
