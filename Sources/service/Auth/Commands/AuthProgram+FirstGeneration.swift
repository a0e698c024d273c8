import JSON
import ServiceKit
import VenusAPI

extension AuthProgram {
    /// The commands of 2021, which the first handbooks use; they work, but the help leaves them out.
    static let firstGeneration = [
        Command(
            "genToken",
            usage: "generate token",
            argumentsUsage: "[name]",
            flags: [
                Flag("perm", default: "read", usage: permissionFlag.usage), extraFlag,
            ],
            isHidden: true,
            action: generateOnce
        ),
        Command(
            "tokens",
            aliases: ["listTokens"],
            usage: "list token info",
            flags: pageFlags,
            isHidden: true,
            action: list
        ),
        Command(
            "rmToken",
            usage: "remove token",
            argumentsUsage: "[token]",
            isHidden: true,
            action: remove
        ),
        Command(
            "addUser",
            usage: "add user",
            flags: userFlags,
            isHidden: true
        ) { call in
            let client = try client(call)
            // That version always added users as disabled.
            let user = try await client.addUser(
                call.string("name"),
                comment: call.string("comment"),
                state: 0,
                sourceType: call.integer("sourceType")
            )
            if let miner = call.optionalString("miner") {
                try await client.addMiner(miner, to: user.name)
            }
            call.print("add user success: \(user.id)")
        },
        Command(
            "updateUser",
            usage: "update user",
            flags: userFlags + [Flag("state", .integer)],
            isHidden: true
        ) { call in
            let client = try client(call)
            try await client.updateUser(
                call.string("name"),
                comment: call.isSet("comment") ? call.string("comment") : nil,
                state: call.isSet("state") ? call.integer("state") : nil,
                sourceType: call.isSet("sourceType") ? call.integer("sourceType") : nil
            )
            if let miner = call.optionalString("miner") {
                try await client.addMiner(miner, to: call.string("name"))
            }
            call.print("update user success")
        },
        Command(
            "listUsers",
            usage: "list users",
            flags: pageFlags + [Flag("state", .integer), Flag("sourceType", .integer)],
            isHidden: true
        ) { call in
            let client = try client(call)
            let users = try await client.users(
                skip: call.integer("skip"),
                limit: call.integer("limit"),
                state: call.isSet("state") ? call.integer("state") : nil,
                sourceType: call.isSet("sourceType") ? call.integer("sourceType") : nil
            )
            for (index, user) in users.enumerated() {
                call.print("number: \(index + 1)")
                try await printUser(user, client, call)
            }
        },
        Command(
            "getUser",
            usage: "get user",
            flags: [Flag("name", isRequired: true)],
            isHidden: true
        ) { call in
            let client = try client(call)
            let name = call.string("name")
            guard try await client.hasUser(name) else {
                throw CommandFailure("users \(name) not exit")
            }
            try await printUser(try await client.user(name), client, call)
        },
        Command(
            "hasMiner",
            usage: "has miner",
            flags: [Flag("miner", isRequired: true)],
            isHidden: true
        ) { call in
            call.print("\(try await client(call).hasMiner(call.string("miner")))")
        },
    ]

    private static let userFlags = [
        Flag("name", usage: "required", isRequired: true), Flag("miner"), Flag("comment"),
        Flag("sourceType", .integer),
    ]

    /// One secret for all tokens made the same claims the same token: asking twice gives it again.
    @Sendable private static func generateOnce(_ call: Invocation) async throws {
        guard Permission(rawValue: call.string("perm")) != nil else {
            throw CommandFailure("perm illegal")
        }
        guard let name = call.arguments.first, !name.isEmpty else {
            throw CommandFailure("usage: genToken name")
        }
        let wanted = AuthClaims(
            name: name,
            permission: call.string("perm"),
            extra: call.string("extra")
        )
        for info in try await client(call).tokens(of: name) {
            guard let payload = try? JWT.payload(of: info.token),
                try AuthClaims(json: payload) == wanted
            else { continue }
            return call.print("generate token success: \(info.token)")
        }
        try await generate(call)
    }

    private static func printUser(
        _ user: AuthUser,
        _ client: AuthClient,
        _ call: Invocation
    ) async throws {
        let miners = try await client.miners(of: user.name).map(\.address)
        call.print("name: \(user.name)")
        call.print("miner: \(miners.joined(separator: " "))")
        call.print("sourceType: \(user.sourceType) \t// miner:1")
        call.print("state \(user.state) \t// 0: disable, 1: enable")
        call.print("comment: \(user.comment)")
        printTimes(user, call)
    }
}
