import ServiceKit
import Synchronization

/// Knows whether the miner is at rest: nothing under way but sleep on the protocol clock.
///
/// A clock that jumps wakes sleepers a moment before their tasks run again. So a sleeper whose time has come
/// counts as work from the moment the clock says so, not from when its task notices.
final class MiningRest: Sendable {
    private struct State {
        var working = 0
        var next: UInt64 = 0
        var wakes: [UInt64: ProtocolTime] = [:]
    }

    private let clock: any ProtocolClock
    private let state = Mutex(State())

    init(clock: any ProtocolClock) { self.clock = clock }

    /// Whether nothing is under way.
    var isIdle: Bool {
        state.withLock { state in
            state.working == 0 && state.wakes.values.allSatisfy { clock.now < $0 }
        }
    }

    /// Begins one piece of work; ``end(_:)`` follows exactly once.
    func begin() { state.withLock { $0.working += 1 } }

    /// Ends pieces of work.
    func end(_ count: Int = 1) { state.withLock { $0.working -= count } }

    /// Sleeps in the middle of a piece of work, which does not count meanwhile.
    func sleep(until deadline: ProtocolTime, isSkippable: Bool) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        defer {
            state.withLock { state in
                state.wakes[id] = nil
                state.working += 1
            }
        }
        try await clock.sleep(until: deadline, isSkippable: isSkippable) {
            state.withLock { state in
                state.wakes[id] = deadline
                state.working -= 1
            }
        }
    }
}
