import SQLStore

/// The tables of the miner.
///
/// Table `miner_infos` has the columns of the first generation and one of ours: whether blocks are made.
/// Addresses have their f-letter; times are nanoseconds since 1970, protocol time.
enum MinerSchema {
    static let migrations = [
        SQLMigration(
            1,
            [
                """
                CREATE TABLE miner_infos (
                    addr {key 128} NOT NULL PRIMARY KEY, sealer_api {key 256} NOT NULL,
                    sealer_token {text} NOT NULL, wallet_api {key 256} NOT NULL,
                    wallet_token {text} NOT NULL, is_open {integer} NOT NULL)
                """,
                """
                CREATE TABLE mine_records (
                    epoch {integer} NOT NULL, miner {key 128} NOT NULL,
                    parent_epoch {integer} NOT NULL, parent_key {text} NOT NULL,
                    cid {key 128} NOT NULL, winning_at {integer}, mine_state {integer} NOT NULL,
                    fields {text} NOT NULL, PRIMARY KEY (epoch, miner))
                """,
                "CREATE INDEX mine_records_miner ON mine_records (miner, epoch)",
            ]
        )
    ]
}
