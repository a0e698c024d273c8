package import FilecoinTypes
package import JSON
package import JSONRPC

// The sealer's methods, as venus-miner and its own command line call them.

/// Proves with the sectors that a block must prove (WinningPoSt).
///
/// The first generation sent sectors and randomness only; epoch and network version came later.
package enum ComputeProof: RPCMethod {
    package static let name = "Filecoin.ComputeProof"
    package static let parameterNames: [String] = [
        "sectors", "randomness", "epoch", "networkVersion",
    ]
    package typealias Parameters = Positional<
        [ExtendedSectorInfo], JSONBytes, Trailing<ChainEpoch>, Trailing<NetworkVersion>
    >
    package typealias Result = [PoStProof]
}

/// Has the prover of a miner do the same, over a gateway.
package enum GatewayComputeProof: RPCMethod {
    package static let name = "Gateway.ComputeProof"
    package static let parameterNames: [String] = [
        "miner", "sectors", "randomness", "epoch", "networkVersion",
    ]
    package typealias Parameters = Positional<
        Address, [ExtendedSectorInfo], JSONBytes, ChainEpoch, NetworkVersion
    >
    package typealias Result = [PoStProof]
}

/// The miner that the sealer is for.
package enum ActorAddress: RPCMethod {
    package static let name = "Filecoin.ActorAddress"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Address
}

/// The size of the miner's sectors.
package enum ActorSectorSize: RPCMethod {
    package static let name = "Filecoin.ActorSectorSize"
    package static let parameterNames: [String] = ["miner"]
    package typealias Parameters = Positional<Address>
    package typealias Result = SectorSize
}

/// The sectors that the sealer knows.
package enum SectorsList: RPCMethod {
    package static let name = "Filecoin.SectorsList"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [SectorNumber]
}

/// How many sectors are in each state.
package enum SectorsSummary: RPCMethod {
    package static let name = "Filecoin.SectorsSummary"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [String: UInt64]
}

/// What the sealer, and the chain if asked, knows of a sector.
package enum SectorsStatus: RPCMethod {
    package static let name = "Filecoin.SectorsStatus"
    package static let parameterNames: [String] = ["sector", "showOnChainInfo"]
    package typealias Parameters = Positional<SectorNumber, Bool>
    package typealias Result = SectorStatusResult
}

/// Makes a folder with sectors known.
package enum StorageAddLocal: RPCMethod {
    package static let name = "Filecoin.StorageAddLocal"
    package static let parameterNames: [String] = ["path"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// The folders with sectors, by their ids.
package enum StorageLocal: RPCMethod {
    package static let name = "Filecoin.StorageLocal"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [String: String]
}

/// What is wrong with the files of sectors of a deadline, by sector number.
///
/// A slow check opens a leaf of each sector.
package enum CheckDeadline: RPCMethod {
    package static let name = "Filecoin.CheckDeadline"
    package static let parameterNames: [String] = ["deadline", "isSlow"]
    package typealias Parameters = Positional<UInt64, Bool>
    package typealias Result = [String: String]
}

/// The newest WindowPoSts, newest first.
package enum WindowPoStList: RPCMethod {
    package static let name = "Filecoin.WindowPoStList"
    package static let parameterNames: [String] = ["limit"]
    package typealias Parameters = Positional<Int64>
    package typealias Result = [WindowPoStRecord]
}

/// Has the service stop.
package enum Shutdown: RPCMethod {
    package static let name = "Filecoin.Shutdown"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = NoResult
}
