package import FilecoinTypes
package import JSONRPC
package import Multiformats

// Making blocks, and following those of others.

/// What a miner needs for an epoch; `null` if it cannot mine.
package enum MinerGetBaseInfo: RPCMethod {
    package static let name = "Filecoin.MinerGetBaseInfo"
    package static let parameterNames: [String] = ["miner", "epoch", "key"]
    package typealias Parameters = Positional<Address, ChainEpoch, TipsetKey>
    package typealias Result = MiningBaseInfo?
}

/// Makes a block; unsigned if the worker's key is not here.
package enum MinerCreateBlock: RPCMethod {
    package static let name = "Filecoin.MinerCreateBlock"
    package static let parameterNames: [String] = ["template"]
    package typealias Parameters = Positional<BlockTemplate>
    package typealias Result = BlockMessage
}

/// Takes a finished block.
package enum SyncSubmitBlock: RPCMethod {
    package static let name = "Filecoin.SyncSubmitBlock"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<BlockMessage>
    package typealias Result = NoResult
}

/// How far the node follows the chain.
package enum SyncState: RPCMethod {
    package static let name = "Filecoin.SyncState"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = SyncStateResult
}

/// Why a block is known as bad; empty if it is not.
package enum SyncCheckBad: RPCMethod {
    package static let name = "Filecoin.SyncCheckBad"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = String
}

/// Marks a block as bad.
package enum SyncMarkBad: RPCMethod {
    package static let name = "Filecoin.SyncMarkBad"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = NoResult
}

/// Takes such a mark back.
package enum SyncUnmarkBad: RPCMethod {
    package static let name = "Filecoin.SyncUnmarkBad"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = NoResult
}

/// Takes all such marks back.
package enum SyncUnmarkAllBad: RPCMethod {
    package static let name = "Filecoin.SyncUnmarkAllBad"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = NoResult
}
