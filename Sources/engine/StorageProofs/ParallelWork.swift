internal import Glibc
internal import Synchronization

/// Runs parts of long computations on threads of their own, never on the cooperative pool.
package enum ParallelWork {
    /// The number of threads used when the caller does not say: one for each core.
    package static let defaultThreads: Int = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// Calls `body` for consecutive ranges that cover 0..<count, several at a time.
    ///
    /// Returns when all are done. The caller's thread takes part; with one thread no other is started.
    ///
    /// - Parameters:
    ///   - count: The number of items.
    ///   - grain: The number of items of a range; the last may be shorter.
    ///   - threads: The largest number of threads working at once.
    ///   - body: The work; called from several threads, each item in exactly one range.
    package static func forEachRange(
        of count: Int,
        grain: Int,
        threads: Int,
        _ body: (Range<Int>) -> Void
    ) {
        precondition(grain > 0, "a range has at least one item")
        let ranges = (count + grain - 1) / grain
        let workers = max(1, min(threads, ranges))
        withoutActuallyEscaping(body) { body in
            let queue = Queue(ranges: ranges) { index in
                body(index * grain..<min(count, (index + 1) * grain))
            }
            var started: [pthread_t] = []
            for _ in 1..<workers {
                var thread = pthread_t()
                let retained = unsafe Unmanaged.passRetained(queue)
                let code = unsafe pthread_create(
                    &thread,
                    nil,
                    { argument in
                        guard let argument = unsafe argument else { return nil }
                        unsafe Unmanaged<Queue>.fromOpaque(argument).takeRetainedValue().drain()
                        return nil
                    },
                    retained.toOpaque()
                )
                if code == 0 {
                    started.append(thread)
                } else {
                    // Without another thread the work takes longer, nothing else.
                    unsafe retained.release()
                }
            }
            queue.drain()
            for thread in started { _ = pthread_join(thread, nil) }
        }
    }

    /// The ranges not yet taken.
    ///
    /// Unchecked because the closure is the caller's, who promises that it may run on several threads; it
    /// outlives every call, since the threads are joined before `forEachRange` returns.
    private final class Queue: @unchecked Sendable {
        private let ranges: Int
        private let work: (Int) -> Void
        private let next: Atomic<Int> = Atomic(0)

        init(ranges: Int, work: @escaping (Int) -> Void) {
            self.ranges = ranges
            self.work = work
        }

        func drain() {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if index >= ranges { return }
                work(index)
            }
        }
    }
}
