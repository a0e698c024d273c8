extension OffsetClock {
    /// Creates the clock of a pool from its file: the nanoseconds for which the pool was stopped, in decimal.
    ///
    /// - Throws: `CommandFailure` if the file does not say a number; what reading it says.
    package convenience init(file: String) throws {
        let text = String(decoding: try AtomicFile.read(file, maximumBytes: 64), as: UTF8.self)
        guard let offset = Int64(text.prefix { !$0.isWhitespace }) else {
            throw CommandFailure("the clock file \(file) holds \"\(text)\", not nanoseconds")
        }
        self.init(offset: .nanoseconds(offset))
    }
}

extension Flag {
    /// Names the clock file of a pool; every service of one pool gets the same.
    package static let clockFile = Flag(
        "clock-file",
        usage: "file with the nanoseconds by which protocol time is behind the wall clock"
    )
}

extension Invocation {
    /// The clock that ``Flag/clockFile`` names; wall time without it.
    ///
    /// - Throws: What ``OffsetClock/init(file:)`` throws.
    package func protocolClock() throws -> OffsetClock {
        guard let file = optionalString("clock-file") else { return OffsetClock() }
        return try OffsetClock(file: file)
    }
}
