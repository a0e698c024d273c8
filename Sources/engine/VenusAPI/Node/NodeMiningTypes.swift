package import FilecoinTypes
package import JSON

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
