import SQLStore
import VenusAPI

// Wallets that are linked directly.
extension MessagerStore {
    /// Links a wallet.
    ///
    /// - Throws: ``MessagerFailure`` when the name is taken.
    func add(_ wallet: MessagerWallet) async throws {
        let time = timestamp
        try await database.transaction { transaction in
            let known = try transaction.row("SELECT name FROM wallets WHERE name = ?", wallet.name)
            guard known == nil else { throw MessagerFailure("record exist") }
            try transaction.insert(
                into: "wallets",
                [
                    "name": wallet.name, "url": wallet.url, "token": wallet.token,
                    "created_at": time,
                ]
            )
        }
    }

    func wallets() async throws -> [MessagerWallet] {
        try await database.read { transaction in
            try transaction.rows("SELECT * FROM wallets ORDER BY created_at, name").map {
                row throws(SQLError) in
                MessagerWallet(
                    name: try row.text("name"),
                    url: try row.text("url"),
                    token: try row.text("token")
                )
            }
        }
    }

    /// Unlinks a wallet.
    ///
    /// - Throws: ``MessagerFailure`` when there is none of that name.
    func deleteWallet(_ name: String) async throws {
        let count = try await database.transaction { transaction in
            try transaction.execute("DELETE FROM wallets WHERE name = ?", name)
        }
        guard count > 0 else { throw MessagerFailure.notFound }
    }
}
