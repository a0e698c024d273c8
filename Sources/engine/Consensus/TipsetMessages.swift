package import ChainStore
package import FilecoinTypes
internal import StateView

extension ConsensusChain {
    /// Returns the messages of a tipset that are executed, by block and in the order of execution.
    ///
    /// Blocks of one tipset do not know of each other. Of a sender's messages those are taken whose nonces
    /// follow one another, starting with the first; others, such as the second of two with the same nonce, have
    /// no effect and no receipt.
    ///
    /// - SeeAlso: lotus, `chain/store/messages.go`, `BlockMsgsForTipset`.
    package func executedMessages(
        of tipset: Tipset
    ) throws -> [(block: BlockHeader, messages: BlockMessages)] {
        let state = try view(tipset.parentStateRoot)
        var nonces: [ActorID: UInt64] = [:]
        func isNext(_ message: Message) throws -> Bool {
            let sender = try state.id(of: message.from)
            guard nonces[sender, default: message.nonce] == message.nonce else { return false }
            nonces[sender] = message.nonce &+ 1
            return true
        }
        return try tipset.blocks.map { header in
            let all = try store.messages(of: header)
            return (
                header,
                BlockMessages(
                    bls: try all.bls.filter { try isNext($0) },
                    secp: try all.secp.filter { try isNext($0.message) }
                )
            )
        }
    }
}
