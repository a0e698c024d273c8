internal import Glibc

/// Threads for calls that wait: SQL, files, key-value stores, `waitpid`.
///
/// Swift's own pool has one thread per core, so that two such calls would stop every actor. Wrap them:
/// ```swift
/// let rows = try await pool.run { try database.read() }
/// ```
/// or prefer the pool for a whole task with `withTaskExecutorPreference(pool) { ... }`. Work beyond
/// the number of threads waits in line.
package final class BlockingPool: TaskExecutor, Sendable {
    /// The pool that a process uses unless it has a reason for another: at most 32 threads.
    package static let shared: BlockingPool = BlockingPool(maximumThreads: 32)

    private let workers: WorkerThreads

    /// A pool without threads; they are started as work comes, up to `maximumThreads`, and stay.
    package init(maximumThreads: Int) {
        workers = WorkerThreads(maximumThreads: maximumThreads)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        workers.submit { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs a call that may wait on one of the threads.
    ///
    /// - Throws: What `body` throws.
    package func run<T: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        try await workers.run(body)
    }
}

/// Threads for long computations, proofs and signatures by the thousand: one per core unless told.
package final class ComputePool: TaskExecutor, Sendable {
    /// The pool that a process uses unless it has a reason for another: one thread per core.
    package static let shared: ComputePool = ComputePool()

    /// How many threads there are.
    package let threads: Int
    private let workers: WorkerThreads

    /// A pool of `threads` threads, by default one per core.
    package init(threads: Int? = nil) {
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        self.threads = max(1, threads ?? cores)
        workers = WorkerThreads(maximumThreads: self.threads)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        workers.submit { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs a long computation on one of the threads.
    ///
    /// - Throws: What `body` throws.
    package func run<T: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        try await workers.run(body)
    }
}
