import Foundation

/// A fixed number of threads, each with its own connection, that take work from one bounded queue.
///
/// A call into a database may block for seconds, and the cooperative pool has one thread per core;
/// these threads are outside it.
final class ConnectionThreads: Sendable {
    typealias Work = @Sendable (Slot) -> Void

    /// A thread's connection, opened when the first work needs it and after it broke.
    final class Slot {
        private let open: @Sendable () throws(SQLError) -> any SQLConnection
        private var connection: (any SQLConnection)?

        init(open: @escaping @Sendable () throws(SQLError) -> any SQLConnection) {
            self.open = open
        }

        func current() throws(SQLError) -> any SQLConnection {
            if let connection { return connection }
            let opened = try open()
            connection = opened
            return opened
        }

        func discard() {
            connection?.close()
            connection = nil
        }
    }

    private struct State {
        var queue: [Work] = []
        var head = 0
        var isClosed = false
        var running = 0
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    /// Guards `state`; a condition, because the threads sleep on it.
    private let condition = NSCondition()
    // Only touched while `condition` is locked.
    nonisolated(unsafe) private var state = State()
    private let maximumWaiting: Int

    init(
        count: Int,
        name: String,
        maximumWaiting: Int,
        open: @escaping @Sendable () throws(SQLError) -> any SQLConnection
    ) {
        self.maximumWaiting = maximumWaiting
        unsafe state.running = count
        for index in 0..<count {
            let thread = Thread { [self] in loop(Slot(open: open)) }
            thread.name = "\(name)-\(index)"
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    /// Queues work for the next free thread.
    func submit(_ work: @escaping Work) throws(SQLError) {
        condition.lock()
        defer { condition.unlock() }
        guard unsafe !state.isClosed else { throw SQLError(.closed, "the database is closed") }
        guard unsafe state.queue.count - state.head < maximumWaiting else {
            throw SQLError(.overloaded, "more than \(maximumWaiting) transactions are waiting")
        }
        unsafe state.queue.append(work)
        condition.signal()
    }

    /// Finishes the queued work, closes the connections and ends the threads.
    func close() async {
        await withCheckedContinuation { continuation in
            condition.lock()
            defer { condition.unlock() }
            unsafe state.isClosed = true
            if unsafe state.running == 0 {
                continuation.resume()
            } else {
                unsafe state.closing.append(continuation)
                condition.broadcast()
            }
        }
    }

    private func loop(_ slot: Slot) {
        while let work = next() { work(slot) }
        slot.discard()
        condition.lock()
        unsafe state.running -= 1
        if unsafe state.running == 0 {
            for continuation in unsafe state.closing { continuation.resume() }
            unsafe state.closing = []
        }
        condition.unlock()
    }

    private func next() -> Work? {
        condition.lock()
        defer { condition.unlock() }
        while unsafe state.head == state.queue.count {
            if unsafe state.isClosed { return nil }
            condition.wait()
        }
        let work = unsafe state.queue[state.head]
        unsafe state.head += 1
        // Drop the taken part now and then instead of shifting the array for each piece of work.
        if unsafe state.head == state.queue.count || state.head > 1024 {
            unsafe state.queue.removeFirst(state.head)
            unsafe state.head = 0
        }
        return work
    }
}
