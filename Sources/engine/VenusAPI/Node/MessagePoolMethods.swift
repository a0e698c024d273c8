package import FilecoinTypes
package import JSONRPC
package import Multiformats

// Messages that are not in the chain yet, and what they should pay.

/// Takes a message of this node's users.
package enum MpoolPush: RPCMethod {
    package static let name = "Filecoin.MpoolPush"
    package static let parameterNames: [String] = ["message"]
    package typealias Parameters = Positional<SignedMessage>
    package typealias Result = CID
}

/// Takes a message of anybody.
package enum MpoolPushUntrusted: RPCMethod {
    package static let name = "Filecoin.MpoolPushUntrusted"
    package static let parameterNames: [String] = ["message"]
    package typealias Parameters = Positional<SignedMessage>
    package typealias Result = CID
}

/// Takes messages of this node's users, in order.
package enum MpoolBatchPush: RPCMethod {
    package static let name = "Filecoin.MpoolBatchPush"
    package static let parameterNames: [String] = ["messages"]
    package typealias Parameters = Positional<[SignedMessage]>
    package typealias Result = [CID]
}

/// Takes messages of anybody, in order.
package enum MpoolBatchPushUntrusted: RPCMethod {
    package static let name = "Filecoin.MpoolBatchPushUntrusted"
    package static let parameterNames: [String] = ["messages"]
    package typealias Parameters = Positional<[SignedMessage]>
    package typealias Result = [CID]
}

/// All pending messages, seen from a tipset.
package enum MpoolPending: RPCMethod {
    package static let name = "Filecoin.MpoolPending"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = [SignedMessage]
}

/// The next nonce of a sender, pending messages counted.
package enum MpoolGetNonce: RPCMethod {
    package static let name = "Filecoin.MpoolGetNonce"
    package static let parameterNames: [String] = ["sender"]
    package typealias Parameters = Positional<Address>
    package typealias Result = UInt64
}

/// Messages for one block.
package enum MpoolSelect: RPCMethod {
    package static let name = "Filecoin.MpoolSelect"
    package static let parameterNames: [String] = ["key", "ticketQuality"]
    package typealias Parameters = Positional<TipsetKey, Double>
    package typealias Result = [SignedMessage]?
}

/// Messages for several blocks of one epoch, each with others.
package enum MpoolSelects: RPCMethod {
    package static let name = "Filecoin.MpoolSelects"
    package static let parameterNames: [String] = ["key", "ticketQualities"]
    package typealias Parameters = Positional<TipsetKey, [Double]>
    package typealias Result = [[SignedMessage]]
}

/// The limits of the pool.
package enum MpoolGetConfig: RPCMethod {
    package static let name = "Filecoin.MpoolGetConfig"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = MpoolConfiguration
}

/// A fee cap that lasts for some blocks.
package enum GasEstimateFeeCap: RPCMethod {
    package static let name = "Filecoin.GasEstimateFeeCap"
    package static let parameterNames: [String] = ["message", "maxQueueBlocks", "key"]
    package typealias Parameters = Positional<Message, Int64, TipsetKey>
    package typealias Result = TokenAmount
}

/// A premium that gets a message in within some blocks.
package enum GasEstimateGasPremium: RPCMethod {
    package static let name = "Filecoin.GasEstimateGasPremium"
    package static let parameterNames: [String] = ["blocks", "sender", "gasLimit", "key"]
    package typealias Parameters = Positional<UInt64, Address, Int64, TipsetKey>
    package typealias Result = TokenAmount
}

/// The gas that a message uses.
package enum GasEstimateGasLimit: RPCMethod {
    package static let name = "Filecoin.GasEstimateGasLimit"
    package static let parameterNames: [String] = ["message", "key"]
    package typealias Parameters = Positional<Message, TipsetKey>
    package typealias Result = Int64
}

/// The message with limit, fee cap and premium filled in.
package enum GasEstimateMessageGas: RPCMethod {
    package static let name = "Filecoin.GasEstimateMessageGas"
    package static let parameterNames: [String] = ["message", "spec", "key"]
    package typealias Parameters = Positional<Message, MessageSendSpec?, TipsetKey>
    package typealias Result = Message
}

/// The same for a row of messages of one sender.
package enum GasBatchEstimateMessageGas: RPCMethod {
    package static let name = "Filecoin.GasBatchEstimateMessageGas"
    package static let parameterNames: [String] = ["messages", "fromNonce", "key"]
    package typealias Parameters = Positional<[EstimateMessage], UInt64, TipsetKey>
    package typealias Result = [EstimateResult]
}

/// Forgets the pending messages: of others, or all of them.
package enum MpoolClear: RPCMethod {
    package static let name = "Filecoin.MpoolClear"
    package static let parameterNames: [String] = ["includingLocal"]
    package typealias Parameters = Positional<Bool>
    package typealias Result = NoResult
}
