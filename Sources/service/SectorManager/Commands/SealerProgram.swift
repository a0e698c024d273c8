import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import NetworkParameters
import SQLStore
package import ServiceKit
import VenusAPI

/// The program `venus-sealer`.
package enum SealerProgram {
    /// The configuration file that the program writes.
    package static var defaultConfiguration: String { SealerConfiguration().text }

    /// Its command line.
    package static let application = Application(
        name: "venus-sealer",
        usage: "seals sectors of one miner and proves them",
        version: SectorManagerService.version,
        flags: [
            Flag(
                "repo",
                default: "~/.venussealer",
                usage: "folder of the sealer",
                environment: ["VENUS_SEALER_PATH"]
            ),
            Flag("actor", aliases: ["a"], usage: "another miner to look at"),
            Flag("network", usage: "devnet, 2k, nerpa, calibration or mainnet"),
            Flag("color", .boolean, usage: "accepted; nothing is coloured"),
        ],
        commands: [
            initialize,
            Command("run", usage: "start the sealer", flags: runFlags, action: run),
            info, sectors, proving, storage, log, stop,
        ]
    )

    // MARK: - init

    private static let initialize = Command(
        "init",
        usage: "make the folder of a sealer",
        flags: [
            Flag("actor", usage: "address of a miner that is on the chain"),
            Flag("worker", aliases: ["w"], usage: "worker of a new miner; its owner unless given"),
            Flag("owner", aliases: ["o"], usage: "owner of a new miner"),
            Flag("sector-size", usage: "size of a new miner's sectors"),
            Flag("network", usage: "devnet, 2k, nerpa, calibration or mainnet"),
            Flag("node-url", usage: "multiaddr or URL of the node"),
            Flag("node-token", usage: "token of the node: <jwt>, or <jwt>:<multiaddr>"),
            Flag("messager-url", usage: "multiaddr or URL of the messager"),
            Flag("messager-token", usage: "token of the messager: <jwt>, or <jwt>:<multiaddr>"),
            Flag("auth-token", usage: "token of both, unless they have their own"),
            Flag("wallet-name", usage: "name of the wallet's connection at the messager"),
            Flag("no-local-storage", .boolean, usage: "keep no sectors in the folder itself"),
            Flag("genesis-miner", .boolean, usage: "for a miner that the chain begins with"),
            Flag("pre-sealed-sectors", .list, usage: "folder with sectors; may be repeated"),
            Flag(
                "pre-sealed-metadata",
                usage: "manifest of the sectors that the chain begins with"
            ),
            Flag("proof-parameters", usage: "folder that holds proof-parameters"),
            Flag("nosync", .boolean, usage: "accepted; init does not wait for the chain"),
        ],
        action: runInit
    )

    @Sendable private static func runInit(_ call: Invocation) async throws {
        var configuration = SealerConfiguration()
        configuration.network = try network(call) ?? configuration.network
        let shared = call.optionalString("auth-token")
        (configuration.nodeURL, configuration.nodeToken) = try place(call, "node", shared)
        (configuration.messagerURL, configuration.messagerToken) = try place(
            call,
            "messager",
            shared
        )
        configuration.walletName = call.string("wallet-name")
        if let folder = call.optionalString("proof-parameters") {
            configuration.proofParameters = absolute(folder)
        }
        AddressNetwork.show(configuration.network == "mainnet" ? .mainnet : .testnet)
        if call.boolean("genesis-miner"), call.optionalString("pre-sealed-metadata") == nil {
            throw UsageError("--genesis-miner needs --pre-sealed-metadata")
        }
        var work = SealerInitialization(
            repository: call.string("repo"),
            miner: try wantedMiner(call),
            configuration: configuration
        )
        work.hasLocalStorage = !call.boolean("no-local-storage")
        work.preSealedSectors = call.list("pre-sealed-sectors").map(absolute)
        work.preSealedMetadata = call.optionalString("pre-sealed-metadata")
        work.log = LogSystem(level: .info, sinks: [StandardErrorSink()])
        try await work.run()
    }

    private static func wantedMiner(_ call: Invocation) throws -> SealerInitialization.Miner {
        if let actor = try address(call, "actor") {
            for flag in ["worker", "owner", "sector-size"] where call.isSet(flag) {
                throw UsageError(
                    "--\(flag) is for a new miner; --actor names one that has it already"
                )
            }
            return .existing(actor)
        }
        guard let owner = try address(call, "owner") ?? address(call, "worker") else {
            throw UsageError("give --actor of a miner on the chain, or --owner of a new one")
        }
        let worker = try address(call, "worker") ?? owner
        if worker.isKey, worker.kind != .bls {
            throw UsageError("--worker \(worker) has no BLS key, and only those make blocks")
        }
        guard let text = call.optionalString("sector-size") else {
            throw UsageError("--sector-size is missing, such as 2KiB or 32GiB")
        }
        guard let bytes = ByteCount.parse(text), let size = SectorSize(text: "\(bytes)") else {
            throw UsageError("--sector-size \(text) is none of 2KiB, 8MiB, 512MiB, 32GiB, 64GiB")
        }
        return .new(owner: owner, worker: worker, size)
    }

    private static func address(_ call: Invocation, _ flag: String) throws -> Address? {
        guard let text = call.optionalString(flag) else { return nil }
        guard let address = Address(text) else {
            throw UsageError("--\(flag) \(text) is no address")
        }
        return address
    }

    /// The network that is named behind `init`, or before it.
    private static func network(_ call: Invocation) throws -> String? {
        guard let name = call.optionalString("network") else { return nil }
        guard let known = Network(name: name) else {
            throw UsageError("--network \(name) is none of devnet, 2k, nerpa, calibration, mainnet")
        }
        return known.rawValue
    }

    /// The URL and the token of a service; the token may carry the URL.
    private static func place(
        _ call: Invocation,
        _ service: String,
        _ shared: String?
    ) throws -> (url: String, token: String) {
        let text = call.optionalString("\(service)-token") ?? shared
        let joined = text.flatMap { APIInfo($0) }
        let token = joined?.token ?? text ?? ""
        let url = call.optionalString("\(service)-url") ?? joined?.address
        guard let url else {
            throw UsageError("--\(service)-url is missing, and --\(service)-token carries none")
        }
        guard APIInfo(address: url, token: nil) != nil else {
            throw UsageError("--\(service)-url \(url) is neither a multiaddr nor a URL")
        }
        return (url, token)
    }

    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: Repository.expanded(path)).standardizedFileURL.path
    }

    // MARK: - run

    private static let runFlags = [
        Flag("miner-api", .integer, usage: "port to listen on instead of the configured one"),
        Flag("listen", usage: "multiaddr to listen on instead of the configured one"),
        Flag("proof-parameters", usage: "folder that holds proof-parameters"),
        Flag("threads", .integer, usage: "threads of one proof; one a core unless given"),
        Flag.clockFile,
        Flag("log-level", usage: "debug, info, warning or error"),
        Flag("enable-gpu-proving", .boolean, usage: "accepted; proofs use the processor"),
        Flag("nosync", .boolean, usage: "accepted; the sealer follows what the node has"),
        Flag("manage-fdlimit", .boolean, usage: "accepted; few files are open at once"),
    ]

    // In two parts: as one function, Swift 6.3's optimizer crashes on it.
    @Sendable private static func run(_ call: Invocation) async throws {
        let service = try await SectorManagerService.start(try runOptions(call))
        await TerminationSignal.wait { await service.stopRequest() }
        await service.stop()
    }

    private static func runOptions(_ call: Invocation) throws -> SectorManagerOptions {
        var options = SectorManagerOptions(
            repository: call.string("repo"),
            clock: try call.protocolClock()
        )
        let listen = call.optionalString("listen")
        let port = call.isSet("miner-api") ? UInt16(exactly: call.integer("miner-api")) : 0
        guard let port else { throw UsageError("--miner-api is no port") }
        let isPortGiven = call.isSet("miner-api")
        let parameters = call.optionalString("proof-parameters").map(absolute)
        let level = call.optionalString("log-level")
        if let level, LogLevel(level) == nil { throw UsageError("--log-level \(level) is none") }
        let wanted = try network(call)
        options.adjust = { configuration in
            if let listen { configuration.listen = listen }
            if isPortGiven { configuration.listen = "/ip4/127.0.0.1/tcp/\(port)/http" }
            if let parameters { configuration.proofParameters = parameters }
            if let level = level.flatMap({ LogLevel($0) }) { configuration.log.level = level }
        }
        if call.isSet("threads") { options.threads = max(1, Int(call.integer("threads"))) }
        let folder = Repository.expanded(call.string("repo"))
        let known = try SealerConfiguration.load(folder: folder).network
        if let wanted, wanted != known {
            throw CommandFailure("\(folder) belongs to \(known), not \(wanted); use another --repo")
        }
        return options
    }

    // MARK: - The service itself

    private static let log = Command.log { try sealer($0) }

    private static let stop = Command("stop", usage: "have the sealer end") { call in
        _ = try await sealer(call).call(Shutdown.self)
    }

    // MARK: - Clients

    static func folder(_ call: Invocation) -> String { Repository.expanded(call.string("repo")) }

    /// A client of the running sealer, with the admin token of its folder.
    static func sealer(_ call: Invocation) throws -> RPCClient {
        try ServiceDoor.client(call)
    }

    /// A client of the node that the configuration names.
    static func node(_ call: Invocation) throws -> RPCClient {
        let configuration = try SealerConfiguration.load(folder: folder(call))
        AddressNetwork.show(configuration.network == "mainnet" ? .mainnet : .testnet)
        guard let info = APIInfo(address: configuration.nodeURL, token: configuration.nodeToken)
        else { throw CommandFailure("Node.Url \"\(configuration.nodeURL)\" is no address") }
        return RPCClient(info.httpURL("/rpc/v1"), token: info.token)
    }

    /// The miner that `--actor` names, or the sealer's own.
    static func miner(_ call: Invocation) async throws -> Address {
        if let text = call.optionalString("actor") {
            guard let address = Address(text) else { throw UsageError("\(text) is no address") }
            return address
        }
        let store = try await SealerStore(.sqlite(path: try database(call))) { 0 }
        let outcome: Result<ActorID?, any Error>
        do { outcome = .success(try await store.miner()) } catch { outcome = .failure(error) }
        await store.close()
        guard let id = try outcome.get() else {
            throw CommandFailure("\(folder(call)) has no miner; run venus-sealer init first")
        }
        return .id(id)
    }

    private static func database(_ call: Invocation) throws -> String {
        let folder = folder(call)
        let configured = try SealerConfiguration.load(folder: folder).database
        return configured.isEmpty ? folder + "/sealer.db" : configured
    }

    static func printJSON(_ value: some JSONEncodable, _ call: Invocation) {
        call.print(value.jsonText(.indented()))
    }

    static let jsonFlag = Flag("json", .boolean, usage: "print JSON")
}
