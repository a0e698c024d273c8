/// Where a MySQL server is and how to log in.
package struct MySQLAddress: Sendable, CustomStringConvertible {
    package var host: String
    package var port: UInt16
    /// The path of a unix socket; used instead of host and port.
    package var socket: String?
    package var user: String
    /// Never printed.
    package var password: String
    package var database: String
    /// How many connections (and threads) are kept, at least 1.
    package var connections: Int

    package init(
        host: String = "127.0.0.1",
        port: UInt16 = 3306,
        socket: String? = nil,
        user: String,
        password: String = "",
        database: String,
        connections: Int = 4
    ) {
        self.host = host
        self.port = port
        self.socket = socket
        self.user = user
        self.password = password
        self.database = database
        self.connections = max(1, connections)
    }

    /// Reads the form of the Go driver: `user:password@tcp(host:port)/database?options`.
    ///
    /// `unix(path)` and the protocol-less `(host:port)` of old configuration files are taken as well;
    /// the options (`parseTime`, `loc`, `charset`, `timeout`) concern that driver and are ignored.
    ///
    /// - Returns: nil when the text has another form.
    package init?(dsn: String) {
        guard let slash = dsn.lastIndex(of: "/") else { return nil }
        // A unix path has slashes too; the database follows the last one after the bracket.
        guard let open = dsn.firstIndex(of: "("), let close = dsn.lastIndex(of: ")"),
            open < close, close < slash, dsn.index(after: close) == slash,
            let at = dsn[..<open].lastIndex(of: "@")
        else { return nil }
        let login = dsn[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let kind = dsn[dsn.index(after: at)..<open]
        let place = dsn[dsn.index(after: open)..<close]
        let database = dsn[dsn.index(after: slash)...].prefix { $0 != "?" }
        guard let user = login.first, !user.isEmpty, !database.isEmpty else { return nil }
        let password = login.count > 1 ? String(login[1]) : ""
        if kind == "unix" {
            self.init(
                socket: String(place),
                user: String(user),
                password: password,
                database: String(database)
            )
            return
        }
        guard kind.isEmpty || kind == "tcp" else { return nil }
        let parts = place.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let port = parts.count > 1 ? UInt16(parts[1]) : 3306 else { return nil }
        self.init(
            host: parts[0].isEmpty ? "127.0.0.1" : String(parts[0]),
            port: port,
            user: String(user),
            password: password,
            database: String(database)
        )
    }

    package var description: String {
        let place = socket ?? "\(host):\(port)"
        return "mysql \(user)@\(place)/\(database)"
    }
}
