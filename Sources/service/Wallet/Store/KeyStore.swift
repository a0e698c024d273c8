import Bytes
import FilecoinCrypto
import FilecoinTypes
import JSON
import Multiformats
import SQLStore
import ServiceKit

/// A key as the store has it: nobody can use it without the password.
struct StoredKey: Sendable {
    let type: SignatureType
    let encrypted: EncryptedKey
}

/// The file `keystore.sqlit`: encrypted keys, and what blocks were signed.
///
/// The table `wallets` is that of venus-wallet, whose files of all versions are understood: up to v1.3.0
/// addresses begin with their network's letter, from v1.4.0 they do not. A row's `private_key` is
/// `{"Type":"bls","PrivateKey":"<base64 of the encrypted key's JSON>"}`.
final class KeyStore: Sendable {
    let database: SQLDatabase
    let now: @Sendable () -> Int64

    static let migrations = [
        SQLMigration(
            1,
            [
                """
                CREATE TABLE IF NOT EXISTS `wallets` (`id` integer,`created_at` datetime,\
                `updated_at` datetime,`deleted_at` datetime,`address` varchar(255),\
                `private_key` blob NOT NULL,`meta` blob DEFAULT null,PRIMARY KEY (`id`))
                """,
                """
                CREATE UNIQUE INDEX IF NOT EXISTS `idx_wallets_address` ON `wallets`(`address`)
                """,
                """
                CREATE INDEX IF NOT EXISTS `idx_wallets_deleted_at` ON `wallets`(`deleted_at`)
                """,
                """
                CREATE TABLE signed_blocks (
                    miner {key 255} NOT NULL, height {integer} NOT NULL, digest {blob} NOT NULL,
                    PRIMARY KEY (miner, height))
                """,
            ]
        ),
        recordMigration,
    ]

    /// Opens a key store, or makes it; `now` gives nanoseconds since 1970.
    init(
        _ location: SQLLocation,
        now: @escaping @Sendable () -> Int64
    ) async throws {
        database = try await SQLDatabase(location, migrations: Self.migrations)
        self.now = now
    }

    func close() async { await database.close() }

    // MARK: - Keys

    /// Stores a key; an address that is there already keeps its row.
    func add(_ key: StoredKey, for address: Address) async throws {
        // As the original writes it.
        let time = CivilTime(nanoseconds: now()).goText.replacing(" +0000 UTC", with: "+00:00")
        try await database.transaction { transaction in
            guard try Self.row(of: address, transaction) == nil else { return }
            try transaction.insert(
                into: "wallets",
                [
                    "created_at": time, "updated_at": time, "address": address.description,
                    "private_key": key.jsonBytes(),
                ]
            )
        }
    }

    func key(of address: Address) async throws -> StoredKey? {
        let row = try await database.read { transaction in
            try Self.row(of: address, transaction)
        }
        guard let row else { return nil }
        return try StoredKey(from: JSONValue(parsing: row))
    }

    func contains(_ address: Address) async throws -> Bool {
        try await database.read { try Self.row(of: address, $0) != nil }
    }

    /// All addresses, oldest first.
    func addresses() async throws -> [Address] {
        let texts = try await database.read { transaction in
            try transaction.rows("SELECT address FROM wallets WHERE deleted_at IS NULL ORDER BY id")
                .map { row throws(SQLError) in try row.text("address") }
        }
        return try texts.map { text in
            // Newer files have no letter.
            try Address(text: text.first?.isNumber == true ? "t" + text : text)
        }
    }

    /// Deletes a key for ever.
    func remove(_ address: Address) async throws {
        let names = Self.names(of: address)
        _ = try await database.transaction { transaction in
            try transaction.execute(
                "DELETE FROM wallets WHERE address IN (?, ?, ?)",
                names[0],
                names[1],
                names[2]
            )
        }
    }

    private static func row(of address: Address, _ transaction: SQLTransaction) throws -> [UInt8]? {
        let names = names(of: address)
        return try transaction.row(
            """
            SELECT private_key FROM wallets WHERE address IN (?, ?, ?) AND deleted_at IS NULL
            """,
            names[0],
            names[1],
            names[2]
        )?
        .blob("private_key")
    }

    /// The texts under which a row may have the address.
    private static func names(of address: Address) -> [String] {
        let text = address.description.dropFirst()
        return ["f" + text, "t" + text, String(text)]
    }

    // MARK: - Blocks

    /// Notes that a block header is about to be signed, durably.
    ///
    /// Two blocks of a miner at one height are a consensus fault that costs it dearly.
    ///
    /// - Parameters:
    ///   - miner: Whose block it is.
    ///   - height: The epoch of the block.
    ///   - digest: The SHA-256 of the bytes to sign.
    /// - Throws: ``WalletFailure`` if another header of that miner and height was signed before.
    func reserveBlock(miner: Address, height: ChainEpoch, digest: [UInt8]) async throws {
        let miner = "f" + miner.description.dropFirst()
        try await database.transaction { transaction in
            let row = try transaction.row(
                "SELECT digest FROM signed_blocks WHERE miner = ? AND height = ?",
                miner,
                height.rawValue
            )
            if let row {
                guard try row.blob("digest") == digest else {
                    throw WalletFailure(
                        "another block of miner \(miner) at height \(height) was signed before; "
                            + "signing this one would be a consensus fault"
                    )
                }
                return
            }
            try transaction.insert(
                into: "signed_blocks",
                ["miner": miner, "height": height.rawValue, "digest": digest]
            )
        }
    }
}

extension StoredKey: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Type", type.description)
            writer.member("PrivateKey", base64: encrypted.jsonBytes())
        }
    }

    init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        guard let type = SignatureType(name: try object.decode("Type", as: String.self)) else {
            throw .invalid("a stored key of unknown type")
        }
        self.type = type
        encrypted = try EncryptedKey(from: JSONValue(parsing: object.decodeBase64("PrivateKey")))
    }
}
