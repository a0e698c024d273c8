package import FilecoinTypes
package import Multiformats
package import VenusAPI

/// What the chain's state holds for a sender.
package struct SenderAccount: Hashable, Sendable {
    /// The nonce of its next message.
    package var nonce: UInt64
    package var balance: TokenAmount

    package init(nonce: UInt64 = 0, balance: TokenAmount = 0) {
        self.nonce = nonce
        self.balance = balance
    }
}

/// What the messager asks its node about the chain.
package protocol MessagerChain: Sendable {
    /// The head.
    func head() async throws -> Tipset
    /// The head, then its moves.
    func headChanges() async throws -> AsyncThrowingStream<[TipsetChange], any Error>
    func tipset(_ key: TipsetKey) async throws -> Tipset
    /// The messages of the parents of a block, in the order of execution.
    func parentMessages(of block: CID) async throws -> [ChainMessageResult]
    /// Their receipts.
    func parentReceipts(of block: CID) async throws -> [MessageReceipt]
    /// The messages of a tipset, in the order of execution.
    func messages(in key: TipsetKey) async throws -> [Message]
    /// What the state says about a sender; nil for an address that it does not know.
    func account(of address: Address, at key: TipsetKey) async throws -> SenderAccount?
    /// The code of an actor; nil for an address that the state does not know.
    func code(of address: Address, at key: TipsetKey) async throws -> CID?
    /// The first nonce of a sender that neither the chain nor the node's pool has.
    func poolNonce(of address: Address) async throws -> UInt64
    /// The key address of an account.
    func accountKey(of address: Address) async throws -> Address
    /// Where a message, or one that took its place, was executed.
    func search(_ cid: CID) async throws -> MessageLookup?
    func estimate(
        _ messages: [EstimateMessage],
        fromNonce: UInt64,
        at key: TipsetKey
    ) async throws -> [EstimateResult]
    func estimate(_ message: EstimateMessage) async throws -> Message
    /// How much more a replacement has to pay, such as 1.25.
    func replaceByFeeRatio() async throws -> Double
    /// The time between two epochs.
    func blockDelay() async throws -> Duration
}

/// A node that messages are pushed to.
package protocol MessagerTarget: Sendable {
    /// Hands over messages of one sender, by nonce.
    func push(_ messages: [SignedMessage]) async throws
}

/// The wallets that sign.
package protocol MessagerSigner: Sendable {
    /// Whether a wallet has the key of an address.
    ///
    /// The accounts are those whose wallets are asked, where the route goes by accounts.
    func has(_ address: Address, accounts: [String]) async throws -> Bool
    /// Signs a message with its sender's key.
    func sign(_ message: Message, accounts: [String]) async throws -> Signature
}

/// Which signers belong to whom.
package protocol MessagerAccounts: Sendable {
    /// The accounts that a signer belongs to.
    func accounts(of signer: Address) async throws -> [String]
    /// Whether a signer belongs to an account.
    func owns(_ account: String, _ signer: Address) async throws -> Bool
}
