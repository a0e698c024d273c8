import ChainStore
import Consensus
import EventLoop
import FilecoinTypes
import JSONRPC
import ServiceKit
import Synchronization
import VenusAPI

/// Takes finished blocks: checks, stores, and moves the head.
final class BlockIntake: Sendable {
    private let chain: NodeChain
    private let validator: BlockValidator
    private let filter: SlashFilter
    private let now: @Sendable () -> UInt64
    private let turn = Mutex<Int>(0)
    private let checks = Activity()
    private let unpublished = Atomic<Int>(0)
    /// Moves of the head, in order.
    let moves: AsyncStream<HeadChange>
    private let announcements: AsyncStream<HeadChange>.Continuation

    init(
        chain: NodeChain,
        proofs: any WinningPoStVerifier,
        filter: SlashFilter,
        now: @escaping @Sendable () -> UInt64
    ) {
        self.chain = chain
        self.filter = filter
        self.now = now
        validator = BlockValidator(
            chain: chain.consensus,
            states: chain.states,
            beacon: chain.beacon,
            proofs: proofs,
            now: now
        )
        (moves, announcements) = AsyncStream.makeStream(of: HeadChange.self)
    }

    /// Whether no block is being checked, and every move of the head is ``published()``.
    var isIdle: Bool { checks.isIdle && unpublished.load(ordering: .acquiring) == 0 }

    /// One of the ``moves`` has reached the pool and all subscribers.
    func published() { unpublished.subtract(1, ordering: .acquiringAndReleasing) }

    /// Takes a block of this node's miners; its messages are in the store.
    ///
    /// - Throws: `BlockPrecheckFault`, `ConsensusFaultRisk`, `BlockRejection`, or what the store throws.
    func submit(_ message: BlockMessage) async throws {
        try message.precheck(
            now: now(),
            genesisTime: chain.genesisTime,
            chain.parameters
        )
        try await checks.during {
            try await BlockingPool.shared.run { [self] in
                try turn.withLock { _ in try take(message) }
            }
        }
    }

    private func take(_ message: BlockMessage) throws {
        let header = message.header
        let parents = try chain.store.tipset(header.parentKey)
        let mined = MinedBlock(header, parentEpoch: parents.height)
        do { try filter.check(mined) } catch let risk as ConsensusFaultRisk {
            throw RPCError("<!!> SLASH FILTER ERROR: \(risk)")
        }
        let messages = BlockMessages(
            bls: try message.blsMessages.map { try chain.store.value($0) },
            secp: try message.secpMessages.map { try chain.store.value($0) }
        )
        let block = FullBlock(header: header, messages: messages)
        try validator.validate(block)
        // Only now: a block that nobody else accepts must not keep its miner from making a good one.
        try filter.admit(mined)
        _ = try chain.store.put(messages)
        try chain.store.put(header)
        let tipset = try chain.store.expandedTipset(of: header)
        announce(try chain.consensus.takeIfHeavier(tipset))
    }

    /// Moves the head to a tipset of the store, whatever its weight; a heavier one moves it on.
    ///
    /// - Throws: `ChainStoreError` if the tipset, or one between it and the head, is not in the store.
    func setHead(_ key: TipsetKey) async throws {
        try await checks.during {
            try await BlockingPool.shared.run { [self] in
                try turn.withLock { _ in
                    announce(try chain.store.setHead(try chain.store.tipset(key)))
                }
            }
        }
    }

    private func announce(_ change: HeadChange) {
        if change.isEmpty { return }
        unpublished.add(1, ordering: .acquiringAndReleasing)
        announcements.yield(change)
    }

    /// Ends ``moves``.
    func finish() { announcements.finish() }
}
