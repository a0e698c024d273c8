internal import Glibc

/// A clock that benchmarks read: the time of day that passes, or processor time that was used.
package enum Meter: Hashable, Sendable {
    /// Time that passes, whoever uses the processors.
    case wall
    /// Processor time of the calling thread, in user mode and in the kernel.
    case threadProcessor
    /// Processor time of all threads of this process, in user mode and in the kernel.
    case processor
    /// Processor time of all threads of this process in user mode alone.
    case userProcessor

    /// The reading, in seconds since a moment that stays the same within a process.
    package func seconds() -> Double {
        switch self {
        case .wall: Self.clock(CLOCK_MONOTONIC)
        case .threadProcessor: Self.clock(CLOCK_THREAD_CPUTIME_ID)
        case .processor: Self.clock(CLOCK_PROCESS_CPUTIME_ID)
        case .userProcessor: Self.userSeconds()
        }
    }

    private static func clock(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private static func userSeconds() -> Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) * 1e-6
    }
}
