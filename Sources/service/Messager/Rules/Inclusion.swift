import FilecoinTypes
import Multiformats
import VenusAPI

/// A tipset whose messages are known with their receipts, since the chain has a child of it.
struct ExecutedTipset: Sendable {
    struct Entry: Sendable {
        /// The CID under which the chain has the message.
        let cid: CID
        let message: Message
        let receipt: MessageReceipt
    }

    let key: TipsetKey
    let height: ChainEpoch
    let entries: [Entry]
}

/// What the chain does to a message.
enum Inclusion {
    /// The message after the chain has executed a message of its sender with its nonce.
    ///
    /// The row is in state ``MessagerState/filled``.
    static func applied(
        _ row: MessagerMessage,
        _ entry: ExecutedTipset.Entry,
        in tipset: ExecutedTipset
    ) -> MessagerMessage {
        settled(row, by: entry.cid, entry.receipt, tipset.key, tipset.height)
    }

    /// The same for what a search found.
    static func found(
        _ row: MessagerMessage,
        _ lookup: MessageLookup,
        in tipset: TipsetKey,
        height: ChainEpoch
    ) -> MessagerMessage {
        settled(row, by: lookup.message, lookup.receipt, tipset, height)
    }

    private static func settled(
        _ row: MessagerMessage,
        by cid: CID,
        _ receipt: MessageReceipt,
        _ tipset: TipsetKey,
        _ height: ChainEpoch
    ) -> MessagerMessage {
        var row = row
        // Whoever else signs with the key has used the nonce.
        row.state = cid == row.signedCID || cid == row.unsignedCID ? .onChain : .nonceConflict
        row.receipt = receipt
        row.tipset = tipset
        row.height = height
        return row
    }

    /// The message after the tipset that contained it, or its rival, has left the chain.
    ///
    /// v1.18.0 leaves a message in ``MessagerState/nonceConflict`` although its rival is gone.
    static func reverted(_ row: MessagerMessage) -> MessagerMessage {
        var row = row
        row.state = .filled
        row.receipt = nil
        row.tipset = .empty
        row.height = 0
        return row
    }
}
