internal import Glibc
internal import Synchronization

/// Runs numbered jobs on plain threads.
///
/// Proving takes seconds to hours of pure computing, which must never happen on the cooperative pool; these
/// are threads of their own that end with the work.
public enum ParallelJobs {
    /// The number of processors this process may use.
    public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Calls `body` once for each of 0 ..< count and returns when all calls are done.
    ///
    /// - Parameters:
    ///   - count: The number of jobs.
    ///   - threads: How many run at a time, the calling thread included. If the system refuses a thread, fewer
    ///     threads do the same work.
    ///   - body: One job. The order of the jobs is that of their numbers, as threads become free.
    public static func run(count: Int, threads: Int, _ body: (Int) -> Void) {
        guard count > 1, threads > 1 else {
            for index in 0..<count { body(index) }
            return
        }
        // The closure outlives no thread: all are joined before this function returns.
        withoutActuallyEscaping(body) { escapable in
            let work = Work(count: count, body: escapable)
            var handles: [pthread_t] = []
            for _ in 1..<min(threads, count) {
                var handle = pthread_t()
                let context = unsafe Unmanaged.passRetained(work)
                let status = unsafe pthread_create(
                    &handle,
                    nil,
                    { pointer in
                        if let pointer = unsafe pointer {
                            unsafe Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().drain()
                        }
                        return nil
                    },
                    context.toOpaque()
                )
                guard status == 0 else {
                    unsafe context.release()
                    break
                }
                handles.append(handle)
            }
            work.drain()
            for handle in handles { pthread_join(handle, nil) }
            work.finish()
        }
    }

    /// Calls `body` with consecutive parts of 0 ..< count.
    ///
    /// - Parameters:
    ///   - count: How much there is to do.
    ///   - threads: How many threads may work.
    ///   - grain: The least size of a part, so that small work is not split.
    ///   - body: Does one part.
    public static func runParts(
        of count: Int,
        threads: Int,
        grain: Int = 1024,
        _ body: (Range<Int>) -> Void
    ) {
        let parts = max(1, min(threads * 4, count / max(1, grain)))
        let size = (count + parts - 1) / parts
        run(count: parts, threads: threads) { part in
            let from = min(count, part * size)
            body(from..<min(count, from + size))
        }
    }

    private final class Work: Sendable {
        private let next: Atomic<Int> = Atomic(0)
        private let count: Int
        // Set once before the threads start and cleared after they have ended.
        nonisolated(unsafe) private var body: ((Int) -> Void)?

        init(count: Int, body: @escaping (Int) -> Void) {
            self.count = count
            unsafe self.body = body
        }

        func drain() {
            guard let body = unsafe body else { return }
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }

        func finish() { unsafe body = nil }
    }
}
