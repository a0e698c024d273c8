import ActorRuntime
import BigIntegers
import BitFields
import CBOR
import FilecoinTypes
import Multiformats

@testable import BuiltinActors

/// Miners of 2 KiB sectors.
extension RuleWorld {
    /// The bytes of a sector, which are its power while it holds no verified deal.
    static let sectorSize: Int128 = 2048
    static let sealProof: RegisteredSealProof = .stackedDrg2KiBV1_1
    static let postProof: RegisteredPoStProof = .stackedDrgWindow2KiBV1
    /// How long after its pre-commitment a sector may be proven: 30 days and the challenge delay.
    static let maxProveCommitDuration: ChainEpoch = 30 * 2880 + 150

    /// Creates a miner of ``owner``, who is its worker too.
    func createMiner(balance: TokenAmount = .fil(1000)) throws -> ActorID {
        let returned = try send(
            PowerMethod.createMiner,
            to: .power,
            from: Self.owner,
            CreateMinerParameters(
                owner: .id(Self.owner),
                worker: .id(Self.owner),
                windowPoStProofType: Self.postProof,
                peerID: [],
                multiaddrs: []
            ),
            value: balance
        )
        let address = try CreateMinerReturn(cbor: returned).idAddress
        guard let id = address.actorID else { throw MissingActor(id: 0) }
        miners.append(id)
        return id
    }

    /// The pre-commitment of a sector that lives as long as one proving allows: 200 days after the last moment to prove it.
    func preCommitInfo(
        _ number: SectorNumber,
        deals: [DealID] = [],
        expiration: ChainEpoch? = nil
    ) -> SectorPreCommitInfo {
        SectorPreCommitInfo(
            sealProof: Self.sealProof,
            sectorNumber: number,
            sealedCID: Self.sealedCID(number),
            sealRandEpoch: epoch - 1,
            dealIDs: deals,
            expiration: expiration ?? epoch + Self.maxProveCommitDuration + 200 * 2880,
            replaceCapacity: false,
            replaceSectorDeadline: 0,
            replaceSectorPartition: 0,
            replaceSectorNumber: 0
        )
    }

    static func sealedCID(_ number: SectorNumber) -> CID {
        CID(
            codec: .filCommitmentSealed,
            multihash: Multihash(
                code: .poseidonBLS12381A2FC1,
                digest: [UInt8](repeating: UInt8(truncatingIfNeeded: number.rawValue), count: 32)
            )
        )
    }

    /// Pre-commits sectors in one message.
    func preCommit(_ sectors: [SectorPreCommitInfo], of miner: ActorID) throws {
        try send(
            25,
            to: miner,
            from: Self.owner,
            PreCommitSectorBatchParameters(sectors: sectors)
        )
    }

    /// Makes sectors of pre-commitments, as the power actor does when their proofs were right.
    func confirm(_ numbers: [SectorNumber], of miner: ActorID) throws {
        try send(
            MinerMethod.confirmSectorProofsValid,
            to: miner,
            from: .power,
            ConfirmSectorProofsParameters(
                sectors: numbers,
                rewardSmoothed: Self.reward,
                rewardBaselinePower: Self.power.estimate,
                qualityAdjustedPowerSmoothed: Self.power
            )
        )
    }

    /// Brings sectors in that are proven for the first time too, so that they have power.
    func commit(
        _ numbers: [SectorNumber],
        of miner: ActorID,
        deals: [DealID] = [],
        expiration: ChainEpoch? = nil
    ) throws {
        try preCommit(
            numbers.map { preCommitInfo($0, deals: deals, expiration: expiration) },
            of: miner
        )
        try confirm(numbers, of: miner)
        for number in numbers where try !isProven(number, of: miner) {
            try prove(number, of: miner)
            try endDeadline(of: miner)
        }
    }

    /// Puts a sector into the state as if it had been committed long ago, and proves it, so that it has power.
    func plant(
        _ number: SectorNumber,
        of miner: ActorID,
        activation: ChainEpoch,
        expiration: ChainEpoch,
        pledge: TokenAmount = .fil(1),
        _ adjust: (inout SectorOnChainInfo) -> Void = { _ in }
    ) throws {
        var sector = SectorOnChainInfo(
            sectorNumber: number,
            sealProof: Self.sealProof,
            sealedCID: Self.sealedCID(number),
            dealIDs: [],
            activation: activation,
            expiration: expiration,
            dealWeight: 0,
            verifiedDealWeight: 0,
            initialPledge: pledge,
            expectedDayReward: .zero,
            expectedStoragePledge: .zero,
            replacedSectorAge: 0,
            replacedDayReward: .zero,
            sectorKeyCID: nil,
            shape: version
        )
        adjust(&sector)
        try change(miner, as: MinerState.self) { state in
            try state.put([sector], store)
            try state.addInitialPledge(pledge)
            try state.assignToDeadlines(
                [sector],
                at: epoch,
                partitionSize: 2,
                sectorSize: .kib2,
                store
            )
        }
        try send(PowerMethod.updatePledgeTotal, to: .power, from: miner, pledge)
        try startDeadlineCron(of: miner)
        try prove(number, of: miner)
        try endDeadline(of: miner)
    }

    private func startDeadlineCron(of miner: ActorID) throws {
        let state: MinerState = try state(of: miner)
        if state.deadlineCronActive { return }
        try change(miner, as: MinerState.self) { $0.deadlineCronActive = true }
        try send(
            PowerMethod.enrollCronEvent,
            to: .power,
            from: miner,
            EnrollCronEventParameters(
                eventEpoch: state.deadlineInfo(at: epoch).last,
                payload: MinerCronPayload(.provingDeadline).cborBytes()
            )
        )
    }

    private func isProven(_ number: SectorNumber, of miner: ActorID) throws -> Bool {
        try !partition(of: number, miner).unproven.contains(number.rawValue)
    }

    /// Proves the partition of a sector in the next window of its deadline.
    func prove(_ number: SectorNumber, of miner: ActorID, proof: UInt8 = 1) throws {
        try advance(to: try nextOpening(for: number, of: miner))
        try send(
            5,
            to: miner,
            from: Self.owner,
            try proofOfOpenDeadline(for: number, of: miner, proof)
        )
    }

    /// The parameters of a proof for the partition of a sector.
    func proofOfOpenDeadline(
        for number: SectorNumber,
        of miner: ActorID,
        _ proof: UInt8 = 1,
        skipping skipped: BitField = []
    ) throws -> SubmitWindowedPoStParameters {
        let place = try place(of: number, miner)
        return SubmitWindowedPoStParameters(
            deadline: place.deadline,
            partitions: [PoStPartition(index: place.partition, skipped: skipped)],
            proofs: [PoStProof(postProof: Self.postProof, proofBytes: [proof])],
            chainCommitEpoch: epoch - 1,
            chainCommitRand: Self.randomness
        )
    }

    /// The second epoch of the next window in which a sector is to be proven, or of the present one.
    func nextOpening(for number: SectorNumber, of miner: ActorID) throws -> ChainEpoch {
        let state: MinerState = try state(of: miner)
        let deadline = try place(of: number, miner).deadline
        let next = DeadlineInfo(
            periodStart: state.deadlineInfo(at: epoch).periodStart,
            index: deadline,
            currentEpoch: epoch
        ).nextNotElapsed
        return max(epoch, next.open + 1)
    }

    /// Lets the present window of a sector's deadline, or the next one, pass without a proof.
    func missProof(of number: SectorNumber, of miner: ActorID) throws {
        try advance(to: try nextOpening(for: number, of: miner))
        try endDeadline(of: miner)
    }

    /// Lets the present deadline of a miner end.
    func endDeadline(of miner: ActorID) throws {
        epoch = try lastEpochOfDeadline(of: miner)
        try endEpoch()
    }

    func lastEpochOfDeadline(of miner: ActorID) throws -> ChainEpoch {
        try state(of: miner, as: MinerState.self).deadlineInfo(at: epoch).last
    }

    // MARK: - What a miner has

    func place(
        of number: SectorNumber,
        _ miner: ActorID
    ) throws -> (deadline: UInt64, partition: UInt64) {
        let state: MinerState = try state(of: miner)
        return try state.loadDeadlines(store).find(number, store)
    }

    func partition(of number: SectorNumber, _ miner: ActorID) throws -> Partition {
        let state: MinerState = try state(of: miner)
        let place = try place(of: number, miner)
        return try state.loadDeadlines(store).load(place.deadline, store)
            .loadPartition(store, place.partition)
    }

    func sector(_ number: SectorNumber, of miner: ActorID) throws -> SectorOnChainInfo? {
        try state(of: miner, as: MinerState.self).sector(number, store)
    }

    /// Names sectors of one partition.
    func declaration(_ number: SectorNumber, of miner: ActorID) throws -> SectorDeclarations {
        let place = try place(of: number, miner)
        return SectorDeclarations(declarations: [
            SectorDeclaration(
                deadline: place.deadline,
                partition: place.partition,
                sectors: [number.rawValue]
            )
        ])
    }

    func claim(of miner: ActorID) throws -> PowerClaim? {
        var claims = try state(of: .power, as: PowerState.self).claims(store)
        return try claims.get(.actor(miner))
    }

    /// Sets what a miner locks of its block rewards: one part per given epoch.
    func setVesting(_ entries: [(ChainEpoch, TokenAmount)], of miner: ActorID) throws {
        var funds = VestingFunds()
        funds.funds = entries.map { VestingFunds.Entry(epoch: $0, amount: $1) }
        let root = try store.put(funds)
        let total = entries.reduce(TokenAmount.zero) { $0 + $1.1 }
        try change(miner, as: MinerState.self) {
            $0.vestingFunds = root
            $0.lockedFunds = total
        }
        try send(PowerMethod.updatePledgeTotal, to: .power, from: miner, total)
    }

    /// Leaves a miner with `amount` that is not locked.
    func setUnlockedBalance(_ amount: TokenAmount, of miner: ActorID) throws {
        let state: MinerState = try state(of: miner)
        let locked = state.lockedFunds + state.preCommitDeposits + state.initialPledge
        try tree.mutate(miner) { (record) throws(ActorError) in record.balance = locked + amount }
    }
}
