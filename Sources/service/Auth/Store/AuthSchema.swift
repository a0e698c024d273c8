import SQLStore

/// The tables of the auth service, with the names of the original's MySQL schema.
///
/// Unlike there, times are integers (seconds for users, nanoseconds else), and addresses have their
/// f-letter.
enum AuthSchema {
    static let migrations = [
        SQLMigration(
            1,
            [
                """
                CREATE TABLE token (
                    token {key 2048} NOT NULL PRIMARY KEY, name {key 1024} NOT NULL,
                    perm {key 50} NOT NULL, secret {key 64} NOT NULL, extra {text} NOT NULL,
                    createTime {integer} NOT NULL, is_deleted {integer} NOT NULL)
                """,
                "CREATE INDEX token_name ON token (name)",
                """
                CREATE TABLE users (
                    name {key 1024} NOT NULL PRIMARY KEY, id {key 64} NOT NULL,
                    comment {text} NOT NULL, state {integer} NOT NULL, stype {integer} NOT NULL,
                    createTime {integer} NOT NULL, updateTime {integer} NOT NULL,
                    is_deleted {integer} NOT NULL, is_implicit {integer} NOT NULL)
                """,
                """
                CREATE TABLE miners (
                    miner {key 128} NOT NULL PRIMARY KEY, user {key 1024} NOT NULL,
                    open_mining {integer} NOT NULL, created_at {integer} NOT NULL,
                    updated_at {integer} NOT NULL, deleted_at {integer})
                """,
                "CREATE INDEX miners_user ON miners (user)",
                """
                CREATE TABLE signers (
                    signer {key 128} NOT NULL, user {key 1024} NOT NULL,
                    created_at {integer} NOT NULL, updated_at {integer} NOT NULL,
                    deleted_at {integer}, PRIMARY KEY (signer, user))
                """,
                "CREATE INDEX signers_user ON signers (user)",
                """
                CREATE TABLE user_rate_limits (
                    name {key 1024} NOT NULL, id {key 255} NOT NULL, service {key 255} NOT NULL,
                    api {key 255} NOT NULL, cap {integer} NOT NULL, reset_dur {integer} NOT NULL,
                    PRIMARY KEY (name, id))
                """,
            ]
        )
    ]

    /// The longest name of a user, in bytes.
    static let maximumNameBytes = 1024
    /// The longest level of a token, in bytes.
    static let maximumPermissionBytes = 50
    /// The longest token, in bytes.
    static let maximumTokenBytes = 2048
}
