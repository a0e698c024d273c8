package import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import CBOR
internal import FilecoinTypes
internal import Multiformats

/// The storage miner actor: one provider's sectors, proofs and money.
///
/// Source: specs-actors v6.0.2 and v7.0.1, `builtin/miner/miner_actor.go`.
package enum MinerActor {
    /// The exit code when the balance no longer covers what is locked.
    static let balanceInvariantBroken: ExitCode = 1000

    package static let definition = ActorDefinition(
        .storageMiner,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "ControlAddresses", controlAddresses),
            ActorMethod(3, "ChangeWorkerAddress", changeWorkerAddress),
            ActorMethod(4, "ChangePeerID", changePeerID),
            ActorMethod(5, "SubmitWindowedPoSt", submitWindowedPoSt),
            ActorMethod(6, "PreCommitSector", preCommitSector),
            ActorMethod(7, "ProveCommitSector", proveCommitSector),
            ActorMethod(8, "ExtendSectorExpiration", extendSectorExpiration),
            ActorMethod(9, "TerminateSectors", terminateSectors),
            ActorMethod(10, "DeclareFaults", declareFaults),
            ActorMethod(11, "DeclareFaultsRecovered", declareFaultsRecovered),
            ActorMethod(12, "OnDeferredCronEvent", onDeferredCronEvent),
            ActorMethod(13, "CheckSectorProven", checkSectorProven),
            ActorMethod(14, "ApplyRewards", applyRewards),
            ActorMethod(15, "ReportConsensusFault", reportConsensusFault),
            ActorMethod(16, "WithdrawBalance", withdrawBalance),
            ActorMethod(17, "ConfirmSectorProofsValid", confirmSectorProofsValid),
            ActorMethod(18, "ChangeMultiaddrs", changeMultiaddrs),
            ActorMethod(19, "CompactPartitions", compactPartitions),
            ActorMethod(20, "CompactSectorNumbers", compactSectorNumbers),
            ActorMethod(21, "ConfirmUpdateWorkerKey", confirmUpdateWorkerKey),
            ActorMethod(22, "RepayDebt", repayDebt),
            ActorMethod(23, "ChangeOwnerAddress", changeOwnerAddress),
            ActorMethod(24, "DisputeWindowedPoSt", disputeWindowedPoSt),
            ActorMethod(25, "PreCommitSectorBatch", preCommitSectorBatch),
            ActorMethod(26, "ProveCommitAggregate", proveCommitAggregate),
            ActorMethod(27, "ProveReplicaUpdates", since: .v7, proveReplicaUpdates),
        ]
    )
}

/// What the network's averages are in this epoch.
struct NetworkEstimates {
    let averages: MinerMonies.Estimates
    /// The power that the baseline expects of the network, in bytes.
    let baselinePower: BigInt
}

// MARK: - Calls to other actors

extension MinerActor {
    static func requestReward(_ rt: Runtime) throws(ActorError) -> ThisEpochRewardReturn {
        let sent = try rt.send(to: .reward, method: RewardMethod.thisEpochReward)
        try sent.requireSuccess("failed to check epoch baseline power")
        return try sent.decoded()
    }

    /// Asks the reward actor, then the power actor.
    static func requestEstimates(_ rt: Runtime) throws(ActorError) -> NetworkEstimates {
        let reward = try requestReward(rt)
        let sent = try rt.send(to: .power, method: PowerMethod.currentTotalPower)
        try sent.requireSuccess("failed to check current power")
        let power: CurrentTotalPowerReturn = try sent.decoded()
        return NetworkEstimates(
            averages: MinerMonies.Estimates(
                reward: reward.thisEpochRewardSmoothed,
                networkPower: power.qualityAdjustedPowerSmoothed
            ),
            baselinePower: reward.thisEpochBaselinePower
        )
    }

    static func requestUpdatePower(_ rt: Runtime, _ delta: PowerPair) throws(ActorError) {
        if delta.isZero { return }
        let parameters = UpdateClaimedPowerParameters(
            rawByteDelta: delta.raw,
            qualityAdjustedDelta: delta.qualityAdjusted
        )
        try rt.send(to: .power, method: PowerMethod.updateClaimedPower, params: parameters)
            .requireSuccess("failed to update power")
    }

    static func notifyPledgeChanged(_ rt: Runtime, _ delta: TokenAmount) throws(ActorError) {
        if delta.isZero { return }
        try rt.send(to: .power, method: PowerMethod.updatePledgeTotal, params: delta)
            .requireSuccess("failed to update total pledge")
    }

    static func burn(_ rt: Runtime, _ amount: TokenAmount) throws(ActorError) {
        if !amount.isPositive { return }
        try rt.send(to: .burntFunds, method: .send, value: amount)
            .requireSuccess("failed to burn funds")
    }

    static func enrollCron(
        _ rt: Runtime,
        at epoch: ChainEpoch,
        _ event: MinerCronPayload.Event
    ) throws(ActorError) {
        let parameters = EnrollCronEventParameters(
            eventEpoch: epoch,
            payload: MinerCronPayload(event).cborBytes()
        )
        try rt.send(to: .power, method: PowerMethod.enrollCronEvent, params: parameters)
            .requireSuccess("failed to enroll cron event")
    }

    /// Asks what the deals of sectors weigh; without any deal nobody is asked.
    static func requestDealWeights(
        _ rt: Runtime,
        _ sectors: [SectorDeals]
    ) throws(ActorError) -> [SectorWeights] {
        if sectors.allSatisfy(\.dealIDs.isEmpty) {
            let nothing = SectorWeights(dealSpace: 0, dealWeight: 0, verifiedDealWeight: 0)
            return Array(repeating: nothing, count: sectors.count)
        }
        let sent = try rt.send(
            to: .market,
            method: MarketMethod.verifyDealsForActivation,
            params: VerifyDealsForActivationParameters(sectors: sectors)
        )
        try sent.requireSuccess("failed to verify deals and get deal weight")
        let weights: VerifyDealsForActivationReturn = try sent.decoded()
        return weights.sectors
    }

    /// Asks for the data commitments (CommD) of sectors.
    static func requestUnsealedCIDs(
        _ rt: Runtime,
        _ sectors: [SectorDataSpec]
    ) throws(ActorError) -> [CID] {
        if sectors.isEmpty { return [] }
        let sent = try rt.send(
            to: .market,
            method: MarketMethod.computeDataCommitment,
            params: ComputeDataCommitmentParameters(inputs: sectors)
        )
        try sent.requireSuccess("failed request for unsealed sector CIDs")
        let result: ComputeDataCommitmentReturn = try sent.decoded()
        guard result.commDs.count == sectors.count else {
            throw .illegalState(
                "\(result.commDs.count) data commitments for \(sectors.count) sectors"
            )
        }
        return result.commDs
    }

    /// Tells the market that deals end, in batches that CBOR allows.
    static func requestTerminateDeals(
        _ rt: Runtime,
        _ epoch: ChainEpoch,
        _ deals: [DealID]
    ) throws(ActorError) {
        var rest = deals[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(ChainLimits.listCount))
            rest = rest.dropFirst(batch.count)
            try rt.send(
                to: .market,
                method: MarketMethod.onMinerSectorsTerminate,
                params: OnMinerSectorsTerminateParameters(epoch: epoch, dealIDs: batch)
            ).requireSuccess("failed to terminate deals")
        }
    }

    /// Reads the state and checks that the balance covers what is locked.
    @discardableResult
    static func checkBalance(_ rt: Runtime) throws(ActorError) -> MinerState {
        let state: MinerState = try rt.state()
        try checkBalance(rt, of: state)
        return state
    }

    /// Checks that the balance covers what the given state locks.
    static func checkBalance(_ rt: Runtime, of state: MinerState) throws(ActorError) {
        do throws(ActorError) { try state.checkBalanceInvariants(try rt.currentBalance()) } catch {
            throw error.coded(balanceInvariantBroken, "balance invariants broken")
        }
    }
}

extension MinerCronPayload {
    /// What the cron calls back for; 0 was the worker key change of early versions.
    package enum Event: Int64 {
        case provingDeadline = 1
        case processEarlyTerminations = 2
    }

    init(_ event: Event) { self.init(eventType: event.rawValue) }

    /// The event, unless it is none that this version knows.
    package var event: Event? { Event(rawValue: eventType) }
}

extension ActorError {
    /// Returns the error with `code` in place of whatever code it has: what wrapping does in the reference.
    func recoded(_ code: ExitCode, _ attempt: String) -> ActorError {
        if mustPropagate { return self }
        return ActorError(code: code, message: "\(attempt): \(message)", kind: kind)
    }
}

extension BitField {
    /// Checks, where the reference first looks at the bits of a parameter, that there are any to look at.
    ///
    /// A malformed bit field decodes, as in the reference, and is refused only here; gas and the order of
    /// checks depend on the place.
    func requireReadable(_ code: ExitCode?, _ what: String) throws(ActorError) {
        if isMalformed {
            throw ActorError(code: code, message: "failed to read \(what): malformed")
        }
    }
}

extension CID {
    /// Whether this is a commitment to a sealed sector: CIDv1, sealed codec, 32-byte Poseidon hash.
    var isSealedCommitment: Bool {
        version == 1 && codec == .filCommitmentSealed && multihash.code == .poseidonBLS12381A2FC1
            && multihash.digest.count == 32
    }
}
