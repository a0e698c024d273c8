package import FilecoinTypes
package import JSON

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
