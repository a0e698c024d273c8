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
