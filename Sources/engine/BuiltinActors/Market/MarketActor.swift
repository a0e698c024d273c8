package import ActorRuntime
package import BigIntegers
internal import BitFields
internal import CBOR
package import FilecoinTypes
internal import Multiformats

/// Limits and amounts of storage deals.
///
/// Source: specs-actors, `builtin/market/policy.go` (v6, v7).
package enum MarketPolicy {
    /// Epochs between two payments of a deal: one day.
    package static let dealUpdatesInterval: ChainEpoch = 2880
    /// 180 days.
    package static let minDuration: ChainEpoch = 518_400
    /// 540 days.
    package static let maxDuration: ChainEpoch = 1_555_200
    /// Bytes of a label, at most.
    package static let maxLabelSize = 256

    /// The least collateral of a provider: one percent of the circulating supply, times the deal's share of
    /// the network's power.
    package static func minProviderCollateral(
        pieceSize: PaddedPieceSize,
        networkRawPower: BigInt,
        baselinePower: BigInt,
        circulatingSupply: TokenAmount
    ) -> TokenAmount {
        let size = BigInt(pieceSize.rawValue)
        let share = max(max(networkRawPower, baselinePower), size)
        return TokenAmount(
            attoFIL: (circulatingSupply.attoFIL * size).euclideanDivided(by: share * 100).quotient
        )
    }

    /// The first epoch at or after `start` in which cron looks at a deal; deals are spread over the day.
    package static func firstUpdate(start: ChainEpoch, deal: DealID) -> ChainEpoch {
        let offset = ChainEpoch(Int64(deal.rawValue % UInt64(dealUpdatesInterval.rawValue)))
        let grid = QuantSpec(unit: dealUpdatesInterval, offset: 0)
        let previous = grid.roundingDown(start) + offset
        return previous >= start ? previous : grid.roundingUp(start) + offset
    }
}

/// The storage market actor: deals and the money that secures them.
///
/// Source: specs-actors v6.0.2 and v7.0.1, `builtin/market/market_actor.go`.
package enum MarketActor {
    package static let definition = ActorDefinition(
        .storageMarket,
        [
            ActorMethod(1, "Constructor", construct),
            ActorMethod(2, "AddBalance", addBalance),
            ActorMethod(3, "WithdrawBalance", withdrawBalance),
            ActorMethod(4, "PublishStorageDeals", publishStorageDeals),
            ActorMethod(5, "VerifyDealsForActivation", verifyDealsForActivation),
            ActorMethod(6, "ActivateDeals", activateDeals),
            ActorMethod(7, "OnMinerSectorsTerminate", onMinerSectorsTerminate),
            ActorMethod(8, "ComputeDataCommitment", computeDataCommitment),
            ActorMethod(9, "CronTick", cronTick),
        ]
    )

    static func construct(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: ActorID.system)
        try rt.createState(try MarketState(store: rt.store))
    }

    // MARK: - Escrow

    static func addBalance(_ rt: Runtime, _ address: Address) throws(ActorError) {
        guard rt.value.isPositive else {
            throw .illegalArgument("balance to add must be greater than zero")
        }
        try rt.validateCallerIsSignable()
        let nominal = Address.id(try escrowAddress(rt, address).nominal)
        try rt.transaction { (state: inout MarketState) throws(ActorError) in
            var tables = try MarketTables(state, store: rt.store, writing: [.escrow, .locked])
            try tables.escrow.add(nominal, rt.value)
            try tables.commit(to: &state)
        }
    }

    static func withdrawBalance(
        _ rt: Runtime,
        _ parameters: MarketWithdrawBalanceParameters
    ) throws(ActorError) -> TokenAmount {
        if parameters.amount.isNegative {
            throw .illegalArgument("negative amount \(parameters.amount)")
        }
        let addresses = try escrowAddress(rt, parameters.address)
        try rt.validateCaller(isOneOf: addresses.approved)
        let nominal = Address.id(addresses.nominal)
        let extracted = try rt.transaction { (state: inout MarketState) throws(ActorError) in
            var tables = try MarketTables(state, store: rt.store, writing: [.escrow, .locked])
            let floor = try tables.locked.get(nominal)
            let extracted = try tables.escrow.subtract(
                nominal,
                upTo: parameters.amount,
                keeping: floor
            )
            try tables.commit(to: &state)
            return extracted
        }
        try rt.send(to: addresses.recipient, method: .send, value: extracted)
            .requireSuccess("failed to send funds")
        return extracted
    }

    /// Whose balance an address means, who receives what is withdrawn, and who may withdraw it.
    private static func escrowAddress(
        _ rt: Runtime,
        _ address: Address
    ) throws(ActorError) -> (nominal: ActorID, recipient: Address, approved: [Address]) {
        guard let nominal = try rt.resolve(address) else {
            throw .illegalArgument("failed to resolve address \(address)")
        }
        guard try rt.code(of: nominal) != nil else {
            throw .illegalArgument("no code for address \(nominal)")
        }
        guard try rt.kind(of: nominal) == .storageMiner else {
            return (nominal, .id(nominal), [.id(nominal)])
        }
        let keys = try controlAddresses(rt, of: nominal)
        return (nominal, keys.owner, [keys.owner, keys.worker])
    }

    private static func controlAddresses(
        _ rt: Runtime,
        of miner: ActorID
    ) throws(ActorError) -> ControlAddressesReturn {
        let sent = try rt.send(to: miner, method: 2)
        try sent.requireSuccess("failed fetching control addresses")
        return try sent.decoded()
    }

    // MARK: - Deals of sectors

    static func verifyDealsForActivation(
        _ rt: Runtime,
        _ parameters: VerifyDealsForActivationParameters
    ) throws(ActorError) -> VerifyDealsForActivationReturn {
        try rt.validateCaller(kinds: .storageMiner)
        let state: MarketState = try rt.state()
        var proposals = try state.proposalArray(rt.store)
        var weights: [SectorWeights] = []
        for sector in parameters.sectors {
            weights.append(
                try weigh(
                    sector.dealIDs,
                    of: .id(rt.caller),
                    sectorExpiry: sector.sectorExpiry,
                    at: rt.epoch,
                    in: &proposals
                )
            )
        }
        return VerifyDealsForActivationReturn(sectors: weights)
    }

    /// Checks that deals may go into a sector of `miner`, and returns what they weigh.
    private static func weigh(
        _ deals: [DealID],
        of miner: Address,
        sectorExpiry: ChainEpoch,
        at epoch: ChainEpoch,
        in proposals: inout ADTArray<DealProposal>
    ) throws(ActorError) -> SectorWeights {
        var seen: Set<DealID> = []
        var weights = SectorWeights(dealSpace: 0, dealWeight: 0, verifiedDealWeight: 0)
        for id in deals {
            guard seen.insert(id).inserted else {
                throw .illegalArgument("deal ID \(id) present multiple times")
            }
            guard let deal = try proposals.get(id.rawValue) else {
                throw .notFound("no such deal \(id)")
            }
            guard deal.provider == miner else {
                throw .forbidden("proposal has provider \(deal.provider), must be \(miner)")
            }
            guard epoch <= deal.startEpoch else {
                throw .illegalArgument(
                    "proposal start epoch \(deal.startEpoch) has already elapsed"
                )
            }
            guard deal.endEpoch <= sectorExpiry else {
                throw .illegalArgument(
                    "proposal expiration \(deal.endEpoch) exceeds sector expiration \(sectorExpiry)"
                )
            }
            // Wrapping, as in the reference: sizes come from valid proposals.
            weights.dealSpace &+= UInt64(deal.pieceSize.rawValue)
            if deal.isVerified {
                weights.verifiedDealWeight = weights.verifiedDealWeight + deal.weight
            } else {
                weights.dealWeight = weights.dealWeight + deal.weight
            }
        }
        return weights
    }

    static func activateDeals(
        _ rt: Runtime,
        _ parameters: ActivateDealsParameters
    ) throws(ActorError) {
        try rt.validateCaller(kinds: .storageMiner)
        let store = rt.store
        try rt.transaction { (state: inout MarketState) throws(ActorError) in
            var proposals = try state.proposalArray(store)
            _ = try weigh(
                parameters.dealIDs,
                of: .id(rt.caller),
                sectorExpiry: parameters.sectorExpiry,
                at: rt.epoch,
                in: &proposals
            )
            // The proposals are loaded a second time, as in the reference.
            var tables = try MarketTables(
                state,
                store: store,
                reading: [.pending, .proposals],
                writing: .states
            )
            for id in parameters.dealIDs {
                guard try tables.states.get(id.rawValue) == nil else {
                    throw .illegalArgument("deal \(id) already included in another sector")
                }
                let deal = try tables.proposal(id)
                guard try tables.pending.has(ADTKey(bytes: deal.cid.bytes)) else {
                    throw .illegalState(
                        "tried to activate deal \(id) that was not in the pending set"
                    )
                }
                try tables.states.set(
                    id.rawValue,
                    DealState(
                        sectorStartEpoch: rt.epoch,
                        lastUpdatedEpoch: .undefined,
                        slashEpoch: .undefined
                    )
                )
            }
            try tables.commit(to: &state)
        }
    }

    static func computeDataCommitment(
        _ rt: Runtime,
        _ parameters: ComputeDataCommitmentParameters
    ) throws(ActorError) -> ComputeDataCommitmentReturn {
        try rt.validateCaller(kinds: .storageMiner)
        let state: MarketState = try rt.state()
        var proposals = try state.proposalArray(rt.store)
        var commitments: [CID] = []
        for input in parameters.inputs {
            var pieces: [PieceInfo] = []
            for id in input.dealIDs {
                guard let deal = try proposals.get(id.rawValue) else {
                    throw .notFound("no such deal \(id)")
                }
                pieces.append(PieceInfo(size: deal.pieceSize, pieceCID: deal.pieceCID))
            }
            do throws(ActorError) {
                commitments.append(
                    try rt.unsealedSectorCID(input.sectorType, pieces: pieces)
                )
            } catch {
                throw error.coded(.illegalArgument, "failed to compute unsealed sectorCID")
            }
        }
        return ComputeDataCommitmentReturn(commDs: commitments)
    }

    static func onMinerSectorsTerminate(
        _ rt: Runtime,
        _ parameters: OnMinerSectorsTerminateParameters
    ) throws(ActorError) {
        try rt.validateCaller(kinds: .storageMiner)
        let miner = Address.id(rt.caller)
        try rt.transaction { (state: inout MarketState) throws(ActorError) in
            var tables = try MarketTables(
                state,
                store: rt.store,
                reading: .proposals,
                writing: .states
            )
            for id in parameters.dealIDs {
                // A deal that is gone has expired.
                guard let deal = try tables.proposals.get(id.rawValue) else { continue }
                guard deal.provider == miner else {
                    throw .illegalState("caller \(miner) is not the provider of deal \(id)")
                }
                if deal.endEpoch <= parameters.epoch { continue }
                guard var dealState = try tables.states.get(id.rawValue) else {
                    throw .illegalArgument("no state for deal \(id)")
                }
                if dealState.slashEpoch != .undefined { continue }
                dealState.slashEpoch = parameters.epoch
                try tables.states.set(id.rawValue, dealState)
            }
            try tables.commit(to: &state)
        }
    }

    // MARK: - Cron

    static func cronTick(_ rt: Runtime) throws(ActorError) {
        try rt.validateCaller(isOneOf: ActorID.cron)
        var slashed = TokenAmount.zero
        var timedOut: [DealProposal] = []
        try rt.transaction { (state: inout MarketState) throws(ActorError) in
            var tables = try MarketTables(
                state,
                store: rt.store,
                writing: [.states, .locked, .escrow, .operations, .proposals, .pending]
            )
            var updates: [ChainEpoch: [DealID]] = [:]
            var epoch = state.lastCron + 1
            while epoch <= rt.epoch {
                for id in try tables.operations.deals(at: epoch) {
                    let deal = try tables.proposal(id)
                    guard let dealState = try tables.states.get(id.rawValue) else {
                        guard rt.epoch >= deal.startEpoch else {
                            throw .illegalState("deal \(id) processed before start epoch")
                        }
                        do throws(ActorError) { slashed += try tables.timeOut(deal) } catch {
                            throw error.recoded(.illegalState, "failed to end deal \(id)")
                        }
                        if deal.isVerified { timedOut.append(deal) }
                        try tables.proposals.delete(id.rawValue)
                        try tables.pending.delete(ADTKey(bytes: deal.cid.bytes))
                        continue
                    }
                    if dealState.lastUpdatedEpoch == .undefined {
                        try tables.pending.delete(ADTKey(bytes: deal.cid.bytes))
                    }
                    let progress = try tables.update(deal, dealState, at: rt.epoch)
                    if progress.slashed.isNegative {
                        throw .illegalState("computed negative slash amount for deal \(id)")
                    }
                    guard let next = progress.nextEpoch else {
                        slashed += progress.slashed
                        try tables.states.delete(id.rawValue)
                        try tables.proposals.delete(id.rawValue)
                        continue
                    }
                    guard next > rt.epoch else {
                        throw .illegalState(
                            "continuing deal \(id) next epoch \(next) should be in future"
                        )
                    }
                    var updated = dealState
                    updated.lastUpdatedEpoch = rt.epoch
                    try tables.states.set(id.rawValue, updated)
                    updates[next, default: []].append(id)
                }
                try tables.operations.removeAll(at: epoch)
                epoch += 1
            }
            for (next, deals) in updates.sorted(by: { $0.key < $1.key }) {
                try tables.operations.add(deals, at: next)
            }
            state.lastCron = rt.epoch
            try tables.commit(to: &state)
        }
        for deal in timedOut {
            // The data cap goes back to the client; a failure is the client's loss, not cron's.
            _ = try rt.send(
                to: .verifiedRegistry,
                method: VerifiedRegistryMethod.restoreBytes,
                params: DataCapChange(
                    address: deal.client,
                    dealSize: BigInt(deal.pieceSize.rawValue)
                )
            )
        }
        if !slashed.isZero {
            try rt.send(to: .burntFunds, method: .send, value: slashed)
                .requireSuccess("expected send to burnt funds actor to succeed")
        }
    }
}
