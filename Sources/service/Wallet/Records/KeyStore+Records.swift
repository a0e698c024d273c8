import FilecoinTypes
import JSON
import SQLStore
import ServiceKit

// What was signed, in the table `sign_record` of venus-wallet v1.11 and later.
extension KeyStore {
    /// Records that one list has at most.
    static let maximumRecords: Int64 = 10_000

    static let recordMigration = SQLMigration(
        2,
        [
            """
            CREATE TABLE IF NOT EXISTS `sign_record` (`id` varchar(256),`created_at` datetime,\
            `type` varchar(64) NOT NULL,`signer` varchar(256) NOT NULL,`err` varchar(256),\
            `raw_msg` blob,`signature_type` integer,`signature_data` blob,PRIMARY KEY (`id`))
            """,
            """
            CREATE INDEX IF NOT EXISTS `idx_sign_record_created_at` ON `sign_record`(`created_at`)
            """,
            "CREATE INDEX IF NOT EXISTS `idx_sign_record_signer` ON `sign_record`(`signer`)",
        ]
    )

    /// Notes requests to sign, and forgets those that are older than `keep`.
    func record(_ records: [SignRecord], keep: Duration) async throws {
        guard let newest = records.map(\.createdAt).max() else { return }
        try await database.transaction { transaction in
            for record in records {
                try transaction.insert(
                    into: "sign_record",
                    [
                        "id": record.id, "created_at": Self.timeText(record.createdAt),
                        "type": record.type, "signer": Self.plain(record.signer),
                        "err": record.error, "raw_msg": record.rawMessage,
                        "signature_type": record.signature.map { Int64($0.type.rawValue) },
                        "signature_data": record.signature?.data,
                    ]
                )
            }
            try transaction.execute(
                "DELETE FROM sign_record WHERE created_at < ?",
                Self.timeText(newest - keep.nanoseconds)
            )
        }
    }

    /// Records, newest first.
    func records(_ query: SignRecordQuery) async throws -> [SignRecord] {
        var conditions: [String] = ["1 = 1"]
        var values: [any SQLBindable & Sendable] = []
        func add(_ condition: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            conditions.append(condition)
            values.append(value)
        }
        add("id = ?", query.id)
        add("type = ?", query.type)
        add("signer = ?", query.signer.map(Self.plain))
        add("created_at >= ?", query.after.map(Self.timeText))
        add("created_at <= ?", query.before.map(Self.timeText))
        if query.isError { conditions.append("err <> ''") }
        values.append(query.limit > 0 ? min(query.limit, Self.maximumRecords) : Self.maximumRecords)
        values.append(max(0, query.skip))
        let (text, bound) = (conditions.joined(separator: " AND "), values)
        return try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM sign_record WHERE \(text) ORDER BY created_at DESC LIMIT ? OFFSET ?",
                values: bound
            ).map(Self.signRecord)
        }
    }

    private static func signRecord(_ row: SQLRow) throws(SQLError) -> SignRecord {
        let signer = try row.text("signer")
        guard let address = Address("f" + signer) else {
            throw SQLError(.misuse, "signer holds \(signer)")
        }
        let time = try row.text("created_at").replacing("+00:00", with: "Z")
            .replacing(" ", with: "T")
        var record = SignRecord(
            id: try row.text("id"),
            type: try row.text("type"),
            signer: address,
            error: try row.optionalText("err") ?? "",
            rawMessage: try row.optionalBlob("raw_msg") ?? [],
            createdAt: CivilTime(rfc3339: time)?.nanosecondsSince1970 ?? 0
        )
        if let number = try row.optionalInteger("signature_type"),
            let type = UInt8(exactly: number).flatMap(SignatureType.init(rawValue:)),
            let data = try row.optionalBlob("signature_data")
        {
            record.signature = Signature(type: type, data: data)
        }
        return record
    }

    /// The address without the letter of its network.
    private static func plain(_ address: Address) -> String {
        String(address.description.dropFirst())
    }

    /// A time as the original writes it, but always with nine digits, so that texts sort like times.
    private static func timeText(_ nanoseconds: Int64) -> String {
        let time = CivilTime(nanoseconds: nanoseconds)
        let fraction = String(1_000_000_000 + time.nanosecond).dropFirst()
        return "\(time.plain).\(fraction)+00:00"
    }
}
