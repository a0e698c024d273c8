import CBOR
import Consensus
import FilecoinTypes
import Multiformats
import SQLStore

/// The blocks that were made, in a database of its own that is on the disk before a block leaves.
///
/// Two things in one: the filter that lets no miner contradict itself, and the blocks that passed it and were not
/// taken by a node yet. A block that passed may have left just before the process died. So it must still leave: another
/// one in its place could be a consensus fault, and none in its place would stop the miner on these parents for
/// ever.
struct BlockLedger: MiningLedger {
    /// How often all nodes may refuse a block before it counts as one that never left.
    static let maximumRefusals: Int64 = 3

    private static let migrations =
        SQLSlashFilter.migrations + [
            SQLMigration(
                2,
                [
                    """
                    CREATE TABLE unsent_blocks (
                        miner {key 64} NOT NULL, epoch {integer} NOT NULL,
                        parent_epoch {integer} NOT NULL, block {blob} NOT NULL,
                        refusals {integer} NOT NULL, PRIMARY KEY (miner, epoch))
                    """
                ]
            )
        ]

    private let database: SQLDatabase
    private let filter: SQLSlashFilter

    /// Opens the database.
    init(_ location: SQLLocation) async throws {
        database = try await SQLDatabase(location, migrations: Self.migrations)
        filter = SQLSlashFilter(database)
    }

    func close() async { await database.close() }

    private static func key(_ miner: Address) -> String { "\(miner.actorID?.rawValue ?? 0)" }

    func admit(_ block: BlockMessage, parentEpoch: ChainEpoch) async throws {
        let (miner, epoch) = (Self.key(block.header.miner), block.header.height.rawValue)
        let bytes = block.cborBytes()
        // First the block, then its name: whoever finds the name finds the block.
        try await database.transaction { transaction in
            try transaction.upsert(
                into: "unsent_blocks",
                [
                    "miner": miner, "epoch": epoch, "parent_epoch": parentEpoch.rawValue,
                    "block": bytes, "refusals": 0,
                ],
                key: ["miner", "epoch"],
                // One that waits already may have been admitted; the new one will not be.
                updating: []
            )
        }
        do {
            try await filter.admit(MinedBlock(block.header, parentEpoch: parentEpoch))
        } catch {
            try await remove(block)
            throw error
        }
    }

    func taken(_ block: BlockMessage) async throws { try await remove(block) }

    private func remove(_ block: BlockMessage) async throws {
        let (miner, epoch) = (Self.key(block.header.miner), block.header.height.rawValue)
        let bytes = block.cborBytes()
        _ = try await database.transaction { transaction in
            try transaction.execute(
                "DELETE FROM unsent_blocks WHERE miner = ? AND epoch = ? AND block = ?",
                miner,
                epoch,
                bytes
            )
        }
    }

    func refused(_ block: BlockMessage) async throws -> Bool {
        let (miner, epoch) = (Self.key(block.header.miner), block.header.height.rawValue)
        let cid = block.cid.description
        return try await database.transaction { transaction in
            try transaction.execute(
                "UPDATE unsent_blocks SET refusals = refusals + 1 WHERE miner = ? AND epoch = ?",
                miner,
                epoch
            )
            let row = try transaction.row(
                "SELECT refusals FROM unsent_blocks WHERE miner = ? AND epoch = ?",
                miner,
                epoch
            )
            guard let row, try row.integer("refusals") >= Self.maximumRefusals else { return false }
            try transaction.execute(
                "DELETE FROM unsent_blocks WHERE miner = ? AND epoch = ?",
                miner,
                epoch
            )
            try transaction.execute(
                "DELETE FROM mined_blocks WHERE miner = ? AND epoch = ? AND cid = ?",
                miner,
                epoch,
                cid
            )
            return true
        }
    }

    func unsent() async throws -> [UnsentBlock] {
        let rows = try await database.read { transaction in
            try transaction.rows("SELECT * FROM unsent_blocks ORDER BY epoch, miner").map {
                row throws(SQLError) in
                (try row.blob("block"), try row.integer("parent_epoch"))
            }
        }
        var blocks: [UnsentBlock] = []
        for (bytes, parentEpoch) in rows {
            var decoder = CBORDecoder(bytes)
            blocks.append(
                UnsentBlock(
                    block: try BlockMessage(from: &decoder),
                    parentEpoch: ChainEpoch(rawValue: parentEpoch)
                )
            )
        }
        return blocks
    }
}
