import Foundation
import Synchronization
import TestSupport
import Testing

@testable import SQLStore

/// A MariaDB server of the tests' own, on a private unix socket in a temporary folder.
///
/// Started once for the process by the first test that needs it, and killed when the test process
/// ends.
final class MariaDBServer: Sendable {
    static let programs = ["/usr/sbin/mariadbd", "/usr/bin/mariadbd", "/usr/local/bin/mariadbd"]
    static let program: String? = programs.first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let missing: Comment = "needs mariadbd (Debian package mariadb-server)"

    private static let shared = Mutex<Result<MariaDBServer, any Error>?>(nil)
    private static let databases = Atomic<Int>(0)

    let socket: String
    private let process: Mutex<Process>

    /// Returns the address of a fresh, empty database.
    static func newDatabase(connections: Int = 4) throws -> MySQLAddress {
        let server = try shared.withLock { current in
            // A server that did not start is not tried again by every test.
            let started = current ?? Result { try MariaDBServer() }
            current = started
            return try started.get()
        }
        let number = databases.wrappingAdd(1, ordering: .relaxed).newValue
        let name = "test\(number)"
        let connection = try MySQLConnection(server.address(database: "mysql", connections: 1))
        try connection.execute("CREATE DATABASE \"\(name)\"")
        connection.close()
        return server.address(database: name, connections: connections)
    }

    private func address(database: String, connections: Int) -> MySQLAddress {
        MySQLAddress(socket: socket, user: "root", database: database, connections: connections)
    }

    private init() throws {
        let folder = try TestRemains.shared.newFolder().path
        socket = folder + "/s"
        let data = folder + "/data"
        try FileManager.default.createDirectory(
            atPath: data + "/mysql",
            withIntermediateDirectories: true
        )
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program ?? "mariadbd")
        // Without grant tables no system table is needed, so there is nothing to install first.
        process.arguments = [
            "--no-defaults", "--datadir=\(data)", "--socket=\(socket)", "--skip-networking",
            "--skip-grant-tables", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M",
            "--performance-schema=OFF", "--innodb-flush-log-at-trx-commit=0",
            "--pid-file=\(folder)/pid", "--lc-messages-dir=/usr/share/mysql",
            "--user=\(NSUserName())",
        ]
        let log = folder + "/log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process = Mutex(process)
        TestRemains.shared.watch(process.processIdentifier)
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            do {
                try MySQLConnection(address(database: "mysql", connections: 1)).close()
                return
            } catch {
                guard error.code == .failed, ContinuousClock.now < deadline, process.isRunning
                else {
                    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
                    throw SQLError(.failed, "mariadbd did not start: \(error) \(text)")
                }
                // The server gives no other sign; this waits for another process, not for time.
                usleep(20_000)
            }
        }
    }
}

/// Ends the server and removes the folders with the test process, which may leave through `exit`.
final class TestRemains: Sendable {
    static let shared = TestRemains()
    private let processes = Mutex<[pid_t]>([])
    private let folders = Mutex<[String]>([])

    private init() {
        atexit { TestRemains.shared.remove() }
    }

    func watch(_ pid: pid_t) { processes.withLock { $0.append(pid) } }

    /// Returns a new folder that stays until the process ends.
    func newFolder() throws -> URL {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("venus-sql-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folders.withLock { $0.append(url.path) }
        return url
    }

    private func remove() {
        for pid in processes.withLock({ $0 }) {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        for folder in folders.withLock({ $0 }) {
            try? FileManager.default.removeItem(atPath: folder)
        }
    }
}
