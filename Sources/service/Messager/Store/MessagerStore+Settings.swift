import BigIntegers
import FilecoinTypes
import SQLStore
import VenusAPI

// Addresses, the settings of all, and nodes.
extension MessagerStore {
    func address(_ address: Address) async throws -> MessagerAddress? {
        try await database.read { try Self.address(address, in: $0) }
    }

    static func address(
        _ address: Address,
        in transaction: SQLTransaction
    ) throws(SQLError) -> MessagerAddress? {
        guard
            let row = try transaction.row(
                "SELECT * FROM addresses WHERE addr = ?",
                address.stored
            )
        else { return nil }
        return try read(row)
    }

    /// All senders, oldest first.
    func addresses() async throws -> [MessagerAddress] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM addresses ORDER BY created_at, addr")
                .map(Self.read)
        }
    }

    /// Changes a sender.
    ///
    /// - Returns: False when there is none.
    @discardableResult
    func update(
        _ address: Address,
        _ change: @escaping @Sendable (inout MessagerAddress) throws -> Void
    ) async throws -> Bool {
        let time = timestamp
        return try await database.transaction { transaction in
            guard var row = try Self.address(address, in: transaction) else { return false }
            try change(&row)
            row.updatedAt = time
            try Self.save(row, in: transaction)
            return true
        }
    }

    func deleteAddress(_ address: Address) async throws {
        _ = try await database.transaction { transaction in
            try transaction.execute("DELETE FROM addresses WHERE addr = ?", address.stored)
        }
    }

    static func save(_ row: MessagerAddress, in transaction: SQLTransaction) throws(SQLError) {
        try transaction.upsert(
            into: "addresses",
            [
                "id": row.id, "addr": row.address.stored, "nonce": Int64(bitPattern: row.nonce),
                "weight": row.weight, "state": row.state.rawValue,
                "sel_msg_num": Int64(bitPattern: row.selectCount),
                "base_fee": row.fees.baseFee.attoFIL.description,
                "gas_over_estimation": row.fees.gasOverEstimation,
                "max_fee": row.fees.maxFee.attoFIL.description,
                "gas_fee_cap": row.fees.gasFeeCap.attoFIL.description,
                "gas_over_premium": row.fees.gasOverPremium, "created_at": row.createdAt,
                "updated_at": row.updatedAt,
            ],
            key: ["addr"]
        )
    }

    private static func read(_ row: SQLRow) throws(SQLError) -> MessagerAddress {
        var result = MessagerAddress(
            id: try row.text("id"),
            address: try Address(stored: row.text("addr")),
            createdAt: try row.integer("created_at")
        )
        result.updatedAt = try row.integer("updated_at")
        result.nonce = UInt64(bitPattern: try row.integer("nonce"))
        result.weight = try row.integer("weight")
        result.state = MessagerAddressState(rawValue: try row.integer("state")) ?? .removed
        result.selectCount = UInt64(bitPattern: try row.integer("sel_msg_num"))
        result.fees = try fees(row)
        return result
    }

    static func fees(_ row: SQLRow) throws(SQLError) -> MessagerFees {
        var fees = MessagerFees()
        fees.gasOverEstimation = try row.real("gas_over_estimation")
        fees.maxFee = try MessageRow.amount(row, "max_fee")
        fees.gasFeeCap = try MessageRow.amount(row, "gas_fee_cap")
        fees.gasOverPremium = try row.real("gas_over_premium")
        fees.baseFee = try MessageRow.amount(row, "base_fee")
        return fees
    }

    // MARK: - Settings of all

    func sharedSettings() async throws -> MessagerSharedSettings {
        try await database.read { try Self.sharedSettings(in: $0) }
    }

    static func sharedSettings(
        in transaction: SQLTransaction
    ) throws(SQLError) -> MessagerSharedSettings {
        var settings = MessagerSharedSettings()
        guard let row = try transaction.row("SELECT * FROM shared_params WHERE id = 1") else {
            return settings
        }
        settings.selectCount = UInt64(bitPattern: try row.integer("sel_msg_num"))
        settings.fees = try fees(row)
        return settings
    }

    /// Writes the settings that a new messager has.
    func insertSharedSettings() async throws {
        try await database.transaction { transaction in
            if try transaction.row("SELECT id FROM shared_params") == nil {
                try Self.save(MessagerSharedSettings(), in: transaction)
            }
        }
    }

    func setSharedSettings(_ settings: MessagerSharedSettings) async throws {
        try await database.transaction { try Self.save(settings, in: $0) }
    }

    private static func save(
        _ row: MessagerSharedSettings,
        in transaction: SQLTransaction
    ) throws(SQLError) {
        try transaction.upsert(
            into: "shared_params",
            [
                "id": 1, "sel_msg_num": Int64(bitPattern: row.selectCount),
                "base_fee": row.fees.baseFee.attoFIL.description,
                "gas_over_estimation": row.fees.gasOverEstimation,
                "max_fee": row.fees.maxFee.attoFIL.description,
                "gas_fee_cap": row.fees.gasFeeCap.attoFIL.description,
                "gas_over_premium": row.fees.gasOverPremium,
            ],
            key: ["id"]
        )
    }

    // MARK: - Nodes

    /// Adds a node, or changes the one with its id.
    ///
    /// - Throws: ``MessagerFailure`` when another one has the name.
    func add(_ node: MessagerNode) async throws {
        let time = timestamp
        let id = node.id.isEmpty ? newID() : node.id
        try await database.transaction { transaction in
            let other = try transaction.row(
                "SELECT id FROM nodes WHERE name = ? AND id <> ?",
                node.name,
                id
            )
            guard other == nil else { throw MessagerFailure("node exist") }
            try transaction.execute("DELETE FROM nodes WHERE id = ?", id)
            try transaction.insert(
                into: "nodes",
                [
                    "id": id, "name": node.name, "url": node.url, "token": node.token,
                    "node_type": node.type, "created_at": time, "updated_at": time,
                ]
            )
        }
    }

    func nodes() async throws -> [MessagerNode] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM nodes ORDER BY name").map {
                row throws(SQLError) in
                var node = MessagerNode(
                    id: try row.text("id"),
                    name: try row.text("name"),
                    url: try row.text("url"),
                    token: try row.text("token"),
                    type: try row.integer("node_type")
                )
                node.createdAt = try row.integer("created_at")
                node.updatedAt = try row.integer("updated_at")
                return node
            }
        }
    }

    /// Forgets a node.
    ///
    /// - Throws: ``MessagerFailure`` when there is none of that name.
    func deleteNode(_ name: String) async throws {
        let count = try await database.transaction { transaction in
            try transaction.execute("DELETE FROM nodes WHERE name = ?", name)
        }
        guard count > 0 else { throw MessagerFailure.notFound }
    }
}
