import EventLoop
import Synchronization
import Testing

private actor Resident {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe EventLoop.shared.asUnownedSerialExecutor()
    }
    private var count: Int = 0

    func add() -> (Int, Bool) {
        count += 1
        return (count, EventLoop.shared.isCurrent)
    }
}

/// Counts who is inside at once.
private final class Meeting: Sendable {
    private let state = Mutex((inside: 0, most: 0, arrived: 0))

    var most: Int { state.withLock { $0.most } }
    var arrived: Int { state.withLock { $0.arrived } }

    /// Enters, waits until `count` have arrived in all, and leaves.
    func attend(waitingFor count: Int) {
        state.withLock {
            $0.inside += 1
            $0.arrived += 1
            $0.most = max($0.most, $0.inside)
        }
        while arrived < count {}
        state.withLock { $0.inside -= 1 }
    }
}

private func whereAmI() async -> Bool { EventLoop.shared.isCurrent }

@Suite struct ExecutorTests {
    @Test func `an actor on the loop runs on its thread`() async {
        let resident = Resident()
        for round in 1...100 {
            let (count, isOnLoop) = await resident.add()
            #expect(count == round)
            #expect(isOnLoop)
        }
        #expect(await EventLoop.shared.run { EventLoop.shared.isCurrent })
    }

    @Test func `a task that prefers the loop runs its nonisolated code there`() async {
        let task = Task(executorPreference: EventLoop.shared) { await whereAmI() }
        #expect(await task.value)
        #expect(await whereAmI() == false)
    }

    @Test func `ten thousand jobs from other threads all run`() async {
        let resident = Resident()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10_000 { group.addTask { _ = await resident.add() } }
        }
        #expect(await resident.add().0 == 10_001)
    }

    @Test func `blocking calls run beside each other up to the limit`() async {
        let pool = BlockingPool(maximumThreads: 4)
        let meeting = Meeting()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { await pool.run { meeting.attend(waitingFor: 4) } } }
        }
        #expect(meeting.most == 4)
        #expect(meeting.arrived == 12)
    }

    @Test func `a pool hands errors and task code through`() async {
        struct Failure: Error {}
        await #expect(throws: Failure.self) {
            try await ComputePool.shared.run { throw Failure() }
        }
        let answer = await withTaskExecutorPreference(BlockingPool.shared) { await whereAmI() }
        #expect(answer == false)
    }
}
