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
    /// Before the node is asked again, after it did not answer.
    static let pause: Duration = .seconds(1)

    let store: MessagerStore
    let chain: any MessagerChain
    let signer: any MessagerSigner
    let accounts: any MessagerAccounts
    let targets: @Sendable () async throws -> [any MessagerTarget]
    let log: Logger
    let activity = Activity()
    let metrics = MessagerMetrics()
    private let clock: any ProtocolClock
    private let configuredStableTime: Duration
    private let state = Mutex(EngineState())

    /// An engine that has not started.
    ///
    /// The targets, the nodes to push to, are asked anew for each push; a head has to stay for
    /// `stableTime` before messages are chosen, or for half an epoch where that is not longer.
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
        configuredStableTime = stableTime
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
        guard let blockDelay = await learnBlockDelay() else { return }
        let stableTime =
            blockDelay <= configuredStableTime ? blockDelay / 2 : configuredStableTime
        let (heads, hasHead) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let (needs, hasNeed) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        state.withLock { state in
            state.blockDelay = blockDelay
            state.hasNeed = hasNeed
        }
        await withTaskGroup { group in
            group.addTask {
                await self.follow {
                    guard selects else { return }
                    self.state.withLock { state in
                        guard let head = state.head else { return }
                        state.selection = .init(head: head, time: self.clock.now + stableTime)
                    }
                    hasHead.yield()
                }
            }
            group.addTask { await self.choose(heads) }
            group.addTask { await self.demandEpochs(needs) }
            await group.next()
            group.cancelAll()
        }
        state.withLock { $0.isEnded = true }
        wake()
    }

    /// Asks the node until it answers; nil when the task was cancelled.
    private func learnBlockDelay() async -> Duration? {
        while true {
            do { return try await chain.blockDelay() } catch {
                log.warning("the node does not answer yet", ["error": "\(error)"])
            }
            do { try await Task.sleep(for: Self.pause) } catch { return nil }
        }
    }

    private func follow(_ tell: @Sendable () -> Void) async {
        while !Task.isCancelled {
            do {
                for try await changes in try await chain.headChanges() {
                    guard let newest = changes.last(where: { $0.type != .revert }) else { continue }
                    try await activity.during {
                        try await process(newest.tipset)
                        tell()
                    }
                }
                log.warning("the node ended its head changes")
            } catch {
                log.warning("following the head failed", ["error": "\(error)"])
            }
            // Real time: the node may be back before the protocol's clock moves again.
            do { try await Task.sleep(for: Self.pause) } catch { return }
        }
    }

    /// Selects at each head that has stayed long enough.
    private func choose(_ heads: AsyncStream<Void>) async {
        for await _ in heads {
            guard let time = state.withLock({ $0.selection?.time }) else { continue }
            do {
                try await clock.sleep(until: time, isSkippable: false) {
                    self.state.withLock { $0.selectionWake = time }
                }
            } catch { return }
            await activity.during {
                let now = clock.now
                // A newer head waits its own time.
                guard let head = state.withLock({ $0.takeSelection(now) }) else { return }
                await select(at: head)
                await lookForOpenMessages()
            }
        }
    }

    /// Asks the protocol clock for each next epoch while there are messages that need it.
    ///
    /// A clock that jumps would pass over the epoch otherwise, and no miner would make its block.
    private func demandEpochs(_ needs: AsyncStream<Void>) async {
        for await _ in needs {
            while let time = state.withLock({ $0.armEpoch(self.clock.now) }) {
                do {
                    try await clock.sleep(until: time, isSkippable: false) {
                        self.state.withLock { $0.epochWake = time }
                    }
                } catch { return }
            }
        }
    }

    /// Brings the messages up to a head.
    func process(_ head: Tipset) async throws {
        try await follower.move(to: head)
        let now = clock.now
        let since = state.withLock { state in
            defer { state.headSince = now }
            state.head = head
            state.headCount += 1
            return state.headSince
        }
        if let since { metrics.noteHead(stayed: now - since) }
        await lookForOpenMessages()
        wake()
    }

    /// Finds out whether messages wait for the chain.
    private func lookForOpenMessages() async {
        do {
            let isOpen = try await store.hasOpenMessages()
            state.withLock { $0.hasOpenMessages = isOpen }
        } catch {
            log.warning("the messages cannot be counted", ["error": "\(error)"])
        }
        state.withLock { $0.hasNeed }?.yield()
    }

    /// Notes that a message was added.
    func noteOpenMessage() {
        state.withLock { state in
            state.hasOpenMessages = true
            return state.hasNeed
        }?.yield()
    }

    /// Begins the selection of a sender, unless one is under way.
    func begin(_ sender: Address) -> Bool { state.withLock { $0.busy.insert(sender).inserted } }

    func end(_ sender: Address) { state.withLock { _ = $0.busy.remove(sender) } }

    // MARK: - Waiting

    /// Looks for something at each head until it is there.
    ///
    /// - Throws: What `look` throws, and `CancellationError`.
    func waiting<Value: Sendable>(for look: () async throws -> Value?) async throws -> Value {
        let yield = state.withLock { state in
            state.waitCount += 1
            return state.hasNeed
        }
        // Looking is work, waiting for the next head is not.
        activity.begin()
        defer {
            state.withLock { $0.waitCount -= 1 }
            activity.end()
        }
        yield?.yield()
        while true {
            let seen = state.withLock { $0.headCount }
            if let value = try await look() { return value }
            try Task.checkCancellation()
            guard !state.withLock({ $0.isEnded }) else { throw CancellationError() }
            await nextHead(after: seen)
        }
    }

    /// Waits until a further head is processed, or the engine ends, or the task is cancelled.
    private func nextHead(after seen: UInt64) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isLate = state.withLock { state in
                    if state.headCount != seen || state.isEnded { return true }
                    state.waiters[id] = continuation
                    activity.end()
                    return false
                }
                if isLate { continuation.resume() } else if Task.isCancelled { resume(id) }
            }
        } onCancel: {
            resume(id)
        }
    }

    private func resume(_ id: UInt64) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiters.removeValue(forKey: id) else { return nil }
            activity.begin()
            return waiter
        }?.resume()
    }

    private func wake() {
        let waiting = state.withLock { state in
            defer { state.waiters = [:] }
            for _ in state.waiters { activity.begin() }
            return state.waiters
        }
        for continuation in waiting.values { continuation.resume() }
    }

    // MARK: - For a clock that jumps

    /// Whether nothing is under way but sleep on the protocol clock, and waiting for others.
    var isIdle: Bool {
        let now = clock.now
        return activity.isIdle && state.withLock { $0.isIdle(now) }
    }
}
