import EventLoop
import HTTP
import JSONRPC
import ServiceKit

/// A method that gives back its parameter: what any call costs at the least.
enum Echo: RPCMethod {
    static let name: String = "Bench.Echo"
    static let parameterNames: [String] = ["text"]
    typealias Parameters = Positional<String>
    typealias Result = String

    static let path: String = "/rpc/v1"
    static let request: String =
        #"{"jsonrpc":"2.0","id":1,"method":"Bench.Echo","params":["\#(text)"]}"#
    private static let text: String =
        "bafy2bzacecnamqgqmifpluoeldx7zzglxcljo6oja4vrmtj7432rphldpdmm2"
}

/// This program as a server of its own process: `bench-services serve-echo FILE`.
enum EchoServer {
    static let command: String = "serve-echo"

    /// Everybody is allowed: verification is measured elsewhere.
    private struct OpenDoor: TokenVerifier {
        private let caller: Caller = Caller(name: "bench", level: .read)

        func remembered(_ token: String) -> Caller? { caller }

        nonisolated(nonsending) func verify(
            _ token: String,
            peer: SocketAddress?
        ) async throws -> Caller? { caller }
    }

    /// Serves for ever; the port stands in `file` as soon as it listens.
    static func run(portFile file: String) async throws {
        var service = RPCService()
        service.onImmediate(Echo.self, need: .read) { _, text in text }
        var router = HTTPRouter()
        service.mount(on: &router, at: Echo.path, verifier: OpenDoor())
        let server = HTTPServer(router: router)
        let address = try await server.start(on: .loopback(port: 0))
        try AtomicFile.write("\(address.port ?? 0)", to: file, mode: 0o600)
        await TerminationSignal.wait()
        await server.shutdown(grace: .zero)
    }
}
