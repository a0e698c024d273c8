internal import Foundation
internal import JSON

/// A running service with a folder of its own.
package final class DialogService: DialogTarget {
    /// The folder of the service.
    package let repository: String
    /// `http://host:port`.
    package let base: String
    /// Where the program and its neighbours lie.
    let programs: String
    /// The token that requests carry; empty for none.
    package private(set) var token = ""
    private let program: DialogProgram
    private let launch: DialogProgram.Launch
    private let port: UInt16
    private var process: Process?

    /// Starts a program for a dialog and waits until it is ready.
    ///
    /// - Throws: ``DialogError``.
    init(_ program: DialogProgram, _ scenario: JSONValue) throws {
        self.program = program
        programs = Self.programFolder
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("venus-dialog-\(UUID().uuidString)", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        repository = folder.path
        port = try Self.freePort()
        base = "http://127.0.0.1:\(port)"
        launch = try program.prepare(repository, port, scenario)
        do {
            try start()
        } catch {
            remove()
            throw error
        }
    }

    /// Starts the service, also after it was stopped.
    package func start() throws {
        for name in program.readyFiles {
            try? FileManager.default.removeItem(atPath: "\(repository)/\(name)")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "\(programs)/\(program.executable)")
        process.arguments = launch.arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(launch.environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process = process
        let deadline = ContinuousClock.now + .seconds(30)
        while !isReady {
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw DialogError("\(program.executable) did not start")
            }
            // Files and a port that answers are the only signs that another process gives.
            usleep(20_000)
        }
        if let file = program.tokenFile {
            let text = try String(contentsOfFile: "\(repository)/\(file)", encoding: .utf8)
            token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    package func stop() {
        process?.terminate()
        process?.waitUntilExit()
        process = nil
    }

    /// Ends the service and removes its folder.
    func remove() {
        stop()
        try? FileManager.default.removeItem(atPath: repository)
    }

    package func program(_ name: String) -> String { "\(programs)/\(name)" }

    /// The folder of the running executable.
    package static var programFolder: String {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private var isReady: Bool {
        let hasFiles = program.readyFiles.allSatisfy {
            FileManager.default.fileExists(atPath: "\(repository)/\($0)")
        }
        guard hasFiles else { return false }
        let status = Self.onSocket { socket in
            unsafe Self.with(port) { unsafe connect(socket, $0, $1) }
        }
        return status == 0
    }

    // MARK: - Ports

    /// A port that nobody listens on.
    private static func freePort() throws -> UInt16 {
        let port = onSocket { socket -> UInt16 in
            guard unsafe with(0, { unsafe bind(socket, $0, $1) }) == 0 else { return 0 }
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(socket, $0, &length)
                }
            }
            return status == 0 ? UInt16(bigEndian: address.sin_port) : 0
        }
        guard let port, port > 0 else { throw DialogError("no free port") }
        return port
    }

    private static func onSocket<Value>(_ body: (Int32) -> Value) -> Value? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return body(descriptor)
    }

    /// Hands the address of a port of 127.0.0.1 to a system call.
    private static func with(
        _ port: UInt16,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
