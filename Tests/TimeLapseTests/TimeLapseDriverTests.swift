import ServiceKit
import Synchronization
import Testing

@testable import TimeLapse

@Suite struct TimeLapseDriverTests {
    /// A service that wakes at given times, and works for a while each time.
    private final class Worker: Quiescent {
        let activity = Activity()
        let clock: ManualClock
        let seen = Mutex<[Int64]>([])
        var isIdle: Bool { activity.isIdle }
        var actedHead: String? { nil }

        init(_ clock: ManualClock) { self.clock = clock }

        func run(_ times: [Int64], isSkippable: Bool) async throws {
            for time in times {
                try await clock.sleep(until: ProtocolTime(seconds: time), isSkippable: isSkippable)
                await activity.during {
                    for _ in 0..<100 { await Task.yield() }
                    seen.withLock { $0.append(clock.now.seconds) }
                }
            }
        }
    }

    @Test func `the clock stops where somebody must act and passes over the rest`() async throws {
        let clock = ManualClock(now: ProtocolTime(seconds: 0))
        let needed = Worker(clock)
        let skippable = Worker(clock)
        let driver = TimeLapseDriver(
            clock: clock,
            services: { [.init("needed", needed), .init("skippable", skippable)] },
            head: { "head" }
        )
        async let first: Void = needed.run([10, 20, 100], isSkippable: false)
        async let second: Void = skippable.run([5, 15, 150], isSkippable: true)
        while clock.sleeperCount < 2 { await Task.yield() }
        var stops: [Int64] = []
        while clock.now < ProtocolTime(seconds: 200) {
            stops.append(try await driver.step(limit: ProtocolTime(seconds: 200)).seconds)
        }
        _ = try await (first, second)
        try await driver.settle()
        #expect(stops == [10, 20, 100, 200])
        #expect(needed.seen.withLock { $0 } == [10, 20, 100])
        // Both of its early times lie before a stop; each is found at the first stop after it.
        #expect(skippable.seen.withLock { $0 } == [10, 20, 200])
    }

    @Test func `a service that has not acted on the head keeps the clock still`() async throws {
        struct Follower: Quiescent {
            let head: @Sendable () -> String
            var isIdle: Bool { true }
            var actedHead: String? { head() }
        }
        let asked = Atomic<Int>(0)
        let follower = Follower {
            asked.add(1, ordering: .relaxed)
            return asked.load(ordering: .relaxed) < 20 ? "old" : "new"
        }
        let driver = TimeLapseDriver(
            clock: ManualClock(now: ProtocolTime(seconds: 0)),
            services: { [.init("follower", follower)] },
            head: { "new" }
        )
        try await driver.settle()
        #expect(asked.load(ordering: .relaxed) >= 20)
    }
}
