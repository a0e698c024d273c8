internal import BigIntegers
internal import Bytes
internal import CBOR
package import FilecoinTypes
internal import IPLD
internal import Multiformats

extension GenesisBuilder {
    /// The parent of every genesis block: a note of 2017, as DAG-CBOR with SHA-256.
    private static let oldestBlock =
        "a5684461746574696d6573323031372d30352d30352030313a32373a3531674e6574776f726b"
        + "6846696c65636f696e65546f6b656e6846696c65636f696e6c546f6b656e416d6f756e7473a3"
        + "6b546f74616c537570706c796d322c3030302c3030302c303030664d696e6572736d312c3430"
        + "302c3030302c3030306c50726f746f636f6c4c616273a36b446576656c6f706d656e746b3330"
        + "302c3030302c3030306b46756e6472616973696e676b3230302c3030302c3030306a466f756e"
        + "646174696f6e6b3130302c3030302c303030674d657373616765784854686973206973207468"
        + "652047656e6573697320426c6f636b206f66207468652046696c65636f696e20446563656e74"
        + "72616c697a65642053746f72616765204e6574776f726b2e"

    /// Builds the state and the block, and writes both to the store.
    ///
    /// - Parameter ticket: The 32 bytes that stand for the first ticket; random unless it must be repeatable.
    /// - Returns: The header of the genesis block.
    /// - Throws: ``GenesisError`` and what the store throws.
    package func block(ticket: [UInt8]) throws -> BlockHeader {
        let stateRoot = try state()
        let empty = try AMT<CID>(store: store, layout: .v0).flush()
        let messages = try store.put(value: MessageMeta(blsMessages: empty, secpMessages: empty))
        guard let oldest = [UInt8](hex: Self.oldestBlock),
            let hash = Multihash(hashing: oldest, with: .sha256)
        else { throw GenesisError.invalid("the oldest block") }
        let parent = CID(codec: .dagCBOR, multihash: hash)
        try store.put(oldest, cid: parent)
        let header = BlockHeader(
            miner: .system,
            ticket: Ticket(vrfProof: ticket),
            electionProof: ElectionProof(winCount: 0, vrfProof: []),
            beaconEntries: [BeaconEntry(round: 0, data: [UInt8](repeating: 0, count: 32))],
            winPoStProof: [],
            parents: [parent],
            parentWeight: 0,
            height: 0,
            parentStateRoot: stateRoot,
            parentMessageReceipts: empty,
            messages: messages,
            blsAggregate: nil,
            timestamp: template.timestamp,
            blockSignature: nil,
            forkSignaling: 0,
            parentBaseFee: TokenAmount(attoFIL: 100_000_000)
        )
        try store.put(value: header)
        return header
    }
}
