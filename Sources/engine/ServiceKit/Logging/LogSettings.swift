/// What a configuration file says about the log.
package struct LogSettings: Sendable {
    /// The lowest level that is written.
    package var level: LogLevel
    /// Subsystems with a level of their own.
    package var levels: [String: LogLevel]
    package var format: LogFormat
    /// The file to write to, with rotation; nil for standard error.
    package var file: String?

    package init(
        level: LogLevel = .info,
        levels: [String: LogLevel] = [:],
        format: LogFormat = .console,
        file: String? = nil
    ) {
        self.level = level
        self.levels = levels
        self.format = format
        self.file = file
    }

    /// Reads the table `[Log]`: `LogLevel`, `Format` (`console` or `json`), `File`, and a table `Levels`
    /// of levels by subsystem.
    ///
    /// - Throws: `ConfigurationError` for a level or format that there is not.
    package init(_ table: Configuration?) throws(ConfigurationError) {
        self.init()
        guard let table else { return }
        if let name = try table.string("LogLevel") { level = try Self.level(name) }
        switch try table.string("Format") {
        case nil, "", "console": format = .console
        case "json": format = .json
        case let name?:
            throw ConfigurationError("the log format \(name) is neither console nor json")
        }
        if let path = try table.string("File"), !path.isEmpty { file = Repository.expanded(path) }
        guard let byName = try table.table("Levels") else { return }
        for name in byName.keys {
            if let text = try byName.string(name) { levels[name] = try Self.level(text) }
        }
    }

    private static func level(_ name: String) throws(ConfigurationError) -> LogLevel {
        guard let level = LogLevel(name) else {
            throw ConfigurationError(
                "the log level \(name) is none of trace, debug, info, warning, error"
            )
        }
        return level
    }

    /// Opens the log.
    ///
    /// - Throws: ``FileFailure`` when the file cannot be opened.
    package func makeSystem() throws(FileFailure) -> LogSystem {
        let sink: any LogSink
        if let file { sink = try FileSink(path: file) } else { sink = StandardErrorSink() }
        let system = LogSystem(level: level, format: format, sinks: [sink])
        for (name, level) in levels { system.setLevel(level, of: name) }
        return system
    }
}
