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
        var next = 0
        var subscribers: [Int: AsyncStream<[TipsetChange]>.Continuation] = [:]
    }

    private let state = Mutex(State())

    /// Subscribes; `head` is called while no move can pass.
    func subscribe(head: () throws -> Tipset) rethrows -> AsyncStream<[TipsetChange]> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: [TipsetChange].self,
            bufferingPolicy: .bufferingOldest(Self.bufferCount)
        )
        let id = try state.withLock { state in
            continuation.yield([TipsetChange(type: .current, tipset: try head())])
            state.next += 1
            state.subscribers[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.end(id) }
        return stream
    }

    /// Passes a move on.
    func publish(_ steps: [TipsetChange]) {
        let slow = state.withLock { state in
            state.subscribers.filter { _, continuation in
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
