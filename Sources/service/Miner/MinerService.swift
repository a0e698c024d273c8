package import EventLoop
import FilecoinTypes
import HTTP
import JSONRPC
import SQLStore
package import ServiceKit
import VenusAPI

/// How a miner is started.
package struct MinerOptions: Sendable {
    /// The folder of the service.
    package var repository: String
    /// Changes what the configuration file says.
    package var adjust: @Sendable (inout MinerConfiguration) -> Void = { _ in }
    /// Whether to wait until the node has caught up with the chain that it knows of.
    package var waitsForSync: Bool = true
    /// The largest request that the server reads, in bytes.
    package var requestBytes: Int?
    /// Where to log; nil for what the configuration says.
    package var log: LogSystem?
    /// The secret of the local token comes from here.
    package var random: any RandomSource
    package var clock: any ProtocolClock

    package init(
        repository: String,
        random: any RandomSource = SystemRandom(),
        clock: any ProtocolClock = OffsetClock()
    ) {
        self.repository = repository
        self.random = random
        self.clock = clock
    }
}

/// The block producer: its folder, its databases, its loops and its server.
package final class MinerService: Quiescent {
    /// The newest version of the original that this one follows.
    package static let version = "1.18.0+venus-swift"
    /// What logs.
    static let subsystems = ["api", "main", "miner"]

    private let repository: Repository
    private let parts: Parts
    private let server: HTTPServer
    private let loops: Task<Void, Never>
    private let shutdown: AsyncStream<Void>
    /// Where the service listens.
    package let address: SocketAddress
    /// The admin token of the command line, also in the folder's file `token`.
    package let localToken: Secret

    /// What is opened before the service listens.
    struct Parts: Sendable {
        let store: MinerStore
        let ledger: BlockLedger
        let connections: RPCConnections

        func close() async {
            await connections.close()
            await ledger.close()
            await store.close()
        }
    }

    private let engine: MiningEngine

    private init(
        repository: Repository,
        parts: Parts,
        engine: MiningEngine,
        server: HTTPServer,
        loops: Task<Void, Never>,
        shutdown: AsyncStream<Void>,
        address: SocketAddress,
        localToken: Secret
    ) {
        self.repository = repository
        self.parts = parts
        self.engine = engine
        self.server = server
        self.loops = loops
        self.shutdown = shutdown
        self.address = address
        self.localToken = localToken
    }

    package var isIdle: Bool { engine.activity.isIdle }
    package var actedHead: String? { engine.actedHead }

    /// Starts a miner and returns when it listens.
    ///
    /// - Throws: `CommandFailure` with exit status 2 for a database that is not built yet; else what
    ///   the folder, the configuration, the node, the databases or the socket says.
    package static func start(_ options: MinerOptions) async throws -> MinerService {
        let repository = try Repository(options.repository)
        var configuration = try load(repository)
        options.adjust(&configuration)
        try configuration.checkDatabase()
        let system = try options.log ?? configuration.log.makeSystem()
        let log = system.logger("main")
        for key in configuration.unknownKeys { log.warning("unknown key", ["key": key]) }
        let http = HTTPClient()
        let parts = try await open(repository, configuration, http)
        do {
            return try await start(options, repository, configuration, parts, http, system)
        } catch {
            await parts.close()
            throw error
        }
    }

    private static func start(
        _ options: MinerOptions,
        _ repository: Repository,
        _ configuration: MinerConfiguration,
        _ parts: Parts,
        _ http: HTTPClient,
        _ system: LogSystem
    ) async throws -> MinerService {
        let log = system.logger("main")
        let engine = try await engine(options, configuration, parts, http, system)
        let access = ServiceAccess(
            random: options.random,
            auth: try auth(configuration, http: http)
        )
        let (shutdown, requestShutdown) = AsyncStream<Void>.makeStream()
        let api = MinerAPI(
            engine: engine,
            store: parts.store,
            node: try nodeClient(configuration, http),
            random: options.random,
            maximumRecords: configuration.maximumRecords,
            log: system,
            shutdown: { requestShutdown.finish() }
        )
        var rpc = RPCServerOptions()
        if let bytes = options.requestBytes { rpc.requestBytes = bytes }
        var router = HTTPRouter()
        router.on(.get, "/healthcheck", runs: .loop) { _ in .text(.ok, "ok") }
        let metrics = engine.metrics.registry
        router.on(.get, "/metrics", runs: .loop) { _ in .text(.ok, metrics.text()) }
        api.service().mount(
            on: &router,
            at: "/rpc/v0",
            verifier: access.verifier,
            options: rpc
        )
        let server = HTTPServer(router: router)
        let address = try await server.start(on: configuration.socketAddress())
        try ServiceDoor.open(
            repository,
            address: "/ip4/\(address.host)/tcp/\(address.port ?? 0)",
            token: access.localToken
        )
        log.info("server start and listen", ["address": "\(address)"])
        return MinerService(
            repository: repository,
            parts: parts,
            engine: engine,
            server: server,
            // Cancelled and waited for by `stop`.
            loops: Task { await engine.run() },
            shutdown: shutdown,
            address: address,
            localToken: access.localToken
        )
    }

    /// Returns when somebody called `Shutdown`, or the task was cancelled.
    package func waitForShutdown() async { for await _ in shutdown {} }

    /// Stops the loops and the server, closes the databases and gives the folder back.
    package func stop() async {
        loops.cancel()
        await loops.value
        await server.shutdown()
        await parts.close()
        repository.unlock()
    }

    // MARK: - Parts

    private static func open(
        _ repository: Repository,
        _ configuration: MinerConfiguration,
        _ http: HTTPClient
    ) async throws -> Parts {
        let store = try await MinerStore(
            // A record may be lost with the machine's power; a block must not.
            .sqlite(path: repository.file("miner.db"), durability: .processDeath),
            recordedEpochs: configuration.recordedEpochs
        )
        do {
            return Parts(
                store: store,
                ledger: try await BlockLedger(
                    .sqlite(path: repository.file("slashfilter.db"), durability: .powerLoss)
                ),
                connections: RPCConnections(http: http)
            )
        } catch {
            await store.close()
            throw error
        }
    }

    private static func engine(
        _ options: MinerOptions,
        _ configuration: MinerConfiguration,
        _ parts: Parts,
        _ http: HTTPClient,
        _ system: LogSystem
    ) async throws -> MiningEngine {
        let client = try nodeClient(configuration, http)
        let connections = parts.connections
        let socket = try connections.client(
            configuration.node.address,
            token: configuration.node.token,
            path: "/rpc/v1",
            // The node tells about new heads over it.
            isSocket: true
        )
        let others = try configuration.submitNodes.map {
            try connections.client($0.address, token: $0.token, path: "/rpc/v1")
        }
        let probe = NodeClient(client: client, socket: socket, others: [], selectionTime: .zero)
        let epochs = try await probe.epochs()
        let network = try await client.call(StateNetworkName.self)
        AddressNetwork.show(network == "mainnet" ? .mainnet : .testnet)
        let log = system.logger("miner")
        if options.waitsForSync { try await waitForSync(client, log) }
        let times = MiningTimes(configuration, blockDelay: epochs.blockDelay)
        let registry = MinerRegistry(
            store: parts.store,
            auth: try auth(configuration, http: http),
            connections: connections,
            node: client,
            gateways: try configuration.gateways.map {
                try connections.client($0, token: configuration.gatewayToken, path: "/rpc/v2")
            },
            now: { options.clock.now.nanoseconds }
        )
        do { try await registry.load() } catch let error as AuthServiceError {
            // It may be on its way up; it is asked again.
            log.warning("the auth service does not list miners", ["error": "\(error)"])
        }
        return MiningEngine(
            schedule: MiningSchedule(epochs: epochs, propagationDelay: times.propagationDelay),
            registry: registry,
            node: NodeClient(
                client: client,
                socket: socket,
                others: others,
                selectionTime: times.selection
            ),
            store: parts.store,
            ledger: parts.ledger,
            warmUp: WarmUp(node: client, random: options.random),
            clock: options.clock,
            limits: times.limits,
            log: log
        )
    }

    /// A client of the node over plain HTTP.
    ///
    /// - Throws: `ConfigurationError` for an address that is none.
    static func nodeClient(
        _ configuration: MinerConfiguration,
        _ http: HTTPClient
    ) throws -> RPCClient {
        let place = configuration.node
        guard
            let info = APIInfo(
                address: place.address,
                token: place.token.isEmpty ? nil : place.token
            )
        else {
            throw ConfigurationError(
                "FullNode.Addr \"\(place.address)\" is neither a multiaddr nor a URL"
            )
        }
        return RPCClient(info.httpURL("/rpc/v1"), token: info.token, http: http)
    }

    /// Waits while the node knows of a chain above its head.
    ///
    /// How old the head is says nothing: after an outage nobody but us may go on with the chain.
    private static func waitForSync(_ node: RPCClient, _ log: Logger) async throws {
        while true {
            let head = try await node.call(ChainHead.self)
            let state = try await node.call(SyncState.self)
            let behind = state.activeSyncs.first { sync in
                // 4 is complete, 5 an error.
                guard let target = sync.target, sync.stage != 4, sync.stage != 5 else {
                    return false
                }
                return target.height > head.height
            }
            guard let target = behind?.target else { return }
            log.info("the node syncs", ["head": head.height, "target": target.height])
            try await Task.sleep(for: .seconds(1))
        }
    }

    private static func auth(
        _ configuration: MinerConfiguration,
        http: HTTPClient
    ) throws -> AuthClient? {
        let place = configuration.auth
        guard !place.address.isEmpty else { return nil }
        guard let url = APIInfo(address: place.address, token: nil)?.httpURL("") else {
            throw ConfigurationError("Auth.Addr \"\(place.address)\" is no URL")
        }
        return AuthClient(
            url: url,
            token: place.token.isEmpty ? nil : Secret(place.token),
            http: http,
            service: "venus-miner"
        )
    }

    private static func load(_ repository: Repository) throws -> MinerConfiguration {
        let (text, path) = try repository.configuration { MinerConfiguration().text() }
        return try MinerConfiguration(toml: text, name: path)
    }
}
