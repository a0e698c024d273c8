internal import ChainStore
package import BigIntegers
internal import BuiltinActors
internal import FilecoinCrypto
package import FilecoinTypes
internal import StateView

/// What a miner needs in order to try its luck in an epoch.
package struct MiningBase: Hashable, Sendable {
    /// The miner's quality-adjusted power, in bytes.
    package let minerPower: BigInt
    /// All miners' quality-adjusted power, in bytes.
    package let networkPower: BigInt
    /// The sectors to prove if it wins.
    package let sectors: [ExtendedSectorInfo]
    /// The key that signs tickets, election proofs and the block.
    package let workerKey: Address
    /// The size of the miner's sectors.
    package let sectorSize: SectorSize
    /// The last beacon entry on the chain.
    package let previousBeaconEntry: BeaconEntry
    /// The entries that the block must carry.
    package let beaconEntries: [BeaconEntry]
    /// Whether the miner may be elected at all.
    package let isEligible: Bool

    /// The entry that the draws of the epoch are made from.
    package var drawEntry: BeaconEntry { beaconEntries.last ?? previousBeaconEntry }
}

extension ConsensusChain {
    /// Collects what a miner needs in order to build a block of an epoch on a tipset.
    ///
    /// - Parameters:
    ///   - miner: The miner's ID address.
    ///   - epoch: The epoch of the block.
    ///   - base: The tipset to build on.
    ///   - entries: The beacon entries that the block must carry, see ``BeaconSchedule``.
    ///   - verifier: Says which sectors are to be proven.
    /// - Returns: Nil if the miner has no sectors that could be proven, or did not exist yet in the state that
    ///   the election looks back to.
    /// - Throws: `StateViewError` if there is no such miner; ``ConsensusError``, `ChainStoreError`.
    /// - SeeAlso: lotus, `chain/stmgr/actors.go`, `MinerGetBaseInfo`.
    package func miningBase(
        of miner: Address,
        at epoch: ChainEpoch,
        base: Tipset,
        entries: [BeaconEntry],
        verifier: any WinningPoStVerifier
    ) throws -> MiningBase? {
        let previous = try store.latestBeaconEntry(of: base)
        let lookback = try lookback(for: epoch, base: base)
        let past = try view(lookback.stateRoot)
        let present = try view(base.parentStateRoot)
        if try !past.hasActor(miner) {
            _ = try present.actor(miner)
            return nil
        }
        let draws = BlockDraws(
            beaconEntry: entries.last ?? previous,
            epoch: epoch,
            miner: miner
        )
        let sectors = try WinningPoSt.sectors(
            of: miner,
            in: past,
            randomness: draws.winningPoStSeed,
            verifier: verifier
        )
        if sectors.isEmpty { return nil }
        let info = try past.miner(miner).info()
        return MiningBase(
            minerPower: try past.claim(of: miner)?.qualityAdjustedPower ?? 0,
            networkPower: try past.powerState().totalQualityAdjustedPower,
            sectors: sectors,
            workerKey: try present.keyAddress(of: info.worker),
            sectorSize: info.sectorSize,
            previousBeaconEntry: previous,
            beaconEntries: entries,
            isEligible: try isEligible(miner, base: base, lookback: lookback.tipset)
        )
    }
}
