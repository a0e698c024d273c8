package import ServiceKit
import Synchronization

/// Tokens that were found good, so that a signature is checked once and not with every call.
///
/// Only for tokens that cannot be taken back: where the signature under a secret that stays the same
/// decides alone. What was found bad is not kept.
package final class VerifiedTokens: Sendable {
    /// The most tokens kept; one more empties the memory.
    package static let maximumEntries = 1024

    private let callers = Mutex<[String: Caller]>([:])

    package init() {}

    /// Who a token stands for, if it was found good before.
    package func caller(of token: String) -> Caller? { callers.withLock { $0[token] } }

    /// Keeps that a token was found good.
    package func keep(_ caller: Caller, for token: String) {
        callers.withLock { callers in
            if callers.count >= Self.maximumEntries { callers = [:] }
            callers[token] = caller
        }
    }
}
