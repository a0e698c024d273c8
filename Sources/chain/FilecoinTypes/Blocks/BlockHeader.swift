public import BigIntegers
internal import CBOR
public import Multiformats

/// The head of a block: who made it by which right, on which parents, and what it contains.
///
/// | # | field | CBOR | equal in a tipset |
/// |---|---|---|---|
/// | 0 | miner | ID address | no |
/// | 1 | ticket | `[VRFProof]` or null | no |
/// | 2 | electionProof | `[WinCount, VRFProof]` or null | no |
/// | 3 | beaconEntries | list of `[Round, Data]` | yes |
/// | 4 | winPoStProof | list of `[PoStProof, ProofBytes]` | no |
/// | 5 | parents | list of CIDs in the order of the parent tipset | yes |
/// | 6 | parentWeight | big integer | yes |
/// | 7 | height | signed | yes |
/// | 8 | parentStateRoot | CID | yes |
/// | 9 | parentMessageReceipts | CID | yes |
/// | 10 | messages | CID of the ``MessageMeta`` | no |
/// | 11 | blsAggregate | signature or null | no |
/// | 12 | timestamp | unsigned, seconds since 1970 | yes |
/// | 13 | blockSignature | signature or null | no |
/// | 14 | forkSignaling | unsigned, unused | no |
/// | 15 | parentBaseFee | big integer | yes |
///
/// State, receipts, weight and base fee are those after the parents were executed.
public struct BlockHeader: Hashable, Sendable {
    public var miner: Address
    public var ticket: Ticket?
    public var electionProof: ElectionProof?
    public var beaconEntries: [BeaconEntry]
    public var winPoStProof: [PoStProof]
    public var parents: [CID]
    public var parentWeight: BigInt
    public var height: ChainEpoch
    public var parentStateRoot: CID
    public var parentMessageReceipts: CID
    public var messages: CID
    public var blsAggregate: Signature?
    public var timestamp: UInt64
    public var blockSignature: Signature?
    public var forkSignaling: UInt64
    public var parentBaseFee: TokenAmount

    /// Joins the fields; none is checked.
    public init(
        miner: Address,
        ticket: Ticket?,
        electionProof: ElectionProof?,
        beaconEntries: [BeaconEntry],
        winPoStProof: [PoStProof],
        parents: [CID],
        parentWeight: BigInt,
        height: ChainEpoch,
        parentStateRoot: CID,
        parentMessageReceipts: CID,
        messages: CID,
        blsAggregate: Signature?,
        timestamp: UInt64,
        blockSignature: Signature? = nil,
        forkSignaling: UInt64 = 0,
        parentBaseFee: TokenAmount
    ) {
        self.miner = miner
        self.ticket = ticket
        self.electionProof = electionProof
        self.beaconEntries = beaconEntries
        self.winPoStProof = winPoStProof
        self.parents = parents
        self.parentWeight = parentWeight
        self.height = height
        self.parentStateRoot = parentStateRoot
        self.parentMessageReceipts = parentMessageReceipts
        self.messages = messages
        self.blsAggregate = blsAggregate
        self.timestamp = timestamp
        self.blockSignature = blockSignature
        self.forkSignaling = forkSignaling
        self.parentBaseFee = parentBaseFee
    }

    /// The name of the block.
    ///
    /// - Complexity: One encoding and one BLAKE2b over it.
    public var cid: CID { CID.dagCBOR(hashing: cborBytes()) }

    /// What the miner's worker signs: the chain form with the signature at `null`.
    public var signingBytes: [UInt8] {
        var unsigned = self
        unsigned.blockSignature = nil
        return unsigned.cborBytes()
    }

    /// The key of the tipset that this block builds on.
    public var parentKey: TipsetKey { TipsetKey(parents) }
}
