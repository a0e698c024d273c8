public import Multiformats

/// The name of a tipset: the CIDs of its blocks in their canonical order.
///
/// Keys with the same CIDs in another order are different. The empty key stands for "the head" in the API
/// and for the parents of nothing elsewhere.
public struct TipsetKey: Hashable, Sendable, CustomStringConvertible {
    /// The blocks, in the order of the tipset.
    public let cids: [CID]

    /// Names a tipset by its blocks, which must be in order.
    public init(_ cids: [CID] = []) {
        self.cids = cids
    }

    /// The key without blocks.
    public static let empty = TipsetKey()

    /// Whether the key names no block.
    public var isEmpty: Bool { cids.isEmpty }

    /// The binary CIDs, one after the other.
    public var bytes: [UInt8] { cids.flatMap(\.bytes) }

    /// Reads binary CIDs that follow one another; `nil` if bytes are left that are no CID.
    public init?(bytes: [UInt8]) {
        var cids: [CID] = []
        var offset = 0
        while offset < bytes.count {
            guard let cid = try? CID(bytes, at: &offset) else { return nil }
            cids.append(cid)
        }
        self.init(cids)
    }

    /// `{cid,cid}`, as lotus prints it.
    public var description: String { "{\(cids.map(\.description).joined(separator: ","))}" }
}
