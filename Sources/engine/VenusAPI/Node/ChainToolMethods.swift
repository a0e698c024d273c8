package import FilecoinTypes
package import JSONRPC
package import Multiformats

// Blocks of the store, for people.

/// How many bytes and blocks a tree has, without those of another one.
package enum ChainStatObj: RPCMethod {
    package static let name = "Filecoin.ChainStatObj"
    package static let parameterNames: [String] = ["object", "base"]
    package typealias Parameters = Positional<CID, CID?>
    package typealias Result = ObjectSizeResult
}

/// A block, or what a path leads to in it, in DAG-JSON.
package enum ChainGetNode: RPCMethod {
    package static let name = "Filecoin.ChainGetNode"
    package static let parameterNames: [String] = ["path"]
    package typealias Parameters = Positional<String>
    package typealias Result = NodeResult
}

/// The tipsets before one, newest first.
package enum ChainList: RPCMethod {
    package static let name = "Filecoin.ChainList"
    package static let parameterNames: [String] = ["key", "count"]
    package typealias Parameters = Positional<TipsetKey, Int>
    package typealias Result = [TipsetKey]
}

/// A block with its messages.
package enum GetFullBlock: RPCMethod {
    package static let name = "Filecoin.GetFullBlock"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = FullBlockResult
}

/// Moves the head to another tipset, whatever its weight.
package enum ChainSetHead: RPCMethod {
    package static let name = "Filecoin.ChainSetHead"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = NoResult
}
