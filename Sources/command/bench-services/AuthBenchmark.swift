import EventLoop
import HTTP
import JSON
import ServiceKit
import VenusAPI

/// venus-auth, asked about one token again and again.
struct AuthBenchmark {
    let verify: Contender
    /// An admin token.
    let token: Secret

    init(_ starter: Starter, _ client: HTTPClient) async throws {
        let folder = try starter.makeFolder("auth")
        let process = try await starter.start(
            starter.neighbour("venus-auth"),
            ["--repo", folder, "--listen", "127.0.0.1:0", "run"],
            log: "venus-auth"
        )
        let place = try await starter.text(ofFile: folder + "/api", writtenBy: process)
        let admin = try await starter.text(ofFile: folder + "/token", writtenBy: process)
        guard let url = HTTPURL("http://\(place)"),
            let address = SocketAddress(ip: url.host, port: url.port)
        else { throw LoadGenerator.Failure(description: "venus-auth listens on \(place)") }
        let auth = AuthClient(url: url, token: Secret(admin), http: client, service: "bench")
        token = try await auth.generateToken(name: "bench", permission: "admin")
        verify = Contender(
            name: "venus-auth",
            process: process,
            address: address,
            load: Load("/verify", #"{"token":"\#(token.revealed)"}"#)
        )
        let answer = try JSONValue(parsing: try await verify.ask(client))
        guard answer["name"]?.string == "bench" else {
            throw LoadGenerator.Failure(description: "venus-auth answers \(answer)")
        }
    }
}
