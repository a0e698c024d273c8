package import ActorRuntime
internal import BigIntegers
internal import CBOR
package import FilecoinTypes

/// Who has how much storage power, and who must be woken up when.
package enum PowerActor {
    /// A miner proves more sectors in one epoch than are checked together.
    package static let tooManyProveCommits: ExitCode = .firstActorSpecific
    /// Seal proofs of one miner in one epoch, at most.
    private static let maxProveCommitsPerEpoch: UInt64 = 200
    /// The price of the check that happens later in cron, which pays no gas.
    private static let submitVerifySealGas: Int64 = 34_721_049

    package static let definition = ActorDefinition(
        .storagePower,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "CreateMiner", createMiner),
            ActorMethod(3, "UpdateClaimedPower", updateClaimedPower),
            ActorMethod(4, "EnrollCronEvent", enrollCronEvent),
            ActorMethod(5, "CronTick", cronTick),
            ActorMethod(6, "UpdatePledgeTotal", updatePledgeTotal),
            ActorMethod(8, "SubmitPoRepForBulkVerify", submitPoRep),
            ActorMethod(9, "CurrentTotalPower", currentTotalPower),
        ]
    )

    static func construct(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: .system)
        try rt.createState(try PowerState(emptyIn: rt.store))
    }

    static func createMiner(
        _ rt: Runtime,
        _ parameters: CreateMinerParameters
    ) throws(ActorError) -> CreateMinerReturn {
        try rt.validateCallerIsSignable()
        let constructor = MinerConstructorParameters(
            owner: parameters.owner,
            worker: parameters.worker,
            controlAddresses: [],
            windowPoStProofType: parameters.windowPoStProofType,
            peerID: parameters.peerID,
            multiaddrs: parameters.multiaddrs
        )
        let sent = try rt.send(
            to: .initActor,
            method: InitMethod.exec,
            params: ExecParameters(
                codeCID: ActorCode(.storageMiner, rt.version).cid,
                constructorParams: constructor.cborBytes()
            ),
            value: rt.value
        )
        try sent.requireSuccess("failed to init new actor")
        let created: ExecReturn = try sent.decoded()
        try rt.transaction { (state: inout PowerState) throws(ActorError) in
            var claims = try state.claims(rt.store)
            try claims.put(
                .address(created.idAddress),
                PowerClaim(
                    windowPoStProofType: parameters.windowPoStProofType,
                    rawBytePower: 0,
                    qualityAdjustedPower: 0
                )
            )
            state.minerCount &+= 1
            do throws(ActorError) {
                let least = try rt.policy.minPower(parameters.windowPoStProofType)
                if least.signum <= 0 { state.minerAboveMinPowerCount &+= 1 }
            } catch { throw error.coded(.illegalState, "failed update power stats") }
            state.claims = try claims.root()
        }
        return CreateMinerReturn(
            idAddress: created.idAddress,
            robustAddress: created.robustAddress
        )
    }

    static func updateClaimedPower(
        _ rt: Runtime,
        _ parameters: UpdateClaimedPowerParameters
    ) throws(ActorError) {
        try rt.validateCaller(kinds: .storageMiner)
        try rt.transaction { (state: inout PowerState) throws(ActorError) in
            var claims = try state.claims(rt.store)
            do throws(ActorError) {
                try state.add(
                    raw: parameters.rawByteDelta,
                    qualityAdjusted: parameters.qualityAdjustedDelta,
                    to: rt.callerAddress,
                    &claims,
                    rt.policy
                )
            } catch { throw error.coded(.illegalState, "failed to update power") }
            state.claims = try claims.root()
        }
    }

    static func enrollCronEvent(
        _ rt: Runtime,
        _ parameters: EnrollCronEventParameters
    ) throws(ActorError) {
        try rt.validateCaller(kinds: .storageMiner)
        if parameters.eventEpoch < 0 {
            throw .illegalArgument("cron event epoch \(parameters.eventEpoch) below zero")
        }
        try rt.transaction { (state: inout PowerState) throws(ActorError) in
            var events = try state.cronEvents(rt.store)
            state.firstCronEpoch = min(state.firstCronEpoch, parameters.eventEpoch)
            try events.add(
                .signed(parameters.eventEpoch.rawValue),
                CronEvent(miner: rt.callerAddress, callbackPayload: parameters.payload)
            )
            state.cronEventQueue = try events.root()
        }
    }

    static func updatePledgeTotal(_ rt: Runtime, _ delta: TokenAmount) throws(ActorError) {
        try rt.validateCaller(kinds: .storageMiner)
        try rt.transaction { (state: inout PowerState) throws(ActorError) in
            try requireClaim(rt, state)
            state.totalPledgeCollateral = state.totalPledgeCollateral + delta
            if state.totalPledgeCollateral.isNegative {
                throw .illegalState("negative total pledge \(state.totalPledgeCollateral)")
            }
        }
    }

    static func submitPoRep(_ rt: Runtime, _ info: SealVerifyInfo) throws(ActorError) {
        try rt.validateCaller(kinds: .storageMiner)
        try rt.transaction { (state: inout PowerState) throws(ActorError) in
            try requireClaim(rt, state)
            var batch = try state.proofBatch(rt.store)
            let key = ADTKey.actor(rt.caller)
            if let proofs = try batch.get(key), proofs.count >= maxProveCommitsPerEpoch {
                throw .exit(tooManyProveCommits, "more than \(maxProveCommitsPerEpoch) sectors")
            }
            try batch.add(key, info)
            let root = try batch.root()
            try rt.chargeGas("OnSubmitVerifySeal", submitVerifySealGas)
            state.proofValidationBatch = root
        }
    }

    static func currentTotalPower(_ rt: Runtime) throws(ActorError) -> CurrentTotalPowerReturn {
        try rt.validateCallerIsAny()
        let state: PowerState = try rt.state()
        return CurrentTotalPowerReturn(
            rawBytePower: state.thisEpochRawBytePower,
            qualityAdjustedPower: state.thisEpochQualityAdjustedPower,
            pledgeCollateral: state.thisEpochPledgeCollateral,
            qualityAdjustedPowerSmoothed: state.thisEpochQAPowerSmoothed
        )
    }

    private static func requireClaim(
        _ rt: Runtime,
        _ state: PowerState
    ) throws(ActorError) {
        var claims = try state.claims(rt.store)
        if !(try claims.has(.actor(rt.caller))) {
            throw .forbidden("unknown miner \(rt.caller) forbidden to interact with power actor")
        }
    }
}
