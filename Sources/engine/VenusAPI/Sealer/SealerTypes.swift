package import FilecoinTypes
package import JSON
package import Multiformats

/// A sector, as `SectorsStatus` gives it; the part of the chain is zero unless it was asked for.
package struct SectorStatusResult: Hashable, Sendable {
    package var number: SectorNumber
    /// The name of a state of the sealing pipeline.
    package var state: String
    package var commD: CID?
    package var commR: CID?
    package var proof: [UInt8] = []
    package var deals: [DealID] = []
    package var ticket: [UInt8] = []
    package var ticketEpoch: ChainEpoch = 0
    package var seed: [UInt8] = []
    package var seedEpoch: ChainEpoch = 0
    package var preCommitMessage: String = ""
    package var commitMessage: String = ""
    package var lastError: String = ""
    package var sealProof: RegisteredSealProof = 0
    package var activation: ChainEpoch = 0
    package var expiration: ChainEpoch = 0
    package var dealWeight: TokenAmount = 0
    package var verifiedDealWeight: TokenAmount = 0
    package var initialPledge: TokenAmount = 0
    package var onTime: ChainEpoch = 0
    package var early: ChainEpoch = 0

    package init(number: SectorNumber, state: String) {
        self.number = number
        self.state = state
    }
}

extension SectorStatusResult: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("SectorID", number)
            writer.member("State", state)
            writer.member("CommD", commD)
            writer.member("CommR", commR)
            writer.member("Proof", JSONBytes(proof))
            writer.member("Deals", orNull: deals)
            Self.draw("Ticket", ticket, ticketEpoch, &writer)
            Self.draw("Seed", seed, seedEpoch, &writer)
            writer.member("PreCommitMsg", preCommitMessage)
            writer.member("CommitMsg", commitMessage)
            writer.member("Retries", 0)
            writer.member("ToUpgrade", false)
            writer.member("LastErr", lastError)
            writer.key("Log")
            writer.null()
            writer.member("SealProof", sealProof)
            writer.member("Activation", activation)
            writer.member("Expiration", expiration)
            writer.member("DealWeight", dealWeight)
            writer.member("VerifiedDealWeight", verifiedDealWeight)
            writer.member("InitialPledge", initialPledge)
            writer.member("OnTime", onTime)
            writer.member("Early", early)
        }
    }

    private static func draw(
        _ name: String,
        _ value: [UInt8],
        _ epoch: ChainEpoch,
        _ writer: inout JSONWriter
    ) {
        writer.key(name)
        writer.object { writer in
            writer.member("Value", JSONBytes(value))
            writer.member("Epoch", epoch)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        number = try object.decode("SectorID")
        state = try object.decode("State")
        commD = try object.decodeIfPresent("CommD")
        commR = try object.decodeIfPresent("CommR")
        proof = try object.decodeIfPresent("Proof", as: JSONBytes.self)?.bytes ?? []
        deals = try object.decodeIfPresent("Deals") ?? []
        (ticket, ticketEpoch) = try Self.draw("Ticket", object)
        (seed, seedEpoch) = try Self.draw("Seed", object)
        preCommitMessage = try object.decodeIfPresent("PreCommitMsg") ?? ""
        commitMessage = try object.decodeIfPresent("CommitMsg") ?? ""
        lastError = try object.decode("LastErr", default: "")
        sealProof = try object.decode("SealProof", default: 0)
        activation = try object.decode("Activation", default: 0)
        expiration = try object.decode("Expiration", default: 0)
        dealWeight = try object.decode("DealWeight", default: 0)
        verifiedDealWeight = try object.decode("VerifiedDealWeight", default: 0)
        initialPledge = try object.decode("InitialPledge", default: 0)
        onTime = try object.decode("OnTime", default: 0)
        early = try object.decode("Early", default: 0)
    }

    private static func draw(
        _ name: String,
        _ object: JSONObject
    ) throws(JSONError) -> ([UInt8], ChainEpoch) {
        guard let value = object.value(forField: name), !value.isNull else { return ([], 0) }
        let draw = try value.expectObject()
        let bytes = try draw.decodeIfPresent("Value", as: JSONBytes.self)?.bytes ?? []
        return (bytes, try draw.decode("Epoch", default: 0))
    }
}

/// One WindowPoSt that a sealer made or is making.
package struct WindowPoStRecord: Hashable, Sendable {
    package var deadline: UInt64
    /// The first epoch of the window.
    package var open: ChainEpoch
    package var partitions: [UInt64]
    /// The sectors that the proof leaves out.
    package var skipped: [UInt64]
    /// waiting, proven, pushed, landed or missed.
    package var state: String
    /// How often a proof or a message was given up.
    package var attempt: Int
    /// The id of its message at the messager; empty before.
    package var message: String
    /// The epoch in which the message was executed; 0 before.
    package var landedAt: ChainEpoch
    /// What went wrong last.
    package var note: String
    /// Nanoseconds since 1970.
    package var updatedAt: Int64

    package init(
        deadline: UInt64,
        open: ChainEpoch,
        partitions: [UInt64],
        skipped: [UInt64],
        state: String,
        attempt: Int,
        message: String,
        landedAt: ChainEpoch,
        note: String,
        updatedAt: Int64
    ) {
        self.deadline = deadline
        self.open = open
        self.partitions = partitions
        self.skipped = skipped
        self.state = state
        self.attempt = attempt
        self.message = message
        self.landedAt = landedAt
        self.note = note
        self.updatedAt = updatedAt
    }
}

extension WindowPoStRecord: JSONCodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Deadline", deadline)
            writer.member("Open", open)
            writer.member("Partitions", partitions)
            writer.member("Skipped", skipped)
            writer.member("State", state)
            writer.member("Attempt", attempt)
            writer.member("Message", message)
            writer.member("LandedAt", landedAt)
            writer.member("Note", note)
            writer.member("UpdatedAt", updatedAt)
        }
    }

    package init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        deadline = try object.decode("Deadline")
        open = try object.decode("Open")
        partitions = try object.decode("Partitions")
        skipped = try object.decode("Skipped")
        state = try object.decode("State")
        attempt = try object.decode("Attempt")
        message = try object.decode("Message")
        landedAt = try object.decode("LandedAt")
        note = try object.decode("Note")
        updatedAt = try object.decode("UpdatedAt")
    }
}
