import Foundation
package import ServiceKit

/// The protocol time of a pool over its stops: wall time minus an offset.
package struct StoppedTime: Hashable, Sendable {
    /// How far apart two notes of being alive are at most: protocol time resumes this much later, so that it
    /// never goes back.
    package static let margin: Duration = .seconds(1)

    /// Nanoseconds by which protocol time is behind wall time.
    package var offset: Int64
    /// The wall time when the pool was last seen alive, in nanoseconds since 1970.
    package var lastAlive: Int64

    package init(offset: Int64, lastAlive: Int64) {
        self.offset = offset
        self.lastAlive = lastAlive
    }

    /// The protocol time at which a stopped pool goes on.
    package var resumption: ProtocolTime {
        ProtocolTime(nanoseconds: lastAlive + Self.margin.nanoseconds - offset)
    }

    /// The same pool when it goes on at a wall time, whichever way the wall clock was moved meanwhile.
    package func resumed(at now: Int64) -> StoppedTime {
        StoppedTime(offset: now - resumption.nanoseconds, lastAlive: now)
    }
}

/// The clock file of a pool: the offset, which every service reads when it starts, and the last moment at
/// which the pool was seen alive.
///
/// Both stand in one line of one file, so that a crash never leaves one without the other.
package struct PoolClockFile: Sendable {
    /// The file, as services get it with `--clock-file`.
    package let path: String

    package init(path: String) { self.path = path }

    /// What the file says; nil before the pool was first begun.
    ///
    /// - Throws: `CommandFailure` for other content than two numbers; what reading says.
    package func read() throws -> StoppedTime? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text = String(decoding: try AtomicFile.read(path, maximumBytes: 64), as: UTF8.self)
        let numbers = text.split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard numbers.count == 2, let offset = numbers[0], let alive = numbers[1] else {
            throw CommandFailure("\(path) holds \"\(text)\", not two numbers of nanoseconds")
        }
        return StoppedTime(offset: offset, lastAlive: alive)
    }

    package func write(_ time: StoppedTime) throws(FileFailure) {
        try AtomicFile.write("\(time.offset) \(time.lastAlive)\n", to: path, mode: 0o644)
    }

    /// Begins a new pool, or goes on with a stopped one; `now` is wall time.
    ///
    /// - Throws: As ``read()``; what writing says.
    @discardableResult
    package func resume(at now: Int64 = WallTime.nanoseconds) throws -> StoppedTime {
        let time = try read()?.resumed(at: now) ?? StoppedTime(offset: 0, lastAlive: now)
        try write(time)
        return time
    }
}
