import BitFields
import BuiltinActors
import CBOR
import FilecoinTypes
import JSON
import Multiformats
import SQLStore
import ServiceKit
import VenusAPI

/// Everything a sealer knows besides its sectors' files: the database `sealer.db`.
final class SealerStore: Sendable {
    private let database: SQLDatabase
    private let now: @Sendable () -> Int64

    /// Opens the database; `now` gives nanoseconds since 1970.
    init(_ location: SQLLocation, now: @escaping @Sendable () -> Int64) async throws {
        database = try await SQLDatabase(location, migrations: SealerSchema.migrations)
        self.now = now
    }

    func close() async { await database.close() }

    // MARK: - The miner

    /// Notes which miner the sealer is for, and the sectors that it begins with.
    func begin(
        _ miner: ActorID,
        id: String,
        sectors: [(id: String, sector: PreparedSector)]
    ) async throws {
        let time = now()
        let address = Address.id(miner).text(on: .mainnet)
        try await database.transaction { transaction in
            let last = sectors.map(\.sector.number.rawValue).max()
            try transaction.insert(
                into: "metadata",
                [
                    "id": id, "miner_address": address,
                    "sector_count": Int64(clamping: last ?? 0), "is_deleted": -1,
                    "created_at": time, "updated_at": time,
                ]
            )
            for (id, sector) in sectors {
                try transaction.insert(into: "sectors_infos", sector.columns(id: id, time: time))
            }
        }
    }

    /// The miner that the sealer is for; nil before `init`.
    func miner() async throws -> ActorID? {
        try await database.read { transaction in
            let row = try transaction.row(
                "SELECT miner_address FROM metadata WHERE is_deleted = -1"
            )
            guard let text = try row?.text("miner_address") else { return nil }
            guard let id = Address(text)?.actorID else {
                throw SQLError(.misuse, "metadata names \(text), which is no miner")
            }
            return id
        }
    }

    // MARK: - Sectors

    func sectors() async throws -> [PreparedSector] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM sectors_infos ORDER BY sector_number")
                .map(PreparedSector.init)
        }
    }

    func sector(_ number: SectorNumber) async throws -> PreparedSector? {
        try await database.read { transaction in
            try transaction.row(
                "SELECT * FROM sectors_infos WHERE sector_number = ?",
                Int64(bitPattern: number.rawValue)
            ).map(PreparedSector.init)
        }
    }

    // MARK: - Proofs

    /// Stores a task as it is now.
    func save(_ task: ProofTask, of miner: ActorID) async throws {
        let time = now()
        let row = ProofRow.columns(task, miner, time: time)
        try await database.transaction { transaction in
            try transaction.upsert(
                into: "window_posts",
                row,
                key: ["miner", "open_epoch", "number"]
            )
        }
    }

    /// The tasks that are not over, and those of the last windows, which a reorganisation could touch.
    func unfinishedProofs(of miner: ActorID) async throws -> [ProofTask] {
        let id = Int64(bitPattern: miner.rawValue)
        return try await database.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM window_posts WHERE miner = ? AND state <> 'missed' AND
                (state <> 'landed' OR open_epoch > (SELECT MAX(open_epoch) FROM window_posts) - 120)
                ORDER BY open_epoch, number
                """,
                id
            ).map(ProofRow.task)
        }
    }

    /// How many tasks are in each state.
    func proofCounts(of miner: ActorID) async throws -> [String: Int64] {
        let id = Int64(bitPattern: miner.rawValue)
        return try await database.read { transaction in
            let query = """
                SELECT state, COUNT(*) AS count FROM window_posts WHERE miner = ? GROUP BY state
                """
            return try transaction.rows(query, id).reduce(into: [:]) { counts, row in
                counts[try row.text("state")] = try row.integer("count")
            }
        }
    }

    /// The newest tasks, newest first.
    func proofs(of miner: ActorID, limit: Int64) async throws -> [WindowPoStRecord] {
        let id = Int64(bitPattern: miner.rawValue)
        return try await database.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM window_posts WHERE miner = ?
                ORDER BY open_epoch DESC, number DESC LIMIT ?
                """,
                id,
                max(0, limit)
            ).map(ProofRow.record)
        }
    }
}

/// A proof task as a row.
enum ProofRow {
    static func columns(
        _ task: ProofTask,
        _ miner: ActorID,
        time: Int64
    ) -> KeyValuePairs<String, any SQLBindable> {
        var landedAt: Int64 = 0
        if case .landed(let epoch) = task.state { landedAt = epoch.rawValue }
        return [
            "miner": Int64(bitPattern: miner.rawValue), "open_epoch": task.window.open.rawValue,
            "number": task.id.number, "deadline": Int64(clamping: task.window.index),
            "partitions": task.partitions.map(String.init).joined(separator: ","),
            "state": name(task.state), "challenge": task.proof?.draws.challenge,
            "params": task.parameters?.cborBytes(), "attempt": task.attempt,
            "message": task.messageID, "pushed_at": task.pushedAt.rawValue, "landed_at": landedAt,
            "note": task.note, "updated_at": time,
        ]
    }

    /// The name of a state in the table; a proof in the making and a push under way do not outlive the process.
    private static func name(_ state: ProofTask.State) -> String {
        switch state {
        case .waiting, .proving: "waiting"
        case .proven, .pushing: "proven"
        case .pushed: "pushed"
        case .landed: "landed"
        case .missed: "missed"
        }
    }

    static func task(_ row: SQLRow) throws -> ProofTask {
        let window = ProvingWindow(
            index: UInt64(clamping: try row.integer("deadline")),
            open: ChainEpoch(try row.integer("open_epoch"))
        )
        let number = Int(try row.integer("number"))
        var task = ProofTask(
            id: ProofTask.ID(open: window.open, number: number),
            window: window,
            partitions: try row.text("partitions").split(separator: ",").compactMap { UInt64($0) }
        )
        if let bytes = try row.optionalBlob("params"),
            let challenge = try row.optionalBlob("challenge")
        {
            let parameters = try SubmitWindowedPoStParameters(cbor: bytes)
            guard let proof = parameters.proofs.first else {
                throw SQLError(.misuse, "the proof of \(window.open) has no bytes")
            }
            task.proof = WindowProof(
                draws: WindowDraws(challenge: challenge, commit: parameters.chainCommitRand),
                partitions: parameters.partitions,
                proof: proof
            )
        }
        switch try row.text("state") {
        case "proven" where task.proof != nil: task.state = .proven
        case "pushed" where task.proof != nil: task.state = .pushed
        case "landed": task.state = .landed(at: ChainEpoch(try row.integer("landed_at")))
        case "missed": task.state = .missed
        default: task.state = .waiting
        }
        task.attempt = Int(try row.integer("attempt"))
        task.messageID = try row.text("message")
        task.pushedAt = ChainEpoch(try row.integer("pushed_at"))
        task.note = try row.text("note")
        return task
    }

    static func record(_ row: SQLRow) throws -> WindowPoStRecord {
        let task = try task(row)
        return WindowPoStRecord(
            deadline: task.window.index,
            open: task.window.open,
            partitions: task.partitions,
            skipped: task.proof?.partitions.flatMap { Array($0.skipped.bits) } ?? [],
            state: try row.text("state"),
            attempt: task.attempt,
            message: task.messageID,
            landedAt: ChainEpoch(try row.integer("landed_at")),
            note: task.note,
            updatedAt: try row.integer("updated_at")
        )
    }
}
