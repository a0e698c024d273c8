package import SQLStore

/// The tables of the messager, with the names and columns of the original.
///
/// Unlike there, times are integers (nanoseconds since 1970), and addresses have their f-letter.
package enum MessagerSchema {
    package static let migrations = [
        SQLMigration(
            1,
            [
                """
                CREATE TABLE messages (
                    id {key 256} NOT NULL PRIMARY KEY, version {integer} NOT NULL,
                    from_addr {key 256} NOT NULL, nonce {integer} NOT NULL,
                    "to" {key 256} NOT NULL, value {key 256} NOT NULL,
                    gas_limit {integer} NOT NULL, gas_fee_cap {key 256} NOT NULL,
                    gas_premium {key 256} NOT NULL, method {integer} NOT NULL,
                    params {blob} NOT NULL, signed_data {blob},
                    unsigned_cid {key 256} NOT NULL, signed_cid {key 256} NOT NULL,
                    height {integer} NOT NULL, receipt_exit_code {integer} NOT NULL,
                    receipt_return_value {blob}, receipt_gas_used {integer} NOT NULL,
                    tipset_key {key 2048} NOT NULL, meta_expire_epoch {integer} NOT NULL,
                    meta_gas_over_estimation {real} NOT NULL, meta_max_fee {key 256} NOT NULL,
                    meta_gas_over_premium {real} NOT NULL, wallet_name {key 256} NOT NULL,
                    state {integer} NOT NULL, error_msg {text} NOT NULL,
                    created_at {integer} NOT NULL, updated_at {integer} NOT NULL)
                """,
                "CREATE INDEX messages_from_state ON messages (from_addr, state)",
                "CREATE INDEX messages_from_nonce ON messages (from_addr, nonce)",
                "CREATE INDEX messages_created ON messages (created_at)",
                "CREATE INDEX messages_unsigned ON messages (unsigned_cid)",
                "CREATE INDEX messages_signed ON messages (signed_cid)",
                "CREATE INDEX messages_height ON messages (height)",
                "CREATE INDEX messages_state ON messages (state)",
                """
                CREATE TABLE addresses (
                    id {key 256} NOT NULL, addr {key 256} NOT NULL PRIMARY KEY,
                    nonce {integer} NOT NULL, weight {integer} NOT NULL, state {integer} NOT NULL,
                    sel_msg_num {integer} NOT NULL, base_fee {key 256} NOT NULL,
                    gas_over_estimation {real} NOT NULL, max_fee {key 256} NOT NULL,
                    gas_fee_cap {key 256} NOT NULL, gas_over_premium {real} NOT NULL,
                    created_at {integer} NOT NULL, updated_at {integer} NOT NULL)
                """,
                """
                CREATE TABLE shared_params (
                    id {integer} NOT NULL PRIMARY KEY, sel_msg_num {integer} NOT NULL,
                    base_fee {key 256} NOT NULL, gas_over_estimation {real} NOT NULL,
                    max_fee {key 256} NOT NULL, gas_fee_cap {key 256} NOT NULL,
                    gas_over_premium {real} NOT NULL)
                """,
                """
                CREATE TABLE nodes (
                    id {key 256} NOT NULL, name {key 256} NOT NULL PRIMARY KEY,
                    url {key 256} NOT NULL, token {text} NOT NULL, node_type {integer} NOT NULL,
                    created_at {integer} NOT NULL, updated_at {integer} NOT NULL)
                """,
                """
                CREATE TABLE executed_tipsets (
                    height {integer} NOT NULL PRIMARY KEY, tipset_key {key 2048} NOT NULL)
                """,
            ]
        ),
        SQLMigration(
            2,
            [
                """
                CREATE TABLE wallets (
                    name {key 256} NOT NULL PRIMARY KEY, url {key 256} NOT NULL,
                    token {text} NOT NULL, created_at {integer} NOT NULL)
                """
            ]
        ),
        SQLMigration(
            3,
            [
                """
                CREATE TABLE actor_cfg (
                    id {key 256} NOT NULL PRIMARY KEY, actor_v {integer} NOT NULL,
                    code {key 256} NOT NULL, method {integer} NOT NULL, base_fee {key 256} NOT NULL,
                    gas_over_estimation {real} NOT NULL, max_fee {key 256} NOT NULL,
                    gas_fee_cap {key 256} NOT NULL, gas_over_premium {real} NOT NULL,
                    created_at {integer} NOT NULL, updated_at {integer} NOT NULL)
                """,
                "CREATE UNIQUE INDEX idx_code_method ON actor_cfg (code, method)",
            ]
        ),
    ]
}
