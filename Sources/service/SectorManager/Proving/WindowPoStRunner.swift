import BitFields
import FilecoinTypes
import JSONRPC
import ServiceKit
import Synchronization
import VenusAPI

/// Runs a ``WindowPoStMachine``: tells it what happens and does what it says.
///
/// One loop takes one event after another, so that what the machine decides is carried out in its order:
/// a proof is in the store before its message leaves. Proofs, checks and calls run beside the loop and come
/// back as events; there are never more of them than tasks and declarations.
final class WindowPoStRunner: Sendable {
    /// Where things are; the parts that tests replace.
    struct Parts: Sendable {
        var chain: any ProvingChain
        var messages: any ProvingMessages
        var prover: any WindowProver
        var store: SealerStore
        var clock: any ProtocolClock
        var epochs: EpochSchedule
        var log: Logger
    }

    private enum Signal: Sendable {
        /// There is a head in `State.newest`.
        case head
        /// The clock has come to a time that was asked for.
        case wake
        case event(ProvingEvent)
    }

    private struct State {
        /// Signals that wait and work that is under way.
        var pending = 0
        var newest: Tipset?
        var acted: TipsetKey?
        var wake: ChainEpoch?
        var isRetrying = false
    }

    private let parts: Parts
    private let rules: ProvingRules
    let miner: ActorID
    private let state = Mutex(State())
    private let signals: AsyncStream<Signal>
    private let sink: AsyncStream<Signal>.Continuation

    init(miner: ActorID, parts: Parts, rules: ProvingRules) {
        self.miner = miner
        self.parts = parts
        self.rules = rules
        // Bounded by what can be under way: a head, a wake, and one event for each piece of work.
        (signals, sink) = AsyncStream.makeStream(of: Signal.self)
    }

    // MARK: - Quiescence

    /// Whether a head was acted on, nothing is under way, and the time that was asked for has not come.
    var isIdle: Bool {
        let (pending, acted, wake) = state.withLock { ($0.pending, $0.acted, $0.wake) }
        guard pending == 0, acted != nil else { return false }
        return wake.map { parts.epochs.start(of: $0.rawValue) > parts.clock.now } ?? true
    }

    /// The head that was acted on last.
    var actedHead: TipsetKey? { state.withLock { $0.acted } }

    private func send(_ signal: Signal) {
        state.withLock { $0.pending += 1 }
        sink.yield(signal)
    }

    private func done() { state.withLock { $0.pending -= 1 } }

    // MARK: - Loops

    /// Runs until the task is cancelled.
    ///
    /// - Throws: What the store says of the rows of an earlier run.
    func run() async throws {
        let stored = try await parts.store.unfinishedProofs(of: miner)
        var machine = WindowPoStMachine(miner: miner, rules: rules, stored: stored)
        await withDiscardingTaskGroup { group in
            group.addTask { await self.follow() }
            var sleeper: Task<Void, Never>?
            for await signal in signals {
                let (actions, key) = await take(signal, &machine)
                for action in actions {
                    if case .save(let task) = action {
                        await save(task)
                    } else {
                        state.withLock { $0.pending += 1 }
                        let key = key ?? actedHead ?? .empty
                        group.addTask {
                            await self.perform(action, at: key)
                            self.done()
                        }
                    }
                }
                arm(&sleeper, for: machine.nextWake)
                if let key { state.withLock { $0.acted = key } }
                done()
                if Task.isCancelled { break }
            }
            sleeper?.cancel()
            group.cancelAll()
        }
    }

    private func follow() async {
        while !Task.isCancelled {
            do {
                for try await changes in try await parts.chain.headChanges() {
                    guard let change = changes.last(where: { $0.type != .revert }) else { continue }
                    offer(change.tipset)
                }
                parts.log.warning("the node ended its head changes")
            } catch {
                parts.log.warning("following the head failed", ["error": "\(error)"])
            }
            // Real time: this waits for another program, not for the protocol.
            do { try await Task.sleep(for: .seconds(1)) } catch { break }
        }
        sink.finish()
    }

    /// Notes the newest head; one signal stands for all that came before it is taken.
    private func offer(_ head: Tipset) {
        let isNew = state.withLock { state in
            defer { state.newest = head }
            return state.newest == nil
        }
        if isNew { send(.head) }
    }

    private func take(
        _ signal: Signal,
        _ machine: inout WindowPoStMachine
    ) async -> ([ProvingAction], TipsetKey?) {
        do {
            switch signal {
            case .event(let event): return (machine.apply(event), nil)
            case .head:
                let head = state.withLock { state in
                    defer { state.newest = nil }
                    return state.newest
                }
                guard let head else { return ([], nil) }
                return (machine.apply(.head(try await look(head, machine))), head.key)
            case .wake:
                // Asked, not waited for: the subscription may have died without a word.
                let head = try await parts.chain.head()
                if head.key == actedHead { return ([], nil) }
                return (machine.apply(.head(try await look(head, machine))), head.key)
            }
        } catch {
            parts.log.warning("the chain could not be read", ["error": "\(error)"])
            retry()
            return ([], nil)
        }
    }

    /// Looks at the head again a little later; until then the service is not idle.
    private func retry() {
        let isFirst = state.withLock { state in
            defer { state.isRetrying = true }
            if !state.isRetrying { state.pending += 1 }
            return !state.isRetrying
        }
        guard isFirst else { return }
        // Ends after a second; the stream takes no signal once the run is over.
        Task {
            try? await Task.sleep(for: .seconds(1))
            self.state.withLock { $0.isRetrying = false }
            self.send(.wake)
            self.done()
        }
    }

    // MARK: - Time

    private func arm(_ sleeper: inout Task<Void, Never>?, for wanted: ChainEpoch?) {
        let clock = parts.clock
        let epochs = parts.epochs
        let now = ChainEpoch(epochs.epoch(at: clock.now))
        // What is due already waits for a head, which a later epoch may bring.
        let wake = wanted.map { max($0, now + 1) }
        guard wake != state.withLock({ $0.wake }) else { return }
        sleeper?.cancel()
        state.withLock { $0.wake = wake }
        guard let wake else { return }
        // Cancelled when another time is wanted and at the end of the run. It begins at once: a clock that jumps
        // must know of the time before this service says that it is idle.
        sleeper = Task.immediate {
            do { try await clock.sleep(until: epochs.start(of: wake.rawValue)) } catch { return }
            guard !Task.isCancelled else { return }
            self.send(.wake)
            self.state.withLock { if $0.wake == wake { $0.wake = nil } }
        }
    }

    // MARK: - Looking

    /// Reads what the machine needs to know at a head.
    private func look(_ head: Tipset, _ machine: WindowPoStMachine) async throws -> ChainView {
        let chain = parts.chain
        let start = try await chain.periodStart(at: head.key)
        var view = ChainView(epoch: head.height, periodStart: start)
        let stale = machine.stale(at: head.height, periodStart: start)
        view.partitions = machine.view?.partitions ?? [:]
        for index in stale {
            let states = try await chain.partitions(index, at: head.key)
            view.partitions[index] = states.isEmpty ? nil : states
        }
        let open = view.openIndex
        if view.partitions[open] != nil {
            view.submitted = try await chain.submitted(open, at: head.key)
        }
        for window in machine.needsDraws(view) {
            do {
                view.draws[window.index] = try await chain.draws(window, at: head.key)
            } catch let error as RPCError {
                // The chain has none; other windows must not wait for that.
                let text = "no randomness of epoch \(window.challenge)"
                parts.log.warning(text, ["deadline": window.index, "error": "\(error)"])
            }
        }
        return view
    }

    // MARK: - Acting

    private func save(_ task: ProofTask) async {
        do { try await parts.store.save(task, of: miner) } catch {
            parts.log.error("a proof could not be stored", ["error": "\(error)"])
        }
    }

    private func perform(_ action: ProvingAction, at key: TipsetKey) async {
        switch action {
        case .save: break
        case .report(let report): tell(report)
        case .prove(let id, let window, let sectors, let draws):
            parts.log.info("proving", ["deadline": window.index, "sectors": "\(sectors)"])
            do {
                let outcome = try await prove(sectors, draws, at: key)
                send(.event(.proved(id, draws, outcome)))
            } catch {
                send(.event(.notProved(id, draws, reason: "\(error)")))
            }
        case .push(let message):
            do {
                let worker = try await parts.chain.minerInfo(at: key).worker
                try await parts.messages.push(message, from: worker)
                parts.log.info("message pushed", ["id": message.id])
                send(.event(.pushed(id: message.id)))
            } catch {
                send(.event(.notPushed(id: message.id, reason: "\(error)")))
            }
        case .watch(let id):
            do {
                send(.event(.message(id: id, try await parts.messages.outcome(of: id))))
            } catch {
                parts.log.warning("the messager does not answer", ["error": "\(error)"])
            }
        case .abandon(let id):
            do { try await parts.messages.abandon(id) } catch {
                parts.log.warning(
                    "a message could not be given up",
                    ["id": id, "error": "\(error)"]
                )
            }
        case .check(let window, let sectors): await check(window, sectors, at: key)
        }
    }

    private func prove(
        _ sectors: [UInt64: BitField],
        _ draws: WindowDraws,
        at key: TipsetKey
    ) async throws -> ProofOutcome {
        let type = try await parts.chain.minerInfo(at: key).windowPoStProofType
        var request = WindowProofRequest(sectors: [:], randomness: draws.challenge, type: type)
        for (index, numbers) in sectors {
            request.sectors[index] = try await parts.chain.sectors(numbers, at: key)
        }
        return try await parts.prover.prove(request)
    }

    private func check(_ window: ProvingWindow, _ sectors: BitField, at key: TipsetKey) async {
        do {
            let known = try await parts.chain.sectors(sectors, at: key)
            let bad = await parts.prover.check(known)
            for (number, reason) in bad.sorted(by: { $0.key < $1.key }) {
                parts.log.warning("bad sector", ["sector": number, "reason": reason])
            }
            let numbers = BitField(bad.keys.map(\.rawValue).sorted())
            send(.event(.checked(window, sectors: sectors, bad: numbers)))
        } catch {
            parts.log.warning("sectors could not be checked", ["error": "\(error)"])
            send(.event(.notChecked(window)))
        }
    }

    private func tell(_ report: ProvingReport) {
        let fields: Logger.Fields = [
            "miner": "\(Address.id(miner))", "deadline": report.window.index,
            "open": report.window.open,
        ]
        if report.isGood {
            parts.log.info(report.text, fields)
        } else {
            parts.log.warning(report.text, fields)
        }
    }
}
