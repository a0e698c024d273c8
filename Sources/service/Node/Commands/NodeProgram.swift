import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
package import ServiceKit
import VenusAPI

/// The program `venus`.
package enum NodeProgram {
    /// The configuration file that the program writes.
    package static var defaultConfiguration: String { NodeRepository.defaults }

    /// Its command line.
    package static let application = Application(
        name: "venus",
        usage: "a Filecoin node",
        version: NodeService.version,
        flags: [
            Flag(
                "repo",
                aliases: ["repodir"],
                default: "~/.venus",
                usage: "folder of the node",
                environment: ["VENUS_PATH"]
            ),
            Flag("token", usage: "token towards a node that runs elsewhere"),
            Flag("cmdapiaddr", usage: "multiaddr of a node that runs elsewhere"),
        ],
        commands: [daemon, chain, mpool, state, wallet, send, info, seed].map(anywhere)
    )

    /// A command that takes the program's own flags behind its name too, as the original does.
    private static func anywhere(_ command: Command) -> Command {
        let own = [
            Flag("repo-folder", aliases: ["repo", "repodir"], usage: "folder of the node"),
            Flag("api-token", aliases: ["token"], usage: "token towards the node"),
            Flag("api-address", aliases: ["cmdapiaddr"], usage: "multiaddr of the node"),
            Flag("json", .boolean, usage: "print JSON"),
        ]
        return Command(
            command.name,
            aliases: command.aliases,
            usage: command.usage,
            argumentsUsage: command.argumentsUsage,
            flags: command.flags + own,
            subcommands: command.subcommands.map(anywhere),
            action: command.action
        )
    }

    /// The folder of the node.
    private static func folder(_ call: Invocation) -> String {
        Repository.expanded(call.optionalString("repo-folder") ?? call.string("repo"))
    }

    private static let daemon = Command(
        "daemon",
        usage: "run the node",
        flags: [
            Flag("network", usage: "devnet or 2k; only at the first start"),
            Flag("network-parameters", usage: "file with the network's parameters"),
            Flag("authURL", aliases: ["auth-url"], usage: "URL of venus-auth"),
            Flag("genesisfile", usage: "genesis archive (CAR)"),
            Flag("import-snapshot", usage: "chain export (CAR) whose head becomes the head"),
            Flag("make-genesis", usage: "write a genesis archive and end"),
            Flag("genesis-template", usage: "template of the genesis to make"),
            Flag("genesis-seed", usage: "text that the genesis' random parts follow from"),
            Flag("beacon-url", .list, usage: "drand server, one per beacon of the network"),
            Flag("proof-parameters", usage: "folder that holds proof-parameters"),
            Flag("listen", usage: "multiaddr to listen on instead of the configured one"),
            .clockFile,
            Flag("log-level", default: "info", usage: "debug, info, warning or error"),
            Flag("offline", .boolean, usage: "accepted; there is no peer-to-peer network yet"),
        ],
        action: runDaemon
    )

    @Sendable private static func runDaemon(_ call: Invocation) async throws {
        if let output = call.optionalString("make-genesis") {
            return try GenesisCommands.make(call, output: output)
        }
        var options = NodeOptions(repository: folder(call))
        options.network = call.optionalString("network")
        options.parametersFile = call.optionalString("network-parameters")
        options.beaconURLs = call.list("beacon-url")
        options.genesisFile = call.optionalString("genesisfile")
        options.snapshot = call.optionalString("import-snapshot")
        options.proofParameters = call.optionalString("proof-parameters")
        options.listen = call.optionalString("listen")
        options.authURL = call.optionalString("authURL")
        options.clock = try call.protocolClock()
        options.log = LogSystem(
            level: LogLevel(call.string("log-level")) ?? .info,
            sinks: [StandardErrorSink()]
        )
        let daemon = try await NodeDaemon.start(options)
        call.print("API server listening on \(daemon.address)")
        let running = Task { try await daemon.run() }
        await TerminationSignal.wait()
        running.cancel()
        try await running.value
    }

    // MARK: - Clients

    /// A client of the running node, with the admin token of its folder.
    static func client(_ call: Invocation, path: String = "/rpc/v1") throws -> RPCClient {
        let folder = folder(call)
        do {
            let token =
                try call.optionalString("api-token") ?? call.optionalString("token")
                ?? AtomicFile.word(folder + "/token")
            let place =
                try call.optionalString("api-address") ?? call.optionalString("cmdapiaddr")
                ?? AtomicFile.word(folder + "/api")
            guard let info = APIInfo("\(token):\(place)") ?? APIInfo(place) else {
                throw CommandFailure("\"\(place)\" is no address of a node")
            }
            return RPCClient(info.webSocketURL(path), token: info.token ?? token)
        } catch let failure as FileFailure {
            throw CommandFailure("\(failure); does venus daemon run with --repo \(folder)?")
        }
    }

    /// Runs something with a client, and closes it.
    static func with<Value>(
        _ call: Invocation,
        _ body: (RPCClient) async throws -> Value
    ) async throws -> Value {
        let client = try client(call)
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(client)) } catch { outcome = .failure(error) }
        await client.close()
        return try outcome.get()
    }

    static func printJSON(_ value: some JSONEncodable, _ call: Invocation) {
        call.print(value.jsonText(.indented()))
    }

    static func address(_ call: Invocation, _ index: Int = 0) throws -> Address {
        guard call.arguments.count > index else { throw UsageError("an address is missing") }
        guard let address = Address(call.arguments[index]) else {
            throw UsageError("\"\(call.arguments[index])\" is no address")
        }
        return address
    }
}
