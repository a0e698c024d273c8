import Foundation

/// The machine's own clock.
package enum WallTime {
    /// Nanoseconds since 1970, UTC.
    package static var nanoseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
