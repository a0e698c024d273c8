internal import FilecoinTypes
internal import Multiformats
package import SQLStore

/// The slash filter of nodes that share a database, so that no two of them publish blocks of one miner that
/// contradict each other.
///
/// Table `mined_blocks`: one row per miner and epoch.
///
/// | column | meaning |
/// |---|---|
/// | `parent_epoch`, `parent_key` | what the block builds on; the key as hash, since it may be long |
/// | `epoch`, `miner`, `cid` | the block |
package struct SQLSlashFilter: Sendable {
    /// The table; for the list of migrations of a database that only holds it.
    package static let migrations = [
        SQLMigration(
            1,
            [
                """
                CREATE TABLE mined_blocks (
                    parent_epoch {integer} NOT NULL, parent_key {key 64} NOT NULL,
                    epoch {integer} NOT NULL, miner {key 64} NOT NULL, cid {key 128} NOT NULL,
                    PRIMARY KEY (miner, epoch))
                """,
                "CREATE UNIQUE INDEX mined_blocks_parents ON mined_blocks (miner, parent_key)",
            ]
        )
    ]

    private let database: SQLDatabase

    package init(_ database: SQLDatabase) { self.database = database }

    /// Checks a block against those that any of the nodes made before, and remembers it.
    ///
    /// The same block may come again.
    ///
    /// - Throws: ``ConsensusFaultRisk``, or `SQLError`.
    package func admit(_ block: MinedBlock) async throws {
        let miner = "\(block.miner.actorID?.rawValue ?? 0)"
        let parents = CID.dagCBOR(hashing: block.parents.bytes).description
        try await database.transaction { transaction in
            func made(_ condition: String, _ value: any SQLBindable) throws -> CID? {
                try transaction.row(
                    "SELECT cid FROM mined_blocks WHERE miner = ? AND \(condition) = ?",
                    miner,
                    value
                ).map { try CID($0.text("cid")) }
            }
            let known = try made("epoch", block.epoch.rawValue)
            let risk = block.risk(
                sameEpoch: known,
                sameParents: try made("parent_key", parents),
                parentEpoch: try made("epoch", block.parentEpoch.rawValue)
            )
            if let risk { throw risk }
            if known != nil { return }
            try transaction.insert(
                into: "mined_blocks",
                [
                    "parent_epoch": block.parentEpoch.rawValue, "parent_key": parents,
                    "epoch": block.epoch.rawValue, "miner": miner, "cid": block.cid.description,
                ]
            )
        }
    }
}
