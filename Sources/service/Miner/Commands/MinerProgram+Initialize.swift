import FilecoinTypes
import Foundation
import HTTP
import JSONRPC
import SQLStore
import ServiceKit
import VenusAPI

extension MinerProgram {
    static let linkFlags = [
        Flag("sealer-listen-api", usage: "address of the miner's sealer"),
        Flag("sealer-token", usage: "a token of the sealer"),
        Flag("wallet-listen-api", usage: "address of the miner's wallet; the node's own without"),
        Flag("wallet-token", usage: "a token of the wallet"),
    ]

    static let initialize = Command(
        "init",
        usage: "Initialize a venus miner repo",
        flags: [
            Flag("listen", default: "127.0.0.1:12308", usage: "host address and port"),
            Flag("api", usage: "full node api", isRequired: true),
            Flag("token", usage: "full node token; also that of auth and gateways"),
            Flag("auth-api", usage: "auth node api"),
            Flag("auth-token", usage: "token of the auth service, instead of --token"),
            Flag("gateway-api", .list, usage: "gateway api; may be repeated"),
            Flag("gateway-token", usage: "token of the gateways, instead of --token"),
            Flag("slash-filter", default: "local", usage: "where blocks are remembered: local"),
            Flag("mysql-conn", usage: "address of a MySQL database"),
            Flag("actor", usage: "a first miner, with the addresses of its sealer and wallet"),
        ] + linkFlags
    ) { call in
        let folder = Repository.expanded(call.string("repo"))
        guard !FileManager.default.fileExists(atPath: folder + "/config.toml") else {
            throw CommandFailure("repo at '\(folder)' is already initialized")
        }
        let type = call.isSet("mysql-conn") ? "mysql" : call.string("slash-filter")
        let configuration = configuration(call, type)
        try configuration.checkDatabase()
        _ = try configuration.socketAddress()
        let http = HTTPClient()
        let node = try MinerService.nodeClient(configuration, http)
        let version = try await node.call(NodeVersion.self)
        let network = try await node.call(StateNetworkName.self)
        call.printError("node \(version.version), network \(network)")
        let entry = try entry(call, flag: "actor", isRequired: false)
        let repository = try Repository(folder)
        // The configuration comes last: without it the folder counts as empty.
        if let entry { try await add(entry, to: repository, node, http) }
        try AtomicFile.write(
            configuration.text(),
            to: repository.file("config.toml"),
            mode: 0o600
        )
        call.print("Miner successfully init, you can now start it with 'venus-miner run'")
    }

    private static func configuration(_ call: Invocation, _ type: String) -> MinerConfiguration {
        let token = call.string("token")
        var configuration = MinerConfiguration()
        configuration.listen = multiaddr(call.string("listen"))
        configuration.node = .init(address: call.string("api"), token: token)
        if let auth = call.optionalString("auth-api") {
            configuration.auth = .init(
                address: auth,
                token: call.optionalString("auth-token") ?? token
            )
        }
        configuration.gateways = call.list("gateway-api")
        if !configuration.gateways.isEmpty {
            configuration.gatewayToken = call.optionalString("gateway-token") ?? token
        }
        configuration.slashFilterType = type
        return configuration
    }

    /// Takes the first miner while the service does not run.
    private static func add(
        _ entry: MinerEntry,
        to repository: Repository,
        _ node: RPCClient,
        _ http: HTTPClient
    ) async throws {
        let store = try await MinerStore(
            .sqlite(path: repository.file("miner.db")),
            recordedEpochs: nil
        )
        let connections = RPCConnections(http: http)
        let registry = MinerRegistry(
            store: store,
            auth: nil,
            connections: connections,
            node: node,
            gateways: [],
            now: { WallTime.nanoseconds }
        )
        let admission = MinerAdmission(
            node: node,
            registry: registry,
            warmUp: WarmUp(node: node, random: SystemRandom()),
            log: LogSystem(sinks: [StandardErrorSink()]).logger("init")
        )
        do { try await admission.admit(entry) } catch {
            await connections.close()
            await store.close()
            throw error
        }
        await connections.close()
        await store.close()
    }

    /// The miner that the flags describe; nil if none is named and none needs to be.
    static func entry(
        _ call: Invocation,
        flag: String,
        isRequired: Bool
    ) throws -> MinerEntry? {
        guard let text = call.optionalString(flag) else {
            guard isRequired else { return nil }
            throw UsageError("Required flag \"\(flag)\" not set")
        }
        var entry = MinerEntry(miner: try address(text))
        if let place = call.optionalString("sealer-listen-api") {
            entry.sealer = MinerEndpoint(address: place, token: call.string("sealer-token"))
        }
        if let place = call.optionalString("wallet-listen-api") {
            entry.wallet = MinerEndpoint(address: place, token: call.string("wallet-token"))
        }
        return entry
    }
}
