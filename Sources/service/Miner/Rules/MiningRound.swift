import BigIntegers
import FilecoinCrypto
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
    private(set) var base: Tipset
    private(set) var phase: Phase = .drawing
    /// Whether the time for draws and proofs passed without anybody being ready.
    private(set) var isOvertime: Bool = false
    /// By miner, in the order in which they were given.
    private(set) var attempts: [MiningAttempt]

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

    private mutating func take(
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

    private mutating func update(
        _ miner: Address,
        _ change: (MiningRound, inout MiningAttempt) -> [MiningAction]
    ) -> [MiningAction] {
        guard let place = attempts.firstIndex(where: { $0.miner == miner }) else { return [] }
        var attempt = attempts[place]
        let actions = change(self, &attempt)
        attempts[place] = attempt
        return actions
    }

    private func end(
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

    // MARK: - Draws and proofs

    private func take(
        _ info: MiningBaseInfo?,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        switch attempt.stage {
        case .asking:
            attempt.durations["getBaseInfo"] = took
            guard let info else {
                return end(&attempt, .notEligible("no base info: no sector can be proven"), now)
            }
            attempt.info = info
            guard info.isEligible else {
                return end(&attempt, .notEligible("the chain does not let it be elected"), now)
            }
            guard info.workerKey.kind == .bls else {
                let reason = "miner worker address was not a BLS key: \(info.workerKey)"
                return end(&attempt, .failed(step: "getBaseInfo", reason), now)
            }
            attempt.stage = .electing(info)
            let draw = DrawRequest.election(attempt.miner, epoch: epoch, entry: info.drawEntry)
            return [.perform(.election(attempt.miner, worker: info.workerKey, draw))]
        case .askingAgain(let candidate, let base):
            guard let info, candidate.holds(with: info) else {
                return stay(candidate, &attempt, "the election does not hold on the new head")
            }
            attempt.stage = .drawingAgain(candidate, info, base)
            return [drawTicket(attempt.miner, info, base)]
        default: return []
        }
    }

    private func drawTicket(
        _ miner: Address,
        _ info: MiningBaseInfo,
        _ base: Tipset
    ) -> MiningAction {
        let draw = DrawRequest.ticket(
            miner,
            epoch: epoch,
            entry: info.drawEntry,
            parent: base.minTicket
        )
        return .perform(.ticket(miner, worker: info.workerKey, draw))
    }

    private func takeElection(
        _ signature: Signature,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .electing(let info) = attempt.stage else { return [] }
        attempt.durations["computeElectionProof"] = took
        guard signature.type == .bls else {
            return end(&attempt, Self.notBLS("computeElectionProof", signature), now)
        }
        let count = ElectionProof.winCount(
            vrfProof: signature.data,
            power: info.minerPower.attoFIL,
            totalPower: info.networkPower.attoFIL
        )
        attempt.winCount = count
        guard count > 0 else { return end(&attempt, .lost, now) }
        attempt.wonAt = now
        let election = ElectionProof(winCount: count, vrfProof: signature.data)
        attempt.stage = .proving(MiningWin(info: info, election: election))
        let draws = BlockDraws(beaconEntry: info.drawEntry, epoch: epoch, miner: attempt.miner)
        return [
            .perform(.proof(attempt.miner, info.sectors, randomness: draws.winningPoStSeed)),
            drawTicket(attempt.miner, info, base),
            .won(record(of: attempt)),
        ]
    }

    private func takeTicket(
        _ signature: Signature,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        switch attempt.stage {
        case .proving(var win):
            attempt.durations["computeTicket"] = took
            guard signature.type == .bls else {
                return end(&attempt, Self.notBLS("computeTicket", signature), now)
            }
            win.ticket = Ticket(vrfProof: signature.data)
            return settle(win, &attempt)
        case .drawingAgain(var candidate, let info, let base):
            guard signature.type == .bls else {
                return stay(candidate, &attempt, "the wallet's ticket has no BLS signature")
            }
            candidate.info = info
            candidate.base = base
            candidate.ticket = Ticket(vrfProof: signature.data)
            attempt.info = info
            attempt.base = base
            attempt.stage = .ready(candidate)
            return []
        default: return []
        }
    }

    private func take(
        _ proofs: [PoStProof],
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .proving(var win) = attempt.stage else { return [] }
        attempt.durations["computePostProof"] = took
        guard !proofs.isEmpty else {
            return end(&attempt, .failed(step: "computePostProof", "the sealer sent no proof"), now)
        }
        win.proofs = proofs
        return settle(win, &attempt)
    }

    private func settle(_ win: MiningWin, _ attempt: inout MiningAttempt) -> [MiningAction] {
        attempt.stage = .proving(win)
        guard let ticket = win.ticket, let proofs = win.proofs else { return [] }
        attempt.stage = .ready(
            MiningCandidate(
                base: base,
                info: win.info,
                election: win.election,
                ticket: ticket,
                proofs: proofs
            )
        )
        return []
    }

    private static func notBLS(_ step: String, _ signature: Signature) -> MiningOutcome {
        .failed(step: step, "the wallet gave a \(signature.type) signature, not a BLS one")
    }
}

// MARK: - A better base

extension MiningRound {
    /// Looks at the head before blocks are made.
    ///
    /// | head | what is done |
    /// |---|---|
    /// | the base | it stays |
    /// | of the epoch or later | it stays: the blocks of the others are there already |
    /// | the base with further blocks, same least ticket | blocks build on it; all draws hold |
    /// | any other | winners ask and draw their ticket anew; who cannot stays on the old base |
    private mutating func check(_ head: Tipset) -> [MiningAction] {
        if head == base || head.height >= epoch { return chooseMessages() }
        let isGrown =
            head.height == base.height && head.parentKey == base.parentKey
            && head.minTicket == base.minTicket
        base = head
        phase = .rebasing
        var actions: [MiningAction] = isGrown ? [] : [.limitRebases]
        for place in attempts.indices {
            guard case .ready(var candidate) = attempts[place].stage else { continue }
            if isGrown {
                candidate.base = head
                attempts[place].base = head
                attempts[place].stage = .ready(candidate)
            } else {
                attempts[place].stage = .askingAgain(candidate, head)
                actions.append(.perform(.baseInfo(attempts[place].miner, on: head)))
            }
        }
        return actions
    }

    /// Leaves a winner on its base, which the head has left: its block may become an orphan, but a head that
    /// moves back and forth must not cost it.
    private func stay(
        _ candidate: MiningCandidate,
        _ attempt: inout MiningAttempt,
        _ reason: String
    ) -> [MiningAction] {
        attempt.stage = .ready(candidate)
        attempt.isForked = true
        attempt.remark = "chain forked: \(reason)"
        return [.forked(attempt.miner)]
    }

    private mutating func endLateRebases() -> [MiningAction] {
        attempts.indices.flatMap { place -> [MiningAction] in
            switch attempts[place].stage {
            case .askingAgain(let candidate, _), .drawingAgain(let candidate, _, _):
                return update(attempts[place].miner) {
                    $0.stay(candidate, &$1, "not drawn anew in time")
                }
            default: return []
            }
        }
    }
}

// MARK: - Blocks

extension MiningRound {
    /// The winners on a tipset, best ticket first.
    private func winners(on key: TipsetKey) -> [(miner: Address, candidate: MiningCandidate)] {
        attempts.compactMap { attempt -> (miner: Address, candidate: MiningCandidate)? in
            guard case .choosing(let candidate) = attempt.stage, candidate.base.key == key else {
                return nil
            }
            return (attempt.miner, candidate)
        }.sorted { $0.candidate.ticket.digest < $1.candidate.ticket.digest }
    }

    /// Has messages chosen: once for each base, which are one unless somebody stayed behind.
    private mutating func chooseMessages() -> [MiningAction] {
        phase = .making
        var keys: [TipsetKey] = []
        for place in attempts.indices {
            guard case .ready(let candidate) = attempts[place].stage else { continue }
            attempts[place].stage = .choosing(candidate)
            if !keys.contains(candidate.base.key) { keys.append(candidate.base.key) }
        }
        return keys.map { key in
            let qualities = winners(on: key).map(\.candidate.ticket.quality)
            return .perform(.messages(on: key, qualities: qualities))
        }
    }

    private mutating func take(
        _ lists: [[SignedMessage]],
        on key: TipsetKey,
        _ took: Duration,
        remark: String
    ) -> [MiningAction] {
        winners(on: key).enumerated().flatMap { rank, winner in
            let messages = rank < lists.count ? lists[rank] : []
            return update(winner.miner) { round, attempt in
                attempt.durations["selectMessage"] = took
                if !remark.isEmpty { attempt.remark = remark }
                attempt.stage = .creating(winner.candidate)
                let template = round.template(winner.miner, winner.candidate, messages)
                return [.perform(.block(winner.miner, template))]
            }
        }
    }

    private func template(
        _ miner: Address,
        _ candidate: MiningCandidate,
        _ messages: [SignedMessage]
    ) -> BlockTemplate {
        BlockTemplate(
            miner: miner,
            parents: candidate.base.key,
            ticket: candidate.ticket,
            electionProof: candidate.election,
            beaconValues: candidate.info.beaconEntries,
            messages: messages,
            epoch: epoch,
            timestamp: UInt64(clamping: timestamp.seconds),
            winningPoStProof: candidate.proofs
        )
    }

    private func take(
        _ block: BlockMessage,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .creating(let candidate) = attempt.stage else { return [] }
        attempt.durations["createBlock"] = took
        let header = block.header
        // What is signed must be what was asked for.
        guard header.miner == attempt.miner, header.height == epoch,
            header.parents == candidate.base.cids, header.ticket == candidate.ticket,
            header.electionProof == candidate.election,
            header.timestamp == UInt64(clamping: timestamp.seconds)
        else {
            let reason = "the node made another block than was asked for"
            return end(&attempt, .failed(step: "createBlock", reason), now)
        }
        guard header.blockSignature == nil else { return admit(candidate, block, &attempt) }
        attempt.stage = .signing(candidate, block)
        return [
            .perform(.signature(attempt.miner, worker: candidate.info.workerKey, header))
        ]
    }

    private func takeSignature(
        _ signature: Signature,
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .signing(let candidate, var block) = attempt.stage else { return [] }
        attempt.durations["signBlock"] = took
        guard signature.type == .bls else {
            return end(&attempt, Self.notBLS("signBlock", signature), now)
        }
        block.header.blockSignature = signature
        return admit(candidate, block, &attempt)
    }

    private func admit(
        _ candidate: MiningCandidate,
        _ block: BlockMessage,
        _ attempt: inout MiningAttempt
    ) -> [MiningAction] {
        attempt.block = block
        attempt.stage = .admitting(candidate, block)
        return [
            .perform(
                .admission(attempt.miner, block, parentEpoch: candidate.base.height)
            )
        ]
    }

    private func takeAdmission(
        _ attempt: inout MiningAttempt,
        _ took: Duration
    ) -> [MiningAction] {
        guard case .admitting(_, let block) = attempt.stage else { return [] }
        attempt.durations["admitBlock"] = took
        attempt.stage = .submitting(block)
        return [.perform(.submission(attempt.miner, block))]
    }

    private func takeSubmission(
        _ attempt: inout MiningAttempt,
        _ took: Duration,
        _ now: ProtocolTime
    ) -> [MiningAction] {
        guard case .submitting(let block) = attempt.stage else { return [] }
        attempt.durations["submitBlock"] = took
        return end(&attempt, .produced(block), now)
    }
}

// MARK: - Records

extension MiningRound {
    /// What is to be kept of an attempt that ended; nothing of one that did not win and did not fail.
    private func record(
        of attempt: MiningAttempt,
        outcome: MiningOutcome,
        endedAt: ProtocolTime
    ) -> MineRecord? {
        var record = record(of: attempt)
        switch outcome {
        case .notEligible, .lost: return nil
        case .produced(let block):
            record.state = .success
            record.cid = block.cid
        case .failed:
            record.state = .error
            record.cid = attempt.block?.cid
        case .timedOut: record.state = .timeout
        }
        record.fields["error"] = outcome.message
        record.fields["end"] = CivilTime(nanoseconds: endedAt.nanoseconds).rfc3339
        return record
    }

    private func record(of attempt: MiningAttempt) -> MineRecord {
        MineRecord(
            miner: attempt.miner,
            epoch: epoch,
            parents: attempt.base.key,
            parentEpoch: attempt.base.height,
            state: attempt.isForked ? .chainForked : .mining,
            cid: nil,
            wonAt: attempt.wonAt,
            fields: fields(of: attempt)
        )
    }

    private func fields(of attempt: MiningAttempt) -> [String: String] {
        let base = attempt.base
        let sinceBase = startedAt - ProtocolTime(seconds: Int64(clamping: base.minTimestamp))
        var fields = [
            "epoch": "\(epoch)", "miner": "\(attempt.miner)", "baseEpoch": "\(base.height)",
            "nullRounds": "\(epoch.rawValue - base.height.rawValue - 1)",
            "baseDelta": GoDuration.text(sinceBase), "lateStart": "\(isLate)",
            "start": CivilTime(nanoseconds: startedAt.nanoseconds).rfc3339,
        ]
        if let info = attempt.info {
            fields["worker"] = "\(info.workerKey)"
            fields["minerPower"] = "\(info.minerPower.attoFIL)"
            fields["networkPower"] = "\(info.networkPower.attoFIL)"
            fields["isEligible"] = "\(info.isEligible)"
            fields["beaconEpoch"] = "\(info.drawEntry.round)"
            fields["winCount"] = "\(attempt.winCount)"
        }
        if !attempt.remark.isEmpty { fields["info"] = attempt.remark }
        for (step, duration) in attempt.durations { fields[step] = GoDuration.text(duration) }
        return fields
    }
}
