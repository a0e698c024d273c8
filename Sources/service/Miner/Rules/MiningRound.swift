import FilecoinTypes
import ServiceKit
import VenusAPI

/// One epoch's production of blocks for any number of miners, as a value: events in, actions out.
///
/// Miners go through their stages (``MiningAttempt``) independently. Two times all winners are waited for, each
/// with a limit, so that one that is stuck or fails neither delays nor stops the others: before the head is
/// looked at again, and before messages are chosen, for one choice shares them out among all blocks.
struct MiningRound: Sendable {
    enum Phase: Hashable, Sendable {
        /// Draws and proofs.
        case drawing
        /// The head is asked for, since it may be better than the base by now.
        case checking
        /// Winners move to a better base.
        case rebasing
        /// Blocks are made and leave.
        case making
        case over
    }

    let epoch: ChainEpoch
    /// When the blocks leave.
    let timestamp: ProtocolTime
    let startedAt: ProtocolTime
    /// Whether the round began later than it should.
    let isLate: Bool
    /// What blocks are built on.
    var base: Tipset
    var phase: Phase = .drawing
    /// Whether the time for draws and proofs passed without anybody being ready.
    var isOvertime: Bool = false
    /// By miner, in the order in which they were given.
    var attempts: [MiningAttempt]

    /// A round that has not begun.
    ///
    /// Blocks of the epoch that were made before a restart leave as they are; their miners make no others.
    ///
    /// - Precondition: The base is of an earlier epoch.
    init(
        epoch: ChainEpoch,
        schedule: MiningSchedule,
        base: Tipset,
        miners: [Address],
        resuming blocks: [BlockMessage] = [],
        startedAt: ProtocolTime
    ) {
        precondition(base.height < epoch, "a block builds on an earlier epoch")
        self.epoch = epoch
        self.base = base
        self.startedAt = startedAt
        timestamp = schedule.timestamp(of: epoch)
        // A tenth of an epoch is what timers and the node's answers may take.
        let tolerance = schedule.epochs.blockDelay / 10
        isLate = startedAt > schedule.start(of: epoch) + tolerance
        let resumed = Set(blocks.map(\.header.miner))
        attempts =
            blocks.map { MiningAttempt(resuming: $0, base: base) }
            + miners.filter { !resumed.contains($0) }.map { MiningAttempt(miner: $0, base: base) }
    }

    /// The epochs between base and block.
    var nullRounds: Int64 { epoch.rawValue - base.height.rawValue - 1 }

    var isOver: Bool { phase == .over }

    /// Begins.
    mutating func start() -> [MiningAction] {
        guard !attempts.isEmpty else {
            phase = .over
            return []
        }
        return [.limitDraws]
            + attempts.map { attempt in
                if case .submitting(let block) = attempt.stage {
                    return .perform(.submission(attempt.miner, block))
                }
                return .perform(.baseInfo(attempt.miner, on: base))
            }
    }

    /// Takes an event.
    ///
    /// - Parameters:
    ///   - event: What happened. An answer that nobody waits for any more is ignored.
    ///   - took: How long it took, for the record.
    ///   - now: Protocol time, for the record.
    /// - Returns: What is to be done.
    mutating func apply(
        _ event: MiningEvent,
        took: Duration = .zero,
        at now: ProtocolTime
    ) -> [MiningAction] {
        guard phase != .over else { return [] }
        return take(event, took, now) + goOn(now)
    }

    mutating func take(
        _ event: MiningEvent,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        switch event {
        case .baseInfo(let miner, let info):
            return update(miner) { round, attempt in round.take(info, &attempt, took, now) }
        case .election(let miner, let signature):
            return update(miner) { $0.takeElection(signature, &$1, took, now) }
        case .ticket(let miner, let signature):
            return update(miner) { $0.takeTicket(signature, &$1, took, now) }
        case .proof(let miner, let proofs):
            return update(miner) { $0.take(proofs, &$1, took, now) }
        case .head(let head):
            return phase == .checking ? check(head) : []
        case .messages(let key, let lists):
            return take(lists, on: key, took, remark: "")
        case .block(let miner, let block):
            return update(miner) { $0.take(block, &$1, took, now) }
        case .signature(let miner, let signature):
            return update(miner) { $0.takeSignature(signature, &$1, took, now) }
        case .admitted(let miner):
            return update(miner) { $0.takeAdmission(&$1, took) }
        case .submitted(let miner):
            return update(miner) { $0.takeSubmission(&$1, took, now) }
        case .failed(let request, let reason): return fail(request, reason, took, now)
        case .drawsOver: return phase == .drawing ? endDraws(now) : []
        case .rebasesOver: return phase == .rebasing ? endLateRebases() : []
        case .roundOver: return endLateMiners(now)
        }
    }

    /// Goes on to the next phase once nobody needs the present one.
    private mutating func goOn(_ now: ProtocolTime) -> [MiningAction] {
        switch phase {
        case .drawing:
            let ended = isOvertime ? endDraws(now) : []
            guard attempts.allSatisfy(\.isSettled) else { return [] }
            guard attempts.contains(where: \.isReady) else {
                phase = attempts.allSatisfy(\.isEnded) ? .over : .making
                return ended
            }
            phase = .checking
            return ended + [.perform(.head)]
        case .rebasing:
            return attempts.allSatisfy(\.isSettled) ? chooseMessages() : []
        case .checking, .making:
            if attempts.allSatisfy(\.isEnded) { phase = .over }
            return []
        case .over: return []
        }
    }

    // MARK: - Attempts

    mutating func update(
        _ miner: Address,
        _ change: (MiningRound, inout MiningAttempt) -> [MiningAction]
    ) -> [MiningAction] {
        guard let place = attempts.firstIndex(where: { $0.miner == miner }) else { return [] }
        var attempt = attempts[place]
        let actions = change(self, &attempt)
        attempts[place] = attempt
        return actions
    }

    func end(
        _ attempt: inout MiningAttempt,
        _ outcome: MiningOutcome,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        attempt.stage = .ended(outcome)
        return [
            .ended(attempt.miner, outcome, record(of: attempt, outcome: outcome, endedAt: now))
        ]
    }

    private mutating func fail(
        _ request: MiningRequest,
        _ reason: String,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        switch request {
        case .head: return phase == .checking ? chooseMessages() : []
        case .messages(let key, _):
            // Never lose a block for its messages.
            return take([], on: key, took, remark: "no messages: \(reason)")
        case .baseInfo(let miner, _), .election(let miner, _, _), .ticket(let miner, _, _),
            .proof(let miner, _, _), .block(let miner, _), .signature(let miner, _, _),
            .admission(let miner, _, _), .submission(let miner, _):
            return update(miner) { round, attempt in
                switch attempt.stage {
                case .ended: return []
                case .askingAgain(let candidate, _), .drawingAgain(let candidate, _, _):
                    return round.stay(candidate, &attempt, reason)
                default:
                    attempt.durations[request.step] = took
                    return round.end(&attempt, .failed(step: request.step, reason), now)
                }
            }
        }
    }

    /// Waits no longer for draws and proofs, once anybody is ready.
    ///
    /// Until then nobody is held up, and a block that is a little late is better than none: where all provers are
    /// slow, as on a machine under load, the first that is done makes a block.
    private mutating func endDraws(_ now: ProtocolTime) -> [MiningAction] {
        guard attempts.contains(where: \.isReady) else {
            isOvertime = true
            return []
        }
        return attempts.indices.flatMap { place -> [MiningAction] in
            guard !attempts[place].isSettled else { return [] }
            let step = attempts[place].stage.step
            return update(attempts[place].miner) { $0.end(&$1, .timedOut(step: step), now) }
        }
    }

    /// Ends what has not got as far as being submitted; a submission still gets its answer.
    private mutating func endLateMiners(_ now: ProtocolTime) -> [MiningAction] {
        attempts.indices.flatMap { place -> [MiningAction] in
            switch attempts[place].stage {
            case .ended, .submitting: return []
            default:
                let step = attempts[place].stage.step
                return update(attempts[place].miner) { $0.end(&$1, .timedOut(step: step), now) }
            }
        }
    }
}
