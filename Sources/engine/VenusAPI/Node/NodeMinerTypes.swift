package import FilecoinTypes
package import JSON
package import Multiformats

/// A miner's keys and settings, as `StateMinerInfo` gives them.
package struct MinerInfoResult: Hashable, Sendable {
    package var owner: Address
    package var worker: Address
    /// The worker to come; none: `<empty>`.
    package var newWorker: Address?
    package var controlAddresses: [Address]
    /// When the new worker takes over; -1 without one.
    package var workerChangeEpoch: ChainEpoch
    /// The peer id in base 58; `null` without one.
    package var peerID: String?
    package var multiaddrs: [JSONBytes]
    package var windowPoStProofType: RegisteredPoStProof
    package var sectorSize: SectorSize
    package var windowPoStPartitionSectors: UInt64
    package var consensusFaultElapsed: ChainEpoch
    package var pendingOwnerAddress: Address?

    package init(
        owner: Address,
        worker: Address,
        newWorker: Address? = nil,
        controlAddresses: [Address],
        workerChangeEpoch: ChainEpoch,
        peerID: String? = nil,
        multiaddrs: [JSONBytes],
        windowPoStProofType: RegisteredPoStProof,
        sectorSize: SectorSize,
        windowPoStPartitionSectors: UInt64,
        consensusFaultElapsed: ChainEpoch,
        pendingOwnerAddress: Address? = nil
    ) {
        self.owner = owner
        self.worker = worker
        self.newWorker = newWorker
        self.controlAddresses = controlAddresses
        self.workerChangeEpoch = workerChangeEpoch
        self.peerID = peerID
        self.multiaddrs = multiaddrs
        self.windowPoStProofType = windowPoStProofType
        self.sectorSize = sectorSize
        self.windowPoStPartitionSectors = windowPoStPartitionSectors
        self.consensusFaultElapsed = consensusFaultElapsed
        self.pendingOwnerAddress = pendingOwnerAddress
    }
}

extension MinerInfoResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Owner", owner)
            writer.member("Worker", worker)
            writer.member("NewWorker", orEmpty: newWorker)
            writer.member("ControlAddresses", orNull: controlAddresses)
            writer.member("WorkerChangeEpoch", workerChangeEpoch)
            writer.member("PeerId", peerID)
            writer.member("Multiaddrs", orNull: multiaddrs)
            writer.member("WindowPoStProofType", windowPoStProofType)
            writer.member("SectorSize", sectorSize)
            writer.member("WindowPoStPartitionSectors", windowPoStPartitionSectors)
            writer.member("ConsensusFaultElapsed", consensusFaultElapsed)
            writer.member("PendingOwnerAddress", pendingOwnerAddress)
            // Beneficiaries came with network version 17; lotus shows empty ones before.
            writer.member("Beneficiary", orEmpty: nil)
            writer.key("BeneficiaryTerm")
            writer.object { writer in
                writer.member("Quota", TokenAmount.zero)
                writer.member("UsedQuota", TokenAmount.zero)
                writer.member("Expiration", 0)
            }
            writer.key("PendingBeneficiaryTerm")
            writer.null()
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        owner = try object.decode("Owner")
        worker = try object.decode("Worker")
        newWorker = try object.decodeAddressOrEmpty("NewWorker")
        controlAddresses = try object.decodeIfPresent("ControlAddresses") ?? []
        workerChangeEpoch = try object.decode("WorkerChangeEpoch")
        peerID = try object.decodeIfPresent("PeerId")
        multiaddrs = try object.decodeIfPresent("Multiaddrs") ?? []
        windowPoStProofType = try object.decode("WindowPoStProofType")
        sectorSize = try object.decode("SectorSize")
        windowPoStPartitionSectors = try object.decode("WindowPoStPartitionSectors")
        consensusFaultElapsed = try object.decode("ConsensusFaultElapsed")
        pendingOwnerAddress = try object.decodeIfPresent("PendingOwnerAddress")
    }
}

/// Power of a miner or of the network, in bytes.
package struct PowerClaimResult: Hashable, Sendable {
    package var rawBytePower: TokenAmount
    package var qualityAdjustedPower: TokenAmount

    package init(rawBytePower: TokenAmount, qualityAdjustedPower: TokenAmount) {
        self.rawBytePower = rawBytePower
        self.qualityAdjustedPower = qualityAdjustedPower
    }
}

extension PowerClaimResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("RawBytePower", rawBytePower)
            writer.member("QualityAdjPower", qualityAdjustedPower)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        rawBytePower = try object.decode("RawBytePower")
        qualityAdjustedPower = try object.decode("QualityAdjPower")
    }
}

/// What `StateMinerPower` gives.
package struct MinerPowerResult: Hashable, Sendable {
    package var minerPower: PowerClaimResult
    package var totalPower: PowerClaimResult
    package var hasMinPower: Bool

    package init(minerPower: PowerClaimResult, totalPower: PowerClaimResult, hasMinPower: Bool) {
        self.minerPower = minerPower
        self.totalPower = totalPower
        self.hasMinPower = hasMinPower
    }
}

extension MinerPowerResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("MinerPower", minerPower)
            writer.member("TotalPower", totalPower)
            writer.member("HasMinPower", hasMinPower)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        minerPower = try object.decode("MinerPower")
        totalPower = try object.decode("TotalPower")
        hasMinPower = try object.decode("HasMinPower")
    }
}

/// One of the 48 deadlines of `StateMinerDeadlines`.
package struct DeadlineResult: Hashable, Sendable {
    /// The partitions proven in the present window.
    package var postSubmissions: BitFieldRuns
    package var disputableProofCount: UInt64
    /// 0 before network version 25.
    package var dailyFee: TokenAmount

    package init(postSubmissions: BitFieldRuns, disputableProofCount: UInt64, dailyFee: TokenAmount)
    {
        self.postSubmissions = postSubmissions
        self.disputableProofCount = disputableProofCount
        self.dailyFee = dailyFee
    }
}

extension DeadlineResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("PostSubmissions", postSubmissions)
            writer.member("DisputableProofCount", disputableProofCount)
            writer.member("DailyFee", dailyFee)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        postSubmissions = try object.decode("PostSubmissions")
        disputableProofCount = try object.decode("DisputableProofCount")
        dailyFee = try object.decode("DailyFee")
    }
}

/// One partition of a deadline, as `StateMinerPartitions` gives it.
package struct PartitionResult: Hashable, Sendable {
    package var allSectors: BitFieldRuns
    package var faultySectors: BitFieldRuns
    package var recoveringSectors: BitFieldRuns
    package var liveSectors: BitFieldRuns
    package var activeSectors: BitFieldRuns

    package init(
        allSectors: BitFieldRuns,
        faultySectors: BitFieldRuns,
        recoveringSectors: BitFieldRuns,
        liveSectors: BitFieldRuns,
        activeSectors: BitFieldRuns
    ) {
        self.allSectors = allSectors
        self.faultySectors = faultySectors
        self.recoveringSectors = recoveringSectors
        self.liveSectors = liveSectors
        self.activeSectors = activeSectors
    }
}

extension PartitionResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("AllSectors", allSectors)
            writer.member("FaultySectors", faultySectors)
            writer.member("RecoveringSectors", recoveringSectors)
            writer.member("LiveSectors", liveSectors)
            writer.member("ActiveSectors", activeSectors)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        allSectors = try object.decode("AllSectors")
        faultySectors = try object.decode("FaultySectors")
        recoveringSectors = try object.decode("RecoveringSectors")
        liveSectors = try object.decode("LiveSectors")
        activeSectors = try object.decode("ActiveSectors")
    }
}

/// Where the present deadline of a miner lies in time.
package struct ProvingDeadlineResult: Hashable, Sendable {
    package var currentEpoch: ChainEpoch
    package var periodStart: ChainEpoch
    package var index: UInt64
    package var open: ChainEpoch
    package var close: ChainEpoch
    package var challenge: ChainEpoch
    package var faultCutoff: ChainEpoch
    package var periodDeadlines: UInt64
    package var provingPeriod: ChainEpoch
    package var challengeWindow: ChainEpoch
    package var challengeLookback: ChainEpoch
    package var faultDeclarationCutoff: ChainEpoch

    package init(
        currentEpoch: ChainEpoch,
        periodStart: ChainEpoch,
        index: UInt64,
        open: ChainEpoch,
        close: ChainEpoch,
        challenge: ChainEpoch,
        faultCutoff: ChainEpoch,
        periodDeadlines: UInt64,
        provingPeriod: ChainEpoch,
        challengeWindow: ChainEpoch,
        challengeLookback: ChainEpoch,
        faultDeclarationCutoff: ChainEpoch
    ) {
        self.currentEpoch = currentEpoch
        self.periodStart = periodStart
        self.index = index
        self.open = open
        self.close = close
        self.challenge = challenge
        self.faultCutoff = faultCutoff
        self.periodDeadlines = periodDeadlines
        self.provingPeriod = provingPeriod
        self.challengeWindow = challengeWindow
        self.challengeLookback = challengeLookback
        self.faultDeclarationCutoff = faultDeclarationCutoff
    }
}

extension ProvingDeadlineResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("CurrentEpoch", currentEpoch)
            writer.member("PeriodStart", periodStart)
            writer.member("Index", index)
            writer.member("Open", open)
            writer.member("Close", close)
            writer.member("Challenge", challenge)
            writer.member("FaultCutoff", faultCutoff)
            writer.member("WPoStPeriodDeadlines", periodDeadlines)
            writer.member("WPoStProvingPeriod", provingPeriod)
            writer.member("WPoStChallengeWindow", challengeWindow)
            writer.member("WPoStChallengeLookback", challengeLookback)
            writer.member("FaultDeclarationCutoff", faultDeclarationCutoff)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        currentEpoch = try object.decode("CurrentEpoch")
        periodStart = try object.decode("PeriodStart")
        index = try object.decode("Index")
        open = try object.decode("Open")
        close = try object.decode("Close")
        challenge = try object.decode("Challenge")
        faultCutoff = try object.decode("FaultCutoff")
        periodDeadlines = try object.decode("WPoStPeriodDeadlines")
        provingPeriod = try object.decode("WPoStProvingPeriod")
        challengeWindow = try object.decode("WPoStChallengeWindow")
        challengeLookback = try object.decode("WPoStChallengeLookback")
        faultDeclarationCutoff = try object.decode("FaultDeclarationCutoff")
    }
}

/// A proven sector, as `StateSectorGetInfo` gives it.
package struct SectorOnChainResult: Hashable, Sendable {
    package var sectorNumber: SectorNumber
    package var sealProof: RegisteredSealProof
    package var sealedCID: CID
    package var activation: ChainEpoch
    package var expiration: ChainEpoch
    package var dealWeight: TokenAmount
    package var verifiedDealWeight: TokenAmount
    package var initialPledge: TokenAmount
    package var expectedDayReward: TokenAmount?
    package var expectedStoragePledge: TokenAmount?
    package var powerBaseEpoch: ChainEpoch
    package var replacedDayReward: TokenAmount?
    package var sectorKeyCID: CID?
    package var flags: UInt64
    package var dailyFee: TokenAmount

    package init(
        sectorNumber: SectorNumber,
        sealProof: RegisteredSealProof,
        sealedCID: CID,
        activation: ChainEpoch,
        expiration: ChainEpoch,
        dealWeight: TokenAmount,
        verifiedDealWeight: TokenAmount,
        initialPledge: TokenAmount,
        expectedDayReward: TokenAmount? = nil,
        expectedStoragePledge: TokenAmount? = nil,
        powerBaseEpoch: ChainEpoch,
        replacedDayReward: TokenAmount? = nil,
        sectorKeyCID: CID? = nil,
        flags: UInt64,
        dailyFee: TokenAmount
    ) {
        self.sectorNumber = sectorNumber
        self.sealProof = sealProof
        self.sealedCID = sealedCID
        self.activation = activation
        self.expiration = expiration
        self.dealWeight = dealWeight
        self.verifiedDealWeight = verifiedDealWeight
        self.initialPledge = initialPledge
        self.expectedDayReward = expectedDayReward
        self.expectedStoragePledge = expectedStoragePledge
        self.powerBaseEpoch = powerBaseEpoch
        self.replacedDayReward = replacedDayReward
        self.sectorKeyCID = sectorKeyCID
        self.flags = flags
        self.dailyFee = dailyFee
    }
}

extension SectorOnChainResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("SectorNumber", sectorNumber)
            writer.member("SealProof", sealProof)
            writer.member("SealedCID", sealedCID)
            writer.member("Activation", activation)
            writer.member("Expiration", expiration)
            writer.member("DealWeight", dealWeight)
            writer.member("VerifiedDealWeight", verifiedDealWeight)
            writer.member("InitialPledge", initialPledge)
            writer.member("ExpectedDayReward", expectedDayReward)
            writer.member("ExpectedStoragePledge", expectedStoragePledge)
            writer.member("PowerBaseEpoch", powerBaseEpoch)
            writer.member("ReplacedDayReward", replacedDayReward)
            writer.member("SectorKeyCID", sectorKeyCID)
            writer.member("Flags", flags)
            writer.member("DailyFee", dailyFee)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        sectorNumber = try object.decode("SectorNumber")
        sealProof = try object.decode("SealProof")
        sealedCID = try object.decode("SealedCID")
        activation = try object.decode("Activation")
        expiration = try object.decode("Expiration")
        dealWeight = try object.decode("DealWeight")
        verifiedDealWeight = try object.decode("VerifiedDealWeight")
        initialPledge = try object.decode("InitialPledge")
        expectedDayReward = try object.decodeIfPresent("ExpectedDayReward")
        expectedStoragePledge = try object.decodeIfPresent("ExpectedStoragePledge")
        powerBaseEpoch = try object.decode("PowerBaseEpoch")
        replacedDayReward = try object.decodeIfPresent("ReplacedDayReward")
        sectorKeyCID = try object.decodeIfPresent("SectorKeyCID")
        flags = try object.decode("Flags")
        dailyFee = try object.decode("DailyFee")
    }
}

/// A pre-commitment, as `StateSectorPreCommitInfo` gives it inside ``SectorPreCommitOnChainResult``.
package struct SectorPreCommitResult: Hashable, Sendable {
    package var sealProof: RegisteredSealProof
    package var sectorNumber: SectorNumber
    package var sealedCID: CID
    package var sealRandEpoch: ChainEpoch
    package var dealIDs: [DealID]
    package var expiration: ChainEpoch
    package var unsealedCID: CID?

    package init(
        sealProof: RegisteredSealProof,
        sectorNumber: SectorNumber,
        sealedCID: CID,
        sealRandEpoch: ChainEpoch,
        dealIDs: [DealID],
        expiration: ChainEpoch,
        unsealedCID: CID? = nil
    ) {
        self.sealProof = sealProof
        self.sectorNumber = sectorNumber
        self.sealedCID = sealedCID
        self.sealRandEpoch = sealRandEpoch
        self.dealIDs = dealIDs
        self.expiration = expiration
        self.unsealedCID = unsealedCID
    }
}

extension SectorPreCommitResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("SealProof", sealProof)
            writer.member("SectorNumber", sectorNumber)
            writer.member("SealedCID", sealedCID)
            writer.member("SealRandEpoch", sealRandEpoch)
            writer.member("DealIDs", orNull: dealIDs)
            writer.member("Expiration", expiration)
            writer.member("UnsealedCid", unsealedCID)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        sealProof = try object.decode("SealProof")
        sectorNumber = try object.decode("SectorNumber")
        sealedCID = try object.decode("SealedCID")
        sealRandEpoch = try object.decode("SealRandEpoch")
        dealIDs = try object.decodeIfPresent("DealIDs") ?? []
        expiration = try object.decode("Expiration")
        unsealedCID = try object.decodeIfPresent("UnsealedCid")
    }
}

/// A pre-committed sector with its deposit.
package struct SectorPreCommitOnChainResult: Hashable, Sendable {
    package var info: SectorPreCommitResult
    package var preCommitDeposit: TokenAmount
    package var preCommitEpoch: ChainEpoch

    package init(
        info: SectorPreCommitResult,
        preCommitDeposit: TokenAmount,
        preCommitEpoch: ChainEpoch
    ) {
        self.info = info
        self.preCommitDeposit = preCommitDeposit
        self.preCommitEpoch = preCommitEpoch
    }
}

extension SectorPreCommitOnChainResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Info", info)
            writer.member("PreCommitDeposit", preCommitDeposit)
            writer.member("PreCommitEpoch", preCommitEpoch)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        info = try object.decode("Info")
        preCommitDeposit = try object.decode("PreCommitDeposit")
        preCommitEpoch = try object.decode("PreCommitEpoch")
    }
}

/// When a sector ends; 0 stands for never.
package struct SectorExpirationResult: Hashable, Sendable {
    package var onTime: ChainEpoch
    package var early: ChainEpoch

    package init(onTime: ChainEpoch, early: ChainEpoch) {
        self.onTime = onTime
        self.early = early
    }
}

extension SectorExpirationResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("OnTime", onTime)
            writer.member("Early", early)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        onTime = try object.decode("OnTime")
        early = try object.decode("Early")
    }
}

/// Where a sector stands.
package struct SectorLocationResult: Hashable, Sendable {
    package var deadline: UInt64
    package var partition: UInt64

    package init(deadline: UInt64, partition: UInt64) {
        self.deadline = deadline
        self.partition = partition
    }
}

extension SectorLocationResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Deadline", deadline)
            writer.member("Partition", partition)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        deadline = try object.decode("Deadline")
        partition = try object.decode("Partition")
    }
}

/// How many sectors a miner has.
package struct MinerSectorsResult: Hashable, Sendable {
    package var live: UInt64
    package var active: UInt64
    package var faulty: UInt64

    package init(live: UInt64, active: UInt64, faulty: UInt64) {
        self.live = live
        self.active = active
        self.faulty = faulty
    }
}

extension MinerSectorsResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Live", live)
            writer.member("Active", active)
            writer.member("Faulty", faulty)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        live = try object.decode("Live")
        active = try object.decode("Active")
        faulty = try object.decode("Faulty")
    }
}

/// An escrow balance and how much of it is locked.
package struct MarketBalanceResult: Hashable, Sendable {
    package var escrow: TokenAmount
    package var locked: TokenAmount

    package init(escrow: TokenAmount, locked: TokenAmount) {
        self.escrow = escrow
        self.locked = locked
    }
}

extension MarketBalanceResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Escrow", escrow)
            writer.member("Locked", locked)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        escrow = try object.decode("Escrow")
        locked = try object.decode("Locked")
    }
}

/// What a miner needs to know for an epoch, before it can try to win it.
package struct MiningBaseInfo: Hashable, Sendable {
    package var minerPower: TokenAmount
    package var networkPower: TokenAmount
    /// The sectors that the WinningPoSt of this epoch covers.
    package var sectors: [ExtendedSectorInfo]
    package var workerKey: Address
    package var sectorSize: SectorSize
    package var previousBeaconEntry: BeaconEntry
    package var beaconEntries: [BeaconEntry]
    package var isEligible: Bool

    package init(
        minerPower: TokenAmount,
        networkPower: TokenAmount,
        sectors: [ExtendedSectorInfo],
        workerKey: Address,
        sectorSize: SectorSize,
        previousBeaconEntry: BeaconEntry,
        beaconEntries: [BeaconEntry],
        isEligible: Bool
    ) {
        self.minerPower = minerPower
        self.networkPower = networkPower
        self.sectors = sectors
        self.workerKey = workerKey
        self.sectorSize = sectorSize
        self.previousBeaconEntry = previousBeaconEntry
        self.beaconEntries = beaconEntries
        self.isEligible = isEligible
    }
}

extension MiningBaseInfo: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("MinerPower", minerPower)
            writer.member("NetworkPower", networkPower)
            writer.member("Sectors", orNull: sectors)
            writer.member("WorkerKey", workerKey)
            writer.member("SectorSize", sectorSize)
            writer.member("PrevBeaconEntry", previousBeaconEntry)
            writer.member("BeaconEntries", orNull: beaconEntries)
            writer.member("EligibleForMining", isEligible)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        minerPower = try object.decode("MinerPower")
        networkPower = try object.decode("NetworkPower")
        sectors = try object.decodeIfPresent("Sectors") ?? []
        workerKey = try object.decode("WorkerKey")
        sectorSize = try object.decode("SectorSize")
        previousBeaconEntry = try object.decode("PrevBeaconEntry")
        beaconEntries = try object.decodeIfPresent("BeaconEntries") ?? []
        isEligible = try object.decode("EligibleForMining")
    }
}

/// What the node needs to make a block.
package struct BlockTemplate: Hashable, Sendable {
    package var miner: Address
    package var parents: TipsetKey
    package var ticket: Ticket?
    package var electionProof: ElectionProof?
    package var beaconValues: [BeaconEntry]
    package var messages: [SignedMessage]
    package var epoch: ChainEpoch
    package var timestamp: UInt64
    package var winningPoStProof: [PoStProof]

    package init(
        miner: Address,
        parents: TipsetKey,
        ticket: Ticket? = nil,
        electionProof: ElectionProof? = nil,
        beaconValues: [BeaconEntry],
        messages: [SignedMessage],
        epoch: ChainEpoch,
        timestamp: UInt64,
        winningPoStProof: [PoStProof]
    ) {
        self.miner = miner
        self.parents = parents
        self.ticket = ticket
        self.electionProof = electionProof
        self.beaconValues = beaconValues
        self.messages = messages
        self.epoch = epoch
        self.timestamp = timestamp
        self.winningPoStProof = winningPoStProof
    }
}

extension BlockTemplate: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Miner", miner)
            writer.member("Parents", parents)
            writer.member("Ticket", ticket)
            writer.member("Eproof", electionProof)
            writer.member("BeaconValues", orNull: beaconValues)
            writer.member("Messages", orNull: messages)
            writer.member("Epoch", epoch)
            writer.member("Timestamp", timestamp)
            writer.member("WinningPoStProof", orNull: winningPoStProof)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        miner = try object.decode("Miner")
        parents = try object.decode("Parents")
        ticket = try object.decodeIfPresent("Ticket")
        electionProof = try object.decodeIfPresent("Eproof")
        beaconValues = try object.decodeIfPresent("BeaconValues") ?? []
        messages = try object.decodeIfPresent("Messages") ?? []
        epoch = try object.decode("Epoch")
        timestamp = try object.decode("Timestamp")
        winningPoStProof = try object.decodeIfPresent("WinningPoStProof") ?? []
    }
}
