internal import CUV

/// A point on the I/O clock: monotonic milliseconds of this machine, which no test ever moves.
///
/// Time-outs, back-off and pings use this clock and never the protocol clock, which may jump by a day.
package struct IOInstant: Comparable, Hashable, Sendable {
    /// Milliseconds since an arbitrary start.
    package let milliseconds: UInt64

    /// A point from its milliseconds.
    init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    /// The present.
    package static var now: IOInstant { IOInstant(milliseconds: uv_hrtime() / 1_000_000) }

    /// The point that lies `duration` ahead.
    package static func after(_ duration: Duration) -> IOInstant { now + duration }

    /// The point `duration` later; a fraction of a millisecond rounds up.
    package static func + (instant: IOInstant, duration: Duration) -> IOInstant {
        IOInstant(milliseconds: instant.milliseconds &+ duration.wholeMilliseconds)
    }

    /// The point some milliseconds later.
    package func advanced(milliseconds: UInt64) -> IOInstant {
        IOInstant(milliseconds: self.milliseconds &+ milliseconds)
    }

    /// How long it is until this point; zero if it has passed.
    package var remaining: Duration {
        let now = Self.now
        guard now < self else { return .zero }
        return .milliseconds(Int64(clamping: milliseconds - now.milliseconds))
    }

    package static func < (a: IOInstant, b: IOInstant) -> Bool { a.milliseconds < b.milliseconds }
}

extension Duration {
    /// The duration in milliseconds, rounded up; zero if it is negative, at most about 300 years.
    package var wholeMilliseconds: UInt64 {
        guard self > .zero else { return 0 }
        let (seconds, attoseconds) = components
        let bounded = min(seconds, 10_000_000_000)
        return UInt64(bounded) * 1000
            + UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
