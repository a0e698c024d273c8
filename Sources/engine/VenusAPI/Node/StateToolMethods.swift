package import FilecoinTypes
package import JSON
package import JSONRPC
package import Multiformats

// The state: executing messages, comparing and drawing, and what sealing costs.

/// Executes a message of a tipset again and tells what it did.
package enum StateReplay: RPCMethod {
    package static let name = "Filecoin.StateReplay"
    package static let parameterNames: [String] = ["key", "message"]
    package typealias Parameters = Positional<TipsetKey, CID>
    package typealias Result = InvocationResult
}

/// Executes a tipset, then messages at a height, and tells what all of them did.
package enum StateCompute: RPCMethod {
    package static let name = "Filecoin.StateCompute"
    package static let parameterNames: [String] = ["height", "messages", "key"]
    package typealias Parameters = Positional<ChainEpoch, [Message], TipsetKey>
    package typealias Result = ComputeStateResult
}

/// The parameters of a message to an actor, under the names of their fields.
package enum StateDecodeParams: RPCMethod {
    package static let name = "Filecoin.StateDecodeParams"
    package static let parameterNames: [String] = ["actor", "method", "parameters", "key"]
    package typealias Parameters = Positional<Address, MethodNumber, JSONBytes, TipsetKey>
    package typealias Result = JSONValue
}

/// The actors of a state that another one has otherwise, as they are in the new one.
package enum StateChangedActors: RPCMethod {
    package static let name = "Filecoin.StateChangedActors"
    package static let parameterNames: [String] = ["old", "new"]
    package typealias Parameters = Positional<CID, CID>
    package typealias Result = [String: ActorRecord]
}

/// The manifest of the actors of a network version: native actors have none.
package enum StateActorManifestCID: RPCMethod {
    package static let name = "Filecoin.StateActorManifestCID"
    package static let parameterNames: [String] = ["networkVersion"]
    package typealias Parameters = Positional<NetworkVersion>
    package typealias Result = CID
}

/// The beacon entry of an epoch as messages draw from it, not yet drawn.
package enum StateGetRandomnessDigestFromBeacon: RPCMethod {
    package static let name = "Filecoin.StateGetRandomnessDigestFromBeacon"
    package static let parameterNames: [String] = ["epoch", "key"]
    package typealias Parameters = Positional<ChainEpoch, TipsetKey>
    package typealias Result = JSONBytes
}

/// The ticket of an epoch as messages draw from it, not yet drawn.
package enum StateGetRandomnessDigestFromTickets: RPCMethod {
    package static let name = "Filecoin.StateGetRandomnessDigestFromTickets"
    package static let parameterNames: [String] = ["epoch", "key"]
    package typealias Parameters = Positional<ChainEpoch, TipsetKey>
    package typealias Result = JSONBytes
}

/// The bounds of what a provider puts at stake for a deal.
package enum StateDealProviderCollateralBounds: RPCMethod {
    package static let name = "Filecoin.StateDealProviderCollateralBounds"
    package static let parameterNames: [String] = ["size", "isVerified", "key"]
    package typealias Parameters = Positional<UInt64, Bool, TipsetKey>
    package typealias Result = CollateralBounds
}

/// All deals by their numbers.
package enum StateMarketDeals: RPCMethod {
    package static let name = "Filecoin.StateMarketDeals"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = [String: MarketDealResult]
}

/// Balances in the market by address.
package enum StateMarketParticipants: RPCMethod {
    package static let name = "Filecoin.StateMarketParticipants"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = [String: MarketBalanceResult]
}

/// What creating a miner costs.
package enum StateMinerCreationDeposit: RPCMethod {
    package static let name = "Filecoin.StateMinerCreationDeposit"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = TokenAmount
}

/// What committing a sector locks, with a tenth on top.
package enum StateMinerInitialPledgeCollateral: RPCMethod {
    package static let name = "Filecoin.StateMinerInitialPledgeCollateral"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorPreCommitResult, TipsetKey>
    package typealias Result = TokenAmount
}

/// What pre-committing a sector locks, with a tenth on top.
package enum StateMinerPreCommitDepositForPower: RPCMethod {
    package static let name = "Filecoin.StateMinerPreCommitDepositForPower"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorPreCommitResult, TipsetKey>
    package typealias Result = TokenAmount
}

/// What a sector of that life and size would lock, with a tenth on top.
package enum StateMinerInitialPledgeForSector: RPCMethod {
    package static let name = "Filecoin.StateMinerInitialPledgeForSector"
    package static let parameterNames: [String] = ["duration", "sectorSize", "verifiedSize", "key"]
    package typealias Parameters = Positional<ChainEpoch, UInt64, UInt64, TipsetKey>
    package typealias Result = TokenAmount
}

/// The size of a miner's sectors.
package enum StateMinerSectorSize: RPCMethod {
    package static let name = "Filecoin.StateMinerSectorSize"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = SectorSize
}

/// The key address of a miner's worker.
package enum StateMinerWorkerAddress: RPCMethod {
    package static let name = "Filecoin.StateMinerWorkerAddress"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = Address
}

/// The commitment of the data of a sector with these deals.
package enum StateComputeDataCID: RPCMethod {
    package static let name = "Filecoin.StateComputeDataCID"
    package static let parameterNames: [String] = ["miner", "proof", "deals", "key"]
    package typealias Parameters = Positional<Address, RegisteredSealProof, [DealID], TipsetKey>
    package typealias Result = CID
}

/// The key address of an address.
package enum ResolveToKeyAddr: RPCMethod {
    package static let name = "Filecoin.ResolveToKeyAddr"
    package static let parameterNames: [String] = ["address", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = Address
}

/// Where a message was executed, looking back so many epochs.
package enum StateSearchMsgLimited: RPCMethod {
    package static let name = "Filecoin.StateSearchMsgLimited"
    package static let parameterNames: [String] = ["message", "limit"]
    package typealias Parameters = Positional<CID, ChainEpoch>
    package typealias Result = MessageLookup?
}

/// Waits until a message is that deep in the chain, looking back so many epochs.
package enum StateWaitMsgLimited: RPCMethod {
    package static let name = "Filecoin.StateWaitMsgLimited"
    package static let parameterNames: [String] = ["message", "confidence", "limit"]
    package typealias Parameters = Positional<CID, UInt64, ChainEpoch>
    package typealias Result = MessageLookup
}

/// Checks what must hold in every state, in the one before a tipset; our own method.
package enum StateCheckInvariants: RPCMethod {
    package static let name = "Filecoin.StateCheckInvariants"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = InvariantsResult
}
