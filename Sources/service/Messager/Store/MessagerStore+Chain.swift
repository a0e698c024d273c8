import FilecoinTypes
import SQLStore
import VenusAPI

// What the rounds of selection and the chain read and write, each step in one transaction.
extension MessagerStore {
    /// How many executed tipsets are remembered; a longer reorganisation does not happen.
    static let rememberedTipsets: Int64 = 900

    /// What a round of selection needs to know about a sender.
    ///
    /// - Returns: nil for a sender that must not send.
    func situation(
        of sender: Address,
        height: ChainEpoch,
        baseFee: TokenAmount,
        chainNonce: UInt64,
        account: SenderAccount?
    ) async throws -> SelectionRound.Situation? {
        try await database.read { transaction in
            guard let row = try Self.address(sender, in: transaction), row.state == .alive else {
                return nil
            }
            var query = MessagerQuery()
            query.senders = [sender]
            query.states = [.filled]
            query.isAscending = true
            let filled = try Self.messages(query, in: transaction)
            query.states = [.unfilled]
            query.isAscending = false
            let unfilled = try Self.messages(query, in: transaction)
            let highest = try transaction.row(
                "SELECT MAX(nonce) AS nonce FROM messages WHERE from_addr = ? AND state = ?",
                sender.stored,
                MessagerState.onChain.rawValue
            )?.optionalInteger("nonce")
            return SelectionRound.Situation(
                sender: row,
                shared: try Self.sharedSettings(in: transaction),
                height: height,
                baseFee: baseFee,
                chainNonce: chainNonce,
                account: account,
                filled: filled,
                highestOnChain: highest.map { UInt64(bitPattern: $0) },
                unfilled: unfilled
            )
        }
    }

    /// Saves what a round came to.
    ///
    /// A message that somebody gave up in the meantime stays as it is, and nothing is saved then: its
    /// nonce would be missing.
    ///
    /// - Returns: Whether it was saved.
    func save(_ outcome: SelectionRound.Outcome, of sender: Address) async throws -> Bool {
        let time = timestamp
        return try await database.transaction { transaction in
            for var message in outcome.changed {
                if message.id == outcome.fillerID {
                    message.createdAt = time
                } else {
                    guard let row = try Self.message(message.id, in: transaction),
                        row.state == .unfilled
                    else { return false }
                }
                message.updatedAt = time
                try Self.save(message, in: transaction)
            }
            if var row = try Self.address(sender, in: transaction), row.nonce != outcome.nonce {
                row.nonce = outcome.nonce
                row.updatedAt = time
                try Self.save(row, in: transaction)
            }
            return true
        }
    }

    /// Whether messages wait for the chain: those on their way, and those that nothing is known against.
    func hasOpenMessages() async throws -> Bool {
        try await database.read { transaction in
            try transaction.row(
                """
                SELECT messages.id FROM messages JOIN addresses ON addr = from_addr
                WHERE addresses.state = ? AND (messages.state = ?
                OR (messages.state = ? AND error_msg = '')) LIMIT 1
                """,
                MessagerAddressState.alive.rawValue,
                MessagerState.filled.rawValue,
                MessagerState.unfilled.rawValue
            ) != nil
        }
    }

    /// How many messages of a sender wait, and for how long.
    struct Count: Sendable {
        let sender: Address
        let unfilled: Int64
        let filled: Int64
        let failed: Int64
        /// Of those that are not final, the ones older than three and than five minutes.
        let threeMinutes: Int64
        let fiveMinutes: Int64
    }

    func counts() async throws -> [Count] {
        let now = timestamp
        return try await database.read { transaction in
            try transaction.rows(
                """
                SELECT from_addr, SUM(state = 1) AS unfilled, SUM(state = 2) AS filled,
                SUM(state = 4) AS failed,
                SUM(state IN (1, 2) AND created_at <= ?) AS three,
                SUM(state IN (1, 2) AND created_at <= ?) AS five
                FROM messages WHERE state IN (1, 2, 4) GROUP BY from_addr
                """,
                now - 180_000_000_000,
                now - 300_000_000_000
            ).map { row throws(SQLError) in
                Count(
                    sender: try Address(stored: row.text("from_addr")),
                    unfilled: try row.integer("unfilled"),
                    filled: try row.integer("filled"),
                    failed: try row.integer("failed"),
                    threeMinutes: try row.integer("three"),
                    fiveMinutes: try row.integer("five")
                )
            }
        }
    }

    // MARK: - The chain

    /// The executed tipsets that are remembered, newest first.
    func executedTipsets() async throws -> [(height: ChainEpoch, key: TipsetKey)] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM executed_tipsets ORDER BY height DESC").map {
                row throws(SQLError) in
                (
                    ChainEpoch(rawValue: try row.integer("height")),
                    try TipsetKey(stored: row.text("tipset_key"))
                )
            }
        }
    }

    /// Takes tipsets back and applies others.
    ///
    /// - Parameters:
    ///   - reverted: Tipsets that left the chain.
    ///   - applied: Tipsets that belong to it now, oldest first.
    ///   - startsAnew: Whether everything remembered before is to be forgotten.
    /// - Throws: What the database says; nothing has changed then.
    func move(
        reverting reverted: [TipsetKey],
        applying applied: [ExecutedTipset],
        startsAnew: Bool = false
    ) async throws {
        let time = timestamp
        try await database.transaction { transaction in
            if startsAnew { try transaction.execute("DELETE FROM executed_tipsets") }
            for key in reverted { try Self.revert(key, time, in: transaction) }
            for tipset in applied { try Self.apply(tipset, time, in: transaction) }
            if let newest = applied.last {
                try transaction.execute(
                    "DELETE FROM executed_tipsets WHERE height < ?",
                    newest.height.rawValue - Self.rememberedTipsets
                )
            }
        }
    }

    private static func revert(
        _ key: TipsetKey,
        _ time: Int64,
        in transaction: SQLTransaction
    ) throws {
        try transaction.execute("DELETE FROM executed_tipsets WHERE tipset_key = ?", key.stored)
        let rows = try transaction.rows(
            "SELECT * FROM messages WHERE tipset_key = ? AND state IN (?, ?)",
            key.stored,
            MessagerState.onChain.rawValue,
            MessagerState.nonceConflict.rawValue
        )
        for row in rows {
            var message = Inclusion.reverted(try MessageRow.message(row))
            message.updatedAt = time
            try save(message, in: transaction)
        }
    }

    private static func apply(
        _ tipset: ExecutedTipset,
        _ time: Int64,
        in transaction: SQLTransaction
    ) throws {
        try transaction.upsert(
            into: "executed_tipsets",
            ["height": tipset.height.rawValue, "tipset_key": tipset.key.stored],
            key: ["height"]
        )
        for entry in tipset.entries {
            let row = try transaction.row(
                "SELECT * FROM messages WHERE from_addr = ? AND nonce = ? AND state = ?",
                entry.message.from.stored,
                Int64(bitPattern: entry.message.nonce),
                MessagerState.filled.rawValue
            )
            guard let row else { continue }
            var message = Inclusion.applied(try MessageRow.message(row), entry, in: tipset)
            message.updatedAt = time
            try save(message, in: transaction)
        }
    }

    /// Notes why a node refused messages.
    func setError(_ text: String, of ids: [String]) async throws {
        try await database.transaction { transaction in
            for id in ids {
                try transaction.execute(
                    "UPDATE messages SET error_msg = ? WHERE id = ? AND error_msg <> ?",
                    text,
                    id,
                    text
                )
            }
        }
    }
}
