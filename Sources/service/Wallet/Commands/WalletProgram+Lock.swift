import JSONRPC
import ServiceKit
import VenusAPI

extension WalletProgram {
    static let setPassword = Command(
        "set-password",
        aliases: ["setpwd"],
        usage: "Store a credential for a keystore file"
    ) { call in
        let client = try client(call)
        let password = try askPassword(call)
        let again = try askPassword(call, "Enter Password again:")
        guard password.revealed == again.revealed else {
            throw CommandFailure("the input passwords are inconsistent")
        }
        _ = try await client.call(WalletSetPassword.self, password.revealed)
        call.print("Password set successfully")
    }

    static let unlock = Command("unlock", usage: "unlock the wallet and release private key") {
        call in
        let client = try client(call)
        let password = try askPassword(call)
        _ = try await client.call(WalletUnlock.self, password.revealed)
        call.print("wallet unlock successfully")
    }

    static let lock = Command("lock", usage: "Restrict the use of secret keys after locking wallet")
    {
        call in
        let client = try client(call)
        let password = try askPassword(call)
        _ = try await client.call(WalletLock.self, password.revealed)
        call.print("wallet lock successfully")
    }

    static let lockState = Command(
        "lockState",
        aliases: ["lockstate", "lock-state"],
        usage: "unlock the wallet and release private key"
    ) { call in
        let isLocked = try await client(call).call(WalletLockState.self)
        call.print("wallet state: \(isLocked ? "locked" : "unlocked")")
    }

    // MARK: - Tokens and logs

    static let auth = Command(
        "auth",
        usage: "Manage RPC permissions",
        subcommands: [
            Command("create-token", usage: "Create token", flags: [permissionFlag]) { call in
                let level = try level(call)
                let (configuration, _) = try place(Repository.expanded(call.string("repo")))
                call.print(AllowClaims(level).token(secret: configuration.secret).revealed)
            },
            Command(
                "api-info",
                usage: "Get token with API info required to connect to this node",
                flags: [permissionFlag]
            ) { call in
                let level = try level(call)
                let (configuration, address) = try place(Repository.expanded(call.string("repo")))
                let token = AllowClaims(level).token(secret: configuration.secret)
                call.print("\(token.revealed):\(address)")
            },
        ]
    )

    private static let permissionFlag = Flag(
        "perm",
        usage: "permission to assign to the token, one of: read, write, sign, admin"
    )

    private static func level(_ call: Invocation) throws -> Permission {
        guard let name = call.optionalString("perm") else {
            throw CommandFailure("--perm flag not set; it is one of: read, write, sign, admin")
        }
        guard let level = Permission(rawValue: name) else {
            throw CommandFailure("--perm flag has to be one of: [read write sign admin]")
        }
        return level
    }

    static let log = Command.log { try client($0) }
}
