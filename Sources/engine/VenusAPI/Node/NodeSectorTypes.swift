package import FilecoinTypes
package import JSON
package import Multiformats

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
