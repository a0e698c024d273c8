package import EventLoop
import JSONRPC
package import ServiceKit
import Synchronization

/// Says who a token stands for, and asks the auth service about it again after a while.
///
/// A token that was revoked stops working within ``lifetime``; over a WebSocket, whose server asks here every
/// `RPCServerOptions.tokenTrust`, within both together, which is less than a minute. While the service is away, tokens that
/// it confirmed keep working for ``grace``, so that a restart of auth does not stop the pool.
package final class AuthTokenVerifier: TokenVerifier {
    /// How long an answer is trusted.
    package static let lifetime: Duration = .seconds(25)
    /// How long a confirmed token works when the service gives no answer.
    package static let grace: Duration = .seconds(60)
    /// The most answers kept; the oldest half is dropped.
    package static let maximumEntries = 10_000

    private struct Entry {
        let caller: Caller?
        let since: ContinuousClock.Instant
    }

    private let ask: @Sendable (Secret) async throws -> AuthClaims
    private let entries = Mutex<[String: Entry]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A verifier that asks `client`.
    package convenience init(client: AuthClient) {
        self.init { token in try await client.verify(token) }
    }

    /// A verifier that asks a function, which throws ``AuthServiceError`` as ``AuthClient`` does.
    package init(
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        ask: @escaping @Sendable (Secret) async throws -> AuthClaims
    ) {
        self.now = now
        self.ask = ask
    }

    /// Returns who a token stands for, or nil for a token that is not valid.
    ///
    /// - Throws: ``AuthServiceError`` when the service gives no answer about an unknown token.
    package func verify(_ token: Secret) async throws -> Caller? {
        let known = entries.withLock { $0[token.revealed] }
        if let known, now() - known.since < Self.lifetime { return known.caller }
        do {
            let caller = try await ask(token).caller
            keep(caller, for: token)
            return caller
        } catch let error as AuthServiceError where error.isRefusal {
            keep(nil, for: token)
            return nil
        } catch {
            if let known, let caller = known.caller, now() - known.since < Self.grace {
                return caller
            }
            throw error
        }
    }

    /// Forgets every answer.
    package func clear() { entries.withLock { $0 = [:] } }

    private func keep(_ caller: Caller?, for token: Secret) {
        let entry = Entry(caller: caller, since: now())
        entries.withLock { entries in
            if entries.count >= Self.maximumEntries {
                let middle = entries.values.map(\.since).sorted()[entries.count / 2]
                entries = entries.filter { $0.value.since > middle }
            }
            entries[token.revealed] = entry
        }
    }
}

extension AuthTokenVerifier {
    package func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
        try await verify(Secret(token))
    }

    package func remembered(_ token: String) -> Caller? {
        guard let known = entries.withLock({ $0[token] }), now() - known.since < Self.lifetime
        else { return nil }
        return known.caller
    }
}
