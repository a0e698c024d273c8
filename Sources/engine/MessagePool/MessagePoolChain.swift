package import ChainStore
package import FilecoinTypes

/// What the pool asks of the chain.
///
/// An implementation answers from the state that results from *executing* a tipset, not from the one that
/// its headers name.
package protocol MessagePoolChain: Sendable {
    /// The states of accounts after a tipset, by the address asked for; those that do not exist are left out.
    func senderStates(
        of addresses: [Address],
        after tipset: Tipset
    ) async throws -> [Address: SenderState]

    /// The key address of an account, as of a state that no reorganization can change.
    ///
    /// A key address is its own answer. Fails for actors that are no accounts.
    func keyAddress(of address: Address, at tipset: Tipset) async throws -> Address

    /// The base fee of the children of a tipset.
    func baseFee(after tipset: Tipset) async throws -> TokenAmount

    /// The parent of a tipset.
    func parent(of tipset: Tipset) async throws -> Tipset

    /// The messages of a block.
    func messages(of header: BlockHeader) async throws -> BlockMessages

    /// Stores a message with and without its signature, so that a block may name it.
    func store(_ message: SignedMessage) async throws
}

/// A message that came into the pool or left it.
package struct MessagePoolUpdate: Sendable {
    package enum Kind: Int, Sendable {
        case added = 0
        case removed = 1
    }

    package let kind: Kind
    package let message: SignedMessage
}
