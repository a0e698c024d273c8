package import EventLoop
import FilecoinTypes
import HTTP
import JSONRPC
import SQLStore
package import ServiceKit
import VenusAPI

/// How a messager is started.
package struct MessagerOptions: Sendable {
    /// The folder of the service.
    package var repository: String
    /// Changes what the configuration file says.
    package var adjust: @Sendable (inout MessagerConfiguration) -> Void = { _ in }
    /// Where to log; nil for what the configuration says.
    package var log: LogSystem?
    /// Identifiers and the secret of the local token come from here.
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

/// The messager: its folder, its database, its loops and its server.
package final class MessagerService: Quiescent {
    /// The newest version of the original that this one follows.
    package static let version = "1.18.0+venus-swift"
    /// What logs.
    static let subsystems = ["api", "main", "msg-select"]

    private let repository: Repository
    private let store: MessagerStore
    private let engine: MessagerEngine
    private let server: HTTPServer
    private let connections: RPCConnections
    private let loops: Task<Void, Never>
    /// Where the service listens.
    package let address: SocketAddress
    /// The admin token of the command line, also in the folder's file `token`.
    package let localToken: Secret

    private init(
        repository: Repository,
        store: MessagerStore,
        engine: MessagerEngine,
        server: HTTPServer,
        connections: RPCConnections,
        loops: Task<Void, Never>,
        address: SocketAddress,
        localToken: Secret
    ) {
        self.repository = repository
        self.store = store
        self.engine = engine
        self.server = server
        self.connections = connections
        self.loops = loops
        self.address = address
        self.localToken = localToken
    }

    /// Starts a messager and returns when it listens.
    ///
    /// - Throws: `CommandFailure` with exit status 2 for a database that is not built yet; else what
    ///   the folder, the configuration, the node, the database or the socket says.
    package static func start(_ options: MessagerOptions) async throws -> MessagerService {
        let repository = try Repository(options.repository)
        let configuration = try load(repository, options)
        try Configuration.checkEmbedded(configuration.databaseType)
        let system = try options.log ?? configuration.log.makeSystem()
        let log = system.logger("main")
        for key in configuration.unknownKeys { log.warning("unknown key", ["key": key]) }

        let http = HTTPClient()
        let connections = RPCConnections(http: http)
        let clock = options.clock
        let store = try await MessagerStore(
            .sqlite(path: repository.file("message.db")),
            random: options.random,
            now: { clock.now.nanoseconds }
        )
        do {
            let engine = try engine(
                configuration,
                store: store,
                connections: connections,
                http: http,
                clock: options.clock,
                log: system.logger("msg-select")
            )
            let access = ServiceAccess(
                random: options.random,
                auth: try auth(configuration, http: http)
            )
            let api = MessagerAPI(
                engine: engine,
                connections: connections,
                log: system,
                version: Self.version
            )
            var router = HTTPRouter()
            router.on(.get, "/healthcheck", runs: .loop) { _ in
                HTTPResponse(
                    .ok,
                    headers: ["Content-Type": "application/json; charset=utf-8"],
                    body: Array("{\"status\":\"OK\"}\n".utf8)
                )
            }
            router.on(.get, "/metrics") { _ in
                do { return .text(.ok, try await engine.metrics.text(store)) } catch {
                    return .text(.internalServerError, "\(error)\n")
                }
            }
            api.service().mount(on: &router, at: "/rpc/v0", verifier: access.verifier)
            let server = HTTPServer(router: router)
            let address = try await server.start(on: configuration.socketAddress())
            try ServiceDoor.open(
                repository,
                address: "/ip4/\(address.host)/tcp/\(address.port ?? 0)",
                token: access.localToken
            )
            log.info("server start and listen", ["address": "\(address)"])
            let skips = configuration.skipsPushing
            return MessagerService(
                repository: repository,
                store: store,
                engine: engine,
                server: server,
                connections: connections,
                loops: Task { await engine.run(selects: !skips) },
                address: address,
                localToken: access.localToken
            )
        } catch {
            await connections.close()
            await store.close()
            throw error
        }
    }

    /// Stops the loops and the server, closes the database and gives the folder back.
    package func stop() async {
        loops.cancel()
        await loops.value
        await server.shutdown()
        await connections.close()
        await store.close()
        repository.unlock()
    }

    // MARK: - For a clock that jumps

    package var isIdle: Bool { engine.isIdle }

    package var actedHead: String? { engine.head?.key.description }

    // MARK: - Parts

    private static func engine(
        _ configuration: MessagerConfiguration,
        store: MessagerStore,
        connections: RPCConnections,
        http: HTTPClient,
        clock: any ProtocolClock,
        log: Logger
    ) throws -> MessagerEngine {
        let node = NodeClient(
            try connections.client(
                configuration.nodeURL,
                token: configuration.nodeToken,
                path: "/rpc/v1",
                // The node tells about new heads over it.
                isSocket: true
            )
        )
        return MessagerEngine(
            store: store,
            chain: node,
            signer: WalletRoutes(
                store: store,
                connections: connections,
                gateways: configuration.gateways,
                gatewayToken: configuration.gatewayToken
            ),
            accounts: try auth(configuration, http: http).map { AuthAccounts(client: $0) }
                ?? NoAccounts(),
            targets: {
                try await [node]
                    + store.nodes().map { row in
                        NodeClient(
                            try connections.client(row.url, token: row.token, path: "/rpc/v1")
                        )
                    }
            },
            clock: clock,
            stableTime: configuration.stableTime,
            log: log
        )
    }

    private static func auth(
        _ configuration: MessagerConfiguration,
        http: HTTPClient
    ) throws -> AuthClient? {
        guard !configuration.authURL.isEmpty else { return nil }
        guard let url = HTTPURL(configuration.authURL) else {
            throw ConfigurationError("jwt.authURL \"\(configuration.authURL)\" is no URL")
        }
        let token = configuration.authToken
        return AuthClient(
            url: url,
            token: token.isEmpty ? nil : Secret(token),
            http: http,
            service: "venus-messager"
        )
    }

    /// The configuration of the folder, with the changes of this start.
    ///
    /// The first start writes what it is given, so that later ones and the commands know it.
    private static func load(
        _ repository: Repository,
        _ options: MessagerOptions
    ) throws -> MessagerConfiguration {
        let (text, path) = try repository.configuration {
            var configuration = MessagerConfiguration()
            options.adjust(&configuration)
            return configuration.text
        }
        var configuration = try MessagerConfiguration(toml: text, name: path)
        options.adjust(&configuration)
        return configuration
    }
}
