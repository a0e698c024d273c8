import Synchronization

/// A moment of protocol time: nanoseconds since 1970, UTC.
package struct ProtocolTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A whole second, as block timestamps are.
    package init(seconds: Int64) { nanoseconds = seconds &* 1_000_000_000 }

    /// The whole seconds since 1970 (rounded down).
    package var seconds: Int64 {
        nanoseconds / 1_000_000_000 - (nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
    }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    package static func + (time: Self, duration: Duration) -> Self {
        Self(nanoseconds: time.nanoseconds + duration.nanoseconds)
    }

    package static func - (later: Self, earlier: Self) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }

    package var description: String { GoDuration.text(.nanoseconds(nanoseconds)) + " since 1970" }
}

/// The clock of the protocol: epochs, timestamps, expiry.
///
/// It may be offset or jump.
///
/// Network time-outs, back-off and pings use the real clock (`ContinuousClock`) instead, so that a jump
/// does not fire all of them.
package protocol ProtocolClock: Sendable {
    /// The protocol time now.
    var now: ProtocolTime { get }
    /// Returns when the protocol time is `deadline` or later.
    ///
    /// - Parameters:
    ///   - deadline: The time to wait for.
    ///   - isSkippable: Whether a clock that jumps may pass over the deadline. A miner's next epoch is
    ///     skippable, for an epoch that nobody needs may stay without a block; the deadline of a proof is not.
    ///   - asleep: Called once, as soon as the clock knows the deadline: from then on it does not pass over it.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(
        until deadline: ProtocolTime,
        isSkippable: Bool,
        asleep: @Sendable () -> Void
    ) async throws
}

extension ProtocolClock {
    /// Returns when the protocol time is `deadline` or later; no clock passes over it, unless it is skippable.
    package func sleep(until deadline: ProtocolTime, isSkippable: Bool = false) async throws {
        try await sleep(until: deadline, isSkippable: isSkippable) {}
    }

    /// Returns after a length of protocol time.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: now + duration)
    }
}

/// Protocol time as wall time minus an offset: the time for which the pool was stopped.
package final class OffsetClock: ProtocolClock {
    private let offset: Atomic<Int64>

    /// Creates a clock that is behind wall time by `offset`.
    package init(offset: Duration = .zero) { self.offset = Atomic(offset.nanoseconds) }

    package var now: ProtocolTime {
        ProtocolTime(nanoseconds: WallTime.nanoseconds - offset.load(ordering: .relaxed))
    }

    package func sleep(
        until deadline: ProtocolTime,
        isSkippable: Bool,
        asleep: @Sendable () -> Void
    ) async throws {
        asleep()
        // Asks again after each sleep, since wall time may be set while it lasts.
        while true {
            let left = deadline - now
            if left <= .zero { return }
            try await Task.sleep(for: min(left, .seconds(60)))
        }
    }
}

/// A clock that moves only when it is told to: tests and the time-lapse driver.
package final class ManualClock: ProtocolClock {
    private struct Sleeper {
        let deadline: ProtocolTime
        let isSkippable: Bool
        /// Resumed with whether the sleeper was woken by an advance.
        let continuation: CheckedContinuation<Bool, any Error>
    }

    private struct State {
        var now: ProtocolTime
        var nextID: UInt64 = 0
        var sleepers: [UInt64: Sleeper] = [:]
        var cancelled: Set<UInt64> = []
        var watchers: [CheckedContinuation<Void, Never>] = []
        /// Sleepers that were woken and have not gone on yet.
        var waking = 0
    }

    private let state: Mutex<State>

    package init(now: ProtocolTime) { state = Mutex(State(now: now)) }

    package var now: ProtocolTime { state.withLock { $0.now } }

    /// The earliest time that must not be passed over.
    package var nextWake: ProtocolTime? {
        state.withLock { $0.sleepers.values.filter { !$0.isSkippable }.map(\.deadline).min() }
    }

    /// Whether tasks that were woken have not gone on yet; what they do is under way then.
    package var isWaking: Bool { state.withLock { $0.waking > 0 } }

    /// How many tasks sleep.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves the clock forward and wakes who waited for a time up to then, earliest first.
    package func advance(to time: ProtocolTime) {
        let due = state.withLock { state -> [Sleeper] in
            state.now = max(state.now, time)
            let woken = state.sleepers.filter { $0.value.deadline <= state.now }
                .sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            for (id, _) in woken { state.sleepers[id] = nil }
            state.waking += woken.count
            return woken.map(\.value)
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
    }

    package func advance(by duration: Duration) { advance(to: now + duration) }

    /// Returns when at least one task sleeps, so that a test can advance without racing it.
    package func waitForSleeper() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.sleepers.isEmpty { state.watchers.append(continuation) }
                return !state.sleepers.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }

    package func sleep(
        until deadline: ProtocolTime,
        isSkippable: Bool,
        asleep: @Sendable () -> Void
    ) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let wasWoken = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(
                    Sleeper(
                        deadline: deadline,
                        isSkippable: isSkippable,
                        continuation: continuation
                    ),
                    id
                )
                asleep()
            }
        } onCancel: {
            cancel(id)
        }
        if wasWoken { state.withLock { $0.waking -= 1 } }
    }

    private func add(_ sleeper: Sleeper, _ id: UInt64) {
        let (result, watchers) = state.withLock {
            state -> (Result<Bool, any Error>?, [CheckedContinuation<Void, Never>]) in
            if state.cancelled.remove(id) != nil { return (.failure(CancellationError()), []) }
            if sleeper.deadline <= state.now { return (.success(false), []) }
            state.sleepers[id] = sleeper
            let watchers = state.watchers
            state.watchers = []
            return (nil, watchers)
        }
        if let result { sleeper.continuation.resume(with: result) }
        for watcher in watchers { watcher.resume() }
    }

    private func cancel(_ id: UInt64) {
        let sleeper = state.withLock { state in
            let sleeper = state.sleepers.removeValue(forKey: id)
            if sleeper == nil { state.cancelled.insert(id) }
            return sleeper
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}

/// The epochs of a chain: numbered spans of equal length from genesis on.
package struct EpochSchedule: Hashable, Sendable {
    /// The timestamp of the genesis block.
    package let genesis: ProtocolTime
    /// The length of an epoch.
    package let blockDelay: Duration

    /// - Precondition: The delay is positive.
    package init(genesis: ProtocolTime, blockDelay: Duration) {
        precondition(blockDelay > .zero, "an epoch takes time")
        self.genesis = genesis
        self.blockDelay = blockDelay
    }

    /// The epoch that a moment lies in; negative before genesis.
    package func epoch(at time: ProtocolTime) -> Int64 {
        let since = time.nanoseconds - genesis.nanoseconds
        let length = blockDelay.nanoseconds
        return since / length - (since % length < 0 ? 1 : 0)
    }

    /// The moment at which an epoch starts.
    package func start(of epoch: Int64) -> ProtocolTime {
        ProtocolTime(nanoseconds: genesis.nanoseconds + epoch * blockDelay.nanoseconds)
    }
}
