import BuiltinActors
import CBOR
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import VenusAPI

/// Messages that were executed, with all that became of them.
struct ExecutedTipset: Sendable {
    struct Row: Sendable {
        let cid: CID
        let message: Message
        let receipt: MessageReceipt
        let gas: GasOutputs
    }

    /// The tipset that brought them.
    let tipset: Tipset
    /// The epoch of the tipset before it.
    let parentHeight: ChainEpoch
    /// In the order of execution, each once.
    let rows: [Row]
}

/// Reads a stretch of the chain from a node.
struct ChainScan: Sendable {
    let node: RPCClient

    /// The tipsets from `start` on below `end`, oldest first; their children must exist, as that of `end`'s
    /// parent does.
    ///
    /// - Throws: What the node says; `CheckFailure` if messages and receipts do not match.
    func executed(from start: ChainEpoch, below end: Tipset) async throws -> [ExecutedTipset] {
        var result: [ExecutedTipset] = []
        var child = end
        while child.height > start, child.height > 0 {
            let tipset = try await node.call(ChainGetTipSet.self, child.parentKey)
            guard tipset.height >= start, tipset.height > 0 else { break }
            let block = child.minTicketBlock.cid
            let messages = try await node.call(ChainGetParentMessages.self, block) ?? []
            let receipts = try await node.call(ChainGetParentReceipts.self, block) ?? []
            try requireEqual(receipts.count, messages.count, "receipts of tipset \(tipset.height)")
            let rows = zip(messages, receipts).map { message, receipt in
                ExecutedTipset.Row(
                    cid: message.cid,
                    message: message.message,
                    receipt: receipt,
                    gas: GasOutputs(
                        gasUsed: receipt.gasUsed,
                        gasLimit: message.message.gasLimit,
                        baseFee: tipset.parentBaseFee,
                        feeCap: message.message.gasFeeCap,
                        premium: message.message.gasPremium
                    )
                )
            }
            let parent = try await node.call(ChainGetTipSet.self, tipset.parentKey)
            result.append(
                ExecutedTipset(tipset: tipset, parentHeight: parent.height, rows: rows)
            )
            child = tipset
        }
        return result.reversed()
    }

    /// The tipsets from an epoch on up to a head, newest first.
    func tipsets(from start: ChainEpoch, to head: Tipset) async throws -> [Tipset] {
        var result: [Tipset] = []
        var current = head
        while current.height >= start {
            result.append(current)
            if current.height == 0 { break }
            current = try await node.call(ChainGetTipSet.self, current.parentKey)
        }
        return result
    }

    /// The balance of an actor before the messages of a tipset.
    func balance(of address: Address, before tipset: Tipset) async throws -> TokenAmount {
        try await node.call(StateGetActor.self, address, tipset.key).balance
    }

    /// What a win is worth in a tipset, times the wins expected of an epoch; before its messages.
    func epochReward(before tipset: Tipset) async throws -> TokenAmount {
        let actor = try await node.call(StateGetActor.self, .reward, tipset.key)
        let bytes = try await node.call(ChainReadObj.self, actor.head).bytes
        return try RewardState(cbor: bytes).thisEpochReward
    }
}
