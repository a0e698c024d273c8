package import FilecoinTypes
package import JSON
package import JSONRPC
package import Multiformats

// The state: actors, miners, sectors, messages' results.

/// An actor's entry in the state tree.
package enum StateGetActor: RPCMethod {
    package static let name = "Filecoin.StateGetActor"
    package static let parameterNames: [String] = ["actor", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = ActorRecord
}

/// The ID address of an address.
package enum StateLookupID: RPCMethod {
    package static let name = "Filecoin.StateLookupID"
    package static let parameterNames: [String] = ["address", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = Address
}

/// The key address of an account.
package enum StateAccountKey: RPCMethod {
    package static let name = "Filecoin.StateAccountKey"
    package static let parameterNames: [String] = ["address", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = Address
}

/// The key or actor address of an ID.
package enum StateLookupRobustAddress: RPCMethod {
    package static let name = "Filecoin.StateLookupRobustAddress"
    package static let parameterNames: [String] = ["address", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = Address
}

/// The name of the network.
package enum StateNetworkName: RPCMethod {
    package static let name = "Filecoin.StateNetworkName"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = String
}

/// The network version of a tipset.
package enum StateNetworkVersion: RPCMethod {
    package static let name = "Filecoin.StateNetworkVersion"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = NetworkVersion
}

/// The parameters of the network.
package enum StateGetNetworkParams: RPCMethod {
    package static let name = "Filecoin.StateGetNetworkParams"
    package static let parameterNames: [String] = []
    package typealias Parameters = Positional<>
    package typealias Result = NetworkParametersResult
}

/// All miners.
package enum StateListMiners: RPCMethod {
    package static let name = "Filecoin.StateListMiners"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = [Address]
}

/// All actors.
package enum StateListActors: RPCMethod {
    package static let name = "Filecoin.StateListActors"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = [Address]
}

/// An actor's state, decoded.
package enum StateReadState: RPCMethod {
    package static let name = "Filecoin.StateReadState"
    package static let parameterNames: [String] = ["actor", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = JSONValue
}

/// The circulating supply.
package enum StateCirculatingSupply: RPCMethod {
    package static let name = "Filecoin.StateCirculatingSupply"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = TokenAmount
}

/// The circulating supply as the VM counts it, in its parts.
package enum StateVMCirculatingSupplyInternal: RPCMethod {
    package static let name = "Filecoin.StateVMCirculatingSupplyInternal"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = CirculatingSupplyResult
}

/// Executes a message without keeping its effect.
package enum StateCall: RPCMethod {
    package static let name = "Filecoin.StateCall"
    package static let parameterNames: [String] = ["message", "key"]
    package typealias Parameters = Positional<Message, TipsetKey>
    package typealias Result = InvocationResult
}

/// Where a message was executed; `null` if nowhere within the limit.
package enum StateSearchMsg: RPCMethod {
    package static let name = "Filecoin.StateSearchMsg"
    package static let parameterNames: [String] = ["key", "message", "limit", "allowReplaced"]
    package typealias Parameters = Positional<TipsetKey, CID, ChainEpoch, Bool>
    package typealias Result = MessageLookup?
}

/// Waits until a message is that deep in the chain.
package enum StateWaitMsg: RPCMethod {
    package static let name = "Filecoin.StateWaitMsg"
    package static let parameterNames: [String] = [
        "message", "confidence", "limit", "allowReplaced",
    ]
    package typealias Parameters = Positional<CID, UInt64, ChainEpoch, Bool>
    package typealias Result = MessageLookup
}

/// A miner's keys and settings.
package enum StateMinerInfo: RPCMethod {
    package static let name = "Filecoin.StateMinerInfo"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = MinerInfoResult
}

/// Power of a miner and of the network.
package enum StateMinerPower: RPCMethod {
    package static let name = "Filecoin.StateMinerPower"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = MinerPowerResult
}

/// The 48 deadlines of a miner.
package enum StateMinerDeadlines: RPCMethod {
    package static let name = "Filecoin.StateMinerDeadlines"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = [DeadlineResult]
}

/// The partitions of a deadline.
package enum StateMinerPartitions: RPCMethod {
    package static let name = "Filecoin.StateMinerPartitions"
    package static let parameterNames: [String] = ["miner", "deadline", "key"]
    package typealias Parameters = Positional<Address, UInt64, TipsetKey>
    package typealias Result = [PartitionResult]?
}

/// The present deadline of a miner.
package enum StateMinerProvingDeadline: RPCMethod {
    package static let name = "Filecoin.StateMinerProvingDeadline"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = ProvingDeadlineResult
}

/// The proven sectors of a miner, all or those asked for.
package enum StateMinerSectors: RPCMethod {
    package static let name = "Filecoin.StateMinerSectors"
    package static let parameterNames: [String] = ["miner", "numbers", "key"]
    package typealias Parameters = Positional<Address, BitFieldRuns?, TipsetKey>
    package typealias Result = [SectorOnChainResult]?
}

/// The sectors that have power.
package enum StateMinerActiveSectors: RPCMethod {
    package static let name = "Filecoin.StateMinerActiveSectors"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = [SectorOnChainResult]?
}

/// How many sectors a miner has.
package enum StateMinerSectorCount: RPCMethod {
    package static let name = "Filecoin.StateMinerSectorCount"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = MinerSectorsResult
}

/// Whether a sector number was ever used.
package enum StateMinerSectorAllocated: RPCMethod {
    package static let name = "Filecoin.StateMinerSectorAllocated"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorNumber, TipsetKey>
    package typealias Result = Bool
}

/// The faulty sectors.
package enum StateMinerFaults: RPCMethod {
    package static let name = "Filecoin.StateMinerFaults"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = BitFieldRuns
}

/// The sectors that recover.
package enum StateMinerRecoveries: RPCMethod {
    package static let name = "Filecoin.StateMinerRecoveries"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = BitFieldRuns
}

/// What the owner may withdraw.
package enum StateMinerAvailableBalance: RPCMethod {
    package static let name = "Filecoin.StateMinerAvailableBalance"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = TokenAmount
}

/// A proven sector.
package enum StateSectorGetInfo: RPCMethod {
    package static let name = "Filecoin.StateSectorGetInfo"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorNumber, TipsetKey>
    package typealias Result = SectorOnChainResult?
}

/// A pre-committed sector.
package enum StateSectorPreCommitInfo: RPCMethod {
    package static let name = "Filecoin.StateSectorPreCommitInfo"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorNumber, TipsetKey>
    package typealias Result = SectorPreCommitOnChainResult?
}

/// When a sector ends.
package enum StateSectorExpiration: RPCMethod {
    package static let name = "Filecoin.StateSectorExpiration"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorNumber, TipsetKey>
    package typealias Result = SectorExpirationResult?
}

/// Where a sector stands.
package enum StateSectorPartition: RPCMethod {
    package static let name = "Filecoin.StateSectorPartition"
    package static let parameterNames: [String] = ["miner", "sector", "key"]
    package typealias Parameters = Positional<Address, SectorNumber, TipsetKey>
    package typealias Result = SectorLocationResult
}

/// An escrow balance.
package enum StateMarketBalance: RPCMethod {
    package static let name = "Filecoin.StateMarketBalance"
    package static let parameterNames: [String] = ["address", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = MarketBalanceResult
}

/// Where a message was executed (API v0): on the chain of the head, however long ago.
package enum StateSearchMsgV0: RPCMethod {
    package static let name = "Filecoin.StateSearchMsg"
    package static let parameterNames: [String] = ["message"]
    package typealias Parameters = Positional<CID>
    package typealias Result = MessageLookup?
}

/// Waits until a message is that deep in the chain (API v0).
package enum StateWaitMsgV0: RPCMethod {
    package static let name = "Filecoin.StateWaitMsg"
    package static let parameterNames: [String] = ["message", "confidence"]
    package typealias Parameters = Positional<CID, UInt64>
    package typealias Result = MessageLookup
}

/// The receipt of a message (API v0); `null` if it was not executed.
package enum StateGetReceipt: RPCMethod {
    package static let name = "Filecoin.StateGetReceipt"
    package static let parameterNames: [String] = ["message", "key"]
    package typealias Parameters = Positional<CID, TipsetKey>
    package typealias Result = MessageReceipt?
}

/// All sector numbers that a miner ever used.
package enum StateMinerAllocated: RPCMethod {
    package static let name = "Filecoin.StateMinerAllocated"
    package static let parameterNames: [String] = ["miner", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = BitFieldRuns
}

/// The key that names verifiers.
package enum StateVerifiedRegistryRootKey: RPCMethod {
    package static let name = "Filecoin.StateVerifiedRegistryRootKey"
    package static let parameterNames: [String] = ["key"]
    package typealias Parameters = Positional<TipsetKey>
    package typealias Result = Address
}

/// What a verifier may still grant, in bytes; `null` for one that is none.
package enum StateVerifierStatus: RPCMethod {
    package static let name = "Filecoin.StateVerifierStatus"
    package static let parameterNames: [String] = ["verifier", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = TokenAmount?
}

/// The data cap of a client, in bytes; `null` without one.
package enum StateVerifiedClientStatus: RPCMethod {
    package static let name = "Filecoin.StateVerifiedClientStatus"
    package static let parameterNames: [String] = ["client", "key"]
    package typealias Parameters = Positional<Address, TipsetKey>
    package typealias Result = TokenAmount?
}

/// A deal and what became of it, as the market has it.
package enum StateMarketStorageDeal: RPCMethod {
    package static let name = "Filecoin.StateMarketStorageDeal"
    package static let parameterNames: [String] = ["deal", "key"]
    package typealias Parameters = Positional<DealID, TipsetKey>
    package typealias Result = MarketDealResult
}

/// The codes of the actors of a network version, by name.
package enum StateActorCodeCIDs: RPCMethod {
    package static let name = "Filecoin.StateActorCodeCIDs"
    package static let parameterNames: [String] = ["version"]
    package typealias Parameters = Positional<NetworkVersion>
    package typealias Result = [String: CID]
}

/// Messages between two parties on the chain that ends in a tipset, newest first.
package enum StateListMessages: RPCMethod {
    package static let name = "Filecoin.StateListMessages"
    package static let parameterNames: [String] = ["match", "key", "toHeight"]
    package typealias Parameters = Positional<MessageMatch, TipsetKey, ChainEpoch>
    package typealias Result = [CID]?
}
