import Hashing
import Synchronization

/// Repeatable random bytes for devnets in test mode: SHA-256 of a seed and a counter.
package final class SeededRandom: RandomSource {
    private struct State {
        var counter: UInt64 = 0
        var rest: [UInt8] = []
    }

    private let seed: [UInt8]
    private let state = Mutex(State())

    package init(seed: [UInt8]) { self.seed = seed }

    package func bytes(_ count: Int) -> [UInt8] {
        state.withLock { state in
            while state.rest.count < count {
                let counter = (0..<8).map { UInt8(truncatingIfNeeded: state.counter >> (8 * $0)) }
                state.rest += SHA256.hash(seed + counter)
                state.counter += 1
            }
            defer { state.rest.removeFirst(count) }
            return Array(state.rest.prefix(count))
        }
    }
}
