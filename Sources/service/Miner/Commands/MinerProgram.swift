import FilecoinTypes
import HTTP
import JSON
import JSONRPC
package import ServiceKit
import VenusAPI

/// The program `venus-miner`.
package enum MinerProgram {
    /// The configuration file that the program writes.
    package static var defaultConfiguration: String { MinerConfiguration().text() }

    /// Its command line.
    package static let application = Application(
        name: "venus-miner",
        usage: "produces blocks for storage miners",
        version: MinerService.version,
        flags: [
            Flag(
                "repo",
                aliases: ["miner-repo", "storagerepo"],
                default: "~/.venusminer",
                usage: "folder of the service",
                environment: ["VENUS_MINER_PATH", "SOPHON_MINER_PATH"]
            )
        ],
        commands: [initialize, runCommand, stop, address, winner, record, log, versionCommand]
    )

    private static let runCommand = Command(
        "run",
        usage: "Start a venus miner process",
        flags: [
            Flag(
                "listen",
                aliases: ["miner-api"],
                usage: "multiaddr or host:port to listen on, instead of the configured one"
            ),
            Flag("nosync", .boolean, usage: "don't check full-node sync status"),
            Flag(
                "api-max-req-size",
                .integer,
                usage: "maximum API request size accepted by the JSON RPC server"
            ),
            Flag(
                "enable-gpu-proving",
                .boolean,
                default: "true",
                usage: "ignored: sealers prove",
                isHidden: true
            ),
            Flag.clockFile,
        ]
    ) { call in
        let folder = Repository.expanded(call.string("repo"))
        guard (try? AtomicFile.read(folder + "/config.toml")) != nil else {
            throw CommandFailure("\(folder) holds no configuration; run venus-miner init first")
        }
        var options = MinerOptions(repository: folder, clock: try call.protocolClock())
        options.waitsForSync = !call.boolean("nosync")
        if call.integer("api-max-req-size") > 0 {
            options.requestBytes = Int(clamping: call.integer("api-max-req-size"))
        }
        if let listen = call.optionalString("listen") {
            let place = multiaddr(listen)
            options.adjust = { $0.listen = place }
        }
        let service = try await MinerService.start(options)
        await TerminationSignal.wait { await service.waitForShutdown() }
        await service.stop()
    }

    private static let stop = Command("stop", usage: "Stop a running venus-miner") { call in
        _ = try await client(call).call(MinerShutdown.self)
    }

    private static let versionCommand = Command("version", usage: "Print version") { call in
        call.print("venus-miner version \(MinerService.version)")
    }

    private static let log = Command.log { try client($0) }

    // MARK: - Clients

    /// A client of the running service, with the admin token of its folder.
    static func client(_ call: Invocation) throws -> RPCClient {
        try ServiceDoor.client(call)
    }

    // MARK: - Arguments

    static func argument(_ call: Invocation, _ index: Int, _ name: String) throws -> String {
        guard index < call.arguments.count else { throw UsageError("<\(name)> is missing") }
        return call.arguments[index]
    }

    static func address(_ text: String) throws -> Address {
        guard let address = Address(text) else { throw UsageError("\(text) is no address") }
        return address
    }

    static func addresses(_ call: Invocation) throws -> MinerSelection {
        MinerSelection(try call.arguments.map { try address($0) })
    }

    /// An address to listen on, which may also be written as `host:port`.
    static func multiaddr(_ text: String) -> String {
        guard !text.hasPrefix("/"), let colon = text.lastIndex(of: ":") else { return text }
        let host = text[..<colon]
        return "/ip4/\(host == "localhost" ? "127.0.0.1" : host)/tcp/\(text[colon...].dropFirst())"
    }

    static func printJSON(_ value: some JSONEncodable, _ call: Invocation) {
        call.print(value.jsonText(.indented("\t")))
    }
}
