package import ActorRuntime
import BigIntegers
package import BitFields
import BuiltinActors
import CBOR
package import FilecoinTypes
package import JSON
import JSONRPC
import Multiformats
import StateView
import VenusAPI

/// The state of an actor as `StateReadState` shows it: under the names of the reference's fields.
///
/// - SeeAlso: specs-actors v7, the `State` type of each actor.
package enum ActorStateJSON {
    /// Returns the JSON of an actor and its state.
    ///
    /// - Throws: `RPCError` for an actor whose code is not known here.
    static func value(of actor: ActorRecord, in view: StateView) throws -> JSONValue {
        [
            "Balance": amount(actor.balance), "Code": json(actor.code),
            "State": try state(of: actor, view.store),
        ]
    }

    /// Returns the JSON of an actor's state.
    ///
    /// - Throws: `RPCError` for an actor whose code is not known here; what the store throws.
    package static func state(of actor: ActorRecord, _ store: ActorStore) throws -> JSONValue {
        guard let code = actor.actorCode else {
            throw RPCError("unknown actor code \(actor.code)")
        }
        switch code.kind {
        case .system: return [:]
        case .`init`: return json(try store.get(actor.head) as InitState)
        case .cron: return json(try store.get(actor.head) as CronState)
        case .reward: return json(try store.get(actor.head) as RewardState)
        case .storagePower: return json(try store.get(actor.head) as PowerState)
        case .storageMarket: return json(try store.get(actor.head) as MarketState)
        case .storageMiner: return json(try store.get(actor.head) as BuiltinActors.MinerState)
        case .verifiedRegistry: return json(try store.get(actor.head) as VerifiedRegistryState)
        case .multisig: return json(try store.get(actor.head) as MultisigState)
        case .paymentChannel: return json(try store.get(actor.head) as PaymentChannelState)
        case .account:
            let account: AccountState = try store.get(actor.head)
            return ["Address": .string("\(account.address)")]
        case .chaos: throw RPCError("unknown actor code \(actor.code)")
        }
    }

    // MARK: - Values

    private static func json(_ cid: CID) -> JSONValue { ["/": .string("\(cid)")] }

    private static func json(_ cid: CID?) -> JSONValue { cid.map { json($0) } ?? .null }

    private static func amount(_ amount: TokenAmount) -> JSONValue { big(amount.attoFIL) }

    private static func big(_ number: BigInt) -> JSONValue { .string("\(number)") }

    private static func number(_ number: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(number))
    }

    private static func epoch(_ epoch: ChainEpoch) -> JSONValue { number(epoch.rawValue) }

    /// The lengths of the runs, of clear bits first; the empty set is one run of nothing.
    package static func json(_ field: BitField) -> JSONValue {
        let runs = field.runLengths
        return runs.isEmpty ? [0] : .array(runs.map { number($0) })
    }

    private static func json(_ estimate: FilterEstimate) -> JSONValue {
        [
            "PositionEstimate": big(estimate.position), "VelocityEstimate": big(estimate.velocity),
        ]
    }

    // MARK: - States

    private static func json(_ state: InitState) -> JSONValue {
        [
            "AddressMap": json(state.addressMap), "NextID": number(state.nextID.rawValue),
            "NetworkName": .string(state.networkName),
        ]
    }

    private static func json(_ state: CronState) -> JSONValue {
        let entries = state.entries.map { entry -> JSONValue in
            [
                "Receiver": .string("\(entry.receiver)"),
                "MethodNum": number(entry.method.rawValue),
            ]
        }
        return ["Entries": .array(entries)]
    }

    private static func json(_ state: RewardState) -> JSONValue {
        [
            "CumsumBaseline": big(state.cumsumBaseline),
            "CumsumRealized": big(state.cumsumRealized),
            "EffectiveNetworkTime": epoch(state.effectiveNetworkTime),
            "EffectiveBaselinePower": big(state.effectiveBaselinePower),
            "ThisEpochReward": amount(state.thisEpochReward),
            "ThisEpochRewardSmoothed": json(state.thisEpochRewardSmoothed),
            "ThisEpochBaselinePower": big(state.thisEpochBaselinePower),
            "Epoch": epoch(state.epoch),
            "TotalStoragePowerReward": amount(state.totalStoragePowerReward),
            "SimpleTotal": amount(state.simpleTotal),
            "BaselineTotal": amount(state.baselineTotal),
        ]
    }

    private static func json(_ state: PowerState) -> JSONValue {
        [
            "TotalRawBytePower": big(state.totalRawBytePower),
            "TotalBytesCommitted": big(state.totalBytesCommitted),
            "TotalQualityAdjPower": big(state.totalQualityAdjustedPower),
            "TotalQABytesCommitted": big(state.totalQABytesCommitted),
            "TotalPledgeCollateral": amount(state.totalPledgeCollateral),
            "ThisEpochRawBytePower": big(state.thisEpochRawBytePower),
            "ThisEpochQualityAdjPower": big(state.thisEpochQualityAdjustedPower),
            "ThisEpochPledgeCollateral": amount(state.thisEpochPledgeCollateral),
            "ThisEpochQAPowerSmoothed": json(state.thisEpochQAPowerSmoothed),
            "MinerCount": number(state.minerCount),
            "MinerAboveMinPowerCount": number(state.minerAboveMinPowerCount),
            "CronEventQueue": json(state.cronEventQueue),
            "FirstCronEpoch": epoch(state.firstCronEpoch),
            "Claims": json(state.claims),
            "ProofValidationBatch": json(state.proofValidationBatch),
        ]
    }

    private static func json(_ state: MarketState) -> JSONValue {
        [
            "Proposals": json(state.proposals),
            "States": json(state.states),
            "PendingProposals": json(state.pendingProposals),
            "EscrowTable": json(state.escrowTable),
            "LockedTable": json(state.lockedTable),
            "NextID": number(state.nextID.rawValue),
            "DealOpsByEpoch": json(state.dealOpsByEpoch),
            "LastCron": epoch(state.lastCron),
            "TotalClientLockedCollateral": amount(state.totalClientLockedCollateral),
            "TotalProviderLockedCollateral": amount(state.totalProviderLockedCollateral),
            "TotalClientStorageFee": amount(state.totalClientStorageFee),
        ]
    }

    private static func json(_ state: BuiltinActors.MinerState) -> JSONValue {
        [
            "Info": json(state.info),
            "PreCommitDeposits": amount(state.preCommitDeposits),
            "LockedFunds": amount(state.lockedFunds),
            "VestingFunds": json(state.vestingFunds),
            "FeeDebt": amount(state.feeDebt),
            "InitialPledge": amount(state.initialPledge),
            "PreCommittedSectors": json(state.preCommittedSectors),
            "PreCommittedSectorsCleanUp": json(state.preCommittedSectorsCleanUp),
            "AllocatedSectors": json(state.allocatedSectors),
            "Sectors": json(state.sectors),
            "ProvingPeriodStart": epoch(state.provingPeriodStart),
            "CurrentDeadline": number(state.currentDeadline),
            "Deadlines": json(state.deadlines),
            "EarlyTerminations": json(state.earlyTerminations),
            "DeadlineCronActive": .bool(state.deadlineCronActive),
        ]
    }

    private static func json(_ state: VerifiedRegistryState) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("RootKey", .string("\(state.rootKey)")), ("Verifiers", json(state.verifiers)),
            ("VerifiedClients", json(state.verifiedClients)),
        ]
        // Actors v6 have no such table.
        if let table = state.removeDataCapProposalIDs {
            members.append(("RemoveDataCapProposalIDs", json(table)))
        }
        return .object(JSONObject(members))
    }

    private static func json(_ state: MultisigState) -> JSONValue {
        [
            "Signers": .array(state.signers.map { .string("\($0)") }),
            "NumApprovalsThreshold": number(state.approvalsThreshold),
            "NextTxnID": number(state.nextTransactionID),
            "InitialBalance": amount(state.initialBalance),
            "StartEpoch": epoch(state.startEpoch),
            "UnlockDuration": epoch(state.unlockDuration),
            "PendingTxns": json(state.pendingTransactions),
        ]
    }

    private static func json(_ state: PaymentChannelState) -> JSONValue {
        [
            "From": .string("\(state.from)"),
            "To": .string("\(state.to)"),
            "ToSend": amount(state.toSend),
            "SettlingAt": epoch(state.settlingAt),
            "MinSettleHeight": epoch(state.minSettleHeight),
            "LaneStates": json(state.laneStates),
        ]
    }
}
