package import FilecoinTypes
package import JSON
package import JSONRPC

// The node in the network and as a process.

/// The peers that the node is connected to.
package enum NetPeers: RPCMethod {
    package static let name = "Filecoin.NetPeers"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [JSONValue]
}

/// How the node is connected to a peer: 0 stands for not at all.
package enum NetConnectedness: RPCMethod {
    package static let name = "Filecoin.NetConnectedness"
    package static let parameterNames: [String] = ["peer"]
    package typealias Parameters = Positional<PeerIDText>
    package typealias Result = Int
}

/// Where a peer can be reached.
package enum NetFindPeer: RPCMethod {
    package static let name = "Filecoin.NetFindPeer"
    package static let parameterNames: [String] = ["peer"]
    package typealias Parameters = Positional<PeerIDText>
    package typealias Result = JSONValue
}

/// What a peer calls its program.
package enum NetAgentVersion: RPCMethod {
    package static let name = "Filecoin.NetAgentVersion"
    package static let parameterNames: [String] = ["peer"]
    package typealias Parameters = Positional<PeerIDText>
    package typealias Result = String
}

/// Whether the node can be reached from outside.
package enum NetAutoNatStatus: RPCMethod {
    package static let name = "Filecoin.NetAutoNatStatus"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = NATStatusResult
}

/// How much peers are trusted.
package enum NetPubsubScores: RPCMethod {
    package static let name = "Filecoin.NetPubsubScores"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [JSONValue]
}

/// A name that the node has until it ends.
package enum NodeSession: RPCMethod {
    package static let name = "Filecoin.Session"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = String
}

/// When the node started.
package enum NodeStartTime: RPCMethod {
    package static let name = "Filecoin.StartTime"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = String
}

/// Seconds of an epoch, in nanoseconds.
package enum NodeBlockTime: RPCMethod {
    package static let name = "Filecoin.BlockTime"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Int64
}

/// How well the node keeps up.
package enum NodeStatus: RPCMethod {
    package static let name = "Filecoin.NodeStatus"
    package static let parameterNames: [String] = ["withChain"]
    package typealias Parameters = Positional<Bool>
    package typealias Result = NodeStatusResult
}

/// The vouchers of a payment channel that the node keeps.
package enum PaychVoucherList: RPCMethod {
    package static let name = "Filecoin.PaychVoucherList"
    package static let parameterNames: [String] = ["channel"]
    package typealias Parameters = Positional<Address>
    package typealias Result = [JSONValue]
}

/// The payment channels that the node keeps.
package enum PaychList: RPCMethod {
    package static let name = "Filecoin.PaychList"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [Address]
}

/// What is left in the payment channel between two that the node keeps.
package enum PaychAvailableFundsByFromTo: RPCMethod {
    package static let name = "Filecoin.PaychAvailableFundsByFromTo"
    package static let parameterNames: [String] = ["from", "to"]
    package typealias Parameters = Positional<Address, Address>
    package typealias Result = ChannelFundsResult
}

/// What the node has set aside in the market for an address.
package enum MarketGetReserved: RPCMethod {
    package static let name = "Filecoin.MarketGetReserved"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = TokenAmount
}
