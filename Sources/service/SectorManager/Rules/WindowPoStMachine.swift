import BitFields
import BuiltinActors
import FilecoinTypes

/// Keeps the sectors of one miner proven: what happens goes in, what is to be done comes out.
///
/// At every head it compares what the chain has with what it should have. A window that is in reach gets
/// tasks (``ProofTask``), each for some partitions; a task makes its proof some epochs after the challenge,
/// has it stored, submits it some epochs after the opening, and is done when the chain has it. What the
/// chain says decides, not what was sent: a reorganisation takes a task back to where it was, another
/// challenge makes it begin anew. Between 130 and 72 epochs before a window opens, faulty sectors whose files
/// are there are declared recovered, and sectors without files are declared faulty.
///
/// Time is the epoch of the head; there is no other clock, no file and no network here.
struct WindowPoStMachine: Sendable {
    let miner: ActorID
    let rules: ProvingRules
    /// What the chain said last.
    private(set) var view: ChainView?
    private(set) var tasks: [ProofTask.ID: ProofTask] = [:]
    var declarations: [Declaration.ID: Declaration] = [:]
    /// How many of the rule's checks were made, by the opening of the window.
    var checksDone: [ChainEpoch: Int] = [:]
    /// When an extra check is due, by the opening of the window.
    var recheckAt: [ChainEpoch: ChainEpoch] = [:]
    /// How many declarations of a window failed.
    var failedDeclarations: [Declaration.ID: Int] = [:]

    /// A machine that goes on with the tasks that were stored.
    init(miner: ActorID, rules: ProvingRules = ProvingRules(), stored: [ProofTask] = []) {
        self.miner = miner
        self.rules = rules
        for task in stored { tasks[task.id] = task }
    }

    /// Takes an event.
    mutating func apply(_ event: ProvingEvent) -> [ProvingAction] {
        switch event {
        case .head(let view): return take(view)
        case .proved(let id, let draws, let outcome): return proved(id, draws, outcome)
        case .notProved(let id, let draws, let reason):
            return change(id) { task, view in
                guard task.state == .proving(draws) else { return [] }
                task.wait(until: view.epoch + 1, reason)
                return [.report(task.report("the proof failed: \(reason)"))]
            }
        case .checked(let window, let sectors, let bad): return declare(window, sectors, bad)
        case .notChecked(let window):
            if let view { recheckAt[window.open] = view.epoch + 1 }
            return []
        case .pushed(let id): return pushed(id)
        case .notPushed(let id, let reason): return notPushed(id, reason)
        case .message(let id, let outcome): return learned(id, outcome)
        }
    }

    // MARK: - Heads

    private mutating func take(_ view: ChainView) -> [ProvingAction] {
        self.view = view
        var actions: [ProvingAction] = []
        for id in tasks.keys.sorted() { actions += review(id, view) }
        for index in view.partitions.keys.sorted() {
            begin(view.window(index), view)
            actions += check(view.window(index), view)
        }
        actions += reviewDeclarations(view)
        for id in tasks.keys.sorted() { actions += step(id) }
        return actions
    }

    /// Compares a task with what the chain says.
    private mutating func review(_ id: ProofTask.ID, _ view: ChainView) -> [ProvingAction] {
        guard var task = tasks[id] else { return [] }
        defer { if tasks[id] != nil { tasks[id] = task } }
        guard view.epoch < task.window.close else { return settle(&task, view) }
        var actions: [ProvingAction] = []
        if view.epoch >= task.window.open {
            let submitted = task.partitions.filter(view.submitted.contains)
            if submitted.count == task.partitions.count {
                guard !task.hasLanded else { return [] }
                task.state = .landed(at: view.epoch - 1)
                return [.save(task), .report(task.report("the proof has landed", isGood: true))]
            }
            if case .landed(let epoch) = task.state, view.epoch > epoch {
                task.state = task.proof == nil ? .waiting : .pushed
                actions += [.save(task), .report(task.report("a reorganisation took the proof"))]
            }
            if !submitted.isEmpty {
                // The message would be refused as a whole.
                actions += task.startAnew("partitions \(submitted) are proven already")
                task.partitions.removeAll(where: submitted.contains)
            }
        }
        if let draws = view.draws[task.window.index], let old = task.draws, old != draws {
            actions += task.startAnew("the chain changed below the challenge")
        }
        return actions
    }

    /// Ends a task whose window has closed.
    private mutating func settle(_ task: inout ProofTask, _ view: ChainView) -> [ProvingAction] {
        let isOver = view.epoch >= task.window.close + rules.farewell
        switch task.state {
        case .landed, .missed:
            if isOver { tasks[task.id] = nil }
            return []
        case .pushing, .pushed:
            // The last messages of a window are seen only after it, and after a restart much later.
            return []
        case .waiting, .proving, .proven: return task.miss()
        }
    }

    /// Makes tasks for the partitions of a window that have none.
    private mutating func begin(_ window: ProvingWindow, _ view: ChainView) {
        guard isInReach(window, view) else { return }
        let partitions = uncovered(window, view)
        let size = max(1, rules.partitionsPerMessage)
        for start in stride(from: 0, to: partitions.count, by: size) {
            add(window, Array(partitions[start..<min(start + size, partitions.count)]))
        }
    }

    @discardableResult
    private mutating func add(_ window: ProvingWindow, _ partitions: [UInt64]) -> ProofTask.ID {
        let last = tasks.keys.filter { $0.open == window.open }.map(\.number).max()
        let id = ProofTask.ID(open: window.open, number: (last ?? -1) + 1)
        tasks[id] = ProofTask(id: id, window: window, partitions: partitions)
        return id
    }

    /// Whether a proof of the window can be made and can still land.
    private func isInReach(_ window: ProvingWindow, _ view: ChainView) -> Bool {
        view.epoch >= window.challenge + rules.challengeConfidence
            && view.epoch < window.close - 1
    }

    /// The partitions of a window that must be proven and have no task.
    private func uncovered(_ window: ProvingWindow, _ view: ChainView) -> [UInt64] {
        let states = view.partitions[window.index] ?? []
        let covered = Set(tasks.values.filter { $0.window == window }.flatMap(\.partitions))
        let isOpen = view.epoch >= window.open
        return states.indices.map(UInt64.init).filter { index in
            !states[Int(index)].toProve.isEmpty && !covered.contains(index)
                && !(isOpen && view.submitted.contains(index))
        }
    }

    // MARK: - Tasks

    /// Changes a task that there is, and lets it go on.
    private mutating func change(
        _ id: ProofTask.ID,
        _ body: (inout ProofTask, ChainView) -> [ProvingAction]
    ) -> [ProvingAction] {
        guard var task = tasks[id], let view else { return [] }
        let actions = body(&task, view)
        tasks[id] = task
        return actions + step(id, asks: false)
    }

    /// Does what a task can do now; with `asks` the messager is asked about a message that is on its way.
    private mutating func step(_ id: ProofTask.ID, asks: Bool = true) -> [ProvingAction] {
        guard let view, var task = tasks[id] else { return [] }
        let canLand = view.epoch < task.window.close - 1 && view.epoch >= task.notBefore
        switch task.state {
        case .waiting where canLand:
            guard let draws = view.draws[task.window.index] else { return [] }
            let states = view.partitions[task.window.index] ?? []
            var sectors: [UInt64: BitField] = [:]
            for index in task.partitions where index < states.count {
                let due = states[Int(index)].toProve
                if !due.isEmpty { sectors[index] = due }
            }
            guard !sectors.isEmpty else {
                // All became faulty meanwhile. Should the row be stored, it must not come back.
                task.state = .missed
                task.note = "nothing is left to prove"
                tasks[id] = task
                return [.save(task)]
            }
            task.partitions = sectors.keys.sorted()
            task.state = .proving(draws)
            tasks[id] = task
            return [.prove(id, task.window, sectors, draws)]
        case .proven where canLand && view.epoch >= task.window.open + rules.submitConfidence:
            guard let message = task.message(miner: miner) else { return [] }
            task.state = .pushing
            task.messageID = message.id
            tasks[id] = task
            // Stored first: after a crash the same message is pushed again, not another proof.
            return [.save(task), .push(message)]
        case .pushed: return asks ? [.watch(id: task.messageID)] : []
        case .waiting, .proving, .proven, .pushing, .landed, .missed: return []
        }
    }

    private mutating func proved(
        _ id: ProofTask.ID,
        _ draws: WindowDraws,
        _ outcome: ProofOutcome
    ) -> [ProvingAction] {
        var omitted: [UInt64] = []
        let rules = rules
        let actions = change(id) { task, view in
            guard task.state == .proving(draws) else { return [] }
            var actions = outcome.problems.map { ProvingAction.report(task.report($0)) }
            guard let proof = outcome.proof else {
                task.wait(until: view.epoch + rules.recheck, "no sector can be proven")
                actions.append(.report(task.report(task.note)))
                return actions
            }
            omitted = outcome.omitted
            task.proof = WindowProof(draws: draws, partitions: outcome.partitions, proof: proof)
            task.partitions = outcome.partitions.map(\.index).sorted()
            task.state = .proven
            task.note = outcome.problems.joined(separator: "; ")
            return actions + [.save(task)]
        }
        if !omitted.isEmpty, let task = tasks[id], let view {
            // Their files may come back while the window is open.
            let other = add(task.window, omitted)
            let time = view.epoch + rules.recheck
            tasks[other]?.wait(until: time, "no sector can be proven")
        }
        return actions
    }

    // MARK: - Messages

    private func task(of message: String) -> ProofTask.ID? {
        tasks.values.first { $0.messageID == message && !message.isEmpty }?.id
    }

    private mutating func pushed(_ message: String) -> [ProvingAction] {
        guard let id = task(of: message) else { return declarationPushed(message) }
        return change(id) { task, view in
            guard task.state == .pushing else { return [] }
            task.state = .pushed
            task.pushedAt = view.epoch
            return [.save(task)]
        }
    }

    private mutating func notPushed(_ message: String, _ reason: String) -> [ProvingAction] {
        guard let id = task(of: message) else { return declarationFailed(message, reason) }
        return change(id) { task, view in
            guard task.state == .pushing else { return [] }
            task.state = .proven
            task.note = reason
            task.notBefore = view.epoch + 1
            return [.report(task.report("the messager did not take the message: \(reason)"))]
        }
    }

    private mutating func learned(_ message: String, _ outcome: MessageOutcome) -> [ProvingAction] {
        guard let id = task(of: message) else { return declarationLearned(message, outcome) }
        let rules = rules
        return change(id) { task, view in
            guard task.state == .pushed else { return [] }
            if case .executed(.ok, let epoch) = outcome {
                task.state = .landed(at: epoch)
                task.note = ""
                return [.save(task), .report(task.report("the proof has landed", isGood: true))]
            }
            if view.epoch >= task.window.close {
                let mayLand = outcome == .onItsWay || outcome.isWaiting
                let isOver = view.epoch >= task.window.close + rules.farewell
                return mayLand && !isOver ? [] : task.miss()
            }
            switch outcome {
            case .onItsWay: return []
            case .waiting(let error):
                guard !error.isEmpty, view.epoch - task.pushedAt >= rules.patience else {
                    return []
                }
                return task.startAnew("the message gets no nonce: \(error)")
            case .unknown:
                task.state = .proven
                return []
            case .executed(let code, _): return task.fail(code, at: view.epoch)
            case .failed(let text):
                task.sendAgain(at: view.epoch, "the message failed: \(text)")
                return [.save(task), .report(task.report(task.note))]
            }
        }
    }

    // MARK: - Time

    /// The next epoch at whose head there is something to do, as far as is known now; above the last head's.
    var nextWake: ChainEpoch? {
        guard let view else { return nil }
        let soon = view.epoch + 1
        var times: [ChainEpoch] = tasks.values.compactMap { task in
            switch task.state {
            case .waiting: max(task.notBefore, soon)
            case .proven: max(task.window.open + rules.submitConfidence, task.notBefore, soon)
            case .pushing, .pushed: soon
            case .proving, .landed, .missed: nil
            }
        }
        // The first block after genesis carries one beacon entry only, later ones those of all null rounds
        // before them: without an early block there would be no randomness for the first challenges.
        if view.epoch == 0 { times.append(soon) }
        if !declarations.isEmpty { times.append(soon) }
        times += recheckAt.values.map { max($0, soon) }
        for (index, states) in view.partitions {
            let window = view.window(index)
            if isInReach(window, view) {
                if !uncovered(window, view).isEmpty { times.append(soon) }
            } else if states.contains(where: { !$0.toProve.isEmpty }) {
                times.append(max(window.challenge + rules.challengeConfidence, soon))
            }
            if view.epoch >= window.challenge, states.contains(where: { !$0.live.isEmpty }) {
                times.append(window.next.challenge + rules.challengeConfidence)
            }
            times += checkTimes(window, states, after: view.epoch)
            times += checkTimes(window.next, states, after: view.epoch)
        }
        return times.min()
    }

    /// The deadlines whose partitions have to be read anew at a head.
    func stale(at epoch: ChainEpoch, periodStart: ChainEpoch) -> [UInt64] {
        let all = 0..<MinerPolicy.periodDeadlines
        guard let view, view.periodStart == periodStart,
            view.openIndex == ChainView.openIndex(at: epoch, periodStart: periodStart)
        else { return Array(all) }
        return all.filter { index in
            let window = ProvingWindow(index: index, at: epoch, periodStart: periodStart)
            return view.partitions[index] != nil
                && epoch >= window.open - (rules.checks.max() ?? 0)
        }
    }

    /// The windows whose draws are needed at a head.
    func needsDraws(_ view: ChainView) -> [ProvingWindow] {
        view.partitions.keys.sorted().map(view.window).filter { window in
            isInReach(window, view)
        }
    }
}

// MARK: - Changes of a task

extension ProofTask {
    /// Whether the chain has the proof.
    var hasLanded: Bool { if case .landed = state { true } else { false } }

    /// The draws that the proof is for, made or in the making.
    var draws: WindowDraws? {
        if case .proving(let draws) = state { return draws }
        return proof?.draws
    }

    /// How long to wait after a message failed: 1, 2, 4, 8, then 16 epochs, since each message costs.
    private var pause: ChainEpoch { ChainEpoch(Int64(1) << Int64(max(0, min(attempt - 1, 4)))) }

    mutating func wait(until epoch: ChainEpoch, _ reason: String) {
        state = .waiting
        notBefore = epoch
        note = reason
    }

    /// Gives proof and message up.
    mutating func startAnew(_ reason: String) -> [ProvingAction] {
        let old = messageID
        let wasStored = proof != nil
        proof = nil
        messageID = ""
        attempt += 1
        wait(until: 0, reason)
        var actions: [ProvingAction] = wasStored ? [.save(self)] : []
        if !old.isEmpty { actions.append(.abandon(id: old)) }
        return actions + [.report(report("begins anew: \(reason)"))]
    }

    /// Sends the same proof in another message.
    mutating func sendAgain(at epoch: ChainEpoch, _ reason: String) {
        state = .proven
        attempt += 1
        notBefore = epoch + pause
        note = reason
    }

    /// Takes note that the chain refused the message.
    mutating func fail(_ code: ExitCode, at epoch: ChainEpoch) -> [ProvingAction] {
        let reason = "the message failed with exit code \(code)"
        switch code {
        case .outOfGas, .insufficientFunds, .senderStateInvalid:
            // Nothing is wrong with the proof.
            sendAgain(at: epoch, reason)
            return [.save(self), .report(report(reason))]
        default:
            messageID = ""
            let actions = startAnew(reason)
            notBefore = epoch + pause
            return actions
        }
    }

    /// Ends the task without success.
    mutating func miss() -> [ProvingAction] {
        state = .missed
        return [.save(self), .report(report("the window closed without a proof"))]
    }

    func report(_ text: String, isGood: Bool = false) -> ProvingReport {
        ProvingReport(isGood: isGood, text: text, window: window)
    }
}
