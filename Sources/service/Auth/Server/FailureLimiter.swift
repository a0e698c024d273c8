import Synchronization

/// Counts wrong tokens per address, so that nobody can try them in bulk.
///
/// Each address may fail ``burst`` times at once and ``perSecond`` times a second. Good tokens cost
/// nothing.
final class FailureLimiter: Sendable {
    static let burst = 200.0
    static let perSecond = 20.0
    static let maximumAddresses = 10_000

    private struct Bucket {
        var left: Double
        var since: ContinuousClock.Instant
    }

    private let buckets = Mutex<[String: Bucket]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// Whether the address may still be wrong.
    func mayFail(_ address: String) -> Bool {
        let now = now()
        return buckets.withLock { $0[address].map { Self.left($0, now) >= 1 } ?? true }
    }

    /// Counts a wrong token.
    func failed(_ address: String) {
        let now = now()
        buckets.withLock { buckets in
            if buckets.count >= Self.maximumAddresses {
                // Those that have recovered say nothing any more.
                buckets = buckets.filter { Self.left($0.value, now) < Self.burst }
                if buckets.count >= Self.maximumAddresses { buckets = [:] }
            }
            let left = buckets[address].map { Self.left($0, now) } ?? Self.burst
            buckets[address] = Bucket(left: left - 1, since: now)
        }
    }

    private static func left(_ bucket: Bucket, _ now: ContinuousClock.Instant) -> Double {
        let seconds = (now - bucket.since) / .seconds(1)
        return min(burst, bucket.left + seconds * perSecond)
    }
}
