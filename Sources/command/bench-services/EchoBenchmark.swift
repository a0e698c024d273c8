import Benchmarking
import EventLoop
import HTTP
import JSON
import ServiceKit

/// A JSON-RPC echo over connections that are kept, beside the same in Go and a fixed answer of nginx.
struct EchoBenchmark {
    let ours: Contender
    let go: Contender
    let nginx: Contender

    private static let load: Load = Load(Echo.path, Echo.request, token: "token")

    /// Starts the three servers, and asks each once.
    init(_ starter: Starter, _ client: HTTPClient) async throws {
        func server(_ name: String, _ program: String, _ first: [String]) async throws -> Contender
        {
            let file = starter.folder + "/\(name).port"
            let process = try await starter.start(
                starter.neighbour(program),
                first + [file],
                log: name
            )
            let text = try await starter.text(ofFile: file, writtenBy: process)
            return Contender(
                name: name,
                process: process,
                address: .loopback(port: UInt16(text) ?? 0),
                load: Self.load
            )
        }
        ours = try await server("ours", "bench-services", [EchoServer.command])
        go = try await server("go", "bench-echo-go", [])
        nginx = try await Self.nginx(starter)
        for contender in [ours, go] {
            let answer = try JSONValue(parsing: try await contender.ask(client))
            guard let result = answer["result"]?.string, Echo.request.contains("\"\(result)\"")
            else {
                throw LoadGenerator.Failure(description: "\(contender.name) answers \(answer)")
            }
        }
    }

    private static func nginx(_ starter: Starter) async throws -> Contender {
        let folder = try starter.makeFolder("nginx")
        let port = try await starter.freePort()
        // One process, and nothing that an answer of ours would not need either.
        let configuration = """
            daemon off;
            master_process off;
            pid \(folder)/pid;
            error_log \(folder)/errors;
            events { worker_connections 4096; }
            http {
                access_log off;
                keepalive_requests 1000000000;
                client_body_temp_path \(folder);
                server {
                    listen 127.0.0.1:\(port);
                    location / {
                        default_type application/json;
                        return 200 '{"jsonrpc":"2.0","result":"ok","id":1}\n';
                    }
                }
            }
            """
        try AtomicFile.write(configuration, to: folder + "/nginx.conf", mode: 0o600)
        let process = try await starter.start(
            "nginx",
            ["-p", folder, "-e", folder + "/errors", "-c", folder + "/nginx.conf"],
            log: "nginx"
        )
        _ = try await starter.text(ofFile: folder + "/pid", writtenBy: process)
        return Contender(
            name: "nginx",
            process: process,
            address: .loopback(port: port),
            load: Self.load
        )
    }

    func stop() async { for contender in [ours, go, nginx] { await contender.stop() } }
}

/// The medians of several servers that are asked in turn, so that a slow minute of the machine hits all alike.
func processorTimes(
    of contenders: [Contender],
    _ generator: LoadGenerator,
    rounds: Int = 5,
    seconds: Int = 2
) async throws -> [Measurement] {
    var times: [[Double]] = contenders.map { _ in [] }
    for contender in contenders {
        _ = try await contender.secondsPerRequest(generator, seconds: 1)
    }
    for _ in 0..<rounds {
        for (index, contender) in contenders.enumerated() {
            times[index].append(
                try await contender.secondsPerRequest(generator, seconds: seconds)
            )
        }
    }
    return times.map { Measurement(rounds: $0) }
}
