internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes

// Money and time: rewards, faults of consensus, withdrawals, cron.
extension MinerActor {
    static func applyRewards(
        _ rt: Runtime,
        _ parameters: ApplyRewardParameters
    ) throws(ActorError) {
        if parameters.reward.isNegative {
            throw .illegalArgument("cannot lock up a negative amount of funds")
        }
        if parameters.penalty.isNegative {
            throw .illegalArgument("cannot penalize a negative amount of funds")
        }
        var pledgeDelta = TokenAmount.zero
        var toBurn = TokenAmount.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            try rt.validateCaller(isOneOf: ActorID.reward)
            let locked = MinerMonies.lockedReward(of: parameters.reward)
            let balance = try rt.currentBalance()
            let unlocked = try state.unlockedBalance(balance)
            if unlocked < locked {
                throw .insufficientFunds(
                    "insufficient funds to lock, available: \(unlocked), requested: \(locked)"
                )
            }
            let vested = try state.lock(locked, at: rt.epoch, spec: .reward, rt.store)
            pledgeDelta = locked - vested
            try state.applyPenalty(parameters.penalty)
            let paid = try state.repayPartialDebt(at: rt.epoch, balance: balance, rt.store)
            pledgeDelta -= paid.fromVesting
            toBurn = paid.fromVesting + paid.fromBalance
        }
        try notifyPledgeChanged(rt, pledgeDelta)
        try burn(rt, toBurn)
        try checkBalance(rt)
    }

    static func reportConsensusFault(
        _ rt: Runtime,
        _ parameters: ReportConsensusFaultParameters
    ) throws(ActorError) {
        try rt.validateCallerIsSignable()
        let reporter = rt.caller
        let fault: ConsensusFault
        do throws(ActorError) {
            fault = try rt.verifyConsensusFault(
                parameters.blockHeader1,
                parameters.blockHeader2,
                extra: parameters.blockHeaderExtra
            )
        } catch { throw error.recoded(.illegalArgument, "fault not verified") }
        guard fault.target == rt.receiver else {
            throw .illegalArgument("fault by \(fault.target) reported to miner \(rt.receiver)")
        }
        let epoch = rt.epoch
        guard epoch > fault.epoch else {
            throw .illegalArgument("invalid fault epoch \(fault.epoch) ahead of current \(epoch)")
        }
        let reward = try requestReward(rt).thisEpochRewardSmoothed.estimate
        var pledgeDelta = TokenAmount.zero
        var toBurn = TokenAmount.zero
        var toReward = TokenAmount.zero
        try rt.transaction { (state: inout MinerState) throws(ActorError) in
            var info = try state.loadInfo(rt.store)
            guard fault.epoch >= info.consensusFaultElapsed else {
                throw .forbidden(
                    "fault epoch \(fault.epoch) is too old, last exclusion period ended at \(info.consensusFaultElapsed)"
                )
            }
            try state.applyPenalty(MinerMonies.consensusFaultPenalty(thisEpochReward: reward))
            let paid = try state.repayPartialDebt(
                at: epoch,
                balance: try rt.currentBalance(),
                rt.store
            )
            toBurn = paid.fromVesting + paid.fromBalance
            pledgeDelta = -paid.fromVesting
            toReward = min(toBurn, MinerMonies.consensusFaultReward(thisEpochReward: reward))
            toBurn -= toReward
            info.consensusFaultElapsed = epoch + MinerPolicy.consensusFaultIneligibilityDuration
            do throws(ActorError) { try state.saveInfo(info, rt.store) } catch {
                throw error.coded(.serialization, "failed to save miner info")
            }
        }
        // Whether the reporter can be paid does not matter to the fault.
        _ = try rt.send(to: reporter, method: .send, value: toReward)
        try burn(rt, toBurn)
        try notifyPledgeChanged(rt, pledgeDelta)
        try checkBalance(rt)
    }

    static func withdrawBalance(
        _ rt: Runtime,
        _ parameters: WithdrawBalanceParameters
    ) throws(ActorError) -> TokenAmount {
        if parameters.amountRequested.isNegative {
            throw .illegalArgument("negative fund requested for withdrawal")
        }
        var owner = Address.id(rt.receiver)
        var vested = TokenAmount.zero
        var fee = TokenAmount.zero
        var available = TokenAmount.zero
        let state = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(rt.store)
            owner = info.owner
            try rt.validateCaller(isOneOf: [info.owner])
            if !state.earlyTerminations.isEmpty {
                throw .forbidden(
                    "cannot withdraw funds while terminated sectors have outstanding fees"
                )
            }
            do throws(ActorError) { vested = try state.unlockVested(at: rt.epoch, rt.store) } catch
            {
                throw error.recoded(.illegalState, "failed to vest fund")
            }
            let balance = try rt.currentBalance()
            available = try state.availableBalance(balance)
            fee = try state.repayDebts(balance: balance)
            return state
        }
        let amount = min(available, parameters.amountRequested)
        if amount.isNegative { throw .illegalState("negative amount to withdraw: \(amount)") }
        if amount.isPositive {
            try rt.send(to: owner, method: .send, value: amount)
                .requireSuccess("failed to withdraw balance")
        }
        try burn(rt, fee)
        try notifyPledgeChanged(rt, -vested)
        try checkBalance(rt, of: state)
        return amount
    }

    static func repayDebt(_ rt: Runtime) throws(ActorError) {
        var paid = (fromVesting: TokenAmount.zero, fromBalance: TokenAmount.zero)
        let state = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            let info = try state.loadInfo(rt.store)
            try validateCallerControls(rt, info)
            paid = try state.repayPartialDebt(
                at: rt.epoch,
                balance: try rt.currentBalance(),
                rt.store
            )
            return state
        }
        try notifyPledgeChanged(rt, -paid.fromVesting)
        try burn(rt, paid.fromVesting + paid.fromBalance)
        try checkBalance(rt, of: state)
    }

    // MARK: - Cron

    static func onDeferredCronEvent(
        _ rt: Runtime,
        _ parameters: DeferredCronEventParameters
    ) throws(ActorError) {
        try rt.validateCaller(isOneOf: ActorID.power)
        var decoder = CBORDecoder(parameters.eventPayload)
        let payload: MinerCronPayload
        do { payload = try MinerCronPayload(from: &decoder) } catch {
            throw .illegalState("failed to unmarshal miner cron payload: \(error)")
        }
        let averages = MinerMonies.Estimates(
            reward: parameters.rewardSmoothed,
            networkPower: parameters.qualityAdjustedPowerSmoothed
        )
        switch payload.event {
        case .provingDeadline: try handleProvingDeadline(rt, averages)
        case .processEarlyTerminations:
            if try processEarlyTerminations(rt, averages) { try scheduleEarlyTerminations(rt) }
        case nil: break
        }
        try checkBalance(rt)
    }

    private static func handleProvingDeadline(
        _ rt: Runtime,
        _ averages: MinerMonies.Estimates
    ) throws(ActorError) {
        let epoch = rt.epoch
        let store = rt.store
        var hadEarlyTerminations = false
        var powerDelta = PowerPair.zero
        var penalty = TokenAmount.zero
        var pledgeDelta = TokenAmount.zero
        var goesOn = false
        let state = try rt.transaction { (state: inout MinerState) throws(ActorError) in
            pledgeDelta -= try state.unlockVested(at: epoch, store)
            var info = try state.loadInfo(store)
            try processPendingWorker(rt, &state, &info)
            try state.applyPenalty(try state.cleanUpExpiredPreCommits(at: epoch, store))
            hadEarlyTerminations = !state.earlyTerminations.isEmpty

            let result = try state.advanceDeadline(
                at: epoch,
                sectorSize: info.sectorSize,
                store
            )
            powerDelta = result.powerDelta
            pledgeDelta += result.pledgeDelta
            // Power that was faulty before pays for the day; new faults have one deadline for free.
            try state.applyPenalty(
                MinerMonies.continuedFaultPenalty(
                    averages,
                    power: result.previouslyFaultyPower.qualityAdjusted
                )
            )
            let paid = try state.repayPartialDebt(
                at: epoch,
                balance: try rt.currentBalance(),
                store
            )
            penalty = paid.fromVesting + paid.fromBalance
            pledgeDelta -= paid.fromVesting
            goesOn = state.continuesDeadlineCron
            if !goesOn { state.deadlineCronActive = false }
            return state
        }
        try requestUpdatePower(rt, powerDelta)
        try burn(rt, penalty)
        try notifyPledgeChanged(rt, pledgeDelta)
        if goesOn {
            try enrollCron(rt, at: state.deadlineInfo(at: epoch + 1).last, .provingDeadline)
        }
        if !hadEarlyTerminations && !state.earlyTerminations.isEmpty {
            if try processEarlyTerminations(rt, averages) { try scheduleEarlyTerminations(rt) }
        }
    }

    static func scheduleEarlyTerminations(_ rt: Runtime) throws(ActorError) {
        try enrollCron(rt, at: rt.epoch + 1, .processEarlyTerminations)
    }
}
