package import FilecoinTypes
package import Multiformats

/// Why the chain store cannot answer.
package enum ChainStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The store holds no genesis; it has to be imported first.
    case noGenesis
    /// The store belongs to another network.
    case otherGenesis(stored: CID, given: CID)
    /// A block header is not here.
    case headerNotFound(CID)
    /// A block that is linked is not here.
    case blockNotFound(CID)
    /// A stored block is not what it should be.
    case malformed(CID, String)
    /// The headers of a key do not form a tipset.
    case notATipset(TipsetKey, String)
    /// An epoch lies after the tipset from which it was asked for.
    case lookingForward(from: ChainEpoch, to: ChainEpoch)
    /// Two tipsets have no common ancestor.
    case noCommonAncestor(TipsetKey, TipsetKey)
    /// An archive is no chain export.
    case notAChain(String)

    package var description: String {
        switch self {
        case .noGenesis: "the chain store has no genesis; give --genesisfile"
        case .otherGenesis(let stored, let given):
            "the chain store belongs to genesis \(stored), not \(given); use another --repo"
        case .headerNotFound(let cid): "block header \(cid) not found"
        case .blockNotFound(let cid): "block \(cid) not found"
        case .malformed(let cid, let reason): "block \(cid) is malformed: \(reason)"
        case .notATipset(let key, let reason): "\(key) is no tipset: \(reason)"
        case .lookingForward(let from, let to):
            "looking for tipset with height \(to) greater than start point \(from)"
        case .noCommonAncestor(let a, let b): "no common ancestor of \(a) and \(b)"
        case .notAChain(let reason): "no chain export: \(reason)"
        }
    }
}
