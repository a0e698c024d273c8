import Consensus
import FilecoinTypes
import SQLStore

/// The filter against consensus faults, in a database of its own that is on the disk after each block.
struct SQLMiningFilter: MiningFilter {
    private let database: SQLDatabase
    private let filter: SQLSlashFilter

    /// Opens the database.
    init(_ location: SQLLocation) async throws {
        database = try await SQLDatabase(location, migrations: SQLSlashFilter.migrations)
        filter = SQLSlashFilter(database)
    }

    func close() async { await database.close() }

    func admit(_ header: BlockHeader, parentEpoch: ChainEpoch) async throws {
        try await filter.admit(MinedBlock(header, parentEpoch: parentEpoch))
    }
}
