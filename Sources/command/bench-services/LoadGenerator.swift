import EventLoop
import Foundation
import ServiceKit

/// One HTTP request that is sent over and over again.
struct Load: Sendable {
    var path: String
    var body: String
    var headers: [String: String]

    /// A request with a JSON body.
    init(_ path: String, _ body: String, token: String? = nil) {
        self.path = path
        self.body = body
        headers = ["Content-Type": "application/json"]
        if let token { headers["Authorization"] = "Bearer \(token)" }
    }

    /// The script from which wrk takes the request.
    var script: String {
        var lines = ["wrk.method = \"POST\"", "wrk.body = [==[\(body)]==]"]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            lines.append("wrk.headers[\"\(name)\"] = \"\(value)\"")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Runs wrk: 16 connections that each ask again as soon as they are answered.
struct LoadGenerator: Sendable {
    let folder: String

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Sends a load for some seconds and returns how many requests were answered.
    ///
    /// - Throws: ``Failure`` if any answer is no success, or if wrk is not there.
    func run(_ load: Load, at address: SocketAddress, seconds: Int) async throws -> Int {
        let script = folder + "/load.lua"
        let output = folder + "/wrk-\(UUID().uuidString)"
        try AtomicFile.write(load.script, to: script, mode: 0o600)
        let url = "http://\(address.host):\(address.port ?? 0)\(load.path)"
        var options = ChildProcess.Options(
            "wrk",
            // A server that gets little of the machine is slow, not broken: processor time is what counts.
            ["-t1", "-c16", "-d\(seconds)s", "--timeout", "60s", "-s", script, url]
        )
        options.output = .file(output)
        let wrk: ChildProcess
        do {
            wrk = try await ChildProcess.start(options)
        } catch {
            throw Failure(description: "\(error); `make bench` installs wrk")
        }
        let exit = await wrk.wait()
        let text = try String(contentsOfFile: output, encoding: .utf8)
        guard exit.isSuccess, !text.contains("Non-2xx"), !text.contains("Socket errors"),
            let count = Self.count(text), count > 0
        else { throw Failure(description: "wrk, \(load.path): \(exit)\n\(text)") }
        return count
    }

    /// The number before `requests in`.
    private static func count(_ text: String) -> Int? {
        for line in text.split(separator: "\n") where line.contains(" requests in ") {
            return line.split(separator: " ").first.flatMap { Int($0) }
        }
        return nil
    }
}
