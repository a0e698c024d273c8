import Synchronization

/// How a log line is written.
package enum LogFormat: Sendable {
    /// `2026-11-21T09:30:00.123Z  INFO  auth  token created  name=miner`
    case console
    /// One JSON object per line: `ts`, `level`, `logger`, `msg` and the fields.
    case json
}

/// Takes finished log lines.
package protocol LogSink: Sendable {
    /// Writes a line, which ends with a newline.
    func write(_ line: String)
}

/// The log of one service: which subsystem logs from which level on, and where to.
///
/// It belongs to a service instance, so that a pool in one process keeps the logs apart.
package final class LogSystem: Sendable {
    private struct Levels {
        var standard: LogLevel
        var bySubsystem: [String: LogLevel] = [:]
    }

    private let levels: Mutex<Levels>
    private let format: LogFormat
    private let sinks: [any LogSink]
    private let now: @Sendable () -> Int64

    /// Creates a log.
    ///
    /// The time that `now` gives is written: nanoseconds since 1970, real time, not protocol time.
    package init(
        level: LogLevel = .info,
        format: LogFormat = .console,
        sinks: [any LogSink],
        now: @escaping @Sendable () -> Int64 = { WallTime.nanoseconds }
    ) {
        levels = Mutex(Levels(standard: level))
        self.format = format
        self.sinks = sinks
        self.now = now
    }

    /// A log that keeps nothing.
    package static let silent = LogSystem(level: .error, sinks: [])

    /// Returns the logger of a part of the service.
    package func logger(_ subsystem: String) -> Logger {
        Logger(system: self, subsystem: subsystem)
    }

    /// Sets the level of every subsystem, or of one.
    package func setLevel(_ level: LogLevel, of subsystem: String? = nil) {
        levels.withLock { levels in
            if let subsystem {
                levels.bySubsystem[subsystem] = level
            } else {
                levels.standard = level
                levels.bySubsystem = [:]
            }
        }
    }

    /// The subsystems that have a level of their own.
    package var subsystemLevels: [String: LogLevel] { levels.withLock { $0.bySubsystem } }

    func isEnabled(_ level: LogLevel, _ subsystem: String) -> Bool {
        if sinks.isEmpty { return false }
        return levels.withLock { level >= $0.bySubsystem[subsystem] ?? $0.standard }
    }

    func log(
        _ level: LogLevel,
        _ subsystem: String,
        _ message: String,
        _ fields: KeyValuePairs<String, any CustomStringConvertible & Sendable>
    ) {
        let time = CivilTime(nanoseconds: now()).milliseconds
        let line =
            switch format {
            case .console: Self.consoleLine(time, level, subsystem, message, fields)
            case .json: Self.jsonLine(time, level, subsystem, message, fields)
            }
        for sink in sinks { sink.write(line) }
    }

    private static func consoleLine(
        _ time: String,
        _ level: LogLevel,
        _ subsystem: String,
        _ message: String,
        _ fields: KeyValuePairs<String, any CustomStringConvertible & Sendable>
    ) -> String {
        // A newline in a message would let a caller forge lines.
        var line = "\(time)\t\(level.label)\t\(subsystem)\t\(oneLine(message))"
        for (name, value) in fields { line += "\t\(name)=\(oneLine(value.description))" }
        return line + "\n"
    }

    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) else {
            return text
        }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            if scalar.value < 0x20 || scalar.value == 0x7f {
                line += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
    }

    private static func jsonLine(
        _ time: String,
        _ level: LogLevel,
        _ subsystem: String,
        _ message: String,
        _ fields: KeyValuePairs<String, any CustomStringConvertible & Sendable>
    ) -> String {
        var line = "{\"ts\":\"\(time)\",\"level\":\"\(level)\",\"logger\":\(subsystem.quoted)"
        line += ",\"msg\":\(message.quoted)"
        for (name, value) in fields { line += ",\(name.quoted):\(value.description.quoted)" }
        return line + "}\n"
    }
}

/// Writes log lines for one part of a service.
///
/// ```swift
/// logger.info("token created", ["name": name, "permission": permission])
/// ```
package struct Logger: Sendable {
    private let system: LogSystem
    package let subsystem: String

    init(system: LogSystem, subsystem: String) {
        self.system = system
        self.subsystem = subsystem
    }

    /// A logger that keeps nothing.
    package static let silent = LogSystem.silent.logger("")

    package typealias Fields = KeyValuePairs<String, any CustomStringConvertible & Sendable>

    package func trace(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.trace, message(), fields())
    }

    package func debug(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.debug, message(), fields())
    }

    package func info(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.info, message(), fields())
    }

    package func warning(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.warning, message(), fields())
    }

    package func error(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.error, message(), fields())
    }

    /// Writes a line at a level known only at run time; neither argument is evaluated when nobody reads it.
    package func log(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        guard system.isEnabled(level, subsystem) else { return }
        system.log(level, subsystem, message(), fields())
    }
}
