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
/// try await activity.during {
///     try await activity.sleep(on: clock, until: schedule.start(of: epoch))  // idle meanwhile
///     try await prove(deadline)
/// }
/// ```
///
/// A clock that jumps wakes sleepers a moment before their tasks run again. So a sleeper whose time has come counts
/// as work from the moment the clock says so, not from when its task notices.
package final class Activity: Sendable {
    private struct Sleeper {
        let clock: any ProtocolClock
        let deadline: ProtocolTime
    }

    private struct State {
        var working = 0
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Whether nothing is under way.
    package var isIdle: Bool {
        state.withLock { state in
            state.working == 0 && state.sleepers.values.allSatisfy { $0.clock.now < $0.deadline }
        }
    }

    /// Does something, during which the service is not idle.
    package func during<Result, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        begin()
        defer { end() }
        return try await work()
    }

    /// Begins one piece of work; ``end(_:)`` follows exactly once.
    package func begin() { state.withLock { $0.working += 1 } }

    /// Ends pieces of work.
    package func end(_ count: Int = 1) { state.withLock { $0.working -= count } }

    /// Sleeps in the middle of a piece of work, which does not count until the deadline.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func sleep(
        on clock: any ProtocolClock,
        until deadline: ProtocolTime,
        isSkippable: Bool = false
    ) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        defer {
            state.withLock { state in
                if state.sleepers.removeValue(forKey: id) != nil { state.working += 1 }
            }
        }
        try await clock.sleep(until: deadline, isSkippable: isSkippable) {
            state.withLock { state in
                state.sleepers[id] = Sleeper(clock: clock, deadline: deadline)
                state.working -= 1
            }
        }
    }
}
