import SQLStore

/// The tables of a sealer, with the names and columns of the original where it has them.
///
/// Times are integers: seconds since 1970 where the original has them, as in `create_time`, nanoseconds in
/// our own. The tables of sealing tasks come with sealing.
enum SealerSchema {
    static let migrations = [
        SQLMigration(
            1,
            [
                """
                CREATE TABLE metadata (
                    id {key 36} NOT NULL PRIMARY KEY, miner_address {key 256} NOT NULL,
                    sector_count {integer} NOT NULL, is_deleted {integer} NOT NULL,
                    created_at {integer} NOT NULL, updated_at {integer} NOT NULL)
                """,
                """
                CREATE TABLE sectors_infos (
                    id {key 36} NOT NULL PRIMARY KEY, sector_number {integer} NOT NULL UNIQUE,
                    state {key 256} NOT NULL, sector_type {integer} NOT NULL,
                    create_time {integer} NOT NULL, pieces {blob}, ticket_value {blob},
                    ticket_epoch {integer} NOT NULL DEFAULT 0, pre_commit1_out {blob},
                    commd {text}, commr {text}, proof {blob},
                    precommit_seal_proof {integer} NOT NULL DEFAULT 0,
                    precommit_sealed_cid {text}, precommit_seal_rand_epoch {integer} NOT NULL DEFAULT 0,
                    precommit_deal_ids {text}, precommit_expiration {integer} NOT NULL DEFAULT 0,
                    precommit_replace_capacity {integer} NOT NULL DEFAULT -1,
                    precommit_replace_sector_deadline {integer} NOT NULL DEFAULT 0,
                    precommit_replace_sector_partition {integer} NOT NULL DEFAULT 0,
                    precommit_replace_sector_number {integer} NOT NULL DEFAULT 0,
                    pre_commit_deposit {text}, pre_commit_message {text}, pre_commit_tipset {blob},
                    pre_commit2_fails {integer} NOT NULL DEFAULT 0, seed_value {blob},
                    seed_epoch {integer} NOT NULL DEFAULT 0, commit_message {text},
                    invalid_proofs {integer} NOT NULL DEFAULT 0, fault_report_msg {text},
                    "return" {text}, terminate_message {text},
                    terminated_at {integer} NOT NULL DEFAULT 0, last_err {text})
                """,
                """
                CREATE TABLE logs (
                    id {serial}, sector_number {integer} NOT NULL, timestamp {integer} NOT NULL,
                    trace {text} NOT NULL, message {text} NOT NULL, kind {key 256} NOT NULL)
                """,
                "CREATE INDEX logs_sector ON logs (sector_number)",
                """
                CREATE TABLE window_posts (
                    miner {integer} NOT NULL, open_epoch {integer} NOT NULL,
                    number {integer} NOT NULL, deadline {integer} NOT NULL,
                    partitions {text} NOT NULL, state {key 16} NOT NULL,
                    challenge {blob}, params {blob},
                    attempt {integer} NOT NULL, message {key 256} NOT NULL,
                    pushed_at {integer} NOT NULL, landed_at {integer} NOT NULL,
                    note {text} NOT NULL, updated_at {integer} NOT NULL,
                    PRIMARY KEY (miner, open_epoch, number))
                """,
                "CREATE INDEX window_posts_state ON window_posts (miner, state)",
            ]
        )
    ]
}
