package import FilecoinTypes
package import JSONRPC
package import Multiformats

// The methods of the messager, under the names of the originals.

/// Says what runs.
package enum MessagerGetVersion: RPCMethod {
    package static let name = "Message.Version"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = MessagerVersion
}

/// Says whether there is a message with an id.
package enum MessagerHasMessageByUid: RPCMethod {
    package static let name = "Message.HasMessageByUid"
    package static let parameterNames: [String] = ["id"]
    package typealias Parameters = Positional<String>
    package typealias Result = Bool
}

/// Waits until a message is that deep in the chain, or has failed.
package enum MessagerWaitMessage: RPCMethod {
    package static let name = "Message.WaitMessage"
    package static let parameterNames: [String] = ["id", "confidence"]
    package typealias Parameters = Positional<String, UInt64>
    package typealias Result = MessagerMessage
}

/// Takes a message and chooses its id.
package enum MessagerPushMessage: RPCMethod {
    package static let name = "Message.PushMessage"
    package static let parameterNames: [String] = ["message", "spec"]
    package typealias Parameters = Positional<Message, MessagerSendSpec?>
    package typealias Result = String
}

/// Takes a message under the caller's id.
package enum MessagerPushMessageWithId: RPCMethod {
    package static let name = "Message.PushMessageWithId"
    package static let parameterNames: [String] = ["id", "message", "spec"]
    package typealias Parameters = Positional<String, Message, MessagerSendSpec?>
    package typealias Result = String
}

/// Finds a message by its id.
package enum MessagerGetMessageByUid: RPCMethod {
    package static let name = "Message.GetMessageByUid"
    package static let parameterNames: [String] = ["id"]
    package typealias Parameters = Positional<String>
    package typealias Result = MessagerMessage
}

/// Finds a message by the CID with its signature.
package enum MessagerGetMessageBySignedCid: RPCMethod {
    package static let name = "Message.GetMessageBySignedCid"
    package static let parameterNames: [String] = ["cid"]
    package typealias Parameters = Positional<CID>
    package typealias Result = MessagerMessage
}

/// Finds a message by the CID without signature.
package enum MessagerGetMessageByUnsignedCid: RPCMethod {
    package static let name = "Message.GetMessageByUnsignedCid"
    package static let parameterNames: [String] = ["cid"]
    package typealias Parameters = Positional<CID>
    package typealias Result = MessagerMessage
}

/// Finds a message by its sender and nonce.
package enum MessagerGetMessageByFromAndNonce: RPCMethod {
    package static let name = "Message.GetMessageByFromAndNonce"
    package static let parameterNames: [String] = ["from", "nonce"]
    package typealias Parameters = Positional<Address, UInt64>
    package typealias Result = MessagerMessage
}

/// Lists messages.
package enum MessagerListMessage: RPCMethod {
    package static let name = "Message.ListMessage"
    package static let parameterNames: [String] = ["query"]
    package typealias Parameters = Positional<MessagerQuery>
    package typealias Result = [MessagerMessage]
}

/// Lists the messages of a sender in a state, a page at a time.
package enum MessagerListMessageByFromState: RPCMethod {
    package static let name = "Message.ListMessageByFromState"
    package static let parameterNames: [String] = [
        "from", "state", "isAscending", "pageIndex", "pageSize", "duration",
    ]
    package typealias Parameters = Positional<
        OptionalAddress, MessagerState, Bool, Int64, Int64, Int64
    >
    package typealias Result = [MessagerMessage]
}

/// Lists all messages of a sender.
package enum MessagerListMessageByAddress: RPCMethod {
    package static let name = "Message.ListMessageByAddress"
    package static let parameterNames: [String] = ["from"]
    package typealias Parameters = Positional<Address>
    package typealias Result = [MessagerMessage]
}

/// Lists the unfilled messages that have an error.
package enum MessagerListFailedMessage: RPCMethod {
    package static let name = "Message.ListFailedMessage"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [MessagerMessage]
}

/// Lists the messages that wait longer than a number of nanoseconds.
package enum MessagerListBlockedMessage: RPCMethod {
    package static let name = "Message.ListBlockedMessage"
    package static let parameterNames: [String] = ["from", "duration"]
    package typealias Parameters = Positional<OptionalAddress, Int64>
    package typealias Result = [MessagerMessage]
}

/// Sets the state of a message.
package enum MessagerUpdateMessageStateByID: RPCMethod {
    package static let name = "Message.UpdateMessageStateByID"
    package static let parameterNames: [String] = ["id", "state"]
    package typealias Parameters = Positional<String, MessagerState>
    package typealias Result = NoResult
}

/// Asks the node about every message that is on its way.
package enum MessagerUpdateAllFilledMessage: RPCMethod {
    package static let name = "Message.UpdateAllFilledMessage"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Int
}

/// Asks the node about a message that is on its way.
package enum MessagerUpdateFilledMessageByID: RPCMethod {
    package static let name = "Message.UpdateFilledMessageByID"
    package static let parameterNames: [String] = ["id"]
    package typealias Parameters = Positional<String>
    package typealias Result = String
}

/// Signs a message anew with other gas values.
package enum MessagerReplaceMessage: RPCMethod {
    package static let name = "Message.ReplaceMessage"
    package static let parameterNames: [String] = ["replacement"]
    package typealias Parameters = Positional<MessagerReplacement>
    package typealias Result = CID
}

/// Pushes a message again.
package enum MessagerRepublishMessage: RPCMethod {
    package static let name = "Message.RepublishMessage"
    package static let parameterNames: [String] = ["id"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Gives a message up.
package enum MessagerMarkBadMessage: RPCMethod {
    package static let name = "Message.MarkBadMessage"
    package static let parameterNames: [String] = ["id"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Takes the failed messages of a sender up again that were signed.
package enum MessagerRecoverFailedMsg: RPCMethod {
    package static let name = "Message.RecoverFailedMsg"
    package static let parameterNames: [String] = ["from"]
    package typealias Parameters = Positional<Address>
    package typealias Result = [String]
}

/// Gives up every unfilled message of a sender.
package enum MessagerClearUnFillMessage: RPCMethod {
    package static let name = "Message.ClearUnFillMessage"
    package static let parameterNames: [String] = ["from"]
    package typealias Parameters = Positional<Address>
    package typealias Result = Int
}

/// Finds a sender.
package enum MessagerGetAddress: RPCMethod {
    package static let name = "Message.GetAddress"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = MessagerAddress
}

/// Says whether a sender is known.
package enum MessagerHasAddress: RPCMethod {
    package static let name = "Message.HasAddress"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = Bool
}

/// Says whether a wallet has the key of an address.
package enum MessagerWalletHas: RPCMethod {
    package static let name = "Message.WalletHas"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = Bool
}

/// Lists the senders that the caller may see.
package enum MessagerListAddress: RPCMethod {
    package static let name = "Message.ListAddress"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [MessagerAddress]?
}

/// Sets the next nonce of a sender.
package enum MessagerUpdateNonce: RPCMethod {
    package static let name = "Message.UpdateNonce"
    package static let parameterNames: [String] = ["address", "nonce"]
    package typealias Parameters = Positional<Address, UInt64>
    package typealias Result = NoResult
}

/// Forgets a sender.
package enum MessagerDeleteAddress: RPCMethod {
    package static let name = "Message.DeleteAddress"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Keeps a sender from sending.
package enum MessagerForbiddenAddress: RPCMethod {
    package static let name = "Message.ForbiddenAddress"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Lets a sender send again.
package enum MessagerActiveAddress: RPCMethod {
    package static let name = "Message.ActiveAddress"
    package static let parameterNames: [String] = ["address"]
    package typealias Parameters = Positional<Address>
    package typealias Result = NoResult
}

/// Sets how many messages of a sender may be on their way.
package enum MessagerSetSelectMsgNum: RPCMethod {
    package static let name = "Message.SetSelectMsgNum"
    package static let parameterNames: [String] = ["address", "count"]
    package typealias Parameters = Positional<Address, UInt64>
    package typealias Result = NoResult
}

/// Sets what messages of a sender may cost.
package enum MessagerSetFeeParams: RPCMethod {
    package static let name = "Message.SetFeeParams"
    package static let parameterNames: [String] = ["spec"]
    package typealias Parameters = Positional<MessagerAddressSpec>
    package typealias Result = NoResult
}

/// Gives the settings of all senders.
package enum MessagerGetSharedParams: RPCMethod {
    package static let name = "Message.GetSharedParams"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = MessagerSharedSettings
}

/// Sets the settings of all senders.
package enum MessagerSetSharedParams: RPCMethod {
    package static let name = "Message.SetSharedParams"
    package static let parameterNames: [String] = ["settings"]
    package typealias Parameters = Positional<MessagerSharedSettings>
    package typealias Result = NoResult
}

/// Adds a node to push to.
package enum MessagerSaveNode: RPCMethod {
    package static let name = "Message.SaveNode"
    package static let parameterNames: [String] = ["node"]
    package typealias Parameters = Positional<MessagerNode>
    package typealias Result = NoResult
}

/// Finds a node.
package enum MessagerGetNode: RPCMethod {
    package static let name = "Message.GetNode"
    package static let parameterNames: [String] = ["name"]
    package typealias Parameters = Positional<String>
    package typealias Result = MessagerNode
}

/// Says whether there is a node of a name.
package enum MessagerHasNode: RPCMethod {
    package static let name = "Message.HasNode"
    package static let parameterNames: [String] = ["name"]
    package typealias Parameters = Positional<String>
    package typealias Result = Bool
}

/// Lists the nodes.
package enum MessagerListNode: RPCMethod {
    package static let name = "Message.ListNode"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [MessagerNode]
}

/// Forgets a node.
package enum MessagerDeleteNode: RPCMethod {
    package static let name = "Message.DeleteNode"
    package static let parameterNames: [String] = ["name"]
    package typealias Parameters = Positional<String>
    package typealias Result = NoResult
}

/// Sets the lowest level that a subsystem logs.
package enum MessagerSetLogLevel: RPCMethod {
    package static let name = "Message.SetLogLevel"
    package static let parameterNames: [String] = ["subsystem", "level"]
    package typealias Parameters = Positional<String, String>
    package typealias Result = NoResult
}

/// Lists the subsystems that log.
package enum MessagerLogList: RPCMethod {
    package static let name = "Message.LogList"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = [String]
}
