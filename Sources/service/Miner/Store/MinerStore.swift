import FilecoinTypes
import JSON
import Multiformats
import SQLStore
import ServiceKit
import VenusAPI

/// The miners with links of their own, and the records.
final class MinerStore: Sendable {
    private let database: SQLDatabase
    /// For how many epochs records are kept; nil keeps none at all.
    private let recordedEpochs: Int64?

    /// Opens the database.
    ///
    /// - Throws: What the database says.
    init(_ location: SQLLocation, recordedEpochs: Int64?) async throws {
        database = try await SQLDatabase(location, migrations: MinerSchema.migrations)
        self.recordedEpochs = recordedEpochs
    }

    func close() async { await database.close() }

    // MARK: - Miners

    func miners() async throws -> [MinerEntry] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM miner_infos ORDER BY addr").map(Self.entry)
        }
    }

    private static func entry(_ row: SQLRow) throws(SQLError) -> MinerEntry {
        let text = try row.text("addr")
        guard let miner = Address(text) else { throw SQLError(.misuse, "\(text) is no address") }
        var entry = MinerEntry(miner: miner)
        entry.isOpen = try row.boolean("is_open")
        entry.sealer = MinerEndpoint(
            address: try row.text("sealer_api"),
            token: try row.text("sealer_token")
        )
        let wallet = MinerEndpoint(
            address: try row.text("wallet_api"),
            token: try row.text("wallet_token")
        )
        entry.wallet = wallet.address.isEmpty ? nil : wallet
        return entry
    }

    /// Takes a miner, or changes it.
    func save(_ entry: MinerEntry) async throws {
        try await database.transaction { transaction in
            try transaction.upsert(
                into: "miner_infos",
                [
                    "addr": entry.miner.text(on: .mainnet),
                    "sealer_api": entry.sealer?.address ?? "",
                    "sealer_token": entry.sealer?.token ?? "",
                    "wallet_api": entry.wallet?.address ?? "",
                    "wallet_token": entry.wallet?.token ?? "",
                    "is_open": entry.isOpen,
                ],
                key: ["addr"]
            )
        }
    }

    /// Forgets a miner; returns whether there was one.
    func removeMiner(_ miner: Address) async throws -> Bool {
        let text = miner.text(on: .mainnet)
        return try await database.transaction { transaction in
            try transaction.execute("DELETE FROM miner_infos WHERE addr = ?", text) > 0
        }
    }

    // MARK: - Records

    /// Keeps a record, and drops those that are too old.
    ///
    /// Later fields join the earlier ones of the epoch. A block that was taken stays on record, whatever is tried
    /// in the same epoch after a restart.
    func keep(_ record: MineRecord) async throws {
        guard let recordedEpochs else { return }
        try await database.transaction { transaction in
            let miner = record.miner.text(on: .mainnet)
            let known = try transaction.row(
                "SELECT * FROM mine_records WHERE epoch = ? AND miner = ?",
                record.epoch.rawValue,
                miner
            )
            if try known?.integer("mine_state") == MinerBlock.State.success.rawValue { return }
            var fields = try known.map { try [String: String](json: $0.text("fields")) } ?? [:]
            fields.merge(record.fields) { _, new in new }
            let wonAt = try record.wonAt?.nanoseconds ?? known?.optionalInteger("winning_at")
            try transaction.upsert(
                into: "mine_records",
                [
                    "epoch": record.epoch.rawValue, "miner": miner,
                    "parent_epoch": record.parentEpoch.rawValue,
                    "parent_key": record.parents.description,
                    "cid": record.cid?.description ?? "",
                    "winning_at": wonAt.map { SQLValue.integer($0) } ?? .null,
                    "mine_state": record.state.rawValue,
                    "fields": fields.jsonText(),
                ],
                key: ["epoch", "miner"]
            )
            try transaction.execute(
                "DELETE FROM mine_records WHERE epoch < ?",
                record.epoch.rawValue - recordedEpochs
            )
        }
    }

    /// The records of a miner from an epoch backwards.
    func records(_ query: MinerRecordQuery) async throws -> [[String: String]] {
        let miner = query.miner.text(on: .mainnet)
        return try await database.read { transaction in
            try transaction.rows(
                """
                SELECT fields FROM mine_records WHERE miner = ? AND epoch <= ?
                ORDER BY epoch DESC LIMIT ?
                """,
                miner,
                query.epoch.rawValue,
                max(1, query.limit)
            )
            .map { row in try [String: String](json: row.text("fields")) }
        }
    }

    /// The epochs that were won, newest first.
    func blocks(_ query: MinerBlockQuery) async throws -> [MinerBlock] {
        let miners = query.miners.map { $0.text(on: .mainnet) }
        let marks = miners.map { _ in "?" }.joined(separator: ",")
        let condition = miners.isEmpty ? "" : "AND miner IN (\(marks))"
        let values: [any SQLBindable] =
            miners + [query.limit > 0 ? query.limit : Int64.max, max(0, query.offset)]
        return try await database.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM mine_records WHERE winning_at IS NOT NULL \(condition)
                ORDER BY epoch DESC, miner LIMIT ? OFFSET ?
                """,
                values: values
            )
            .map(Self.block)
        }
    }

    private static func block(_ row: SQLRow) throws(SQLError) -> MinerBlock {
        let number = try row.integer("mine_state")
        guard let state = MinerBlock.State(rawValue: number) else {
            throw SQLError(.misuse, "\(number) is no state of mining")
        }
        return MinerBlock(
            parentEpoch: ChainEpoch(rawValue: try row.integer("parent_epoch")),
            parentKey: try row.text("parent_key"),
            epoch: ChainEpoch(rawValue: try row.integer("epoch")),
            miner: try row.text("miner"),
            cid: try row.text("cid"),
            winningAt: try row.optionalInteger("winning_at").map {
                CivilTime(nanoseconds: $0).rfc3339
            },
            state: state
        )
    }
}
