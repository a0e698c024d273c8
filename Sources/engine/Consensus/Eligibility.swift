internal import ActorRuntime
internal import BigIntegers
internal import BuiltinActors
package import FilecoinTypes
internal import StateMachine
internal import StateView

extension ConsensusChain {
    /// Whether a miner may be elected, whatever the draw.
    ///
    /// It must have had enough power in the state that elections look back to; and by now it must still have
    /// some, owe nothing, and not be banned for a consensus fault.
    ///
    /// - Parameters:
    ///   - miner: The miner.
    ///   - base: The tipset to build on.
    ///   - lookback: The tipset that the election looks back to.
    /// - Returns: Whether it may.
    /// - Throws: `StateViewError`, also if the miner has no claim there.
    /// - SeeAlso: lotus, `chain/stmgr/actors.go`, `MinerEligibleToMine`.
    package func isEligible(_ miner: Address, base: Tipset, lookback: Tipset) throws -> Bool {
        let past = try view(lookback.parentStateRoot)
        guard try past.meetsConsensusMinimum(miner, policy: ActorPolicy(parameters)) else {
            return false
        }
        let present = try view(base.parentStateRoot)
        let state = try present.miner(miner)
        guard let claim = try present.claim(of: miner), claim.qualityAdjustedPower.signum > 0 else {
            return false
        }
        guard state.state.feeDebt.isZero else { return false }
        return try !state.info().isConsensusFaultActive(at: base.height)
    }
}
