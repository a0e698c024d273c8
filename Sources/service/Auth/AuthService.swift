package import EventLoop
import Foundation
import HTTP
import SQLStore
package import ServiceKit
import VenusAPI

/// How an auth service is started.
package struct AuthOptions: Sendable {
    /// The folder of the service.
    package var repository: String
    /// Another configuration file than the folder's `config.toml`.
    package var configurationFile: String?
    /// Replaces `Listen` of the configuration.
    package var listen: String?
    /// Replaces `DB.Type` of the configuration.
    package var databaseType: String?
    /// Where to log; nil for standard error at the configuration's level.
    package var log: LogSystem?
    /// Secrets and identifiers come from here.
    package var random: any RandomSource
    /// What `--version` and `/version` say.
    package var version: String

    package init(
        repository: String,
        random: any RandomSource = SystemRandom(),
        version: String = AuthService.version
    ) {
        self.repository = repository
        self.random = random
        self.version = version
    }
}

/// The auth service: its folder, its database and its HTTP server.
package final class AuthService: Sendable {
    /// The newest version of the original that this one follows.
    package static let version = "1.6.0+venus-swift"

    private let repository: Repository
    private let store: AuthStore
    private let server: HTTPServer
    /// Where the service listens.
    package let address: SocketAddress
    /// The admin token of the command line, also in the folder's file `token`.
    package let localToken: Secret

    private init(
        repository: Repository,
        store: AuthStore,
        server: HTTPServer,
        address: SocketAddress,
        localToken: Secret
    ) {
        self.repository = repository
        self.store = store
        self.server = server
        self.address = address
        self.localToken = localToken
    }

    /// Starts a service and returns when it listens.
    ///
    /// - Throws: `CommandFailure` with exit status 2 for a database that is not built yet; else what
    ///   the folder, the configuration, the database or the socket says.
    package static func start(_ options: AuthOptions) async throws -> AuthService {
        let repository = try Repository(options.repository)
        var configuration = try load(options, in: repository)
        if let listen = options.listen { configuration.listen = listen }
        if let type = options.databaseType { configuration.databaseType = type }
        try Configuration.checkEmbedded(configuration.databaseType)
        let system = try options.log ?? configuration.log.makeSystem()
        let log = system.logger("auth")
        for key in configuration.unknownKeys { log.warning("unknown key", ["key": key]) }

        let data = repository.file("data")
        try Repository.createFolder(data)
        let store = try await AuthStore(
            .sqlite(path: data + "/auth.db"),
            random: options.random,
            now: { WallTime.nanoseconds }
        )
        do {
            // A new secret each time: nobody else verifies this token.
            let token = AuthClaims(
                name: AuthServer.localName,
                permission: Permission.admin.rawValue
            )
            .token(secret: options.random.bytes(32))
            let routes = AuthServer(
                store: store,
                localToken: token,
                version: options.version,
                log: log,
                metrics: MetricsRegistry(prefix: "venus_auth")
            )
            var limits = HTTPLimits()
            limits.idleTime = configuration.idleTimeout
            limits.bodyTime = configuration.readTimeout
            limits.writeTime = configuration.writeTimeout
            let server = HTTPServer(router: routes.router(), limits: limits)
            let address = try await server.start(on: configuration.socketAddress())
            // The command line finds a service on another port than the configured one through these.
            try ServiceDoor.open(
                repository,
                address: "\(address.host):\(address.port ?? 0)",
                token: token
            )
            log.info("server start and listen", ["address": "\(address)"])
            return AuthService(
                repository: repository,
                store: store,
                server: server,
                address: address,
                localToken: token
            )
        } catch {
            await store.close()
            throw error
        }
    }

    /// Stops listening, lets requests finish, closes the database and gives the folder back.
    package func stop() async {
        await server.shutdown()
        await store.close()
        repository.unlock()
    }

    private static func load(
        _ options: AuthOptions,
        in repository: Repository
    ) throws -> AuthConfiguration {
        let path = options.configurationFile ?? repository.file("config.toml")
        if options.configurationFile == nil, !FileManager.default.fileExists(atPath: path) {
            try AtomicFile.write(AuthConfiguration.template, to: path, mode: 0o644)
        }
        let text = String(decoding: try AtomicFile.read(path, maximumBytes: 1 << 20), as: UTF8.self)
        return try AuthConfiguration(toml: text, name: path)
    }
}
