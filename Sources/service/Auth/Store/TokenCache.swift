import ServiceKit
import Synchronization

/// The tokens that were found good lately, so that a verification asks no database.
///
/// What another instance removes from a shared database is forgotten after ``lifetime``.
final class TokenCache: Sendable {
    static let lifetime: Duration = .seconds(10)
    static let maximumEntries = 50_000

    private struct Entry {
        let claims: AuthClaims
        let until: ContinuousClock.Instant
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var generation: UInt64 = 0
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// Grows with every removal; an answer read before one is not kept after it.
    var generation: UInt64 { state.withLock { $0.generation } }

    func claims(of token: Secret) -> AuthClaims? {
        let entry = state.withLock { $0.entries[token.revealed] }
        guard let entry, entry.until > now() else { return nil }
        return entry.claims
    }

    func keep(_ claims: AuthClaims, for token: Secret, generation: UInt64) {
        let until = now() + Self.lifetime
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= Self.maximumEntries { state.entries = [:] }
            state.entries[token.revealed] = Entry(claims: claims, until: until)
        }
    }

    func forget(_ token: Secret) {
        state.withLock { state in
            state.generation += 1
            state.entries[token.revealed] = nil
        }
    }
}
