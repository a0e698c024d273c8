package import EventLoop
package import FilecoinTypes
import HTTP
import JSONRPC
import SQLStore
package import ServiceKit

/// How a wallet is started.
package struct WalletOptions: Sendable {
    /// The folder of the wallet.
    package var repository: String
    /// Another port than the configured one.
    package var port: UInt16?
    /// Which letter addresses have.
    package var network: AddressNetwork = .testnet
    /// Unlocks at the start.
    package var password: Secret?
    /// Where to log; nil for standard error.
    package var log: LogSystem?
    /// Keys, salts and secrets come from here.
    package var random: any RandomSource

    package init(repository: String, random: any RandomSource = SystemRandom()) {
        self.repository = repository
        self.random = random
    }
}

/// A wallet: its folder, its key store and its API.
package final class WalletService: Sendable {
    /// The newest version of the original that this one follows.
    package static let version = "1.2.0+venus-swift"

    private let repository: Repository
    private let store: KeyStore
    private let keeper: WalletKeeper
    private let server: HTTPServer
    /// Where the service listens.
    package let address: SocketAddress
    /// A token with all permissions.
    package let token: Secret

    private init(
        repository: Repository,
        store: KeyStore,
        keeper: WalletKeeper,
        server: HTTPServer,
        address: SocketAddress,
        token: Secret
    ) {
        self.repository = repository
        self.store = store
        self.keeper = keeper
        self.server = server
        self.address = address
        self.token = token
    }

    /// Starts a wallet and returns when it listens.
    ///
    /// - Throws: What the folder, the configuration, the key store or the socket says.
    package static func start(_ options: WalletOptions) async throws -> WalletService {
        let repository = try Repository(options.repository)
        AddressNetwork.show(options.network)
        let configuration = try load(repository, random: options.random)
        let system = options.log ?? LogSystem(level: .info, sinks: [StandardErrorSink()])
        let log = system.logger("main")
        for key in configuration.unknownKeys { log.warning("unknown key", ["key": key]) }

        let path =
            configuration.connection.isEmpty
            ? repository.file("keystore.sqlit") : configuration.connection
        let store = try await KeyStore(.sqlite(path: path)) { WallTime.nanoseconds }
        do {
            let keeper = WalletKeeper(
                store: store,
                cost: configuration.cost,
                random: options.random,
                recordTime: configuration.recordTime,
                log: log
            )
            if let password = options.password {
                try await keeper.setPassword(password)
                do { try await keeper.provePassword() } catch {
                    throw CommandFailure("the given password is not that of \(path): \(error)")
                }
            }
            let api = WalletAPI(
                keeper: keeper,
                secret: configuration.secret,
                log: system
            )
            let server = HTTPServer(router: api.router())
            let wanted = try configuration.socketAddress()
            let address = try await server.start(
                on: options.port.flatMap { SocketAddress(ip: wanted.host, port: $0) } ?? wanted
            )
            // The command line finds a wallet on another port than the configured one through this.
            let place = "/ip4/\(address.host)/tcp/\(address.port ?? 0)/http"
            try AtomicFile.write(place, to: repository.file("api"))
            log.info("start rpc server", ["address": place])
            return WalletService(
                repository: repository,
                store: store,
                keeper: keeper,
                server: server,
                address: address,
                token: configuration.token
            )
        } catch {
            await store.close()
            throw error
        }
    }

    /// Stops listening, lets requests finish, closes the key store and gives the folder back.
    package func stop() async {
        await server.shutdown()
        await keeper.finishRecords()
        await store.close()
        repository.unlock()
    }

    private static func load(
        _ repository: Repository,
        random: any RandomSource
    ) throws -> WalletConfiguration {
        let (text, path) = try repository.configuration {
            var configuration = WalletConfiguration(random: random)
            configuration.connection = repository.file("keystore.sqlit")
            return configuration.text
        }
        return try WalletConfiguration(toml: text, name: path)
    }
}
