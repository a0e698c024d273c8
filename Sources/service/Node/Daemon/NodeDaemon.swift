import ActorRuntime
import BigIntegers
import ChainStore
import Compression
import Consensus
package import EventLoop
import FilecoinCrypto
import FilecoinTypes
import Foundation
import HTTP
import IPLD
import JSON
import JSONRPC
import KeyValueStore
import NetworkParameters
package import ServiceKit
import StorageCircuits
import VenusAPI

/// How a node is started.
package struct NodeOptions: Sendable {
    /// The folder of the node.
    package var repository: String
    /// The network, at the first start; later it is known.
    package var network: String?
    /// A file with the parameters of the network instead of a name, such as a pool writes.
    package var parametersFile: String?
    /// A drand server per beacon of the network, as `http://host:port`.
    package var beaconURLs: [String] = []
    /// A genesis archive, for the first start.
    package var genesisFile: String?
    /// A chain export whose head becomes the head.
    package var snapshot: String?
    /// The folder that holds `proof-parameters`.
    package var proofParameters: String?
    /// Replaces `api.apiAddress` of the configuration: a multiaddr.
    package var listen: String?
    /// Replaces `api.venusAuthURL` of the configuration.
    package var authURL: String?
    /// The clock of the protocol.
    package var clock: any ProtocolClock = OffsetClock()
    /// Secrets come from here.
    package var random: any RandomSource = SystemRandom()
    /// Where to log.
    package var log: LogSystem = .silent

    package init(repository: String) { self.repository = repository }
}

/// A node in its folder: opens what is there, listens, and runs until it is stopped.
package final class NodeDaemon: Sendable {
    private let files: NodeRepository
    private let store: RocksDBStore
    private let server: HTTPServer
    /// The node.
    package let node: NodeService
    /// Where it listens.
    package let address: SocketAddress
    /// An admin token for the command line, also in the folder's file `token`.
    package let localToken: Secret

    /// Opens the folder, makes it at the first start, and returns when the node listens.
    ///
    /// - Throws: `CommandFailure` with exit status 2 for a network that cannot be run; what the files say.
    package static func start(_ options: NodeOptions) async throws -> NodeDaemon {
        let files = try NodeRepository(options.repository)
        let configuration = try files.configured()
        let log = options.log.logger("node")
        let http = HTTPClient()
        let sources = try options.beaconURLs.map { text in
            guard let url = HTTPURL(text) else {
                throw CommandFailure("\"\(text)\" is no URL of a drand server")
            }
            return DrandSource(url: url, http: http)
        }
        let parameters = try await parameters(options, files, sources)
        AddressNetwork.show(parameters.addressNetwork)
        let store = try RocksDBStore(path: files.chain)
        do {
            let daemon = try await start(
                options,
                files,
                configuration,
                parameters,
                sources,
                store,
                http,
                log
            )
            return daemon
        } catch {
            store.close()
            throw error
        }
    }

    private static func start(
        _ options: NodeOptions,
        _ files: NodeRepository,
        _ configuration: JSONValue,
        _ parameters: NetworkParameters,
        _ sources: [DrandSource],
        _ store: RocksDBStore,
        _ http: HTTPClient,
        _ log: Logger
    ) async throws -> NodeDaemon {
        let genesis = try importChain(options, store)
        guard
            let beacon = try BeaconSchedule.drand(parameters, genesisTime: genesis.timestamp),
            let last = sources.last
        else {
            throw CommandFailure("the network has no beacon; give --beacon-url of a drand server")
        }
        let all = (0..<beacon.points.count).map { $0 < sources.count ? sources[$0] : last }
        let keys = try verifyingKeys(options, files, parameters, genesis)
        if let missing = keys.missingSealKey(sectorSize: SectorSize.kib2.rawValue) {
            log.warning(
                "proofs of replication are refused until their verifying key is there",
                ["reason": "\(missing)"]
            )
        }
        let secret = try NodeTokens.secret(in: files.keystore, random: options.random)
        let authURL = options.authURL ?? configuration["api"]?["venusAuthURL"]?.string ?? ""
        let tokens = NodeTokens(secret: secret, remote: try remote(authURL, http))
        let node = try NodeService(
            NodeDependencies(
                store: store,
                parameters: parameters,
                beacon: beacon,
                beaconSources: all,
                proofs: CircuitMessageProofs(keys) { reason in
                    log.error("a proof in a message is refused unseen", ["reason": reason])
                },
                winningProofs: CircuitWinningPoSt(keys),
                wallet: try NodeWallet(
                    folder: files.keystore,
                    network: parameters.addressNetwork
                ),
                tokens: tokens,
                clock: options.clock,
                log: log
            )
        )
        let wanted =
            options.listen ?? configuration["api"]?["apiAddress"]?.string
            ?? "/ip4/127.0.0.1/tcp/3453"
        let server = HTTPServer(router: node.router())
        let address = try await server.start(
            on: SocketAddress(
                listen: wanted,
                setting: "api.apiAddress",
                example: "/ip4/127.0.0.1/tcp/3453"
            )
        )
        let token = try tokens.make(["read", "write", "sign", "admin"])
        let api = "/ip4/\(address.host)/tcp/\(address.port ?? 0)"
        try ServiceDoor.open(files.repository, address: api, token: token)
        log.info("API server listening", ["address": api])
        return NodeDaemon(
            files: files,
            store: store,
            server: server,
            node: node,
            address: address,
            localToken: token
        )
    }

    private init(
        files: NodeRepository,
        store: RocksDBStore,
        server: HTTPServer,
        node: NodeService,
        address: SocketAddress,
        localToken: Secret
    ) {
        self.files = files
        self.store = store
        self.server = server
        self.node = node
        self.address = address
        self.localToken = localToken
    }

    /// Runs until the task is cancelled, then stops listening and closes the store.
    package func run() async throws {
        let outcome: Result<Void, any Error>
        do {
            try await node.run()
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await server.shutdown()
        store.close()
        files.repository.unlock()
        try outcome.get()
    }

    // MARK: - Parts

    private static func parameters(
        _ options: NodeOptions,
        _ files: NodeRepository,
        _ sources: [DrandSource]
    ) async throws -> NetworkParameters {
        if let known = try files.parameters() {
            if let name = options.network {
                let wanted = try NodeRepository.profile(name)
                guard wanted.network == known.network else {
                    throw CommandFailure(
                        "\(options.repository) belongs to \(known.network.rawValue), not \(name); "
                            + "use another --repo"
                    )
                }
            }
            return known
        }
        var parameters: NetworkParameters
        if let file = options.parametersFile {
            parameters = try NetworkParameters(json: try AtomicFile.read(file))
            guard parameters.network.isRunnable else {
                _ = try NodeRepository.profile(parameters.network.rawValue)
                return parameters
            }
        } else {
            parameters = try NodeRepository.profile(options.network ?? "devnet")
        }
        if parameters.beacons.isEmpty, let source = sources.first {
            // A devnet's beacon is known by its server; from now on it must stay the same.
            parameters.beacons = [BeaconPoint(start: 0, info: try await source.info())]
        }
        try files.keep(parameters)
        return parameters
    }

    private static func importChain(
        _ options: NodeOptions,
        _ store: RocksDBStore
    ) throws -> BlockHeader {
        let chain = try ChainStore(store)
        if let path = options.genesisFile {
            _ = try chain.importGenesis(try CARReader(try archive(path)))
        }
        if let path = options.snapshot {
            let report = try chain.importChain(try CARReader(try archive(path)))
            if let genesis = report.genesis { try chain.setGenesis(genesis.cid) }
            _ = try chain.setHead(report.head)
        }
        try chain.sync()
        return try chain.genesis()
    }

    private static func archive(_ path: String) throws -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Repository.expanded(path))))
        } catch { throw CommandFailure("the archive \(path) cannot be read: \(error)") }
        guard path.hasSuffix(".zst") else { return bytes }
        return try Zstandard.decompress(bytes, limitBytes: 4 << 30)
    }

    private static func verifyingKeys(
        _ options: NodeOptions,
        _ files: NodeRepository,
        _ parameters: NetworkParameters,
        _ genesis: BlockHeader
    ) throws -> VerifyingKeySet {
        let folder = Repository.expanded(options.proofParameters ?? files.repository.path)
        let parameterStore: ParameterStore
        if parameters.network == .devnet {
            parameterStore = .devnet(dataDirectory: folder)
        } else {
            let path = folder + "/parameters.json"
            let manifest = try ParameterManifest(json: try AtomicFile.read(path))
            parameterStore = ParameterStore(directory: folder, trust: .published(manifest))
        }
        return try VerifyingKeySet(
            genesis: genesis.cid,
            store: parameterStore,
            sectorSizes: [SectorSize.kib2.rawValue]
        )
    }

    private static func remote(_ url: String, _ http: HTTPClient) throws -> AuthTokenVerifier? {
        guard !url.isEmpty else { return nil }
        guard let parsed = HTTPURL(url) else {
            throw CommandFailure("\"\(url)\" is no URL of venus-auth")
        }
        return AuthTokenVerifier(client: AuthClient(url: parsed, http: http))
    }
}
