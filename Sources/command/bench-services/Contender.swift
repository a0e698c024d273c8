import Benchmarking
import EventLoop
import Foundation
import HTTP
import ServiceKit
import Synchronization

/// A server in a process of its own, with what it is asked.
struct Contender: Sendable {
    let name: String
    let process: ChildProcess
    let address: SocketAddress
    let load: Load

    /// Processor time of the server for one request while wrk asks, in seconds.
    func secondsPerRequest(_ generator: LoadGenerator, seconds: Int) async throws -> Double {
        let before = try await usage()
        let count = try await generator.run(load, at: address, seconds: seconds)
        return try await (usage().processorSeconds - before.processorSeconds) / Double(count)
    }

    /// What the server has used so far.
    func usage() async throws -> ProcessUsage { try ProcessUsage(of: await process.identifier) }

    /// Asks once and returns the answer.
    ///
    /// - Throws: ``LoadGenerator/Failure`` unless the status is 200.
    @discardableResult
    func ask(_ client: HTTPClient) async throws -> String {
        var headers = HTTPHeaders()
        for (name, value) in load.headers { headers.add(name, value) }
        let request = HTTPRequest(.post, load.path, headers: headers, body: Array(load.body.utf8))
        let url = HTTPURL(.http, host: address.host, port: address.port ?? 0, target: load.path)
        let response = try await client.send(request, to: url)
        let text = String(decoding: response.bytes, as: UTF8.self)
        guard response.status == .ok else {
            throw LoadGenerator.Failure(description: "\(name): \(response.status.rawValue) \(text)")
        }
        return text
    }

    func stop() async { _ = await process.terminate(grace: .seconds(5)) }
}

/// Starts programs and finds out where they listen.
final class Starter: Sendable {
    private let started = Mutex<[ChildProcess]>([])
    /// A folder for this run alone.
    let folder: String
    /// Where this program and its neighbours lie.
    let programs: String

    init(folder: String) {
        self.folder = folder
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        programs = executable.deletingLastPathComponent().path
    }

    /// How long a program may take until it serves, on a machine that does much else.
    private static let patience: Duration = .seconds(300)

    /// The path of a program that was built with this one.
    func neighbour(_ name: String) -> String { programs + "/" + name }

    func isBuilt(_ name: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: neighbour(name))
    }

    /// A new folder for one program.
    func makeFolder(_ name: String) throws -> String {
        let path = folder + "/" + name
        try Repository.createFolder(path)
        return path
    }

    /// Starts a program whose messages go to a file beside its folder.
    func start(_ program: String, _ arguments: [String], log: String) async throws -> ChildProcess {
        var options = ChildProcess.Options(program, arguments)
        options.output = .file(folder + "/\(log).log")
        options.errors = .file(folder + "/\(log).log")
        let process = try await ChildProcess.start(options)
        started.withLock { $0.append(process) }
        return process
    }

    /// Ends every program that still runs.
    func stopAll() async {
        for process in started.withLock({ $0 }).reversed() {
            _ = await process.terminate(grace: .seconds(10))
        }
    }

    /// The text of a file, as soon as it is there with what it must contain; the program that writes it must not end before.
    func text(
        ofFile path: String,
        writtenBy process: ChildProcess,
        containing part: String = ""
    ) async throws -> String {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if let text = try? String(contentsOfFile: path, encoding: .utf8), !text.isEmpty,
                part.isEmpty || text.contains(part)
            {
                return text
            }
            _ = try ProcessUsage(of: await process.identifier)
            try await Task.sleep(for: .milliseconds(20))
        }
        throw LoadGenerator.Failure(description: "\(path) was not written within \(Self.patience)")
    }

    /// A port of this machine that was free a moment ago, for programs that cannot choose one.
    func freePort() async throws -> UInt16 {
        let listener = try await SocketListener.listen(on: .loopback(port: 0)) { stream in
            // Nobody knows of the port yet.
            Task { await stream.close() }
        }
        defer { Task { await listener.close() } }
        return listener.address.port ?? 0
    }
}
