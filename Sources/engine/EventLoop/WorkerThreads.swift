internal import CUV

/// A queue of work and the threads that do it, first come, first served.
@safe
final class WorkerThreads: @unchecked Sendable {
    // Unchecked: all mutable state is touched only between lock() and unlock().
    private let mutex: UnsafeMutablePointer<uv_mutex_t> = .allocate(capacity: 1)
    private let hasWork: UnsafeMutablePointer<uv_cond_t> = .allocate(capacity: 1)
    private let maximumThreads: Int
    private var threads: Int = 0
    private var idle: Int = 0
    private var queue: [@Sendable () -> Void] = []
    private var head: Int = 0

    init(maximumThreads: Int) {
        self.maximumThreads = max(1, maximumThreads)
        unsafe uv_mutex_init(mutex)
        unsafe uv_cond_init(hasWork)
    }

    deinit {
        unsafe uv_mutex_destroy(mutex)
        unsafe uv_cond_destroy(hasWork)
        unsafe mutex.deallocate()
        unsafe hasWork.deallocate()
    }

    /// Adds work; starts a thread if none is idle and the limit allows.
    func submit(_ work: @escaping @Sendable () -> Void) {
        unsafe uv_mutex_lock(mutex)
        queue.append(work)
        let mustStart = idle < queue.count - head && threads < maximumThreads
        if mustStart { threads += 1 }
        unsafe uv_cond_signal(hasWork)
        unsafe uv_mutex_unlock(mutex)
        if mustStart { Threads.start { self.work() } }
    }

    /// Runs `body` on one of the threads and waits for its outcome.
    func run<T: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        let outcome: Result<T, Failure> = await withCheckedContinuation { continuation in
            submit {
                continuation.resume(returning: Result { () throws(Failure) in try body() })
            }
        }
        return try outcome.get()
    }

    private func work() {
        while true {
            unsafe uv_mutex_lock(mutex)
            while head == queue.count {
                idle += 1
                unsafe uv_cond_wait(hasWork, mutex)
                idle -= 1
            }
            let next = queue[head]
            // What the work captured must not wait for the queue to be tidied.
            queue[head] = {}
            head += 1
            if head > 64, head * 2 > queue.count {
                queue.removeFirst(head)
                head = 0
            }
            unsafe uv_mutex_unlock(mutex)
            next()
        }
    }
}
