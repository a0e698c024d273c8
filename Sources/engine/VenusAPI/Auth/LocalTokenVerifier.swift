package import EventLoop
package import JSONRPC
package import ServiceKit

/// Verifies the tokens that a service issues itself, of either family, under one secret.
///
/// Which family a token belongs to shows its payload: `Allow` lists levels, `name` and `perm` name a user.
package struct LocalTokenVerifier: TokenVerifier {
    private let secret: [UInt8]
    private let verified = VerifiedTokens()

    package init(secret: [UInt8]) { self.secret = secret }

    nonisolated(nonsending) package func verify(
        _ token: String,
        peer: SocketAddress?
    ) async throws -> Caller? {
        guard let caller = caller(Secret(token)) else { return nil }
        verified.keep(caller, for: token)
        return caller
    }

    package func remembered(_ token: String) -> Caller? { verified.caller(of: token) }

    /// Who a token stands for, or nil for one that this service did not issue.
    package func caller(_ token: Secret) -> Caller? {
        guard let allow = try? AllowClaims.verify(token, secret: secret) else { return nil }
        if !allow.allow.isEmpty { return allow.caller }
        return (try? AuthClaims.verify(token, secret: secret))?.caller
    }
}

/// Asks several verifiers, the cheapest first; the first that knows a token decides.
package struct TokenVerifierChain: TokenVerifier {
    private let verifiers: [any TokenVerifier]

    package init(_ verifiers: [any TokenVerifier]) { self.verifiers = verifiers }

    package func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
        for verifier in verifiers {
            if let identity = try await verifier.verify(token, peer: peer) { return identity }
        }
        return nil
    }

    package func remembered(_ token: String) -> Caller? {
        for verifier in verifiers {
            if let caller = verifier.remembered(token) { return caller }
        }
        return nil
    }
}
