import FilecoinTypes
import ServiceKit
import Synchronization
import VenusAPI

/// Makes blocks: one round for each epoch that the clock shows, until the task is cancelled.
final class MiningEngine: Sendable {
    /// How often the miners of the auth service are read again.
    static let reloadTime: Duration = .seconds(60)

    let schedule: MiningSchedule
    let registry: MinerRegistry
    let metrics: MiningMetrics
    private let node: NodeClient
    private let store: MinerStore
    private let ledger: any MiningLedger
    private let warmUp: WarmUp
    private let clock: any ProtocolClock
    private let limits: RoundRunner.Limits
    private let log: Logger
    /// What is under way: the loop of the rounds from the start on, asleep between epochs, and each round.
    let activity = Activity()
    private let head = Mutex<String?>(nil)

    init(
        schedule: MiningSchedule,
        registry: MinerRegistry,
        node: NodeClient,
        store: MinerStore,
        ledger: any MiningLedger,
        warmUp: WarmUp,
        clock: any ProtocolClock,
        limits: RoundRunner.Limits,
        log: Logger
    ) {
        self.schedule = schedule
        self.registry = registry
        self.node = node
        self.store = store
        self.ledger = ledger
        self.warmUp = warmUp
        self.clock = clock
        self.limits = limits
        self.log = log
        metrics = MiningMetrics()
        activity.begin()
    }

    /// The key of the newest head that was heard of.
    var actedHead: String? { head.withLock { $0 } }

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.follow() }
            group.addTask { await self.reload() }
            group.addTask { await self.warmUpKeys() }
            await mine(in: &group)
            group.cancelAll()
        }
    }

    /// The rounds; each is a task of its own, so that none waits for the one before.
    private func mine(in group: inout DiscardingTaskGroup) async {
        var last: ChainEpoch = 0
        var end: AsyncStream<Void>.Continuation?
        while true {
            let next = schedule.next(after: last, at: clock.now)
            let start = schedule.start(of: next)
            do { try await activity.sleep(on: clock, until: start, isSkippable: true) } catch {
                break
            }
            // The clock may have gone on for longer than one epoch.
            let epoch = schedule.next(after: last, at: clock.now)
            last = epoch
            end?.finish()
            let (over, finish) = AsyncStream<Void>.makeStream()
            end = finish
            metrics.miners(registry.entries)
            let runner = RoundRunner(
                epoch: epoch,
                schedule: schedule,
                participants: registry.participants(),
                node: node,
                ledger: ledger,
                clock: clock,
                activity: activity,
                limits: limits,
                observer: self
            )
            activity.begin()
            group.addTask { await runner.run(until: over) }
        }
        end?.finish()
    }

    /// Listens to the head, which says how far the service has seen; rounds ask for it themselves.
    private func follow() async {
        while !Task.isCancelled {
            do {
                for try await changes in try await node.headChanges() {
                    // The tipsets that are left come first, newest first, then those that lead to the head.
                    guard let newest = changes.last(where: { $0.type != .revert }) else {
                        hear(try await node.head())
                        continue
                    }
                    hear(newest.tipset)
                }
                if !Task.isCancelled { log.warning("the node ended its head changes") }
            } catch {
                log.warning("following the head failed", ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func hear(_ tipset: Tipset) { head.withLock { $0 = tipset.key.description } }

    /// Has every miner's key sign once, so that the wallets have them at hand.
    private func warmUpKeys() async {
        await withDiscardingTaskGroup { group in
            for participant in registry.participants() {
                group.addTask { [self] in
                    do {
                        let worker = try await warmUp.worker(of: participant.miner)
                        try await warmUp.sign(
                            participant.miner,
                            by: worker,
                            over: participant.route
                        )
                    } catch {
                        if Task.isCancelled { return }
                        registry.note("warm-up: \(error)", of: participant.miner)
                        log.warning(
                            "the key does not sign",
                            ["miner": "\(participant.miner)", "error": "\(error)"]
                        )
                    }
                }
            }
        }
    }

    private func reload() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.reloadTime) } catch { return }
            do {
                try await registry.reload()
            } catch {
                log.warning("the miners could not be read again", ["error": "\(error)"])
            }
        }
    }
}

extension MiningEngine: RoundObserver {
    func begins(_ round: MiningRound) {
        log.info(
            "mining",
            [
                "epoch": round.epoch, "base": round.base.height, "nullRounds": round.nullRounds,
                "miners": round.attempts.count,
            ]
        )
    }

    func measured(_ request: MiningRequest, _ duration: Duration) {
        metrics.took(request, duration)
    }

    func failed(_ epoch: ChainEpoch, _ reason: String) {
        log.warning("no round", ["epoch": epoch, "reason": reason])
    }

    func sent(_ unsent: UnsentBlock) async {
        let header = unsent.block.header
        metrics.ended(header.miner, .produced(unsent.block))
        registry.clearErrors(of: header.miner)
        log.info(
            "sent a block from before",
            ["cid": "\(unsent.block.cid)", "height": header.height, "miner": "\(header.miner)"]
        )
        await keep(
            MineRecord(
                miner: header.miner,
                epoch: header.height,
                parents: header.parentKey,
                parentEpoch: unsent.parentEpoch,
                state: .success,
                cid: unsent.block.cid,
                fields: ["info": "sent in a later round", "error": ""]
            )
        )
    }

    func happened(_ action: MiningAction) async {
        switch action {
        case .won(let record):
            metrics.won(record.miner)
            log.info(
                "round won",
                [
                    "miner": "\(record.miner)", "epoch": record.epoch,
                    "wins": record.fields["winCount"] ?? "",
                ]
            )
            await keep(record)
        case .forked(let miner):
            metrics.forked(miner)
            log.warning("chain forked", ["miner": "\(miner)"])
        case .ended(let miner, let outcome, let record):
            ended(miner, outcome)
            if let record { await keep(record) }
        case .perform, .limitDraws, .limitRebases: break
        }
    }

    private func ended(_ miner: Address, _ outcome: MiningOutcome) {
        metrics.ended(miner, outcome)
        if outcome.isFine {
            registry.clearErrors(of: miner)
        } else {
            registry.note(outcome.message, of: miner)
        }
        switch outcome {
        case .produced(let block):
            log.info(
                "mined new block",
                [
                    "cid": "\(block.cid)", "height": block.header.height, "miner": "\(miner)",
                    "messages": block.blsMessages.count + block.secpMessages.count,
                ]
            )
        case .lost: log.debug("not a winner", ["miner": "\(miner)"])
        case .notEligible: log.info(outcome.message, ["miner": "\(miner)"])
        case .failed, .timedOut: log.error(outcome.message, ["miner": "\(miner)"])
        }
    }

    private func keep(_ record: MineRecord) async {
        do {
            try await store.keep(record)
        } catch {
            log.error("a record could not be kept", ["error": "\(error)"])
        }
    }
}
