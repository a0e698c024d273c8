import Auth
import EventLoop
import Foundation
import HTTP
import JSON
import Messager
import Miner
import NetworkParameters
package import Node
import SectorManager
package import ServiceKit
import Wallet

/// Runs all services of a pool inside this process.
///
/// Each listens on its port and has its folder, as if it were a process of its own; only the clock, the
/// random numbers and the logs are handed in.
package actor InProcessHost: ServiceHost {
    /// A service that runs.
    private enum Running {
        case beacon(BeaconService)
        case auth(AuthService)
        case wallet(WalletService)
        case node(NodeDaemon, Task<Void, any Error>)
        case messager(MessagerService)
        case sealer(SectorManagerService)
        case miner(MinerService)
    }

    private let folder: PoolFolder
    private let plan: PoolPlan
    private let clock: any ProtocolClock
    private let random: any RandomSource
    private let miningTimeout: Duration?
    private var running: [ServiceName: Running] = [:]

    /// Prepares to run a pool's services by a clock.
    ///
    /// `miningTimeout`: how long, in real time, a proof for a block may take; nil for what the network allows.
    package init(
        folder: PoolFolder,
        plan: PoolPlan,
        clock: any ProtocolClock,
        random: any RandomSource = SystemRandom(),
        miningTimeout: Duration? = nil
    ) {
        self.folder = folder
        self.plan = plan
        self.clock = clock
        self.random = random
        self.miningTimeout = miningTimeout
    }

    package func start(_ service: ServiceName) async throws {
        guard running[service] == nil else { return }
        let log = try LogSettings(file: folder.log(service)).makeSystem()
        running[service] = try await make(service, log)
    }

    package func stop(_ service: ServiceName) async {
        switch running.removeValue(forKey: service) {
        case nil: break
        case .beacon(let beacon): await beacon.stop()
        case .auth(let auth): await auth.stop()
        case .wallet(let wallet): await wallet.stop()
        case .node(_, let task):
            task.cancel()
            // A node that was told to stop has nothing more to say.
            _ = await task.result
        case .messager(let messager): await messager.stop()
        case .sealer(let sealer): await sealer.stop()
        case .miner(let miner): await miner.stop()
        }
    }

    package func status(of service: ServiceName) -> ServiceStatus {
        ServiceStatus(phase: running[service] == nil ? .idle : .up)
    }

    /// The services that can say whether something is under way, in the order of ``PoolPlan/services``.
    package var quiescents: [(name: ServiceName, state: any Quiescent)] {
        plan.services.compactMap { service in
            switch running[service] {
            case .node(let daemon, _): (service, daemon.node)
            case .messager(let messager): (service, messager)
            case .sealer(let sealer): (service, sealer)
            case .miner(let miner): (service, miner)
            case .beacon, .auth, .wallet, nil: nil
            }
        }
    }

    /// The node, while it runs.
    package var node: NodeDaemon? {
        guard case .node(let daemon, _) = running[.node] else { return nil }
        return daemon
    }

    // MARK: - Starting

    private func make(_ service: ServiceName, _ log: LogSystem) async throws -> Running {
        let repository = folder.repository(service)
        switch service {
        case .beacon:
            let parameters = try NetworkParameters(json: try AtomicFile.read(folder.parameters))
            guard let info = parameters.beacons.first?.info else {
                throw CommandFailure("\(folder.parameters) names no beacon")
            }
            var options = BeaconOptions(repository: repository, info: info)
            options.port = plan.port(service)
            options.clock = clock
            options.log = log
            return .beacon(try await BeaconService.start(options))
        case .auth:
            var options = AuthOptions(repository: repository, random: random)
            options.listen = plan.hostAndPort(service)
            options.log = log
            return .auth(try await AuthService.start(options))
        case .wallet(let number):
            var options = WalletOptions(repository: repository, random: random)
            options.port = plan.port(service)
            options.password = Secret(try AtomicFile.word(folder.password(number)))
            options.log = log
            return .wallet(try await WalletService.start(options))
        case .node: return try await makeNode(repository, log)
        case .messager: return try await makeMessager(repository, log)
        case .sealer:
            var options = SectorManagerOptions(
                repository: repository,
                random: random,
                clock: clock
            )
            let listen = plan.multiaddr(service) + "/http"
            let parameters = folder.path
            options.adjust = { configuration in
                configuration.listen = listen
                configuration.proofParameters = parameters
            }
            options.log = log
            return .sealer(try await SectorManagerService.start(options))
        case .miner:
            var options = MinerOptions(repository: repository, random: random, clock: clock)
            let listen = plan.multiaddr(service)
            let timeout = miningTimeout
            options.adjust = { configuration in
                configuration.listen = listen
                if let timeout { configuration.roundTimeout = timeout }
            }
            options.log = log
            return .miner(try await MinerService.start(options))
        }
    }

    private func makeNode(_ repository: String, _ log: LogSystem) async throws -> Running {
        var options = NodeOptions(repository: repository)
        options.parametersFile = folder.parameters
        options.genesisFile = folder.genesis
        options.beaconURLs = [plan.url(.beacon)]
        options.authURL = plan.url(.auth)
        options.proofParameters = folder.path
        options.listen = plan.multiaddr(.node)
        options.clock = clock
        options.random = random
        options.log = log
        let daemon = try await NodeDaemon.start(options)
        return .node(daemon, Task { try await daemon.run() })
    }

    private func makeMessager(_ repository: String, _ log: LogSystem) async throws -> Running {
        var options = MessagerOptions(repository: repository, random: random, clock: clock)
        let (listen, auth, node) = (
            plan.multiaddr(.messager), plan.url(.auth), plan.multiaddr(.node)
        )
        options.adjust = { configuration in
            configuration.listen = listen
            configuration.authURL = auth
            configuration.nodeURL = node
        }
        options.log = log
        return .messager(try await MessagerService.start(options))
    }
}
