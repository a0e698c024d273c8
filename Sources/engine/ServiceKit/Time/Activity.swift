internal import Synchronization

/// What a driver that lets the protocol clock jump must know of a service.
///
/// The clock may jump only when every service is idle and has acted on the node's head: then nothing is under
/// way that the jump could overtake. How far it may jump, ``ManualClock/nextWake`` says.
package protocol Quiescent: Sendable {
    /// Whether nothing is under way but sleep on the protocol clock, and waiting for others.
    var isIdle: Bool { get async }
    /// The head, as text of its key, up to which the service has acted; nil if it does not follow the chain.
    var actedHead: String? { get async }
}

/// Counts what a service is doing, so that it can say whether it is idle.
///
/// ```swift
/// try await activity.during { try await prove(deadline) }
/// ```
package final class Activity: Sendable {
    private let count = Atomic<Int>(0)

    package init() {}

    /// Whether nothing is under way.
    package var isIdle: Bool { count.load(ordering: .acquiring) == 0 }

    /// Does something, during which the service is not idle.
    package func during<Result, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        count.add(1, ordering: .acquiringAndReleasing)
        defer { count.subtract(1, ordering: .acquiringAndReleasing) }
        return try await work()
    }
}
