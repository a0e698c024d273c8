import FilecoinTypes
import Multiformats
import ServiceKit
import Synchronization
import VenusAPI

/// Takes messages from callers to the chain: follows the head, and at each head gives the waiting
/// messages nonce, gas and signature, and pushes what the chain lacks.
///
/// All that must survive is in the store; a message is saved before it is pushed, and pushed again at
/// each head until the chain has it.
final class MessagerEngine: Sendable {
    /// How long the wallet may take for one signature.
    static let signingTime: Duration = .seconds(10)

    let store: MessagerStore
    let chain: any MessagerChain
    let signer: any MessagerSigner
    let accounts: any MessagerAccounts
    private let targets: @Sendable () async throws -> [any MessagerTarget]
    private let clock: any ProtocolClock
    private let stableTime: Duration
    private let log: Logger
    private let state = Mutex(State())

    private struct State {
        var head: Tipset?
        var busy: Set<Address> = []
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    /// An engine that has not started.
    ///
    /// The targets, the nodes to push to, are asked anew for each push; a head has to stay for
    /// `stableTime` before messages are chosen.
    init(
        store: MessagerStore,
        chain: any MessagerChain,
        signer: any MessagerSigner,
        accounts: any MessagerAccounts,
        targets: @escaping @Sendable () async throws -> [any MessagerTarget],
        clock: any ProtocolClock,
        stableTime: Duration,
        log: Logger
    ) {
        self.store = store
        self.chain = chain
        self.signer = signer
        self.accounts = accounts
        self.targets = targets
        self.clock = clock
        self.stableTime = stableTime
        self.log = log
    }

    var follower: ChainFollower { ChainFollower(store: store, chain: chain) }

    /// The newest head that messages were brought up to.
    var head: Tipset? { state.withLock { $0.head } }

    // MARK: - Loops

    /// Runs until the task is cancelled.
    ///
    /// - Parameter selects: Whether this instance gives messages their nonce and pushes them.
    func run(selects: Bool = true) async {
        let (heads, heard) = AsyncStream.makeStream(
            of: Tipset.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        await withTaskGroup { group in
            group.addTask { await self.follow { heard.yield($0) } }
            if selects { group.addTask { await self.choose(heads) } }
            await group.next()
            group.cancelAll()
        }
        wake()
    }

    private func follow(_ tell: @Sendable (Tipset) -> Void) async {
        while !Task.isCancelled {
            do {
                for try await changes in try await chain.headChanges() {
                    guard let newest = changes.last(where: { $0.type != .revert }) else { continue }
                    try await process(newest.tipset)
                    tell(newest.tipset)
                }
                log.warning("the node ended its head changes")
            } catch {
                log.warning("following the head failed", ["error": "\(error)"])
            }
            do { try await clock.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func choose(_ heads: AsyncStream<Tipset>) async {
        for await head in heads {
            do { try await clock.sleep(for: stableTime) } catch { return }
            // A newer one waits its own time.
            guard self.head?.key == head.key else { continue }
            await select(at: head)
        }
    }

    /// Brings the messages up to a head.
    func process(_ head: Tipset) async throws {
        try await follower.move(to: head)
        state.withLock { $0.head = head }
        wake()
    }

    // MARK: - Selection

    /// Chooses, signs and pushes for every sender; senders do not wait for one another.
    func select(at head: Tipset) async {
        let applied: [Address: UInt64]
        let senders: [MessagerAddress]
        do {
            applied = SelectionRound.appliedNonces(try await chain.messages(in: head.key))
            senders = try await store.addresses()
        } catch {
            log.warning("no selection at this head", ["error": "\(error)"])
            return
        }
        await withTaskGroup { group in
            for sender in senders where sender.state == .alive {
                group.addTask {
                    await self.selectAlone(sender.address, applied[sender.address], head)
                }
            }
        }
    }

    private func selectAlone(_ sender: Address, _ applied: UInt64?, _ head: Tipset) async {
        guard state.withLock({ $0.busy.insert(sender).inserted }) else { return }
        defer { state.withLock { _ = $0.busy.remove(sender) } }
        do {
            try await select(sender, applied: applied, at: head)
        } catch {
            log.warning("selection failed", ["address": "\(sender)", "error": "\(error)"])
        }
    }

    private func select(_ sender: Address, applied: UInt64?, at head: Tipset) async throws {
        let chainNonce: UInt64
        if let applied {
            chainNonce = applied
        } else {
            chainNonce = try await chain.nonce(of: sender, at: head.key)
        }
        let situation = try await store.situation(
            of: sender,
            height: head.height,
            baseFee: head.parentBaseFee,
            chainNonce: chainNonce
        )
        guard let situation else { return }
        let accounts = try await accounts.accounts(of: sender)
        var round = SelectionRound(situation)
        var step = round.start()
        while true {
            switch step {
            case .estimate(let requests, let nonce):
                do {
                    step = round.estimated(
                        try await chain.estimate(requests, fromNonce: nonce, at: head.key)
                    )
                } catch {
                    log.warning("no estimate", ["address": "\(sender)", "error": "\(error)"])
                    step = round.notEstimated()
                }
            case .sign(let message):
                do {
                    step = round.signed(try await signer.sign(message, accounts: accounts))
                } catch {
                    step = round.refused("\(error)")
                }
            case .finish(let outcome):
                if try await store.save(outcome, of: sender) { await push(outcome.push) }
                return
            }
        }
    }

    // MARK: - Pushing

    /// Pushes messages of one sender to every node; what a node refuses is noted on them.
    func push(_ messages: [SignedMessage]) async {
        guard !messages.isEmpty else { return }
        let targets: [any MessagerTarget]
        do { targets = try await self.targets() } catch {
            log.warning("no nodes to push to", ["error": "\(error)"])
            return
        }
        for target in targets {
            do {
                try await target.push(messages)
            } catch {
                await note("\(error)", on: messages)
            }
        }
    }

    private func note(_ text: String, on messages: [SignedMessage]) async {
        // The node has them already, or the chain does.
        let known = ["minimum expected nonce", "message with nonce already exists"]
        guard !known.contains(where: { text.contains($0) }) else { return }
        log.warning("push failed", ["error": text])
        do {
            var ids: [String] = []
            for message in messages {
                if let row = try await store.message(signedCID: message.cid) { ids.append(row.id) }
            }
            try await store.setError(text, of: ids)
        } catch {
            log.warning("an error could not be noted", ["error": "\(error)"])
        }
    }

    // MARK: - Waiting

    /// Waits until the next head is processed, or the engine ends, or the task is cancelled.
    func nextHead() async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiters[id] = continuation }
                if Task.isCancelled { resume(id) }
            }
        } onCancel: {
            resume(id)
        }
    }

    private func resume(_ id: UInt64) {
        state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }

    private func wake() {
        let waiting = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for continuation in waiting.values { continuation.resume() }
    }
}
