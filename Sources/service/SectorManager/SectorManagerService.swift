package import EventLoop
import Bytes
import FilecoinTypes
import Foundation
import HTTP
import JSONRPC
import NetworkParameters
import SQLStore
package import ServiceKit
import StorageCircuits
import StorageProofs
import VenusAPI

/// How a sealer is started.
package struct SectorManagerOptions: Sendable {
    /// The folder of the sealer, which `init` made.
    package var repository: String
    /// Changes what the configuration file says.
    package var adjust: @Sendable (inout SealerConfiguration) -> Void = { _ in }
    /// Where to log; nil for what the configuration says.
    package var log: LogSystem?
    package var random: any RandomSource
    package var clock: any ProtocolClock
    /// How many threads a proof may use; nil for one a core.
    package var threads: Int?

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

/// The sealing core with one miner: its folder, its database, its proving loop and its server.
package final class SectorManagerService: Sendable, Quiescent {
    /// The newest version of the original that this one follows.
    package static let version = "1.0.3+venus-swift"
    /// The version of the API, as venus-sealer of 2021 has it: 1.0.0.
    static let apiVersion: UInt32 = 1 << 16
    /// What logs.
    static let subsystems = ["main", "proving", "rpc"]

    private let repository: Repository
    private let store: SealerStore
    private let server: HTTPServer
    private let connections: RPCConnections
    private let runner: WindowPoStRunner
    private let computing: Activity
    private let loop: Task<Void, Never>
    private let stopRequests: AsyncStream<Void>
    /// Where the service listens.
    package let address: SocketAddress
    /// An admin token, also in the folder's file `token`.
    package let localToken: Secret

    private init(
        repository: Repository,
        store: SealerStore,
        server: HTTPServer,
        connections: RPCConnections,
        runner: WindowPoStRunner,
        computing: Activity,
        loop: Task<Void, Never>,
        stopRequests: AsyncStream<Void>,
        address: SocketAddress,
        localToken: Secret
    ) {
        self.repository = repository
        self.store = store
        self.server = server
        self.connections = connections
        self.runner = runner
        self.computing = computing
        self.loop = loop
        self.stopRequests = stopRequests
        self.address = address
        self.localToken = localToken
    }

    /// Whether no proof is being made, nothing is on its way, and the epoch asked for has not come.
    package var isIdle: Bool { runner.isIdle && computing.isIdle }

    /// The key of the head that the proving loop acted on, as text.
    package var actedHead: String? { runner.actedHead.map { "\($0)" } }

    /// Starts a sealer and returns when it listens.
    ///
    /// - Throws: What the folder, the configuration, the proof parameters, the node, the database or the
    ///   socket says.
    package static func start(_ options: SectorManagerOptions) async throws -> SectorManagerService
    {
        let folder = Repository.expanded(options.repository)
        var configuration = try SealerConfiguration.load(folder: folder)
        let repository = try Repository(folder)
        options.adjust(&configuration)
        let system = try options.log ?? configuration.log.makeSystem()
        let log = system.logger("main")
        for key in configuration.unknownKeys { log.warning("unknown key", ["key": key]) }
        AddressNetwork.show(configuration.network == "mainnet" ? .mainnet : .testnet)

        let connections = RPCConnections(http: HTTPClient())
        let path =
            configuration.database.isEmpty ? repository.file("sealer.db") : configuration.database
        let clock = options.clock
        let store = try await SealerStore(.sqlite(path: path)) { clock.now.nanoseconds }
        do {
            return try await start(
                options,
                configuration,
                repository,
                store,
                connections,
                system
            )
        } catch {
            await connections.close()
            await store.close()
            throw error
        }
    }

    private static func start(
        _ options: SectorManagerOptions,
        _ configuration: SealerConfiguration,
        _ repository: Repository,
        _ store: SealerStore,
        _ connections: RPCConnections,
        _ system: LogSystem
    ) async throws -> SectorManagerService {
        let log = system.logger("main")
        guard let miner = try await store.miner() else {
            throw CommandFailure("\(repository.path) has no miner; run venus-sealer init first")
        }
        let node = try connections.client(
            configuration.nodeURL,
            token: configuration.nodeToken,
            path: "/rpc/v1",
            // The node tells about new heads over it.
            isSocket: true
        )
        let messager = try connections.client(
            configuration.messagerURL,
            token: configuration.messagerToken,
            path: "/rpc/v0"
        )
        let genesis = try await patiently(log) { try await node.call(ChainGetGenesis.self) }
        let network = try await node.call(StateGetNetworkParams.self)
        let info = try await node.call(StateMinerInfo.self, .id(miner), .empty)
        let stores = try SectorStores(file: repository.file("storage.json")) { log.warning($0) }
        let parameters = try ProofParameters.store(configuration, folder: repository.path)
        let keys = try VerifyingKeySet(
            genesis: genesis.cids[0],
            store: parameters,
            sectorSizes: [info.sectorSize.bytes]
        )
        let prover = SectorProver(
            miner: miner,
            stores: stores,
            parameters: parameters,
            keys: keys,
            threads: options.threads ?? ParallelWork.defaultThreads
        )
        try await prover.warmUp(info.sectorSize)

        let chain = NodeProvingChain(client: node, miner: miner)
        let runner = WindowPoStRunner(
            miner: miner,
            parts: WindowPoStRunner.Parts(
                chain: chain,
                messages: MessagerProvingMessages(client: messager, miner: miner),
                prover: prover,
                store: store,
                clock: options.clock,
                epochs: EpochSchedule(
                    genesis: ProtocolTime(seconds: Int64(clamping: genesis.minTimestamp)),
                    blockDelay: .seconds(max(1, Int64(clamping: network.blockDelaySeconds)))
                ),
                log: system.logger("proving")
            ),
            rules: rules(configuration, info)
        )
        let (stopRequests, stop) = AsyncStream<Void>.makeStream()
        let computing = Activity()
        let api = SealerAPI(
            miner: miner,
            store: store,
            stores: stores,
            prover: prover,
            chain: chain,
            secret: configuration.secret,
            computing: computing,
            log: system,
            stop: { stop.yield() }
        )
        let server = HTTPServer(router: api.router())
        let address = try await server.start(on: configuration.socketAddress())
        let token = AllowClaims(.admin).token(secret: configuration.secret)
        let place = "/ip4/\(address.host)/tcp/\(address.port ?? 0)/http"
        try ServiceDoor.open(repository, address: place, token: token)
        log.info("sealer listens", ["address": place, "miner": "\(Address.id(miner))"])
        return SectorManagerService(
            repository: repository,
            store: store,
            server: server,
            connections: connections,
            runner: runner,
            computing: computing,
            loop: Task {
                do { try await runner.run() } catch {
                    log.error("proving has ended", ["error": "\(error)"])
                    stop.yield()
                }
            },
            stopRequests: stopRequests,
            address: address,
            localToken: token
        )
    }

    /// Tries until the node answers, five minutes at the most: a machine starts its services in any order.
    private static func patiently<Value>(
        _ log: Logger,
        _ ask: () async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + .seconds(300)
        while true {
            do { return try await ask() } catch let error as RPCClientError
                where error.code == .unreachable && ContinuousClock.now < end
            {
                log.warning("waiting for the node", ["error": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private static func rules(
        _ configuration: SealerConfiguration,
        _ info: MinerInfoResult
    ) -> ProvingRules {
        var rules = ProvingRules()
        rules.declaresFaults = configuration.declaresFaults
        let limit = ProvingRules.partitionLimit(sectors: info.windowPoStPartitionSectors)
        let wanted = Int(clamping: configuration.partitionsPerMessage)
        rules.partitionsPerMessage = wanted > 0 ? min(wanted, limit) : limit
        return rules
    }

    /// Returns when somebody asked the service to stop, or proving ended.
    package func stopRequest() async {
        for await _ in stopRequests { return }
    }

    /// Stops proving and the server, closes the database and gives the folder back.
    package func stop() async {
        loop.cancel()
        await loop.value
        await server.shutdown()
        await connections.close()
        await store.close()
        repository.unlock()
    }
}

/// Where the proof parameters of a network are.
enum ProofParameters {
    /// The parameters that the configuration names.
    ///
    /// - Throws: If the list of published files is missing.
    static func store(_ configuration: SealerConfiguration, folder: String) throws -> ParameterStore
    {
        let named = configuration.proofParameters
        let folder = Repository.expanded(named.isEmpty ? folder : named)
        guard configuration.network != Network.devnet.rawValue else {
            return .devnet(dataDirectory: folder)
        }
        let manifest = try ParameterManifest(
            json: try AtomicFile.read(folder + "/parameters.json")
        )
        return ParameterStore(directory: folder, trust: .published(manifest))
    }
}
