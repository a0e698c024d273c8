internal import CBOR
public import Multiformats

/// The two lists of messages of a block, by the roots of the AMTs that hold their CIDs.
///
/// The block header names the CID of this object. The AMTs have the layout of version 0 (width 8) in every
/// network version.
public struct MessageMeta: Hashable, Sendable {
    /// The root over the CIDs of messages signed with BLS keys.
    public var blsMessages: CID
    /// The root over the CIDs of the other signed messages.
    public var secpMessages: CID

    /// Joins the roots.
    public init(blsMessages: CID, secpMessages: CID) {
        self.blsMessages = blsMessages
        self.secpMessages = secpMessages
    }

    /// The name that the header carries.
    public var cid: CID { CID.dagCBOR(hashing: cborBytes()) }
}

/// A whole block as nodes send it to one another: the header and the CIDs of its messages.
public struct BlockMessage: Hashable, Sendable {
    /// How many messages a block may hold.
    public static let maximumMessageCount = 10_000

    /// The header.
    public var header: BlockHeader
    /// The CIDs of messages signed with BLS keys, in order.
    public var blsMessages: [CID]
    /// The CIDs of the other signed messages, in order.
    public var secpMessages: [CID]

    /// Joins header and messages.
    public init(header: BlockHeader, blsMessages: [CID] = [], secpMessages: [CID] = []) {
        self.header = header
        self.blsMessages = blsMessages
        self.secpMessages = secpMessages
    }

    /// The name of the block.
    public var cid: CID { header.cid }
}
