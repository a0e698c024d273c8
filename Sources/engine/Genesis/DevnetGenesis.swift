internal import BuiltinActors
package import FilecoinTypes
internal import Hashing
package import StorageProofs

/// The genesis of a pool on one desk: miners that must prove their sectors soon, and people with money.
package enum DevnetGenesis {
    /// The epochs in which the first due deadline of a miner may open: late enough that its sectors can be
    /// assigned to it at genesis (more than one challenge window away), early enough to be watched.
    package static let firstDeadline: ClosedRange<ChainEpoch> = 61...90
    /// What the owner of each miner begins with.
    package static let ownerBalance: TokenAmount = .fil(50_000_000)

    /// The offset of the proving period of a miner that is created at genesis, 0 to 2879.
    ///
    /// Its periods begin at the offset and every 2880 epochs before and after. It follows from the ID alone.
    package static func provingPeriodOffset(of miner: ActorID) -> ChainEpoch {
        DeadlineInfo.periodOffset(of: .id(miner), at: 0, hash: { BLAKE2b.hash256($0) })
    }

    /// The lowest IDs from `start` on whose miners' first sectors are due within a range of epochs.
    ///
    /// A miner's first sectors go to deadline 0, unless that opens within the next challenge window, and
    /// deadline 0 opens at the offset. One ID in about a hundred will do.
    package static func minerIDs(
        count: Int,
        from start: ActorID = 1000,
        opening range: ClosedRange<ChainEpoch> = firstDeadline
    ) -> [ActorID] {
        var ids: [ActorID] = []
        var id = start
        while ids.count < count {
            if range.contains(provingPeriodOffset(of: id)) { ids.append(id) }
            id = ActorID(id.rawValue + 1)
        }
        return ids
    }

    /// Makes the template of a devnet.
    ///
    /// The owners of the miners get ``ownerBalance`` each, unless `accounts` gives them something else. `root`
    /// (f080) and `remainder` (f090) must be keys that own nothing else. Miners are put in the order of their
    /// IDs.
    package static func template(
        networkName: String,
        timestamp: UInt64,
        networkVersion: NetworkVersion = 15,
        miners: [PreSealedMiner],
        accounts: [(owner: Address, balance: TokenAmount)],
        root: Address,
        remainder: Address
    ) -> GenesisTemplate {
        var template = GenesisTemplate(
            networkVersion: networkVersion,
            accounts: accounts.map { .init(.account(owner: $0.owner), balance: $0.balance) },
            miners: miners.sorted { $0.id < $1.id },
            networkName: networkName,
            timestamp: timestamp,
            verifiedRegistryRoot: .init(.account(owner: root), balance: 0),
            remainder: .init(.account(owner: remainder), balance: 0)
        )
        for miner in template.miners { template.fundOwner(of: miner, balance: ownerBalance) }
        return template
    }
}
