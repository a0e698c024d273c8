import BigIntegers
import FilecoinTypes
import Multiformats
import SQLStore
import VenusAPI

// Settings of methods of actors.
extension MessagerStore {
    /// Adds settings.
    ///
    /// - Throws: ``MessagerFailure`` when there are some for the method already, or with the id.
    func add(_ settings: MessagerActorSettings) async throws {
        guard let code = settings.code else { throw MessagerFailure("code cid is undefined") }
        var row = settings
        row.createdAt = timestamp
        row.updatedAt = row.createdAt
        let new = row
        try await database.transaction { transaction in
            let known = try transaction.row(
                "SELECT id FROM actor_cfg WHERE id = ? OR (code = ? AND method = ?)",
                new.id,
                code.description,
                Int64(bitPattern: new.method.rawValue)
            )
            guard known == nil else {
                throw MessagerFailure(
                    "settings of method \(new.method) of actor \(code), or with id \(new.id), exist"
                )
            }
            try Self.save(new, code, in: transaction)
        }
    }

    /// All settings, oldest first.
    func actorSettings() async throws -> [MessagerActorSettings] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM actor_cfg ORDER BY created_at, id")
                .map(Self.actor)
        }
    }

    func actorSettings(_ id: String) async throws -> MessagerActorSettings? {
        try await database.read { transaction in
            try transaction.row("SELECT * FROM actor_cfg WHERE id = ?", id).map(Self.actor)
        }
    }

    /// Changes settings; an id that nobody has changes none.
    func updateActor(_ id: String, _ change: MessagerFeeChange) async throws {
        let time = timestamp
        try await database.transaction { transaction in
            guard
                var row = try transaction.row("SELECT * FROM actor_cfg WHERE id = ?", id)
                    .map(Self.actor), let code = row.code
            else { return }
            change.apply(to: &row.fees)
            row.updatedAt = time
            try Self.save(row, code, in: transaction)
        }
    }

    private static func save(
        _ row: MessagerActorSettings,
        _ code: CID,
        in transaction: SQLTransaction
    ) throws(SQLError) {
        try transaction.upsert(
            into: "actor_cfg",
            [
                "id": row.id, "actor_v": row.version, "code": code.description,
                "method": Int64(bitPattern: row.method.rawValue),
                "base_fee": row.fees.baseFee.attoFIL.description,
                "gas_over_estimation": row.fees.gasOverEstimation,
                "max_fee": row.fees.maxFee.attoFIL.description,
                "gas_fee_cap": row.fees.gasFeeCap.attoFIL.description,
                "gas_over_premium": row.fees.gasOverPremium, "created_at": row.createdAt,
                "updated_at": row.updatedAt,
            ],
            key: ["id"]
        )
    }

    private static func actor(_ row: SQLRow) throws(SQLError) -> MessagerActorSettings {
        let text = try row.text("code")
        guard let code = try? CID(text) else {
            throw SQLError(.misuse, "code holds \(text)")
        }
        var settings = MessagerActorSettings(
            id: try row.text("id"),
            version: try row.integer("actor_v"),
            code: code,
            method: MethodNumber(rawValue: UInt64(bitPattern: try row.integer("method"))),
            fees: try fees(row)
        )
        settings.createdAt = try row.integer("created_at")
        settings.updatedAt = try row.integer("updated_at")
        return settings
    }
}
