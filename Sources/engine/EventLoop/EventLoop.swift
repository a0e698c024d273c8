internal import CUV
internal import Glibc
internal import Synchronization

/// One thread that waits for sockets, timers, signals and child processes, and runs Swift jobs between.
///
/// The loop is a Swift executor twice over: an actor whose `unownedExecutor` is the loop lives on its
/// thread, so that a libuv callback enters it without a hop, and a task that prefers the loop runs its
/// nonisolated code there. Everything that touches libuv happens on this thread; this file is the only
/// glue between Swift's executors and libuv.
///
/// A loop lives as long as the process. Code on it must not block: one call that waits makes every
/// connection wait. Blocking calls belong on a ``BlockingPool``, long computations on a
/// ``ComputePool``.
@safe
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Unchecked: `inbox` and `threadID` guard themselves, and everything else is touched only on the
    // loop's thread, or before it starts.

    /// The loop that a process uses unless it has a reason for another.
    package static let shared: EventLoop = EventLoop()

    /// The most jobs that run before sockets are looked at again.
    private static let jobsPerTurn: Int = 1024

    /// Jobs handed over by other threads.
    private struct Inbox {
        var jobs: [UnownedJob] = []
        /// Whether the loop has been told that there are jobs.
        var isWoken: Bool = false
    }

    private let inbox: Mutex<Inbox> = Mutex(Inbox())
    private let threadID: Atomic<UInt> = Atomic(0)
    private let uvLoop: UnsafeMutablePointer<uv_loop_t>
    private let wakeup: UnsafeMutablePointer<uv_async_t>
    private let beforePoll: UnsafeMutablePointer<uv_prepare_t>
    private let afterPoll: UnsafeMutablePointer<uv_check_t>
    private var jobs: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private let readBuffer: UnsafeMutableBufferPointer<UInt8>

    /// Starts a loop on a thread of its own.
    package init() {
        unsafe uvLoop = .allocate(capacity: 1)
        unsafe wakeup = .allocate(capacity: 1)
        unsafe beforePoll = .allocate(capacity: 1)
        unsafe afterPoll = .allocate(capacity: 1)
        unsafe readBuffer = .allocate(capacity: 65536)
        let status = unsafe uv_loop_init(uvLoop)
        precondition(status == 0, "no event loop: out of file descriptors")
        prepareHandles()
        // Writing to a closed connection is an error like others, not the end of the process.
        _ = signal(SIGPIPE, SIG_IGN)
        // The thread keeps the loop alive for ever.
        let context = unsafe Unmanaged.passRetained(self)
        Threads.start {
            unsafe context.takeUnretainedValue().runForever()
        }
    }

    private func prepareHandles() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe uv_async_init(uvLoop, wakeup) { handle in
            unsafe EventLoop.from(handle?.pointee.data)?.takeInbox()
        }
        unsafe uv_prepare_init(uvLoop, beforePoll)
        unsafe uv_check_init(uvLoop, afterPoll)
        unsafe wakeup.pointee.data = context
        unsafe beforePoll.pointee.data = context
        unsafe afterPoll.pointee.data = context
        unsafe uv_prepare_start(beforePoll) { handle in
            unsafe EventLoop.from(handle?.pointee.data)?.runJobs()
        }
        unsafe uv_check_start(afterPoll) { handle in
            unsafe EventLoop.from(handle?.pointee.data)?.runJobs()
        }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> EventLoop? {
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(data).takeUnretainedValue()
    }

    private func runForever() {
        threadID.store(Self.currentThreadID, ordering: .releasing)
        // The wake-up handle is never closed, so this returns only if polling itself fails.
        while true { unsafe _ = uv_run(uvLoop, UV_RUN_DEFAULT) }
    }

    private static var currentThreadID: UInt { UInt(pthread_self()) }

    /// Whether the caller runs on the loop's thread.
    package var isCurrent: Bool {
        threadID.load(ordering: .relaxed) == Self.currentThreadID
    }

    /// The time at which the loop last looked at its sockets, for deadlines of milliseconds and more.
    ///
    /// Costs no call of the system; only for code on the loop.
    package var now: IOInstant {
        assert(isCurrent)
        return unsafe IOInstant(milliseconds: uv_now(uvLoop))
    }

    // MARK: - For the handles of this module, on the loop's thread

    /// The libuv loop.
    var uv: UnsafeMutablePointer<uv_loop_t> {
        assert(isCurrent)
        return unsafe uvLoop
    }

    /// Memory into which every connection of the loop reads before the bytes are copied out.
    var sharedReadBuffer: UnsafeMutableBufferPointer<UInt8> { unsafe readBuffer }
}

// MARK: - Executor

extension EventLoop {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard !isCurrent else {
            jobs.append(job)
            return
        }
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isWoken = true }
            return !inbox.isWoken
        }
        // The one libuv call that any thread may make.
        if mustWake { unsafe _ = uv_async_send(wakeup) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        unsafe UnownedTaskExecutor(ordinary: self)
    }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    package func checkIsolated() {
        precondition(isCurrent, "called from outside the event loop's thread")
    }

    private func takeInbox() {
        inbox.withLock { inbox in
            jobs.append(contentsOf: inbox.jobs)
            inbox.jobs.removeAll(keepingCapacity: true)
            inbox.isWoken = false
        }
    }

    /// Runs what is ready, including what that makes ready, up to the bound of one turn.
    private func runJobs() {
        var left = Self.jobsPerTurn
        while !jobs.isEmpty, left > 0 {
            swap(&jobs, &running)
            left -= running.count
            for job in running {
                unsafe job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(),
                    taskExecutor: asUnownedTaskExecutor()
                )
            }
            running.removeAll(keepingCapacity: true)
        }
        // More is ready: poll without waiting.
        if !jobs.isEmpty { unsafe _ = uv_async_send(wakeup) }
    }
}
