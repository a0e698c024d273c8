import ChainStore
import FilecoinTypes
import JSON
import Multiformats
import StateView
import VenusAPI

/// Finds where messages were executed, by walking back along their senders' nonces.
///
/// - SeeAlso: lotus, `chain/stmgr/searchwait.go`.
struct MessageSearch {
    /// No limit for how far to look back.
    static let noLimit: ChainEpoch = -1

    /// Why an answer cannot be given, in lotus's words.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let chain: NodeChain

    /// Returns where a message, or one that replaced it, was executed on the chain that ends in `head`.
    ///
    /// `limit`: how many epochs to look back, ``noLimit`` for all of them. `allowsReplaced`: whether the same call
    /// at another price counts. Fails with ``Failure`` if another message has its nonce, or it is unknown.
    func find(
        _ cid: CID,
        from head: Tipset,
        limit: ChainEpoch,
        allowsReplaced: Bool
    ) throws -> MessageLookup? {
        let message: Message
        do { message = try chain.message(cid) } catch {
            throw Failure(description: "failed to load message: \(NotFound(cid))")
        }
        let wanted = Wanted(cid: cid, message: message, allowsReplaced: allowsReplaced)
        if let found = try executed(wanted, in: head) { return found }
        var current = head
        var account = try sender(message.from, in: current)
        while true {
            if current.height == 0 { return nil }
            if limit != Self.noLimit && current.height <= head.height - limit { return nil }
            guard let present = account, present.nonce > message.nonce else { return nil }
            let parent = try chain.store.parent(of: current)
            let before = try sender(message.from, in: parent)
            if before.map({ $0.nonce <= message.nonce }) ?? true {
                do {
                    if let found = try executed(wanted, in: current) { return found }
                } catch let failure as Failure {
                    throw Failure(
                        description: "checking for message execution during lookback: "
                            + failure.description
                    )
                }
            }
            current = parent
            account = before
        }
    }

    private struct Wanted {
        let cid: CID
        let message: Message
        let allowsReplaced: Bool

        /// Whether another message makes the same call, at whatever price.
        func hasSameCall(as other: Message) -> Bool {
            message.version == other.version && message.to == other.to
                && message.from == other.from && message.nonce == other.nonce
                && message.value == other.value && message.method == other.method
                && message.params == other.params
        }
    }

    private func sender(_ address: Address, in tipset: Tipset) throws -> ActorRecord? {
        do { return try chain.parentView(of: tipset).actor(address) } catch let error
            as StateViewError where error.isActorNotFound
        { return nil }
    }

    /// Looks among the messages of a tipset's parent, whose receipts the tipset carries.
    private func executed(_ wanted: Wanted, in tipset: Tipset) throws -> MessageLookup? {
        if tipset.height == 0 { return nil }
        let parent = try chain.store.parent(of: tipset)
        let messages = try chain.messages(of: parent)
        for (index, entry) in messages.enumerated().reversed()
        where entry.message.from == wanted.message.from {
            if entry.message.nonce < wanted.message.nonce { return nil }
            guard entry.message.nonce == wanted.message.nonce else { continue }
            let isReplacement = wanted.allowsReplaced && wanted.hasSameCall(as: entry.message)
            guard entry.cid == wanted.cid || isReplacement else {
                throw Failure(
                    description:
                        "message was replaced: found message with equal nonce as the one we are "
                        + "looking for that is NOT a valid replacement message (F:\(wanted.cid) "
                        + "n \(wanted.message.nonce), TS: \(entry.cid) n\(entry.message.nonce)): "
                        + "message was replaced"
                )
            }
            let receipts = try chain.store.receipts(tipset.parentMessageReceipts)
            guard index < receipts.count else {
                throw Failure(description: "no receipt of message \(entry.cid) in \(tipset.key)")
            }
            return MessageLookup(
                message: entry.cid,
                receipt: receipts[index],
                returnDecoded: .null,
                tipset: tipset.key,
                height: tipset.height
            )
        }
        return nil
    }
}

/// A block that is not here, in lotus's words.
struct NotFound: Error, CustomStringConvertible {
    let cid: CID
    init(_ cid: CID) { self.cid = cid }
    var description: String { "ipld: could not find \(cid)" }
}
