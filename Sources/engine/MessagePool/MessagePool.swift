package import ChainStore
package import FilecoinTypes
package import KeyValueStore
package import Multiformats
package import NetworkParameters

/// The messages that wait for a block, kept in step with the chain.
///
/// A thin actor: the rules are in ``PendingMessages``, ``AdmissionRules`` and ``MessageSelection``; it asks the
/// chain what they need, and keeps what clients of this node pushed on disk before it answers them.
package actor MessagePool {
    private let chain: any MessagePoolChain
    let rules: AdmissionRules
    private let signatures: SignatureMemory
    let localMessages: LocalMessageStore
    private var settings: MessagePoolConfiguration

    private(set) var head: Tipset
    var pending = PendingMessages()
    private var localSenders: Set<Address> = []
    private var keyAddresses: [Address: Address] = [:]
    private var republished: Set<CID> = []
    private var subscribers: [Int: AsyncStream<MessagePoolUpdate>.Continuation] = [:]
    private var nextSubscriber = 0

    /// How often the head may change under an operation before it is given up.
    private static let headAttempts = 16
    /// How many key addresses are remembered.
    private static let keyAddressCount = 20_000

    /// Creates a pool; call ``loadLocalMessages()`` before it is used.
    ///
    /// `head`: the head of the chain; from then on it follows by ``apply(_:)``.
    /// `store`: keeps local messages and configuration below the prefix `mpool/`.
    package init(
        chain: any MessagePoolChain,
        parameters: NetworkParameters,
        store: any KeyValueStore,
        head: Tipset,
        configuration: MessagePoolConfiguration = MessagePoolConfiguration()
    ) {
        self.chain = chain
        self.head = head
        rules = AdmissionRules(parameters)
        signatures = SignatureMemory()
        localMessages = LocalMessageStore(store)
        settings = configuration
    }

    /// What an operator may change.
    package var configuration: MessagePoolConfiguration { settings }

    package func setConfiguration(_ configuration: MessagePoolConfiguration) {
        settings = configuration
    }

    // MARK: - Taking messages

    /// Takes a message of a client of this node.
    ///
    /// It is on disk when the call returns.
    ///
    /// - Returns: Its CID, and whether it is to be sent to other nodes at once.
    @discardableResult
    package func push(
        _ message: SignedMessage,
        from origin: MessageOrigin = .local
    ) async throws -> (cid: CID, isPublished: Bool) {
        try rules.checkForm(message, head: head.height)
        let isPublished = try await insert(message, from: origin)
        return (PendingMessage(message).cid, isPublished)
    }

    /// Takes back the local messages that were on disk; those whose nonce is used by now are only remembered
    /// for reorganizations.
    ///
    /// - Returns: The messages that are no longer acceptable, with the reason.
    @discardableResult
    package func loadLocalMessages() async throws -> [(SignedMessage, any Error)] {
        var refused: [(SignedMessage, any Error)] = []
        for message in try localMessages.all() {
            signatures.remember(message)
            do {
                try rules.checkForm(message, head: head.height)
                try await insert(message, from: .local)
            } catch let rejection as MessageRejection where rejection.code == .nonceTooLow {
                let key = try await keyAddress(of: message.message.from)
                localSenders.insert(key)
                localMessages.noteApplied(
                    sender: key,
                    nonce: message.message.nonce,
                    at: head.height
                )
            } catch {
                refused.append((message, error))
            }
        }
        return refused
    }

    @discardableResult
    private func insert(
        _ signed: SignedMessage,
        from origin: MessageOrigin
    ) async throws -> Bool {
        let message = PendingMessage(signed)
        let sender = try await keyAddress(of: signed.message.from)
        if !signatures.isVerified(message) {
            try rules.checkSignature(signed, key: sender)
            signatures.noteVerified(message)
        }
        for _ in 0..<Self.headAttempts {
            let seen = head
            let states = try await chain.senderStates(of: [sender], after: seen)
            guard let state = states[sender] else {
                throw MessageRejection.senderUnknown(SenderMissing(sender: sender))
            }
            try await chain.store(signed)
            // The head may have moved while the chain was asked.
            guard seen == head else { continue }
            return try admit(message, sender: sender, state: state, from: origin)
        }
        throw MessageRejection(
            .soft,
            "the head of the chain moves too fast; push the message again"
        )
    }

    /// Judges and keeps a message, without any wait in between.
    private func admit(
        _ message: PendingMessage,
        sender: Address,
        state: SenderState,
        from origin: MessageOrigin
    ) throws -> Bool {
        guard state.nonce <= message.nonce else {
            throw MessageRejection.nonceTooLow(message.nonce, expected: state.nonce)
        }
        let isPublished = try rules.checkInclusion(of: message, head: head, from: origin)
        try pending.checkFunds(for: message, sender: sender, balance: state.balance)
        var changed = pending
        let replaced = try changed.add(message, sender: sender, chain: state.nonce, from: origin)
        if origin == .local || origin == .untrusted {
            // On disk first: what was answered must survive.
            try localMessages.put(message, sender: sender)
            localSenders.insert(sender)
        }
        pending = changed
        signatures.remember(message.signed)
        if let replaced { announce(.removed, replaced) }
        announce(.added, message)
        return isPublished
    }

    // MARK: - Following the chain

    /// Follows a move of the head.
    ///
    /// Calls must come one after the other, in the order of the moves. Messages of blocks that left the chain
    /// wait again, unless the new blocks have them; BLS messages only if their signature is remembered.
    ///
    /// - Returns: Whether messages that were lately sent again have landed, so that it is time for others.
    @discardableResult
    package func apply(_ change: HeadChange) async throws -> Bool {
        guard !change.isEmpty else { return false }
        var newHead = change.applied.last
        if newHead == nil, let oldest = change.reverted.last {
            newHead = try await chain.parent(of: oldest)
        }
        guard let newHead else { return false }
        var returning: [Address: [UInt64: PendingMessage]] = [:]
        for message in try await messages(ofReverted: change.reverted) {
            let sender = try await keyAddress(of: message.message.from)
            returning[sender, default: [:]][message.nonce] = message
        }
        let landed = try await messages(ofApplied: change.applied)
        let states = try await chain.senderStates(of: Array(returning.keys), after: newHead)

        head = newHead
        var landedRepublished = false
        for (sender, message) in landed {
            landedRepublished = landedRepublished || republished.contains(message.cid)
            localMessages.noteApplied(sender: sender, nonce: message.nonce, at: newHead.height)
            if returning[sender]?.removeValue(forKey: message.nonce) != nil { continue }
            let removed = pending.remove(sender: sender, nonce: message.nonce, isApplied: true)
            if let removed { announce(.removed, removed) }
        }
        for sender in returning.keys.sorted() {
            let messages = (returning[sender] ?? [:]).values.sorted { $0.nonce < $1.nonce }
            for message in messages {
                localMessages.noteReverted(sender: sender, nonce: message.nonce)
                let nonce = states[sender]?.nonce ?? message.nonce
                // One that was replaced in the meantime stays replaced.
                let isNew =
                    (try? pending.add(message, sender: sender, chain: nonce, from: .reverted))
                    != nil
                if isNew { announce(.added, message) }
            }
        }
        try localMessages.removeFinal(below: newHead.height - NetworkParameters.finality)
        return landedRepublished
    }

    private func messages(ofReverted tipsets: [Tipset]) async throws -> [PendingMessage] {
        var result: [PendingMessage] = []
        for header in tipsets.flatMap(\.blocks) {
            let messages = try await chain.messages(of: header)
            result += messages.secp.map { PendingMessage($0) }
            result += messages.bls.compactMap { signatures.signed($0) }.map { PendingMessage($0) }
        }
        return result
    }

    private func messages(
        ofApplied tipsets: [Tipset]
    ) async throws -> [(sender: Address, message: LandedMessage)] {
        var result: [(sender: Address, message: LandedMessage)] = []
        for header in tipsets.flatMap(\.blocks) {
            let messages = try await chain.messages(of: header)
            for message in messages.bls {
                let landed = LandedMessage(cid: message.cid, nonce: message.nonce)
                result.append((try await keyAddress(of: message.from), landed))
            }
            for signed in messages.secp {
                let landed = LandedMessage(cid: signed.cid, nonce: signed.message.nonce)
                result.append((try await keyAddress(of: signed.message.from), landed))
            }
        }
        return result
    }

    /// The key address behind a sender.
    package func keyAddress(of address: Address) async throws -> Address {
        if let known = keyAddresses[address] { return known }
        let key = try await chain.keyAddress(of: address, at: head)
        if keyAddresses.count >= Self.keyAddressCount { keyAddresses.removeAll() }
        keyAddresses[address] = key
        keyAddresses[key] = key
        return key
    }

    // MARK: - Asking

    /// The first nonce that is free for an account; 0 for one that does not exist.
    package func nextNonce(of address: Address) async throws -> UInt64 {
        let sender = try await keyAddress(of: address)
        let states = try await chain.senderStates(of: [sender], after: head)
        return pending.nextNonce(of: sender, chain: states[sender]?.nonce ?? 0)
    }

    /// The state of an account after the head; nil if there is none.
    func senderState(of key: Address) async throws -> SenderState? {
        try await chain.senderStates(of: [key], after: head)[key]
    }

    /// Every waiting message, and the head that they wait on.
    package func pendingMessages() -> (messages: [SignedMessage], head: Tipset) {
        (pending.all.map(\.signed), head)
    }

    /// The waiting messages of one sender in order, and the head that they wait on.
    package func pendingMessages(
        of address: Address
    ) async throws -> (messages: [SignedMessage], head: Tipset) {
        let sender = try await keyAddress(of: address)
        return (pending.messages(of: sender).map(\.signed), head)
    }

    /// The messages of a tipset's block-to-be, whose base is not the head, as of that base.
    private func waiting(on base: Tipset) async throws -> [Address: [PendingMessage]] {
        var messages = pending.bySender
        guard base != head else { return messages }
        let path = try await headPath(from: head, to: base)
        for message in try await self.messages(ofReverted: path.reverted) {
            let sender = try await keyAddress(of: message.message.from)
            var list = (messages[sender] ?? []).filter { $0.nonce != message.nonce }
            list.append(message)
            messages[sender] = list.sorted { $0.nonce < $1.nonce }
        }
        for (sender, landed) in try await self.messages(ofApplied: path.applied) {
            messages[sender]?.removeAll { $0.nonce == landed.nonce }
        }
        return messages.filter { !$0.value.isEmpty }
    }

    private func headPath(from old: Tipset, to new: Tipset) async throws -> HeadChange {
        var left = old
        var right = new
        var reverted: [Tipset] = []
        var applied: [Tipset] = []
        while left != right {
            guard left.height > 0 || right.height > 0 else {
                throw ChainStoreError.noCommonAncestor(old.key, new.key)
            }
            if left.height > right.height {
                reverted.append(left)
                left = try await chain.parent(of: left)
            } else {
                applied.append(right)
                right = try await chain.parent(of: right)
            }
        }
        return HeadChange(reverted: reverted, applied: applied.reversed())
    }

    /// What selection needs to know for a block on a tipset.
    package func selection(on base: Tipset) async throws -> MessageSelection {
        let messages = try await waiting(on: base)
        let states = try await chain.senderStates(of: Array(messages.keys), after: base)
        var priority: [Address] = []
        for address in settings.priorityAddresses {
            // One that does not exist yet does not stop the others.
            if let key = try? await keyAddress(of: address) { priority.append(key) }
        }
        return MessageSelection(
            pending: messages,
            states: states,
            baseFee: try await chain.baseFee(after: base),
            prices: rules.prices(at: base.height),
            priority: priority
        )
    }

    // MARK: - Housekeeping

    /// Chooses local messages to be sent to other nodes again: those that would be in a block first if the base
    /// fee fell.
    package func messagesToRepublish() async throws -> [SignedMessage] {
        let base = head
        let baseFee = try await chain.baseFee(after: base)
        let local = pending.bySender.filter { localSenders.contains($0.key) }
        let states = try await chain.senderStates(of: Array(local.keys), after: base)
        let selection = MessageSelection(
            pending: local,
            states: states,
            baseFee: AdmissionRules.lowerBound(of: baseFee, factor: 10),
            prices: rules.prices(at: base.height)
        )
        let chosen = selection.republication(baseFee: baseFee)
        republished = Set(chosen.map(\.cid))
        return chosen.map(\.signed)
    }

    /// Whether there are so many messages that it is time to prune.
    package var isCrowded: Bool { pending.count > settings.sizeLimitHigh }

    /// Removes the messages that are least likely to find a block, down to the lower limit.
    ///
    /// Messages of clients of this node and of preferred senders stay. The caller keeps the cool-down.
    ///
    /// - Returns: How many were removed.
    @discardableResult
    package func prune() async throws -> Int {
        guard isCrowded else { return 0 }
        let base = head
        let baseFee = try await chain.baseFee(after: base)
        var selection = try await selection(on: base)
        selection.baseFee = AdmissionRules.lowerBound(of: baseFee, factor: 10).attoFIL
        let kept = localSenders.union(selection.priority)
        let removable = selection.prunable(keeping: kept, limit: settings.sizeLimitLow)
        for message in removable {
            let sender = try await keyAddress(of: message.message.from)
            guard pending.messages(of: sender).contains(where: { $0 === message }) else { continue }
            pending.remove(sender: sender, nonce: message.nonce, isApplied: false)
            announce(.removed, message)
        }
        return removable.count
    }

    /// Forgets messages: all of them, on disk too, or those that no client of this node pushed.
    package func clear(includingLocal: Bool) throws {
        for sender in pending.senders where includingLocal || !localSenders.contains(sender) {
            for message in pending.removeAll(of: sender) {
                if includingLocal { try localMessages.delete(message, sender: sender) }
                announce(.removed, message)
            }
        }
        if includingLocal { republished = [] }
    }

    /// Forgets the messages of one sender, on disk too.
    package func delete(of address: Address) async throws {
        let sender = try await keyAddress(of: address)
        for message in pending.removeAll(of: sender) {
            try localMessages.delete(message, sender: sender)
            announce(.removed, message)
        }
    }

    /// Follows what comes in and leaves.
    ///
    /// A subscriber that is slow loses the oldest of more than ``MessagePoolLimits/updateCount`` updates.
    package func updates() -> AsyncStream<MessagePoolUpdate> {
        let id = nextSubscriber
        nextSubscriber += 1
        return AsyncStream(bufferingPolicy: .bufferingNewest(MessagePoolLimits.updateCount)) {
            stream in
            subscribers[id] = stream
            // Ends with the subscriber; nobody waits for it.
            stream.onTermination = { [weak self] _ in Task { await self?.unsubscribe(id) } }
        }
    }

    private func unsubscribe(_ id: Int) { subscribers[id] = nil }

    private func announce(_ kind: MessagePoolUpdate.Kind, _ message: PendingMessage) {
        let update = MessagePoolUpdate(kind: kind, message: message.signed)
        for stream in subscribers.values { stream.yield(update) }
    }
}

/// A message of a block, as far as the pool needs it.
private struct LandedMessage {
    let cid: CID
    let nonce: UInt64
}

/// The text that a sender without an actor is refused with.
private struct SenderMissing: Error, CustomStringConvertible {
    let sender: Address

    var description: String { "resolution lookup failed (\(sender)): actor not found" }
}
