import FilecoinTypes
import VenusAPI

/// Brings the messages up to what the chain says at a new head.
///
/// A tipset counts as executed once it has a child, whose blocks carry its receipts. Which tipsets have
/// been looked at is in the database, changed in one transaction with the messages, so that a crash in
/// between loses and doubles nothing.
struct ChainFollower {
    let store: MessagerStore
    let chain: any MessagerChain

    /// Moves to a head.
    ///
    /// Where nothing is remembered, or the chain has run far ahead, the node is asked about each message
    /// that is on its way instead.
    func move(to head: Tipset) async throws {
        let known = try await store.executedTipsets()
        let heights = Dictionary(known.map { ($0.key, $0.height) }, uniquingKeysWith: { a, _ in a })
        var applied: [ExecutedTipset] = []
        var child = head
        var common: ChainEpoch?
        while !known.isEmpty, child.height > 0 {
            if let height = heights[child.parentKey] {
                common = height
                break
            }
            guard applied.count < MessagerStore.rememberedTipsets else { break }
            let parent = try await chain.tipset(child.parentKey)
            applied.append(try await executed(parent, child: child))
            child = parent
        }
        if let common {
            let reverted = known.filter { $0.height > common }.map(\.key)
            guard !applied.isEmpty || !reverted.isEmpty else { return }
            try await store.move(reverting: reverted, applying: applied.reversed())
        } else {
            try await startAnew(at: head, forgetting: known.map(\.key))
        }
    }

    private func executed(_ tipset: Tipset, child: Tipset) async throws -> ExecutedTipset {
        let block = child.cids[0]
        let messages = try await chain.parentMessages(of: block)
        let receipts = try await chain.parentReceipts(of: block)
        guard messages.count == receipts.count else {
            throw MessagerFailure(
                "\(messages.count) messages and \(receipts.count) receipts at \(tipset.height)"
            )
        }
        return ExecutedTipset(
            key: tipset.key,
            height: tipset.height,
            entries: zip(messages, receipts).map { message, receipt in
                ExecutedTipset.Entry(cid: message.cid, message: message.message, receipt: receipt)
            }
        )
    }

    private func startAnew(at head: Tipset, forgetting known: [TipsetKey]) async throws {
        // Messages of tipsets that may have left the chain are asked about again.
        var applied: [ExecutedTipset] = []
        if head.height > 0 {
            let parent = try await chain.tipset(head.parentKey)
            applied = [try await executed(parent, child: head)]
        }
        try await store.move(reverting: known, applying: applied, startsAnew: true)
        try await updateAll()
    }

    /// Asks the node about every message that is on its way.
    ///
    /// - Returns: How many were found.
    @discardableResult
    func updateAll() async throws -> Int {
        var query = MessagerQuery()
        query.states = [.filled]
        var count = 0
        for message in try await store.messages(query) where try await update(message) {
            count += 1
        }
        return count
    }

    /// Asks the node about one message that is on its way.
    ///
    /// - Returns: Whether the chain has executed it, or one with its nonce.
    func update(_ message: MessagerMessage) async throws -> Bool {
        guard let cid = message.signedCID, let lookup = try await chain.search(cid) else {
            return false
        }
        // The node names the tipset whose parent state has the effect: the child of the one we want.
        let child = try await chain.tipset(lookup.tipset)
        let height = try await chain.tipset(child.parentKey).height
        try await store.update(message.id) { row in
            guard row.state == .filled else { return }
            row = Inclusion.found(row, lookup, in: child.parentKey, height: height)
        }
        return true
    }
}
