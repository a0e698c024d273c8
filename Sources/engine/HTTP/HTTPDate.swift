internal import Glibc
internal import Synchronization

/// The `Date` header field, made once a second.
enum HTTPDate {
    private struct Cached {
        var second: Int = 0
        var line: [UInt8] = []
    }

    // The wall clock is the same for everybody in the process, so the cache may be too.
    private static let cached: Mutex<Cached> = Mutex(Cached())

    /// Appends the field with the present time.
    static func append(to output: inout [UInt8]) {
        let now = time(nil)
        let line = cached.withLock { cached in
            if cached.second != now {
                cached.second = now
                cached.line = Array("Date: \(text(second: now))\r\n".utf8)
            }
            return cached.line
        }
        output += line
    }

    /// Returns a time in the form of RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(second: Int) -> String {
        var second = second
        var parts: tm = unsafe tm()
        unsafe gmtime_r(&second, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let day = unsafe days[Int(parts.tm_wday)]
        let month = unsafe months[Int(parts.tm_mon)]
        let clock = unsafe "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return unsafe "\(day), \(two(parts.tm_mday)) \(month) \(parts.tm_year + 1900) \(clock) GMT"
    }

    private static func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
