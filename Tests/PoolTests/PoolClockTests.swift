import Pool
import ServiceKit
import TestSupport
import Testing

@Suite struct PoolClockTests {
    @Test(arguments: [-86_400, 0, 5, 86_400, 604_800] as [Int64])
    func `protocol time goes on where it stopped, wherever wall time went`(seconds: Int64) {
        let stopped = StoppedTime(offset: 3_000_000_000, lastAlive: 1_000_000_000_000)
        let now = stopped.lastAlive + seconds * 1_000_000_000
        let resumed = stopped.resumed(at: now)
        #expect(
            resumed.lastAlive - resumed.offset == 1_000_000_000_000 - 3_000_000_000 + 1_000_000_000
        )
        #expect(resumed.resumption > stopped.resumption)
    }

    @Test func `a start that is killed and tried again resumes at no earlier time`() throws {
        let folder = try TemporaryDirectory()
        let file = PoolClockFile(path: folder.path("clock"))
        #expect(try file.read() == nil)
        #expect(try file.resume(at: 10) == StoppedTime(offset: 0, lastAlive: 10))
        let hour: Int64 = 3_600_000_000_000
        let first = try file.resume(at: hour)
        let second = try file.resume(at: hour + 7)
        #expect(second.lastAlive - second.offset >= first.lastAlive - first.offset)
        // A service that is started now shows the time that the pool goes on with.
        let clock = try OffsetClock(file: file.path)
        let behind = WallTime.nanoseconds - clock.now.nanoseconds
        #expect(abs(behind - second.offset) < 1_000_000_000)
    }

    @Test func `a clock file with other content is refused by name`() throws {
        let folder = try TemporaryDirectory()
        try AtomicFile.write("noon\n", to: folder.path("clock"))
        let file = PoolClockFile(path: folder.path("clock"))
        let failure = #expect(throws: CommandFailure.self) { try file.read() }
        #expect(failure?.message.contains("clock") == true)
    }
}
