import FilecoinTypes
import JSON
import Multiformats
import SQLStore
import StorageProofs

/// What the sealer knows of a sector that it sealed, or that was sealed before it came.
struct PreparedSector: Hashable, Sendable {
    /// The name of a state of the sealing pipeline.
    var state: String
    var number: SectorNumber
    var type: RegisteredSealProof
    /// Seconds since 1970.
    var createdAt: Int64 = 0
    /// The pieces as JSON, in lotus's form.
    var pieces: [UInt8] = []
    var ticket: [UInt8] = []
    var ticketEpoch: ChainEpoch = 0
    var seed: [UInt8] = []
    var seedEpoch: ChainEpoch = 0
    var commD: CID?
    var commR: CID?
    var proof: [UInt8] = []
    var preCommitMessage: String = ""
    var commitMessage: String = ""
    var lastError: String = ""

    init(state: String, number: SectorNumber, type: RegisteredSealProof) {
        self.state = state
        self.number = number
        self.type = type
    }

    /// A sector that was there when the chain began.
    init(_ sealed: PreSealedSector) {
        self.init(state: "Proving", number: sealed.sector, type: sealed.proof)
        commD = sealed.commD
        commR = sealed.commR
        var writer = JSONWriter()
        writer.array { writer in
            writer.object { writer in
                writer.key("Piece")
                writer.object { writer in
                    writer.member("Size", sealed.deal.pieceSize)
                    writer.member("PieceCID", sealed.commD)
                }
                // Which number the chain gave the deal is not in the manifest.
                writer.key("DealInfo")
                writer.null()
            }
        }
        pieces = writer.bytes
    }

    init(_ row: SQLRow) throws {
        self.init(
            state: try row.text("state"),
            number: SectorNumber(UInt64(bitPattern: try row.integer("sector_number"))),
            type: RegisteredSealProof(rawValue: try row.integer("sector_type"))
        )
        createdAt = try row.integer("create_time")
        pieces = try row.optionalBlob("pieces") ?? []
        ticket = try row.optionalBlob("ticket_value") ?? []
        ticketEpoch = ChainEpoch(try row.integer("ticket_epoch"))
        seed = try row.optionalBlob("seed_value") ?? []
        seedEpoch = ChainEpoch(try row.integer("seed_epoch"))
        commD = try row.optionalText("commd").map { try CID($0) }
        commR = try row.optionalText("commr").map { try CID($0) }
        proof = try row.optionalBlob("proof") ?? []
        preCommitMessage = try row.optionalText("pre_commit_message") ?? ""
        commitMessage = try row.optionalText("commit_message") ?? ""
        lastError = try row.optionalText("last_err") ?? ""
    }

    func columns(id: String, time: Int64) -> KeyValuePairs<String, any SQLBindable> {
        [
            "id": id, "sector_number": Int64(bitPattern: number.rawValue), "state": state,
            "sector_type": type.rawValue, "create_time": time / 1_000_000_000, "pieces": pieces,
            "ticket_value": ticket, "ticket_epoch": ticketEpoch.rawValue, "seed_value": seed,
            "seed_epoch": seedEpoch.rawValue, "commd": commD?.description,
            "commr": commR?.description, "proof": proof, "pre_commit_message": preCommitMessage,
            "commit_message": commitMessage, "last_err": lastError,
        ]
    }
}
