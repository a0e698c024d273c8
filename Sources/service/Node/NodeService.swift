package import ActorRuntime
import ChainStore
package import Consensus
import FilecoinTypes
package import HTTP
package import JSONRPC
package import KeyValueStore
import MessagePool
package import NetworkParameters
package import ServiceKit
import VenusAPI

/// What a node is made of.
package struct NodeDependencies: Sendable {
    /// Everything on disk; it has a genesis.
    package var store: any KeyValueStore
    /// The rules of the network.
    package var parameters: NetworkParameters
    /// The network's beacons.
    package var beacon: BeaconSchedule
    /// Where the entries of each beacon come from.
    package var beaconSources: [any BeaconSource]
    /// Verifies the proofs in messages.
    package var proofs: any ProofVerifier
    /// Verifies the proofs in blocks.
    package var winningProofs: any WinningPoStVerifier
    /// The node's own wallet.
    package var wallet: NodeWallet
    /// Says what tokens allow.
    package var tokens: NodeTokens
    /// The clock of the protocol.
    package var clock: any ProtocolClock
    /// Remembers the blocks that this node's miners made; nil keeps them in ``store``.
    ///
    /// Nodes that serve the same miners share one.
    package var minedBlocks: (any MinedBlockStore)?
    /// Where to log.
    package var log: Logger

    package init(
        store: any KeyValueStore,
        parameters: NetworkParameters,
        beacon: BeaconSchedule,
        beaconSources: [any BeaconSource],
        proofs: any ProofVerifier,
        winningProofs: any WinningPoStVerifier,
        wallet: NodeWallet,
        tokens: NodeTokens,
        clock: any ProtocolClock,
        minedBlocks: (any MinedBlockStore)? = nil,
        log: Logger = .silent
    ) {
        self.store = store
        self.parameters = parameters
        self.beacon = beacon
        self.beaconSources = beaconSources
        self.proofs = proofs
        self.winningProofs = winningProofs
        self.wallet = wallet
        self.tokens = tokens
        self.clock = clock
        self.minedBlocks = minedBlocks
        self.log = log
    }
}

/// A chain node: the chain, the message pool, and the methods that clients call.
///
/// ```swift
/// let node = try NodeService(dependencies)
/// let server = HTTPServer(router: node.router())
/// try await node.run()
/// ```
package final class NodeService: Quiescent {
    /// What the service calls itself.
    package static let version = "1.15.0+venus-swift"

    /// The chain and its states.
    package let chain: NodeChain
    private let pool: MessagePool
    private let intake: BlockIntake
    private let events: HeadEvents
    private let badBlocks = BadBlocks()
    private let beacons: BeaconClient
    private let estimator: GasEstimator
    /// One for both versions of the API: the nonces of one wallet follow each other.
    private let sender: MessageSender
    private let dependencies: NodeDependencies
    private let start: (time: ProtocolTime, session: String)

    /// Composes a node over a store that has a genesis.
    ///
    /// - Throws: `ChainStoreError` or `StateViewError` if the chain cannot be read.
    package init(_ dependencies: NodeDependencies) throws {
        self.dependencies = dependencies
        start = (dependencies.clock.now, SystemRandom().uuid())
        chain = try NodeChain(
            try ChainStore(dependencies.store),
            parameters: dependencies.parameters,
            beacon: dependencies.beacon,
            proofs: dependencies.proofs
        )
        pool = MessagePool(
            chain: ChainAccess(chain: chain, looksBack: true),
            parameters: dependencies.parameters,
            store: dependencies.store,
            head: try chain.store.head()
        )
        events = HeadEvents(head: try chain.store.head())
        beacons = BeaconClient(dependencies.beacon, sources: dependencies.beaconSources)
        let access = ChainAccess(chain: chain, looksBack: false)
        estimator = GasEstimator(chain: access)
        sender = MessageSender(
            pool: pool,
            estimator: estimator,
            access: access,
            wallet: dependencies.wallet
        )
        let clock = dependencies.clock
        intake = BlockIntake(
            chain: chain,
            proofs: dependencies.winningProofs,
            filter: SlashFilter(
                dependencies.minedBlocks ?? KeyValueMinedBlocks(dependencies.store)
            ),
            now: { UInt64(clamping: clock.now.seconds) }
        )
    }

    /// The methods of an API version.
    package func api(_ version: NodeAPIVersion) -> RPCService {
        var api = RPCService()
        let reader = ChainReader(chain: chain)
        let wallet = dependencies.wallet
        ChainAPI(reader: reader).register(on: &api, version)
        StateAPI(reader: reader).register(on: &api, version)
        MinerStateAPI(reader: reader).register(on: &api, version)
        MarketAPI(reader: reader).register(on: &api, version)
        PoolAPI(reader: reader, pool: pool, estimator: estimator, sender: sender)
            .register(on: &api, version)
        MiningAPI(
            reader: reader,
            beacons: beacons,
            proofs: dependencies.winningProofs,
            intake: intake,
            wallet: wallet,
            events: events,
            badBlocks: badBlocks
        ).register(on: &api, version)
        WalletAPI(reader: reader, wallet: wallet, tokens: dependencies.tokens)
            .register(on: &api, version)
        ExecutionAPI(reader: reader).register(on: &api, version)
        StateToolsAPI(reader: reader).register(on: &api, version)
        MultisigAPI(reader: reader).register(on: &api, version)
        ChainToolsAPI(reader: reader).register(on: &api, version)
        PoolToolsAPI(pool: pool, sender: sender).register(on: &api, version)
        NetworkAPI(reader: reader, clock: dependencies.clock, start: start)
            .register(on: &api, version)
        return api
    }

    /// What the node answers over HTTP: both versions of the API.
    package func router() -> HTTPRouter {
        var router = HTTPRouter()
        api(.v0).mount(on: &router, at: "/rpc/v0", verifier: dependencies.tokens)
        api(.v1).mount(on: &router, at: "/rpc/v1", verifier: dependencies.tokens)
        let chain = chain
        let pool = pool
        router.on(.get, "/metrics") { _ in
            let height = (try? chain.store.head())?.height.rawValue ?? 0
            let pending = await pool.pendingMessages().messages.count
            return .text(
                .ok,
                """
                # TYPE venus_chain_height gauge
                venus_chain_height \(height)
                # TYPE venus_mpool_pending gauge
                venus_mpool_pending \(pending)

                """
            )
        }
        router.on(.get, "/healthcheck", runs: .loop) { _ in .text(.ok, "ok\n") }
        return router
    }

    // MARK: - Quiescence

    package var isIdle: Bool { intake.isIdle }

    package var actedHead: String? { "\(events.head.key)" }

    // MARK: - Following the chain

    private func head(after change: HeadChange) async throws -> Tipset {
        if let head = change.applied.last { return head }
        return try await ChainReader(chain: chain).read { chain in
            guard let oldest = change.reverted.last else { return try chain.store.head() }
            return try chain.store.parent(of: oldest)
        }
    }

    /// Keeps the pool within its limit.
    private func tidyPool() async {
        guard await pool.isCrowded else { return }
        do { _ = try await pool.prune() } catch {
            dependencies.log.error("the message pool cannot be pruned", ["reason": "\(error)"])
        }
    }

    /// Follows the chain until the task is cancelled.
    ///
    /// - Throws: What the store throws when local messages cannot be read.
    package func run() async throws {
        for (message, error) in try await pool.loadLocalMessages() {
            dependencies.log.warning(
                "a local message is no longer acceptable",
                ["cid": "\(message.cid)", "reason": "\(error)"]
            )
        }
        for await change in intake.moves {
            if let head = change.applied.last {
                dependencies.log.info(
                    "new head",
                    ["height": "\(head.height)", "key": "\(head.key)"]
                )
            }
            do { try await pool.apply(change) } catch {
                dependencies.log.error(
                    "the message pool cannot follow the head",
                    ["reason": "\(error)"]
                )
            }
            events.publish(change.steps, head: try await head(after: change))
            intake.published()
            await tidyPool()
        }
        events.finish()
    }
}
