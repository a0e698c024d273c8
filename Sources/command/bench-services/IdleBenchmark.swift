import Benchmarking
import EventLoop
import Foundation
import ServiceKit

/// Memory of servers and services that nobody asks.
enum IdleBenchmark {
    /// How many connections are opened; below the 1,024 files that a process may have by default.
    private static let connections = 500

    /// What one more open connection costs a server, in bytes, after each has asked once.
    static func bytesPerConnection(_ contender: Contender) async throws -> Double {
        let before = try await contender.usage().residentBytes
        var open: [SocketStream] = []
        do {
            for _ in 0..<connections {
                open.append(try await ask(contender))
            }
        } catch {
            for stream in open { await stream.close() }
            throw error
        }
        let after = try await contender.usage().residentBytes
        for stream in open { await stream.close() }
        return Double(max(0, after - before)) / Double(connections)
    }

    /// Opens a connection, asks once and leaves it open.
    private static func ask(_ contender: Contender) async throws -> SocketStream {
        let deadline = IOInstant.after(.seconds(10))
        let stream = try await SocketStream.connect(to: contender.address, until: deadline)
        let load = contender.load
        var text = "POST \(load.path) HTTP/1.1\r\nHost: localhost\r\n"
        text += "Content-Length: \(load.body.utf8.count)\r\n"
        for (name, value) in load.headers { text += "\(name): \(value)\r\n" }
        try await stream.write(Array((text + "\r\n" + load.body).utf8), until: deadline)
        let answer = String(decoding: try await stream.read(until: deadline), as: UTF8.self)
        guard answer.hasPrefix("HTTP/1.1 200") else {
            await stream.close()
            throw LoadGenerator.Failure(description: "\(contender.name): \(answer)")
        }
        return stream
    }

    /// A row with the memory of a service that has started and is asked nothing.
    static func row(_ program: String, _ process: ChildProcess) async throws -> BenchmarkRow {
        // What a start leaves to do is done within a second.
        try await Task.sleep(for: .seconds(1))
        let usage = try ProcessUsage(of: await process.identifier)
        return BenchmarkRow(
            "memory of \(program), idle",
            value: Double(usage.residentBytes),
            unit: "B",
            bound: .valueAtMost(60e6)
        )
    }

    /// Starts a messager whose node is away, which it survives.
    static func startMessager(_ starter: Starter, auth: AuthBenchmark) async throws -> ChildProcess
    {
        let folder = try starter.makeFolder("messager")
        let node = try await starter.freePort()
        let authURL = "http://\(auth.verify.address.host):\(auth.verify.address.port ?? 0)"
        let process = try await starter.start(
            starter.neighbour("venus-messager"),
            [
                "--repo", folder, "run", "--listen", "/ip4/127.0.0.1/tcp/0", "--auth-url", authURL,
                "--auth-token", auth.token.revealed, "--node-url", "/ip4/127.0.0.1/tcp/\(node)",
            ],
            log: "venus-messager"
        )
        _ = try await starter.text(ofFile: folder + "/api", writtenBy: process)
        return process
    }
}
