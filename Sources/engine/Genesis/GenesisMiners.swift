internal import ActorRuntime
internal import BigIntegers
internal import BitFields
internal import BuiltinActors
internal import Bytes
internal import CBOR
internal import FilecoinTypes
internal import IPLD
internal import Multiformats
internal import StorageProofs

/// Brings the miners of a genesis into the state, by calls to the actors.
struct GenesisMiners {
    /// A miner that was created.
    private struct Created {
        let miner: PreSealedMiner
        let id: ActorID
        /// The epoch in which its sectors and their deals end.
        let expiration: ChainEpoch
        var dealIDs: [DealID] = []
    }

    private static let provingPeriod: ChainEpoch = 2880
    /// Proving periods that a sector may last.
    private static let maxPeriods: ChainEpoch = 540

    private let template: GenesisTemplate
    private let version: ActorsVersion
    private let tree: StateTree
    private let store: any BlockStore
    private let ids: [Address: ActorID]
    private let machine: Machine
    private let edition: GenesisBuilder.Edition
    private let policy: ActorPolicy

    init(builder: GenesisBuilder, tree: StateTree, ids: [Address: ActorID]) throws {
        template = builder.template
        version = builder.version
        edition = builder.edition
        policy = builder.policy
        self.tree = tree
        store = builder.store
        self.ids = ids
        machine = try Machine(
            tree: tree,
            epoch: 0,
            networkVersion: template.networkVersion,
            baseFee: .zero,
            prices: .genesis,
            policy: builder.policy,
            registry: .builtin,
            view: NothingCirculates(),
            proofs: NothingToProve(),
            signatures: EverythingIsSigned()
        )
    }

    func add() throws {
        guard !template.miners.isEmpty else { throw GenesisError.invalid("no miners") }
        try verifyClients()
        var created: [Created] = []
        for miner in template.miners {
            var new = try create(miner)
            try publishDeals(&new)
            created.append(new)
        }
        try assumePower(of: created)
        for miner in created {
            for (index, sector) in miner.miner.sectors.enumerated() {
                try commit(sector, deal: miner.dealIDs[index], miner)
            }
        }
    }

    // MARK: - Calls

    private func call(
        _ what: String,
        from: Address,
        to: ActorID,
        _ method: MethodNumber,
        value: TokenAmount = .zero,
        _ params: [UInt8] = []
    ) throws -> [UInt8] {
        do {
            guard let sender = try tree.resolve(from) else {
                throw GenesisError.invalid("\(what): no actor \(from)")
            }
            machine.begin(origin: from, nonce: 0, gasLimit: 1_000_000_000_000_000)
            return try machine.call(
                from: sender,
                to: .id(to),
                method: method,
                value: value,
                params: params,
                depth: 0
            )
        } catch let error as ActorError {
            throw GenesisError.callFailed("\(what): \(error)")
        }
    }

    private func state<State: CBORDecodable>(_ id: ActorID) throws -> State {
        guard let actor = try tree.actor(id) else {
            throw GenesisError.callFailed("no actor \(id)")
        }
        return try store.value(actor.head)
    }

    private func replaceState(_ id: ActorID, _ state: some CBOREncodable) throws {
        let head = try store.put(value: state)
        try tree.mutate(id) { actor in actor.head = head }
    }

    // MARK: - Steps

    private func verifyClients() throws {
        var allowances: [ActorID: UInt64] = [:]
        var total: UInt64 = 0
        for miner in template.miners {
            for sector in miner.sectors {
                guard sector.deal.provider == miner.id else {
                    throw GenesisError.invalid(
                        "sector \(sector.sector): provider \(sector.deal.provider), miner \(miner.id)"
                    )
                }
                guard let client = try tree.resolve(sector.deal.client) else {
                    throw GenesisError.invalid("no account \(sector.deal.client)")
                }
                allowances[client, default: 0] += sector.deal.pieceSize.bytes
                total += sector.deal.pieceSize.bytes
            }
        }
        _ = try call(
            "AddVerifier",
            from: .id(80),
            to: .verifiedRegistry,
            VerifiedRegistryMethod.addVerifier,
            AllowanceParameters(address: .id(81), allowance: BigInt(total)).cborBytes()
        )
        for (client, bytes) in allowances.sorted(by: { $0.key < $1.key }) {
            _ = try call(
                "AddVerifiedClient",
                from: .id(81),
                to: .verifiedRegistry,
                VerifiedRegistryMethod.addVerifiedClient,
                AllowanceParameters(address: .id(client), allowance: BigInt(bytes)).cborBytes()
            )
        }
    }

    private func create(_ miner: PreSealedMiner) throws -> Created {
        guard
            let proof = RegisteredSealProof(version: .v1_1, sectorSize: miner.sectorSize)?
                .windowPoStProof()
        else { throw GenesisError.invalid("sector size \(miner.sectorSize)") }
        let peerID: [UInt8]
        do { peerID = try Base58.decode(miner.peerID) } catch {
            throw GenesisError.invalid("peer id \(miner.peerID): \(error)")
        }
        guard let id = miner.id.actorID else {
            throw GenesisError.invalid("miner \(miner.id) is no ID address")
        }
        try skipIDs(before: id)
        // The reference makes the worker the owner.
        let parameters = CreateMinerParameters(
            owner: miner.worker,
            worker: miner.worker,
            windowPoStProofType: proof,
            peerID: peerID,
            multiaddrs: []
        )
        let returned = try CreateMinerReturn(
            cbor: try call(
                "CreateMiner",
                from: miner.owner,
                to: .power,
                PowerMethod.createMiner,
                value: try startBalance(of: miner),
                parameters.cborBytes()
            )
        )
        guard returned.idAddress == miner.id else {
            throw GenesisError.invalid("miner \(miner.id) became \(returned.idAddress)")
        }
        let state: MinerState = try state(id)
        let expiration =
            (Self.maxPeriods - 1) * Self.provingPeriod + state.provingPeriodStart - 1
        if miner.marketBalance > .zero {
            _ = try call(
                "AddBalance",
                from: miner.worker,
                to: .market,
                2,
                value: miner.marketBalance,
                Address.id(id).cborBytes()
            )
        }
        return Created(miner: miner, id: id, expiration: expiration)
    }

    /// Leaves IDs out so that the next actor gets the one wanted.
    ///
    /// lotus knows no gaps between its genesis miners; a network whose miners must prove soon needs them, since
    /// the ID decides when a proving period begins.
    private func skipIDs(before id: ActorID) throws {
        var state: InitState = try state(.initActor)
        guard state.nextID < id else { return }
        state.nextID = id
        try replaceState(.initActor, state)
    }

    /// What a miner has when it is created.
    private func startBalance(of miner: PreSealedMiner) throws -> TokenAmount {
        switch edition {
        case .lotus2022: return miner.powerBalance
        case .lotus2025:
            let reward: RewardState = try state(.reward)
            let power: PowerState = try state(.power)
            return MinerMonies.initialPledge(
                MinerMonies.Estimates(
                    reward: reward.thisEpochRewardSmoothed,
                    networkPower: power.thisEpochQAPowerSmoothed
                ),
                power: policy.consensusMinerMinPower.euclideanDivided(by: 10).quotient,
                baselinePower: reward.thisEpochBaselinePower,
                circulatingSupply: .fil(300_000_000)
            )
        }
    }

    private func publishDeals(_ created: inout Created) throws {
        let sectors = created.miner.sectors
        var start = 0
        while start < sectors.count {
            let end = min(start + ChainLimits.listCount, sectors.count)
            let deals = sectors[start..<end].map { sector in
                var deal = sector.deal
                deal.isVerified = true
                deal.endEpoch = created.expiration
                return ClientDealProposal(
                    proposal: deal,
                    clientSignature: Signature(type: .bls, data: [])
                )
            }
            let returned = try PublishStorageDealsReturn(
                cbor: try call(
                    "PublishStorageDeals",
                    from: created.miner.worker,
                    to: .market,
                    4,
                    PublishStorageDealsParameters(deals: deals).cborBytes()
                )
            )
            guard returned.ids.count == deals.count else {
                throw GenesisError.callFailed("PublishStorageDeals refused a deal of \(created.id)")
            }
            created.dealIDs += returned.ids
            start = end
        }
    }

    /// The quality-adjusted power of a sector with one deal.
    private func power(_ created: Created, deal: DealID) throws -> BigInt {
        let parameters = VerifyDealsForActivationParameters(sectors: [
            SectorDeals(sectorExpiry: created.expiration, dealIDs: [deal])
        ])
        let returned = try VerifyDealsForActivationReturn(
            cbor: try call(
                "VerifyDealsForActivation",
                from: .id(created.id),
                to: .market,
                MarketMethod.verifyDealsForActivation,
                parameters.cborBytes()
            )
        )
        guard let weights = returned.sectors.first else {
            throw GenesisError.callFailed("no deal weights")
        }
        return SectorQuality.power(
            size: created.miner.sectorSize,
            duration: created.expiration,
            dealWeight: weights.dealWeight,
            verifiedDealWeight: weights.verifiedDealWeight
        )
    }

    /// Sets the power that all sectors will have, so that each pays the same pledge.
    private func assumePower(of created: [Created]) throws {
        var raw: BigInt = 0
        var qualityAdjusted: BigInt = 0
        for miner in created {
            for deal in miner.dealIDs {
                raw += BigInt(miner.miner.sectorSize.bytes)
                qualityAdjusted += try power(miner, deal: deal)
            }
        }
        var state: PowerState = try state(.power)
        state.totalRawBytePower = raw
        state.totalQualityAdjustedPower = qualityAdjusted
        state.thisEpochRawBytePower = raw
        state.thisEpochQualityAdjustedPower = qualityAdjusted
        try replaceState(.power, state)
        try replaceState(.reward, RewardState(realizedPower: 0))
        try tree.mutate(.reward) { actor in actor.balance = .fil(1_100_000_000) }
    }

    private func commit(_ sector: PreSealedSector, deal: DealID, _ created: Created) throws {
        let size = BigInt(created.miner.sectorSize.bytes)
        let power = try power(created, deal: deal)
        // What was assumed for this sector is now replaced by what it really has.
        var assumed: PowerState = try state(.power)
        assumed.totalRawBytePower -= size
        assumed.totalQualityAdjustedPower -= power
        try replaceState(.power, assumed)

        let from = Address.id(created.id)
        let reward = try ThisEpochRewardReturn(
            cbor: try call(
                "ThisEpochReward",
                from: from,
                to: .reward,
                RewardMethod.thisEpochReward
            )
        )
        let network = try CurrentTotalPowerReturn(
            cbor: try call(
                "CurrentTotalPower",
                from: from,
                to: .power,
                PowerMethod.currentTotalPower
            )
        )
        let estimates = MinerMonies.Estimates(
            reward: reward.thisEpochRewardSmoothed,
            networkPower: network.qualityAdjustedPowerSmoothed
        )
        let pledge =
            MinerMonies.preCommitDeposit(
                estimates,
                power: edition == .lotus2022 ? power : size * 10
            )
            + MinerMonies.initialPledge(
                estimates,
                power: power,
                baselinePower: reward.thisEpochBaselinePower,
                circulatingSupply: .zero
            )
        let preCommit = SectorPreCommitInfo(
            sealProof: sector.proof,
            sectorNumber: sector.sector,
            sealedCID: sector.commR,
            sealRandEpoch: -1,
            dealIDs: [deal],
            expiration: created.expiration,
            replaceCapacity: false,
            replaceSectorDeadline: 0,
            replaceSectorPartition: 0,
            replaceSectorNumber: 0
        )
        _ = try call(
            "PreCommitSector",
            from: created.miner.worker,
            to: created.id,
            6,
            value: pledge,
            preCommit.cborBytes()
        )
        let none = FilterEstimate(positionQ128: 0, velocityQ128: 0)
        _ = try call(
            "ConfirmSectorProofsValid",
            from: .power,
            to: created.id,
            MinerMethod.confirmSectorProofsValid,
            ConfirmSectorProofsParameters(
                sectors: [sector.sector],
                rewardSmoothed: none,
                rewardBaselinePower: 0,
                qualityAdjustedPowerSmoothed: none
            ).cborBytes()
        )
        _ = try call(
            "UpdateClaimedPower",
            from: from,
            to: .power,
            PowerMethod.updateClaimedPower,
            UpdateClaimedPowerParameters(rawByteDelta: size, qualityAdjustedDelta: power)
                .cborBytes()
        )
        try activateUnproven(created.id)
    }

    /// Makes sectors count as proven without a WindowPoSt.
    private func activateUnproven(_ id: ActorID) throws {
        let actorStore = ActorStore(reading: store)
        var miner: MinerState = try state(id)
        var deadlines = try miner.loadDeadlines(actorStore)
        for index in 0..<UInt64(deadlines.due.count) {
            var deadline = try deadlines.load(index, actorStore)
            if deadline.totalSectors == 0 { continue }
            var partitions = try deadline.partitionsArray(actorStore)
            let unproven = try partitions.all().filter { !$0.1.unproven.isEmpty }
            if unproven.isEmpty { continue }
            for (number, found) in unproven {
                var partition = found
                partition.unproven = []
                partition.unprovenPower = .zero
                try partitions.set(number, partition)
            }
            deadline.partitions = try partitions.root()
            try deadlines.update(index, deadline, actorStore)
        }
        try miner.saveDeadlines(deadlines, actorStore)
        try replaceState(id, miner)
    }
}

/// The chain around a genesis: nothing circulates yet, and randomness is drawn from Go's generator, as by lotus.
private final class NothingCirculates: ChainView {
    struct NoState: Error {}

    func chainRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8] {
        var source = GoRandom(seed: epoch.rawValue &* 1000)
        return source.bytes(32)
    }

    func beaconRandomness(
        _ tag: DomainSeparationTag,
        epoch: ChainEpoch,
        entropy: [UInt8]
    ) throws -> [UInt8] {
        var source = GoRandom(seed: epoch.rawValue)
        return source.bytes(32)
    }

    func circulatingSupply(at epoch: ChainEpoch, tree: StateTree) -> TokenAmount { .zero }

    func lookbackStateRoot(at epoch: ChainEpoch) throws -> CID { throw NoState() }
}

/// No proof is asked for while a genesis is built; none would count.
private final class NothingToProve: ProofVerifier {
    func verify(_ seal: SealVerifyInfo) -> Bool { false }
    func verify(_ aggregate: AggregateSealVerifyInfo) -> Bool { false }
    func verify(_ update: ReplicaUpdateInfo) -> Bool { false }
    func verify(_ post: WindowPoStVerifyInfo) -> Bool { false }
}

/// Takes every signature for right: the deals of a genesis are not signed.
private final class EverythingIsSigned: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool { true }
}
