internal import ChainStore
internal import Consensus
internal import EventLoop
internal import FilecoinTypes
internal import NetworkParameters
internal import Node
internal import Pool
internal import ServiceKit

/// A pool in this process whose clock jumps, with every tipset audited.
actor TimeLapsePool {
    /// Epochs after which a chain that nobody needs gets a tipset all the same: one for each deadline.
    private static let quietEpochs: ChainEpoch = 60

    let folder: PoolFolder
    let plan: PoolPlan
    let clock: ManualClock
    private let host: InProcessHost
    private let launch: PoolLaunch
    private let schedule: EpochSchedule
    private let driver: TimeLapseDriver
    /// What was seen on the chain so far.
    private(set) var audit: ChainAudit
    /// Is told the epoch now and then.
    private let progress: @Sendable (ChainAudit) -> Void

    /// Makes a pool in a folder that holds none, and starts it at its genesis.
    static func start(
        in folder: PoolFolder,
        sectors: UInt64,
        note: @escaping @Sendable (String) -> Void,
        progress: @escaping @Sendable (ChainAudit) -> Void
    ) async throws -> TimeLapsePool {
        let plan = try await PoolCreation(folder: folder).run(miners: 2, sectors: sectors)
        // The pool was last alive when its genesis was made.
        guard let begin = try folder.clock.read()?.lastAlive else {
            throw CommandFailure("\(folder.clock.path) is missing")
        }
        let clock = ManualClock(now: ProtocolTime(nanoseconds: begin))
        let host = InProcessHost(
            folder: folder,
            plan: plan,
            clock: clock,
            // The clock waits for a proof however long it takes.
            miningTimeout: TimeLapseDriver.patience / 2
        )
        let launch = PoolLaunch(folder: folder, plan: plan, host: host) { note("\($0) \($1)") }
        do {
            try await launch.start()
            guard let node = await host.node?.node else {
                throw CommandFailure("the node does not run")
            }
            return try TimeLapsePool(
                folder: folder,
                plan: plan,
                clock: clock,
                host: host,
                launch: launch,
                node: node,
                progress: progress
            )
        } catch {
            await launch.stop()
            throw error
        }
    }

    private init(
        folder: PoolFolder,
        plan: PoolPlan,
        clock: ManualClock,
        host: InProcessHost,
        launch: PoolLaunch,
        node: NodeService,
        progress: @escaping @Sendable (ChainAudit) -> Void
    ) throws {
        self.folder = folder
        self.plan = plan
        self.clock = clock
        self.host = host
        self.launch = launch
        self.progress = progress
        let chain = node.chain
        schedule = EpochSchedule(
            genesis: ProtocolTime(seconds: Int64(clamping: chain.genesisTime)),
            blockDelay: .seconds(Int64(clamping: chain.parameters.blockDelaySeconds))
        )
        driver = TimeLapseDriver(
            clock: clock,
            services: { await host.quiescents.map { .init("\($0.name)", $0.state) } },
            head: { "\(try chain.store.head().key)" }
        )
        audit = try ChainAudit(chain: chain)
    }

    /// Stops all services.
    func stop() async { await launch.stop() }

    func stop(_ service: ServiceName) async { await host.stop(service) }
    func start(_ service: ServiceName) async throws { try await host.start(service) }

    /// The epoch that the clock shows.
    var epoch: ChainEpoch { ChainEpoch(schedule.epoch(at: clock.now)) }

    /// Lets the pool live until an epoch begins, and audits all tipsets up to then.
    ///
    /// - Throws: ``ChainAudit/Discrepancy``, ``TimeLapseStall``.
    func run(to end: ChainEpoch) async throws {
        while epoch < end {
            // The first block after the genesis carries no beacon entries of earlier epochs, and what was not
            // carried cannot be drawn from: it must come soon.
            let quiet =
                audit.last.height == 0
                ? epoch + 1 : max(audit.last.height + Self.quietEpochs, epoch + 1)
            let limit = schedule.start(of: min(quiet, end).rawValue)
            try await driver.step(limit: limit)
            try await driver.settle()
            try await look()
        }
    }

    /// Audits what is new on the chain.
    private func look() async throws {
        guard let chain = await host.node?.node.chain else { return }
        var next = audit
        next = try await BlockingPool.shared.run { [next] in
            var next = next
            try next.advance(to: try chain.store.head())
            return next
        }
        audit = next
        progress(audit)
    }
}
