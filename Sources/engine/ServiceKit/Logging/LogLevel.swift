/// How much a log line matters.
package enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case trace, debug, info, warning, error

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }

    /// Reads the names that the originals use (`warn`, `panic`, `fatal`, … included), in any case.
    package init?(_ name: String) {
        switch name.lowercased() {
        case "trace", "6": self = .trace
        case "debug", "5": self = .debug
        case "info", "4": self = .info
        case "warn", "warning", "3": self = .warning
        case "error", "dpanic", "panic", "fatal", "2", "1", "0": self = .error
        default: return nil
        }
    }

    /// Five letters or fewer, for the console.
    var label: String {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warning: "WARN"
        case .error: "ERROR"
        }
    }
}
