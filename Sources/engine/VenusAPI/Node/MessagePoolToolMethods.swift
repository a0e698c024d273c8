package import FilecoinTypes
package import JSON
package import JSONRPC

// The message pool: looking at messages before they are pushed, and what operators do with it.

/// Looks at messages before they are signed.
package enum MpoolCheckMessages: RPCMethod {
    package static let name = "Filecoin.MpoolCheckMessages"
    package static let parameterNames: [String] = ["messages"]
    package typealias Parameters = Positional<[MessagePrototypeResult]>
    package typealias Result = JSONValue
}

/// Looks at the waiting messages of a sender.
package enum MpoolCheckPendingMessages: RPCMethod {
    package static let name = "Filecoin.MpoolCheckPendingMessages"
    package static let parameterNames: [String] = ["sender"]
    package typealias Parameters = Positional<Address>
    package typealias Result = JSONValue
}

/// Looks at messages that replace waiting ones.
package enum MpoolCheckReplaceMessages: RPCMethod {
    package static let name = "Filecoin.MpoolCheckReplaceMessages"
    package static let parameterNames: [String] = ["messages"]
    package typealias Parameters = Positional<[Message]>
    package typealias Result = JSONValue
}

/// Sets the limits of the pool.
package enum MpoolSetConfig: RPCMethod {
    package static let name = "Filecoin.MpoolSetConfig"
    package static let parameterNames: [String] = ["configuration"]
    package typealias Parameters = Positional<MpoolConfiguration>
    package typealias Result = NoResult
}

/// Estimates, signs with the node's own wallet and takes messages.
package enum MpoolBatchPushMessage: RPCMethod {
    package static let name = "Filecoin.MpoolBatchPushMessage"
    package static let parameterNames: [String] = ["messages", "spec"]
    package typealias Parameters = Positional<[Message], MessageSendSpec?>
    package typealias Result = [SignedMessage]
}

/// Messages as they come into the pool and leave it.
package enum MpoolSub: RPCChannelMethod {
    package static let name = "Filecoin.MpoolSub"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Element = PoolUpdateResult
}

/// Forgets the waiting messages of a sender.
package enum MpoolDeleteByAddress: RPCMethod {
    // The spelling is venus's.
    package static let name = "Filecoin.MpoolDeleteByAdress"
    package static let parameterNames: [String] = ["sender"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}
