package import FilecoinTypes
package import JSONRPC

// The methods of the block producer. Version, LogList and LogSetLevel are those of the node.

/// Takes a miner with its sealer and its wallet (2021).
package enum MinerAddAddress: RPCMethod {
    package static let name = "Filecoin.AddAddress"
    package static let parameterNames: [String] = ["miner"]
    package typealias Parameters = Positional<MinerEntry>
    package typealias Result = NoResult
}

/// Changes a miner (2021), or reads the miners of the auth service again (today: skip, limit).
package enum MinerUpdateAddress: RPCMethod {
    package static let name = "Filecoin.UpdateAddress"
    package static let parameterNames: [String] = ["minerOrSkip", "limit"]
    package typealias Parameters = Positional<MinerUpdate, Trailing<Int64>>
    package typealias Result = [MinerEntry]
}

/// Forgets a miner (2021).
package enum MinerRemoveAddress: RPCMethod {
    package static let name = "Filecoin.RemoveAddress"
    package static let parameterNames: [String] = ["miner"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Lists the miners, without their tokens.
package enum MinerListAddress: RPCMethod {
    package static let name = "Filecoin.ListAddress"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [MinerEntry]
}

/// Says which miners mine.
package enum MinerStatesForMining: RPCMethod {
    package static let name = "Filecoin.StatesForMining"
    package static let parameterNames: [String] = ["miners"]
    package typealias Parameters = Positional<MinerSelection>
    package typealias Result = [MinerState]
}

/// Starts making blocks.
package enum MinerStart: RPCMethod {
    package static let name = "Filecoin.Start"
    package static let parameterNames: [String] = ["miners"]
    package typealias Parameters = Positional<MinerSelection>
    package typealias Result = NoResult
}

/// Stops making blocks.
package enum MinerStop: RPCMethod {
    package static let name = "Filecoin.Stop"
    package static let parameterNames: [String] = ["miners"]
    package typealias Parameters = Positional<MinerSelection>
    package typealias Result = NoResult
}

/// Counts what miners won in the epochs from the second parameter to the third.
package enum MinerCountWinners: RPCMethod {
    package static let name = "Filecoin.CountWinners"
    package static let parameterNames: [String] = ["miners", "start", "end"]
    package typealias Parameters = Positional<MinerSelection, ChainEpoch, ChainEpoch>
    package typealias Result = [MinerWins]
}

/// Has a miner's prover prove once.
package enum MinerWarmup: RPCMethod {
    package static let name = "Filecoin.WarmupForMiner"
    package static let parameterNames: [String] = ["miner"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Lists the blocks that were won, newest first.
package enum MinerListBlocks: RPCMethod {
    package static let name = "Filecoin.ListBlocks"
    package static let parameterNames: [String] = ["query"]
    package typealias Parameters = Positional<MinerBlockQuery>
    package typealias Result = [MinerBlock]
}

/// The records of a miner, newest first: names and texts.
package enum MinerQueryRecord: RPCMethod {
    package static let name = "Filecoin.QueryRecord"
    package static let parameterNames: [String] = ["query"]
    package typealias Parameters = Positional<MinerRecordQuery>
    package typealias Result = [[String: String]]
}

/// Ends the service.
package enum MinerShutdown: RPCMethod {
    package static let name = "Filecoin.Shutdown"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = NoResult
}
