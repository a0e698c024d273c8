import EventLoop
package import ServiceKit

/// What `config.toml` of the auth service says.
package struct AuthConfiguration: Sendable {
    /// Where the service listens: `host:port`.
    package var listen = "127.0.0.1:8989"
    /// `sqlite` (`badger` in old files means the same) or `mysql`.
    package var databaseType = "sqlite"
    /// How the service logs.
    package var log = LogSettings()
    /// How long an idle connection stays open.
    package var idleTimeout: Duration = .seconds(60)
    /// How long reading a request may take.
    package var readTimeout: Duration = .seconds(60)
    /// How long sending an answer may take.
    package var writeTimeout: Duration = .seconds(60)
    /// Keys of the file that nobody knows.
    package var unknownKeys: [String] = []

    package init() {}

    /// Reads the file's text.
    ///
    /// - Throws: `ConfigurationError`.
    package init(toml text: String, name: String) throws(ConfigurationError) {
        let file = try Configuration(toml: text, name: name)
        if let address = try file.string("Listen") {
            listen = address
        } else if let port = try file.string("Port") {
            // The first version listened on all interfaces with no token asked; the host is ours.
            listen = "127.0.0.1:" + port
        }
        readTimeout = try file.duration("ReadTimeout") ?? readTimeout
        writeTimeout = try file.duration("WriteTimeout") ?? writeTimeout
        idleTimeout = try file.duration("IdleTimeout") ?? idleTimeout
        if let database = try file.table("DB") {
            databaseType = try database.string("Type") ?? databaseType
            database.ignore(
                "DSN",
                "MaxOpenConns",
                "MaxIdleConns",
                "MaxLifeTime",
                "MaxIdleTime",
                "Debug"
            )
        }
        let logTable = try file.table("Log")
        log = try LogSettings(logTable)
        logTable?.ignore("Type", "HookSwitch", "InfluxDB")
        // One secret for all tokens was the first version's; the others have no counterpart here.
        file.ignore("Secret", "Trace", "Metrics")
        unknownKeys = file.unknownKeys()
    }

    /// The address to listen on.
    ///
    /// - Throws: `ConfigurationError` when the text is no `host:port` with a numeric host.
    func socketAddress() throws(ConfigurationError) -> SocketAddress {
        guard let colon = listen.lastIndex(of: ":"),
            let port = UInt16(listen[listen.index(after: colon)...])
        else { throw ConfigurationError("Listen \"\(listen)\" is not host:port") }
        let host = listen[..<colon].trimmingPrefix("[").replacing("]", with: "")
        let name = host == "localhost" ? "127.0.0.1" : host.isEmpty ? "0.0.0.0" : String(host)
        guard let address = SocketAddress(ip: name, port: port) else {
            throw ConfigurationError("Listen \"\(listen)\" has no numeric host")
        }
        return address
    }

    /// The file that the first start writes.
    static let template = """
        # Configuration of venus-auth. Durations are text such as "1m30s" or nanoseconds.

        # Where the service listens. Keep it on loopback unless TLS or a private network is in front.
        Listen = "127.0.0.1:8989"

        # How long reading a request, sending an answer, and an idle connection may take.
        ReadTimeout = "1m0s"
        WriteTimeout = "1m0s"
        IdleTimeout = "1m0s"

        [Log]
          # trace, debug, info, warning or error.
          LogLevel = "info"
          # "console" or "json", one object per line.
          Format = "console"
          # A file, which is started anew when it has grown; empty for standard error.
          File = ""

        [DB]
          # "sqlite": a file in the folder "data" beside this one. "badger", as older files say, means the same.
          Type = "sqlite"

        """
}
