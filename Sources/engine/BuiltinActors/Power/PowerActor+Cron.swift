internal import ActorRuntime
internal import BigIntegers
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

// What happens at the end of every tipset.
extension PowerActor {
    static func cronTick(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: .cron)
        let sent = try rt.send(to: .reward, method: RewardMethod.thisEpochReward)
        try sent.requireSuccess("failed to check epoch baseline power")
        let reward: ThisEpochRewardReturn = try sent.decoded()
        do { try verifyProofs(rt, reward) } catch {
            // A batch that cannot be read is skipped; cron goes on.
            if error.mustPropagate { throw error }
        }
        try wakeMiners(rt, reward)
        let power = try rt.transaction { (state: inout PowerState) throws(ActorError) -> BigInt in
            let (raw, qualityAdjusted) = state.currentTotalPower
            state.thisEpochPledgeCollateral = state.totalPledgeCollateral
            state.thisEpochQualityAdjustedPower = qualityAdjusted
            state.thisEpochRawBytePower = raw
            state.thisEpochQAPowerSmoothed = state.thisEpochQAPowerSmoothed.next(
                observing: qualityAdjusted,
                after: 1
            )
            return raw
        }
        try rt.send(
            to: .reward,
            method: RewardMethod.updateNetworkKPI,
            params: StoragePower(power)
        ).requireSuccess("failed to update network KPI with reward actor")
    }

    // MARK: - Seal proofs

    private static func verifyProofs(
        _ rt: Runtime,
        _ reward: ThisEpochRewardReturn
    ) throws(ActorError) {
        var batches: [(miner: ActorID, seals: [SealVerifyInfo])] = []
        var failure: ActorError?
        let smoothed = try rt.transaction {
            (state: inout PowerState) throws(ActorError) -> FilterEstimate in
            guard let root = state.proofValidationBatch else {
                return state.thisEpochQAPowerSmoothed
            }
            do throws(ActorError) {
                batches = try collectProofs(rt, root, state)
                state.proofValidationBatch = nil
            } catch {
                if error.mustPropagate { throw error }
                failure = error
            }
            return state.thisEpochQAPowerSmoothed
        }
        if let failure { throw failure }
        let verdicts = rt.verify(batch: batches.flatMap(\.seals))
        var next = 0
        for (miner, seals) in batches {
            var seen: Set<SectorNumber> = []
            var confirmed: [SectorNumber] = []
            for seal in seals {
                let isRight = verdicts[next]
                next += 1
                if isRight, seen.insert(seal.sector.number).inserted {
                    confirmed.append(seal.sector.number)
                }
            }
            if confirmed.isEmpty { continue }
            // What the miner makes of it is its own affair.
            _ = try rt.send(
                to: miner,
                method: MinerMethod.confirmSectorProofsValid,
                params: ConfirmSectorProofsParameters(
                    sectors: confirmed,
                    rewardSmoothed: reward.thisEpochRewardSmoothed,
                    rewardBaselinePower: reward.thisEpochBaselinePower,
                    qualityAdjustedPowerSmoothed: smoothed
                )
            )
        }
    }

    private static func collectProofs(
        _ rt: Runtime,
        _ root: CID,
        _ state: PowerState
    ) throws(ActorError) -> [(miner: ActorID, seals: [SealVerifyInfo])] {
        var batch = try PowerState.proofBatch(rt.store, root: root)
        var claims = try state.claims(rt.store)
        var batches: [(miner: ActorID, seals: [SealVerifyInfo])] = []
        try batch.forAll { (key, seals) throws(ActorError) in
            guard let miner = try? Address(bytes: key.bytes).actorID else {
                throw .uncoded("failed to parse address key")
            }
            // A miner that was dropped since.
            if !(try claims.has(.actor(miner))) { return }
            batches.append((miner, try seals.all().map(\.1)))
        }
        return batches
    }

    // MARK: - Deferred events

    private static func wakeMiners(
        _ rt: Runtime,
        _ reward: ThisEpochRewardReturn
    ) throws(ActorError) {
        var due: [CronEvent] = []
        let smoothed = try rt.transaction {
            (state: inout PowerState) throws(ActorError) -> FilterEstimate in
            var events = try state.cronEvents(rt.store)
            var claims = try state.claims(rt.store)
            var epoch = state.firstCronEpoch
            while epoch <= rt.epoch {
                let key = ADTKey.signed(epoch.rawValue)
                var found = false
                var atEpoch: [CronEvent] = []
                try events.forEach(key) { (_, event) throws(ActorError) in
                    atEpoch.append(event)
                    return true
                }
                for event in atEpoch {
                    found = true
                    if try claims.has(.address(event.miner)) { due.append(event) }
                }
                if found { try events.removeAll(key) }
                epoch = epoch + 1
            }
            state.firstCronEpoch = rt.epoch + 1
            state.cronEventQueue = try events.root()
            return state.thisEpochQAPowerSmoothed
        }
        var failed: [Address] = []
        for event in due {
            let sent = try rt.send(
                to: event.miner,
                method: MinerMethod.onDeferredCronEvent,
                params: DeferredCronEventParameters(
                    eventPayload: event.callbackPayload,
                    rewardSmoothed: reward.thisEpochRewardSmoothed,
                    qualityAdjustedPowerSmoothed: smoothed
                ).cborBytes()
            )
            if !sent.exitCode.isSuccess { failed.append(event.miner) }
        }
        if failed.isEmpty { return }
        try rt.transaction { (state: inout PowerState) throws(ActorError) in
            var claims = try state.claims(rt.store)
            for miner in failed {
                do throws(ActorError) {
                    if try state.deleteClaim(of: miner, &claims, rt.policy) {
                        state.minerCount &-= 1
                    }
                } catch {
                    if error.mustPropagate { throw error }
                }
            }
            state.claims = try claims.root()
        }
    }
}
