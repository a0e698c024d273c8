package import FilecoinTypes
package import JSON
package import JSONRPC
package import Multiformats

// The chain: head, tipsets, blocks, messages.

/// The head.
package enum ChainHead: RPCMethod {
    package static let name = "Filecoin.ChainHead"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Tipset
}

/// A tipset.
package enum ChainGetTipSet: RPCMethod {
    package static let name = "Filecoin.ChainGetTipSet"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = Tipset
}

/// The tipset of an epoch; of a null round the one before it.
package enum ChainGetTipSetByHeight: RPCMethod {
    package static let name = "Filecoin.ChainGetTipSetByHeight"
    package static let parameterNames: [String] = ["height", "head"]
    package typealias Parameters = Positional<ChainEpoch, TipsetKey>
    package typealias Result = Tipset
}

/// The tipset of an epoch; of a null round the one after it.
package enum ChainGetTipSetAfterHeight: RPCMethod {
    package static let name = "Filecoin.ChainGetTipSetAfterHeight"
    package static let parameterNames: [String] = ["height", "head"]
    package typealias Parameters = Positional<ChainEpoch, TipsetKey>
    package typealias Result = Tipset
}

/// The genesis tipset.
package enum ChainGetGenesis: RPCMethod {
    package static let name = "Filecoin.ChainGetGenesis"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = Tipset
}

/// A block header.
package enum ChainGetBlock: RPCMethod {
    package static let name = "Filecoin.ChainGetBlock"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = BlockHeader
}

/// The messages of a block.
package enum ChainGetBlockMessages: RPCMethod {
    package static let name = "Filecoin.ChainGetBlockMessages"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = BlockMessagesResult
}

/// The messages of the parent tipset in execution order; `null` for genesis.
package enum ChainGetParentMessages: RPCMethod {
    package static let name = "Filecoin.ChainGetParentMessages"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = [ChainMessageResult]?
}

/// Their receipts, in the same order.
package enum ChainGetParentReceipts: RPCMethod {
    package static let name = "Filecoin.ChainGetParentReceipts"
    package static let parameterNames: [String] = ["block"]
    package typealias Parameters = Positional<CID>
    package typealias Result = [MessageReceipt]?
}

/// The messages of a tipset in execution order; `null` without any.
package enum ChainGetMessagesInTipset: RPCMethod {
    package static let name = "Filecoin.ChainGetMessagesInTipset"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = [ChainMessageResult]?
}

/// A message.
package enum ChainGetMessage: RPCMethod {
    package static let name = "Filecoin.ChainGetMessage"
    package static let parameterNames: [String] = ["message"]
    package typealias Parameters = Positional<CID>
    package typealias Result = Message
}

/// A block of the store.
package enum ChainReadObj: RPCMethod {
    package static let name = "Filecoin.ChainReadObj"
    package static let parameterNames: [String] = ["object"]
    package typealias Parameters = Positional<CID>
    package typealias Result = JSONBytes
}

/// Whether the store has a block.
package enum ChainHasObj: RPCMethod {
    package static let name = "Filecoin.ChainHasObj"
    package static let parameterNames: [String] = ["object"]
    package typealias Parameters = Positional<CID>
    package typealias Result = Bool
}

/// The weight of a tipset.
package enum ChainTipSetWeight: RPCMethod {
    package static let name = "Filecoin.ChainTipSetWeight"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = TokenAmount
}

/// How to get from one tipset to another.
package enum ChainGetPath: RPCMethod {
    package static let name = "Filecoin.ChainGetPath"
    package static let parameterNames: [String] = ["from", "to"]
    package typealias Parameters = Positional<TipsetKey, TipsetKey>
    package typealias Result = [TipsetChange]
}

/// The beacon entry of an epoch (API v0).
package enum BeaconGetEntry: RPCMethod {
    package static let name = "Filecoin.BeaconGetEntry"
    package static let parameterNames: [String] = ["epoch"]
    package typealias Parameters = Positional<ChainEpoch>
    package typealias Result = BeaconEntry
}

/// The beacon entry of an epoch.
package enum StateGetBeaconEntry: RPCMethod {
    package static let name = "Filecoin.StateGetBeaconEntry"
    package static let parameterNames: [String] = ["epoch"]
    package typealias Parameters = Positional<ChainEpoch>
    package typealias Result = BeaconEntry
}

/// Randomness of the chain's tickets (API v0).
package enum ChainGetRandomnessFromTickets: RPCMethod {
    package static let name = "Filecoin.ChainGetRandomnessFromTickets"
    package static let parameterNames: [String] = ["key", "purpose", "epoch", "entropy"]
    package typealias Parameters = Positional<TipsetKey, Int64, ChainEpoch, JSONBytes>
    package typealias Result = JSONBytes
}

/// Randomness of the beacon (API v0).
package enum ChainGetRandomnessFromBeacon: RPCMethod {
    package static let name = "Filecoin.ChainGetRandomnessFromBeacon"
    package static let parameterNames: [String] = ["key", "purpose", "epoch", "entropy"]
    package typealias Parameters = Positional<TipsetKey, Int64, ChainEpoch, JSONBytes>
    package typealias Result = JSONBytes
}

/// Randomness of the chain's tickets.
package enum StateGetRandomnessFromTickets: RPCMethod {
    package static let name = "Filecoin.StateGetRandomnessFromTickets"
    package static let parameterNames: [String] = ["purpose", "epoch", "entropy", "key"]
    package typealias Parameters = Positional<Int64, ChainEpoch, JSONBytes, TipsetKey>
    package typealias Result = JSONBytes
}

/// Randomness of the beacon.
package enum StateGetRandomnessFromBeacon: RPCMethod {
    package static let name = "Filecoin.StateGetRandomnessFromBeacon"
    package static let parameterNames: [String] = ["purpose", "epoch", "entropy", "key"]
    package typealias Parameters = Positional<Int64, ChainEpoch, JSONBytes, TipsetKey>
    package typealias Result = JSONBytes
}
