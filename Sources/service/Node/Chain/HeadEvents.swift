import FilecoinTypes
import Synchronization
import VenusAPI

/// Tells subscribers how the head moves.
///
/// A subscriber first gets the present head, then every move after it. One that does not keep up with
/// ``bufferCount`` moves is ended, so that it cannot miss one without knowing.
final class HeadEvents: Sendable {
    /// Moves that wait for a slow subscriber, at the most.
    static let bufferCount = 512

    private struct State {
        /// The head that the last published move led to.
        var head: Tipset
        var next = 0
        var subscribers: [Int: AsyncStream<[TipsetChange]>.Continuation] = [:]
    }

    private let state: Mutex<State>

    init(head: Tipset) { state = Mutex(State(head: head)) }

    /// The head as subscribers know it.
    var head: Tipset { state.withLock { $0.head } }

    /// Subscribes: first comes the head as of the last move, so that the next one continues it.
    func subscribe() -> AsyncStream<[TipsetChange]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [TipsetChange].self,
            bufferingPolicy: .bufferingOldest(Self.bufferCount)
        )
        let id = state.withLock { state in
            continuation.yield([TipsetChange(type: .current, tipset: state.head)])
            state.next += 1
            state.subscribers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.end(id) }
        return stream
    }

    /// Passes a move on.
    func publish(_ steps: [TipsetChange], head: Tipset) {
        let slow = state.withLock { state in
            state.head = head
            return state.subscribers.filter { _, continuation in
                if case .dropped = continuation.yield(steps) { true } else { false }
            }
        }
        for (id, continuation) in slow {
            end(id)
            continuation.finish()
        }
    }

    /// Ends all subscriptions.
    func finish() {
        let all = state.withLock { state in
            defer { state.subscribers = [:] }
            return state.subscribers.values
        }
        for continuation in all { continuation.finish() }
    }

    private func end(_ id: Int) { state.withLock { $0.subscribers[id] = nil } }
}
