internal import BitFields
package import ActorRuntime
package import FilecoinTypes

extension MinerState {
    private func loadVestingFunds(_ store: ActorStore) throws(ActorError) -> VestingFunds {
        try store.get(vestingFunds)
    }

    /// Adds to the deposits, or takes from them.
    package mutating func addPreCommitDeposit(_ amount: TokenAmount) throws(ActorError) {
        let total = preCommitDeposits + amount
        if total.isNegative { throw .uncoded("negative pre-commit deposit \(total)") }
        preCommitDeposits = total
    }

    /// Adds to the initial pledge, or takes from it.
    package mutating func addInitialPledge(_ amount: TokenAmount) throws(ActorError) {
        let total = initialPledge + amount
        if total.isNegative { throw .uncoded("negative initial pledge \(total)") }
        initialPledge = total
    }

    /// Locks an amount, which vests by `spec`.
    ///
    /// - Returns: What had vested before and was unlocked.
    package mutating func lock(
        _ amount: TokenAmount,
        at epoch: ChainEpoch,
        spec: VestSpec,
        _ store: ActorStore
    ) throws(ActorError) -> TokenAmount {
        if amount.isNegative { throw .uncoded("negative amount to lock \(amount)") }
        var funds = try loadVestingFunds(store)
        let unlocked = funds.unlockVested(before: epoch)
        lockedFunds -= unlocked
        if lockedFunds.isNegative { throw .uncoded("negative locked funds \(lockedFunds)") }
        funds.lock(amount, at: epoch, provingPeriodStart: provingPeriodStart, spec: spec)
        lockedFunds += amount
        vestingFunds = try store.put(funds)
        return unlocked
    }

    /// Adds a fee to the debt.
    package mutating func applyPenalty(_ penalty: TokenAmount) throws(ActorError) {
        if penalty.isNegative { throw .uncoded("negative penalty \(penalty)") }
        feeDebt += penalty
    }

    /// Pays as much of the debt as possible, first from vesting funds, then from the unlocked balance.
    package mutating func repayPartialDebt(
        at epoch: ChainEpoch,
        balance: TokenAmount,
        _ store: ActorStore
    ) throws(ActorError) -> (fromVesting: TokenAmount, fromBalance: TokenAmount) {
        let unlocked = try unlockedBalance(balance)
        let fromVesting = try unlockUnvested(at: epoch, target: feeDebt, store)
        if fromVesting > feeDebt {
            throw .uncoded("unlocked \(fromVesting) for a debt of \(feeDebt)")
        }
        feeDebt -= fromVesting
        let fromBalance = min(unlocked, feeDebt)
        feeDebt -= fromBalance
        return (fromVesting, fromBalance)
    }

    /// Pays the whole debt from the unlocked balance.
    ///
    /// - Returns: The amount to burn.
    package mutating func repayDebts(balance: TokenAmount) throws(ActorError) -> TokenAmount {
        let unlocked = try unlockedBalance(balance)
        if unlocked < feeDebt {
            throw .insufficientFunds(
                "unlocked balance can not repay fee debt (\(unlocked) < \(feeDebt))"
            )
        }
        let debt = feeDebt
        feeDebt = .zero
        return debt
    }

    /// Unlocks up to `target` of what has not vested.
    package mutating func unlockUnvested(
        at epoch: ChainEpoch,
        target: TokenAmount,
        _ store: ActorStore
    ) throws(ActorError) -> TokenAmount {
        if target.isZero || lockedFunds.isZero { return .zero }
        var funds = try loadVestingFunds(store)
        let unlocked = funds.unlockUnvested(at: epoch, target: target)
        lockedFunds -= unlocked
        if lockedFunds.isNegative { throw .uncoded("negative locked funds \(lockedFunds)") }
        vestingFunds = try store.put(funds)
        return unlocked
    }

    /// Unlocks what has vested.
    package mutating func unlockVested(
        at epoch: ChainEpoch,
        _ store: ActorStore
    ) throws(ActorError) -> TokenAmount {
        if lockedFunds.isZero { return .zero }
        var funds = try loadVestingFunds(store)
        let unlocked = funds.unlockVested(before: epoch)
        lockedFunds -= unlocked
        if lockedFunds.isNegative { throw .uncoded("vesting made locked funds negative") }
        vestingFunds = try store.put(funds)
        return unlocked
    }

    /// What has vested but is not unlocked yet.
    package func vestedFunds(
        at epoch: ChainEpoch,
        _ store: ActorStore
    ) throws(ActorError) -> TokenAmount {
        try loadVestingFunds(store).vested(before: epoch)
    }

    /// The part of the balance that is neither vesting, deposited nor pledged.
    package func unlockedBalance(_ balance: TokenAmount) throws(ActorError) -> TokenAmount {
        let unlocked = balance - lockedFunds - preCommitDeposits - initialPledge
        if unlocked.isNegative { throw .uncoded("negative unlocked balance \(unlocked)") }
        return unlocked
    }

    /// The unlocked balance without the debt; negative when the debt is larger.
    package func availableBalance(_ balance: TokenAmount) throws(ActorError) -> TokenAmount {
        try unlockedBalance(balance) - feeDebt
    }

    /// Checks that the balance covers what is locked.
    package func checkBalanceInvariants(_ balance: TokenAmount) throws(ActorError) {
        for (name, amount) in [
            ("pre-commit deposit", preCommitDeposits), ("locked funds", lockedFunds),
            ("initial pledge", initialPledge), ("fee debt", feeDebt),
        ] where amount.isNegative {
            throw .uncoded("\(name) is negative: \(amount)")
        }
        let required = preCommitDeposits + lockedFunds + initialPledge
        if balance < required { throw .uncoded("balance \(balance) below required \(required)") }
    }
}

/// What the end of a deadline changed.
package struct AdvanceDeadlineResult {
    package var pledgeDelta = TokenAmount.zero
    package var powerDelta = PowerPair.zero
    /// Power that was faulty before, recoveries included.
    package var previouslyFaultyPower = PowerPair.zero
    /// Power of new faults and of failed recoveries.
    package var detectedFaultyPower = PowerPair.zero
    /// All faulty power after the detection, before sectors expired.
    package var totalFaultyPower = PowerPair.zero
}

extension MinerState {
    /// Processes the end of the deadline of `epoch` and moves on to the next.
    package mutating func advanceDeadline(
        at epoch: ChainEpoch,
        sectorSize: SectorSize,
        _ store: ActorStore
    ) throws(ActorError) -> AdvanceDeadlineResult {
        var result = AdvanceDeadlineResult()
        let info = deadlineInfo(at: epoch)
        // A miner created in this period has its first deadlines in the next one.
        guard info.isPeriodStarted else { return result }
        currentDeadline = (info.index + 1) % MinerPolicy.periodDeadlines
        if currentDeadline == 0 { provingPeriodStart = info.nextPeriodStart }

        var all = try loadDeadlines(store)
        var deadline = try all.load(info.index, store)
        result.previouslyFaultyPower = deadline.faultyPower
        guard deadline.isLive else {
            result.totalFaultyPower = deadline.faultyPower
            return result
        }
        let context = SectorContext(store: store, sectorSize: sectorSize, quant: info.quantSpec)
        let end = try deadline.processEnd(
            faultExpiration: info.last + MinerPolicy.faultMaxAge,
            sectorsRoot: sectors,
            context
        )
        result.powerDelta = end.powerDelta
        result.detectedFaultyPower = end.penalizedPower
        result.totalFaultyPower = deadline.faultyPower

        let expired = try deadline.popExpired(until: info.last, context)
        result.pledgeDelta -= expired.onTimePledge
        try addInitialPledge(.zero - expired.onTimePledge)
        result.powerDelta -= expired.activePower
        if !expired.earlySectors.isEmpty { earlyTerminations.insert(info.index) }

        try all.update(info.index, deadline, store)
        try saveDeadlines(all, store)
        return result
    }
}
