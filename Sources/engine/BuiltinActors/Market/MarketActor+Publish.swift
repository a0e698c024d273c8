internal import ActorRuntime
internal import BigIntegers
package import BitFields
package import CBOR
package import FilecoinTypes
internal import Multiformats

/// Parameters of the market's WithdrawBalance (method 3).
package struct MarketWithdrawBalanceParameters: Hashable, Sendable, CBORCodable {
    /// Whose balance.
    package var address: Address
    package var amount: TokenAmount

    package init(address: Address, amount: TokenAmount) {
        self.address = address
        self.amount = amount
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.encode(address)
        encoder.encode(amount)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        address = try decoder.value()
        amount = try decoder.value()
    }
}

/// Result of PublishStorageDeals (method 4).
package struct PublishStorageDealsReturn: Hashable, Sendable, CBORCodable {
    /// The numbers of the new deals.
    package var ids: [DealID]
    /// Which of the given deals became one, by position.
    package var validDeals: BitField

    package init(ids: [DealID], validDeals: BitField) {
        self.ids = ids
        self.validDeals = validDeals
    }

    package func encode(to encoder: inout CBOREncoder) {
        encoder.array(2)
        encoder.list(ids)
        encoder.encode(validDeals)
    }

    package init(from decoder: inout CBORDecoder) throws(CBORError) {
        try decoder.array(count: 2)
        ids = try decoder.list()
        validDeals = try decoder.value()
    }
}

extension MarketActor {
    /// What the network is, as far as a deal's collateral depends on it.
    private struct Network {
        let rawPower: BigInt
        let baselinePower: BigInt
    }

    /// Deals that passed all checks, their client and provider resolved to IDs.
    private struct ValidDeals {
        var proposals: [(DealProposal, CID)] = []
        var positions = BitField()
    }

    static func publishStorageDeals(
        _ rt: Runtime,
        _ parameters: PublishStorageDealsParameters
    ) throws(ActorError) -> PublishStorageDealsReturn {
        try rt.validateCallerIsSignable()
        guard let first = parameters.deals.first else {
            throw .illegalArgument("empty deals parameter")
        }
        let providerAddress = first.proposal.provider
        guard let provider = try rt.resolve(providerAddress) else {
            throw .notFound("failed to resolve provider address \(providerAddress)")
        }
        guard try rt.kind(of: provider) == .storageMiner else {
            throw .illegalArgument("deal provider is not a storage miner")
        }
        let sent = try rt.send(to: provider, method: 2)
        try sent.requireSuccess("failed fetching control addresses")
        let keys: ControlAddressesReturn = try sent.decoded()
        guard keys.worker == .id(rt.caller) || keys.controlAddresses.contains(.id(rt.caller))
        else {
            throw .forbidden("caller \(rt.caller) is not worker or control address of \(provider)")
        }
        let network = try requestNetwork(rt)
        let valid = try validDeals(
            rt,
            parameters.deals,
            provider: provider,
            providerAddress: providerAddress,
            network
        )
        if valid.proposals.isEmpty { throw .illegalArgument("All deal proposals invalid") }

        let ids = try rt.transaction { (state: inout MarketState) throws(ActorError) in
            var tables = try MarketTables(
                state,
                store: rt.store,
                writing: [.pending, .proposals, .operations, .escrow, .locked]
            )
            var ids: [DealID] = []
            for (proposal, cid) in valid.proposals {
                try tables.lock(proposal)
                let id = tables.generateDealID()
                try tables.pending.put(ADTKey(bytes: cid.bytes))
                try tables.proposals.set(id.rawValue, proposal)
                try tables.operations.add(
                    [id],
                    at: MarketPolicy.firstUpdate(start: proposal.startEpoch, deal: id)
                )
                ids.append(id)
            }
            try tables.commit(to: &state)
            return ids
        }
        return PublishStorageDealsReturn(ids: ids, validDeals: valid.positions)
    }

    private static func requestNetwork(_ rt: Runtime) throws(ActorError) -> Network {
        let reward = try MinerActor.requestReward(rt)
        let sent = try rt.send(to: .power, method: PowerMethod.currentTotalPower)
        try sent.requireSuccess("failed to check current power")
        let power: CurrentTotalPowerReturn = try sent.decoded()
        return Network(
            rawPower: power.rawBytePower,
            baselinePower: reward.thisEpochBaselinePower
        )
    }

    /// Returns the deals that can be published; invalid ones are dropped, not refused.
    private static func validDeals(
        _ rt: Runtime,
        _ deals: [ClientDealProposal],
        provider: ActorID,
        providerAddress: Address,
        _ network: Network
    ) throws(ActorError) -> ValidDeals {
        let state: MarketState = try rt.state()
        var tables = try MarketTables(
            state,
            store: rt.store,
            reading: [.pending, .escrow, .locked]
        )
        var valid = ValidDeals()
        var seen: Set<CID> = []
        var clientLockup: [ActorID: TokenAmount] = [:]
        var providerLockup = TokenAmount.zero
        for (position, deal) in deals.enumerated() {
            do throws(ActorError) { try validate(rt, deal, network) } catch {
                if error.mustPropagate { throw error }
                continue
            }
            var proposal = deal.proposal
            guard proposal.provider == .id(provider) || proposal.provider == providerAddress,
                let client = try rt.resolve(proposal.client)
            else { continue }

            // A deal that is dropped here still counts towards the lockup of the following ones.
            let lockup = (clientLockup[client] ?? .zero) + proposal.clientBalanceRequirement
            clientLockup[client] = lockup
            guard try tables.covers(.id(client), lockup) else { continue }
            providerLockup += proposal.providerCollateral
            guard try tables.covers(.id(provider), providerLockup) else { continue }

            proposal.provider = .id(provider)
            proposal.client = .id(client)
            let cid = proposal.cid
            let isPending = try tables.pending.has(ADTKey(bytes: cid.bytes))
            if isPending || seen.contains(cid) { continue }
            if proposal.isVerified {
                let used = try rt.send(
                    to: .verifiedRegistry,
                    method: VerifiedRegistryMethod.useBytes,
                    params: DataCapChange(
                        address: .id(client),
                        dealSize: BigInt(proposal.pieceSize.rawValue)
                    )
                )
                guard used.exitCode.isSuccess else { continue }
            }
            seen.insert(cid)
            valid.proposals.append((proposal, cid))
            valid.positions.insert(UInt64(position))
        }
        return valid
    }

    private static func validate(
        _ rt: Runtime,
        _ deal: ClientDealProposal,
        _ network: Network
    ) throws(ActorError) {
        let proposal = deal.proposal
        try rt.verifySignature(
            deal.clientSignature,
            signer: proposal.client,
            plaintext: proposal.cborBytes()
        )
        guard proposal.label.count <= MarketPolicy.maxLabelSize else {
            throw .uncoded("deal label of \(proposal.label.count) bytes")
        }
        let size = UInt64(proposal.pieceSize.rawValue)
        guard size >= 128, size.nonzeroBitCount == 1 else {
            throw .uncoded("proposal piece size \(size) is invalid")
        }
        guard proposal.pieceCID.isUnsealedCommitment else {
            throw .uncoded("proposal PieceCID had wrong prefix")
        }
        guard proposal.endEpoch > proposal.startEpoch else {
            throw .uncoded("proposal end before proposal start")
        }
        guard rt.epoch <= proposal.startEpoch else {
            throw .uncoded("deal start epoch has already elapsed")
        }
        guard
            (MarketPolicy.minDuration...MarketPolicy.maxDuration).contains(proposal.duration)
        else { throw .uncoded("deal duration out of bounds") }
        let all = TokenAmount.zero...TokenAmount.totalSupply
        guard all.contains(proposal.storagePricePerEpoch) else {
            throw .uncoded("storage price out of bounds")
        }
        let minCollateral = MarketPolicy.minProviderCollateral(
            pieceSize: proposal.pieceSize,
            networkRawPower: network.rawPower,
            baselinePower: network.baselinePower,
            circulatingSupply: try rt.circulatingSupply()
        )
        guard proposal.providerCollateral >= minCollateral,
            proposal.providerCollateral <= .totalSupply
        else { throw .uncoded("provider collateral out of bounds") }
        guard all.contains(proposal.clientCollateral) else {
            throw .uncoded("client collateral out of bounds")
        }
    }
}

extension CID {
    /// Whether this is a commitment to unsealed data: CIDv1, unsealed codec, 32-byte truncated SHA-256.
    var isUnsealedCommitment: Bool {
        version == 1 && codec == .filCommitmentUnsealed
            && multihash.code == .sha256Truncated254Padded && multihash.digest.count == 32
    }
}
