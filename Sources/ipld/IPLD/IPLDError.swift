public import CBOR
public import Multiformats

/// Why a block, a map or an array could not be read or changed.
public enum IPLDError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No store has the block.
    case blockNotFound(CID)
    /// The block is not what its place demands; the rule that it breaks, and where.
    case malformed(CID, CBORError)
    /// The block's bytes do not hash to its CID.
    case hashMismatch(CID)
    /// The hash function of the CID is not one that this module can compute; its multicodec number.
    case unknownHash(CID, code: UInt64)
    /// A HAMT reaches deeper than its hash has bits: too many keys share a prefix.
    case tooDeep
    /// An index beyond what an AMT can hold.
    case indexOutOfRange(UInt64)
    /// The number of elements that an AMT states is not the number that it has.
    case wrongCount

    public var description: String {
        switch self {
        case .blockNotFound(let cid):
            "block \(cid) is in no store; import the snapshot or state that has it"
        case .malformed(let cid, let error):
            "block \(cid) is malformed: \(error)"
        case .hashMismatch(let cid):
            "the bytes stored for block \(cid) have another hash"
        case .unknownHash(let cid, let code):
            "cannot check block \(cid): unknown hash function \(code)"
        case .tooDeep:
            "the map is deeper than the hash of a key has bits"
        case .indexOutOfRange(let index):
            "index \(index) is beyond what the array can hold"
        case .wrongCount:
            "the array does not have as many elements as it states"
        }
    }
}
