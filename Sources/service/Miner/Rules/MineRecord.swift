import FilecoinTypes
import Multiformats
import ServiceKit
import VenusAPI

/// What is kept of a miner's win, block or failure in an epoch.
struct MineRecord: Hashable, Sendable {
    let miner: Address
    let epoch: ChainEpoch
    /// What the block builds on.
    var parents: TipsetKey
    var parentEpoch: ChainEpoch
    var state: MinerBlock.State
    /// The block, if it was made.
    var cid: CID?
    /// When the election was won, if it was.
    var wonAt: ProtocolTime?
    /// Names and texts, for people; lengths of time in Go's form.
    var fields: [String: String]
}
