import FilecoinTypes
import JSON
import Multiformats
import SQLStore
import ServiceKit
import Synchronization
import VenusAPI

/// Everything the messager knows, in its database.
final class MessagerStore: Sendable {
    let database: SQLDatabase
    private let random: any RandomSource
    private let now: @Sendable () -> Int64
    private let lastTime = Mutex<Int64>(0)

    /// Opens the database.
    ///
    /// - Parameters:
    ///   - location: Where it is.
    ///   - random: Identifiers come from here.
    ///   - now: Nanoseconds since 1970.
    /// - Throws: What the database says.
    init(
        _ location: SQLLocation,
        random: any RandomSource,
        now: @escaping @Sendable () -> Int64
    ) async throws {
        database = try await SQLDatabase(location, migrations: MessagerSchema.migrations)
        self.random = random
        self.now = now
        try await insertSharedSettings()
    }

    func close() async { await database.close() }

    /// The time for a row: nanoseconds since 1970.
    ///
    /// No two are equal, also where the clock stands still: messages are taken in the order of their times.
    var timestamp: Int64 {
        lastTime.withLock { last in
            last = max(now(), last + 1)
            return last
        }
    }

    func newID() -> String { random.uuid() }

    // MARK: - Messages

    /// Adds an unfilled message, and its sender if the store does not know it.
    ///
    /// - Throws: ``MessagerFailure`` for an id that is taken, or a sender that must not send.
    func add(_ message: MessagerMessage) async throws {
        var message = message
        message.createdAt = timestamp
        message.updatedAt = message.createdAt
        let row = message
        let id = newID()
        try await database.transaction { transaction in
            if let sender = try Self.address(row.message.from, in: transaction) {
                guard sender.state == .alive else {
                    throw MessagerFailure("address(\(row.message.from)) is forbidden")
                }
            } else {
                let sender = MessagerAddress(
                    id: id,
                    address: row.message.from,
                    createdAt: row.createdAt
                )
                try Self.save(sender, in: transaction)
            }
            let exists = try transaction.row("SELECT id FROM messages WHERE id = ?", row.id) != nil
            guard !exists else { throw MessagerFailure("message \(row.id) already exists") }
            try Self.save(row, in: transaction)
        }
    }

    func message(_ id: String) async throws -> MessagerMessage? {
        try await database.read { try Self.message(id, in: $0) }
    }

    static func message(
        _ id: String,
        in transaction: SQLTransaction
    ) throws -> MessagerMessage? {
        try transaction.row("SELECT * FROM messages WHERE id = ?", id).map(MessageRow.message)
    }

    func message(signedCID cid: CID) async throws -> MessagerMessage? {
        try await first("signed_cid = ?", [cid.description])
    }

    func message(unsignedCID cid: CID) async throws -> MessagerMessage? {
        try await first("unsigned_cid = ?", [cid.description])
    }

    func message(from: Address, nonce: UInt64) async throws -> MessagerMessage? {
        // Unfilled messages share nonce 0 with the first one, which comes before them.
        try await first(
            "from_addr = ? AND nonce = ?",
            [from.stored, Int64(bitPattern: nonce)],
            order: "(state = \(MessagerState.unfilled.rawValue)), created_at"
        )
    }

    private func first(
        _ condition: String,
        _ values: [any SQLBindable],
        order: String = "created_at"
    ) async throws -> MessagerMessage? {
        try await database.read { transaction in
            try transaction.rows(
                "SELECT * FROM messages WHERE \(condition) ORDER BY \(order) LIMIT 1",
                values: values
            ).first.map(MessageRow.message)
        }
    }

    /// Lists messages.
    ///
    /// With `hasError` only those with an error are listed.
    func messages(
        _ query: MessagerQuery,
        createdBefore: Int64? = nil,
        hasError: Bool = false
    ) async throws -> [MessagerMessage] {
        try await database.read { transaction in
            try Self.messages(
                query,
                createdBefore: createdBefore,
                hasError: hasError,
                in: transaction
            )
        }
    }

    static func messages(
        _ query: MessagerQuery,
        createdBefore: Int64? = nil,
        hasError: Bool = false,
        in transaction: SQLTransaction
    ) throws -> [MessagerMessage] {
        var conditions: [String] = ["1 = 1"]
        var values: [any SQLBindable] = []
        if !query.states.isEmpty {
            conditions.append("state IN (\(query.states.map { _ in "?" }.joined(separator: ",")))")
            values += query.states.map(\.rawValue)
        }
        if !query.senders.isEmpty {
            let marks = query.senders.map { _ in "?" }.joined(separator: ",")
            conditions.append("from_addr IN (\(marks))")
            values += query.senders.map(\.stored)
        }
        if let time = query.updatedBefore {
            conditions.append("updated_at <= ?")
            values.append(time)
        }
        if let time = createdBefore {
            conditions.append("created_at <= ?")
            values.append(time)
        }
        if hasError { conditions.append("error_msg <> ''") }
        let order = query.isAscending ? "ASC" : "DESC"
        values.append(query.limit > 0 ? query.limit : Int64.max)
        values.append(max(0, query.offset))
        return try transaction.rows(
            "SELECT * FROM messages WHERE \(conditions.joined(separator: " AND ")) "
                + "ORDER BY created_at \(order), id \(order) LIMIT ? OFFSET ?",
            values: values
        ).map(MessageRow.message)
    }

    /// Changes a message.
    ///
    /// The change is given the newest row; what it throws takes everything back. Gives the new row.
    @discardableResult
    func update(
        _ id: String,
        _ change: @escaping @Sendable (inout MessagerMessage) throws -> Void
    ) async throws -> MessagerMessage {
        let time = timestamp
        return try await database.transaction { transaction in
            guard var row = try Self.message(id, in: transaction) else {
                throw MessagerFailure.messageNotFound
            }
            try change(&row)
            row.updatedAt = time
            try Self.save(row, in: transaction)
            return row
        }
    }

    static func save(_ row: MessagerMessage, in transaction: SQLTransaction) throws {
        try transaction.upsert(into: "messages", MessageRow.columns(row), key: ["id"])
    }
}

extension Address {
    /// The text in the database, which does not depend on the network.
    var stored: String { text(on: .mainnet) }

    /// Reads ``stored``.
    init(stored text: String) throws(SQLError) {
        guard let address = Address(text) else {
            throw SQLError(.misuse, "\(text) is no address")
        }
        self = address
    }
}
