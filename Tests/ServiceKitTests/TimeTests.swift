import TestSupport
import Testing

@testable import ServiceKit

@Suite struct TimeTests {
    @Test func `moments print in the forms of the originals`() {
        let time = CivilTime(nanoseconds: 1_795_222_800_120_000_000)
        #expect(time.rfc3339 == "2026-11-21T01:00:00.12Z")
        #expect(time.milliseconds == "2026-11-21T01:00:00.120Z")
        #expect(time.plain == "2026-11-21 01:00:00")
        #expect(time.goText == "2026-11-21 01:00:00.12 +0000 UTC")
        #expect(time.rfc1123 == "Sat, 21 Nov 2026 01:00:00 UTC")
        #expect(CivilTime(nanoseconds: 0).rfc1123 == "Thu, 01 Jan 1970 00:00:00 UTC")
        #expect(CivilTime(nanoseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999999Z")
        #expect(CivilTime(nanoseconds: 951_782_400_000_000_000).rfc3339 == "2000-02-29T00:00:00Z")
        #expect(CivilTime(nanoseconds: 951_868_800_000_000_000).rfc3339 == "2000-03-01T00:00:00Z")
    }

    @Test func `epochs are counted from genesis`() {
        let schedule = EpochSchedule(genesis: ProtocolTime(seconds: 100), blockDelay: .seconds(10))
        #expect(schedule.epoch(at: ProtocolTime(seconds: 100)) == 0)
        #expect(schedule.epoch(at: ProtocolTime(nanoseconds: 109_999_999_999)) == 0)
        #expect(schedule.epoch(at: ProtocolTime(seconds: 110)) == 1)
        #expect(schedule.epoch(at: ProtocolTime(seconds: 99)) == -1)
        #expect(schedule.start(of: 7) == ProtocolTime(seconds: 170))
        #expect(ProtocolTime(nanoseconds: -1).seconds == -1)
    }

    @Test func `a manual clock wakes sleepers when told, earliest first`() async throws {
        let clock = ManualClock(now: ProtocolTime(seconds: 0))
        let wake = Task { () -> ProtocolTime in
            try await clock.sleep(until: ProtocolTime(seconds: 5))
            return clock.now
        }
        await clock.waitForSleeper()
        #expect(clock.nextWake == ProtocolTime(seconds: 5))
        clock.advance(to: ProtocolTime(seconds: 4))
        #expect(clock.sleeperCount == 1)
        clock.advance(by: .seconds(1))
        #expect(try await wake.value == ProtocolTime(seconds: 5))
        #expect(clock.nextWake == nil)
        // A time that has passed does not wait, and the clock never goes back.
        try await clock.sleep(until: ProtocolTime(seconds: 5))
        clock.advance(to: ProtocolTime(seconds: 1))
        #expect(clock.now == ProtocolTime(seconds: 5))
    }

    @Test func `a clock may pass over a skippable deadline`() async throws {
        let clock = ManualClock(now: ProtocolTime(seconds: 0))
        let skippable = Task { () -> ProtocolTime in
            try await clock.sleep(until: ProtocolTime(seconds: 5), isSkippable: true)
            return clock.now
        }
        await clock.waitForSleeper()
        #expect(clock.nextWake == nil)
        clock.advance(to: ProtocolTime(seconds: 50))
        #expect(try await skippable.value == ProtocolTime(seconds: 50))
    }

    @Test func `a service is idle when nothing is under way`() async throws {
        let activity = Activity()
        #expect(activity.isIdle)
        await activity.during { #expect(!activity.isIdle) }
        #expect(activity.isIdle)
        await #expect(throws: CancellationError.self) {
            try await activity.during { throw CancellationError() }
        }
        #expect(activity.isIdle)
    }

    @Test func `a sleeper whose time has come is work before its task notices`() async throws {
        let clock = ManualClock(now: ProtocolTime(seconds: 0))
        let activity = Activity()
        activity.begin()
        let wasIdle = Task {
            try await activity.sleep(on: clock, until: ProtocolTime(seconds: 5))
            return activity.isIdle
        }
        await clock.waitForSleeper()
        // The clock knows of the sleeper a moment before the activity does.
        while !activity.isIdle { await Task.yield() }
        clock.advance(to: ProtocolTime(seconds: 4))
        #expect(activity.isIdle)
        clock.advance(to: ProtocolTime(seconds: 5))
        #expect(!activity.isIdle)
        #expect(try await !wasIdle.value)
        activity.end()
        #expect(activity.isIdle)
    }

    @Test func `a cancelled sleeper leaves`() async throws {
        let clock = ManualClock(now: ProtocolTime(seconds: 0))
        let task = Task { try await clock.sleep(until: ProtocolTime(seconds: 5)) }
        await clock.waitForSleeper()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
    }

    @Test func `an offset clock is behind by the offset`() async throws {
        let clock = OffsetClock(offset: .seconds(1000))
        let now = clock.now
        let behind = ProtocolTime(nanoseconds: WallTime.nanoseconds) - now
        #expect(behind >= .seconds(1000) && behind < .seconds(1001))
        try await clock.sleep(until: clock.now)
    }

    @Test func `seeded bytes repeat and UUIDs are of version 4`() {
        let first = SeededRandom(seed: [1])
        let second = SeededRandom(seed: [1])
        #expect(first.bytes(5) + first.bytes(40) == second.bytes(45))
        #expect(SeededRandom(seed: [2]).bytes(8) != SeededRandom(seed: [1]).bytes(8))
        let uuid = SystemRandom().uuid()
        #expect(uuid.count == 36)
        #expect(Array(uuid)[14] == "4")
        #expect("89ab".contains(Array(uuid)[19]))
        #expect(SystemRandom().bytes(32) != SystemRandom().bytes(32))
    }
}
