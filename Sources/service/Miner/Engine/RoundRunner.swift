import FilecoinTypes
import JSONRPC
import ServiceKit
import VenusAPI

/// What a round tells while it runs.
protocol RoundObserver: Sendable {
    /// It begins on a tipset.
    func begins(_ round: MiningRound)
    /// A request was answered.
    func measured(_ request: MiningRequest, _ duration: Duration)
    /// Something happened that is to be kept.
    func happened(_ action: MiningAction) async
    /// A block of an earlier round was taken at last.
    func sent(_ block: UnsentBlock) async
    /// It could not begin, or something beside it failed.
    func failed(_ epoch: ChainEpoch, _ reason: String)
}

/// Performs what a ``MiningRound`` asks for, each request in a task of its own, and hands it the answers.
struct RoundRunner: Sendable {
    /// A miner that takes part and the way to its signer and prover.
    struct Participant: Sendable {
        let miner: Address
        let route: any MinerRoute
    }

    /// How long things may take, in real time.
    struct Limits: Hashable, Sendable {
        /// Draws and proofs, from the start of the round.
        var draws: Duration
        /// Moving to a better base.
        var rebase: Duration
        /// Between two attempts to reach the node.
        var pause: Duration = .milliseconds(500)
    }

    let epoch: ChainEpoch
    let schedule: MiningSchedule
    let participants: [Participant]
    let node: any MiningNode
    let ledger: any MiningLedger
    let clock: any ProtocolClock
    let activity: Activity
    let limits: Limits
    let observer: any RoundObserver

    private struct Answer: Sendable {
        let event: MiningEvent
        var took: Duration = .zero
        /// Whether a piece of work ends with it.
        var isWork: Bool = false
    }

    private typealias Answers = AsyncStream<Answer>

    /// Runs the round.
    ///
    /// - Parameter end: Finishes when the next round begins.
    ///
    /// One piece of work (`Activity.begin()`) was begun by the caller and is ended here.
    func run(until end: AsyncStream<Void>) async {
        let (answers, sink) = Answers.makeStream()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in end {}
                sink.yield(Answer(event: .roundOver))
            }
            await produce(answers, sink, in: &group)
            group.cancelAll()
        }
    }

    private func produce(
        _ answers: Answers,
        _ sink: Answers.Continuation,
        in group: inout DiscardingTaskGroup
    ) async {
        // The caller's piece of work counts until the first answers are on their way.
        var work = 1
        defer { activity.end(work) }
        guard let start = await prepare() else { return }
        let version = start.version
        var round = MiningRound(
            epoch: epoch,
            schedule: schedule,
            base: start.base,
            miners: participants.map(\.miner),
            resuming: start.resumed,
            startedAt: clock.now
        )
        observer.begins(round)
        work += await perform(round.start(), version, sink, in: &group)
        work -= 1
        activity.end()
        for await answer in answers {
            let actions = round.apply(answer.event, took: answer.took, at: clock.now)
            // The next work begins before this ends, so that there is no moment of seeming rest.
            work += await perform(actions, version, sink, in: &group)
            if answer.isWork {
                work -= 1
                activity.end()
            }
            if round.isOver { return }
        }
    }

    /// Performs actions; returns how many pieces of work were begun.
    private func perform(
        _ actions: [MiningAction],
        _ version: NetworkVersion,
        _ sink: Answers.Continuation,
        in group: inout DiscardingTaskGroup
    ) async -> Int {
        var begun = 0
        for action in actions {
            switch action {
            case .perform(let request):
                begun += 1
                activity.begin()
                group.addTask { sink.yield(await answer(request, version)) }
            case .limitDraws: arm(.drawsOver, after: limits.draws, sink, in: &group)
            case .limitRebases: arm(.rebasesOver, after: limits.rebase, sink, in: &group)
            case .won, .forked, .ended: await observer.happened(action)
            }
        }
        return begun
    }

    private func arm(
        _ event: MiningEvent,
        after time: Duration,
        _ sink: Answers.Continuation,
        in group: inout DiscardingTaskGroup
    ) {
        group.addTask {
            do { try await Task.sleep(for: time) } catch { return }
            sink.yield(Answer(event: event))
        }
    }

    /// What a round begins with.
    private struct Start {
        let base: Tipset
        let version: NetworkVersion
        /// Blocks of this epoch that were made before a restart.
        let resumed: [BlockMessage]
    }

    /// Waits for the beacon, sends what is still unsent, and chooses the base; nil if there is nothing to build on.
    private func prepare() async -> Start? {
        let deadline = ContinuousClock.now + limits.draws
        while true {
            do {
                if participants.isEmpty, try await ledger.unsent().isEmpty { return nil }
                try await node.waitForBeacon(of: epoch)
                try await sendUnsent()
                let head = try await node.head()
                guard head.height < epoch else {
                    observer.failed(epoch, "the head is of epoch \(head.height) already")
                    return nil
                }
                return Start(
                    base: head,
                    version: try await node.networkVersion(at: head.key),
                    resumed: try await resumed()
                )
            } catch {
                guard ContinuousClock.now + limits.pause < deadline, !Task.isCancelled else {
                    observer.failed(epoch, "the node cannot be asked: \(error)")
                    return nil
                }
            }
            try? await Task.sleep(for: limits.pause)
        }
    }

    /// The blocks of this epoch that were made before a restart.
    private func resumed() async throws -> [BlockMessage] {
        var blocks: [BlockMessage] = []
        for unsent in try await ledger.unsent() where unsent.epoch == epoch {
            do {
                // It may have been stored and not yet been admitted.
                try await ledger.admit(unsent.block, parentEpoch: unsent.parentEpoch)
                blocks.append(unsent.block)
            } catch {
                observer.failed(epoch, "a block from before: \(error)")
            }
        }
        return blocks
    }

    /// Offers blocks of earlier epochs that no node has taken: those from before a restart of this service, and
    /// those for which the node was away.
    ///
    /// The chain may have gone past one; then nobody needs it any more.
    private func sendUnsent() async throws {
        let blocks = try await ledger.unsent().filter { $0.epoch < epoch }
        if blocks.isEmpty { return }
        let head = try await node.head()
        for unsent in blocks {
            guard head.height <= unsent.epoch else {
                try await ledger.taken(unsent.block)
                continue
            }
            do {
                try await ledger.admit(unsent.block, parentEpoch: unsent.parentEpoch)
                try await offer(unsent.block)
                await observer.sent(unsent)
            } catch let error as RPCClientError {
                throw error
            } catch {
                observer.failed(unsent.epoch, "a block from before: \(error)")
            }
        }
    }

    // MARK: - Requests

    private func answer(_ request: MiningRequest, _ version: NetworkVersion) async -> Answer {
        if case .submission = request {
            let timestamp = schedule.timestamp(of: epoch)
            do { try await activity.sleep(on: clock, until: timestamp) } catch {
                return Answer(event: .failed(request, "the service stops"), isWork: true)
            }
        }
        let begin = ContinuousClock.now
        var event: MiningEvent
        do {
            event = try await self.event(of: request, version)
        } catch {
            event = .failed(request, "\(error)")
        }
        let took = ContinuousClock.now - begin
        observer.measured(request, took)
        return Answer(event: event, took: took, isWork: true)
    }

    private func event(
        of request: MiningRequest,
        _ version: NetworkVersion
    ) async throws -> MiningEvent {
        switch request {
        case .baseInfo(let miner, let base):
            return .baseInfo(miner, try await node.baseInfo(of: miner, at: epoch, on: base.key))
        case .election(let miner, let worker, let draw):
            return .election(miner, try await route(miner).sign(draw, by: worker))
        case .ticket(let miner, let worker, let draw):
            return .ticket(miner, try await route(miner).sign(draw, by: worker))
        case .proof(let miner, let sectors, let randomness):
            let proofs = try await route(miner).prove(
                sectors,
                randomness: randomness,
                epoch: epoch,
                version: version
            )
            return .proof(miner, proofs)
        case .head: return .head(try await node.head())
        case .messages(let key, let qualities):
            return .messages(on: key, try await node.messages(on: key, qualities: qualities))
        case .block(let miner, let template):
            return .block(miner, try await node.block(template))
        case .signature(let miner, let worker, let header):
            return .signature(miner, try await route(miner).sign(header, by: worker))
        case .admission(let miner, let block, let parentEpoch):
            try await ledger.admit(block, parentEpoch: parentEpoch)
            return .admitted(miner)
        case .submission(let miner, let block):
            try await submit(block)
            return .submitted(miner)
        }
    }

    /// Offers the block until a node answers, or the next round has begun, which then goes on offering it.
    private func submit(_ block: BlockMessage) async throws {
        while true {
            do {
                return try await offer(block)
            } catch let error as RPCClientError where error.code != .unauthorized {
                // It may have been taken; it may be offered again.
                guard clock.now < schedule.start(of: epoch + 1) else { throw error }
            }
            try await Task.sleep(for: limits.pause)
        }
    }

    /// Offers the block once, and has the ledger know what became of it.
    private func offer(_ block: BlockMessage) async throws {
        do {
            try await node.submit(block)
        } catch let error as RPCError {
            if try await ledger.refused(block) {
                observer.failed(block.header.height, "block \(block.cid) is given up: \(error)")
            }
            throw error
        }
        try await ledger.taken(block)
    }

    private func route(_ miner: Address) throws -> any MinerRoute {
        guard let participant = participants.first(where: { $0.miner == miner }) else {
            throw MinerFailure("\(miner) takes no part in this round")
        }
        return participant.route
    }
}
