import JSON
import ServiceKit
import VenusAPI

extension AuthProgram {
    static let user = Command(
        "user",
        usage: "user command",
        subcommands: [
            Command(
                "add",
                usage: "Add user",
                argumentsUsage: "<user>",
                flags: [
                    Flag("comment"),
                    Flag(
                        "state",
                        .integer,
                        default: "1",
                        usage:
                            "1-enabled,0-disabled. if set to 0, the user cannot access the chain service normally"
                    ), Flag("sourceType", .integer),
                ]
            ) { call in
                let name = try argument(call)
                let user = try await client(call).addUser(
                    name,
                    comment: call.string("comment"),
                    state: call.integer("state"),
                    sourceType: call.integer("sourceType")
                )
                call.print("Add user success: \(user.id), next can add miner for this user")
            },
            Command(
                "update",
                usage: "update user",
                flags: [
                    Flag("name", isRequired: true), Flag("comment"), Flag("sourceType", .integer),
                    Flag("state", .integer, usage: "0:disabled, 1:enabled"),
                ]
            ) { call in
                try await client(call).updateUser(
                    call.string("name"),
                    comment: call.isSet("comment") ? call.string("comment") : nil,
                    state: call.isSet("state") ? call.integer("state") : nil,
                    sourceType: call.isSet("sourceType") ? call.integer("sourceType") : nil
                )
                call.print("update user success")
            },
            Command(
                "list",
                usage: "list users",
                flags: [
                    Flag("skip", .integer), Flag("limit", .integer, default: "20"),
                    Flag("state", .integer, usage: "0:disabled, 1:enabled, not-set:[show all]"),
                    Flag("sourceType", .integer), jsonFlag,
                ],
                action: listUsers
            ),
            Command("active", usage: "update user", argumentsUsage: "<user>") { call in
                try await client(call).updateUser(try argument(call), state: AuthUser.enabled)
                call.print("active user success")
            },
            Command("get", usage: "get user by name", flags: [jsonFlag], action: getUser),
            Command("has", usage: "check miner exit", argumentsUsage: "<miner>", action: hasMiner),
            Command(
                "rm",
                aliases: ["delete"],
                usage: "remove user",
                argumentsUsage: "<user>"
            ) { call in
                let name = try argument(call)
                let client = try client(call)
                guard try await client.hasUser(name) else { throw CommandFailure("not found user") }
                try await client.removeUser(name)
                call.print("remove user success")
            },
            Command("recover", usage: "recover deleted user", argumentsUsage: "<user>") { call in
                try await client(call).recoverUser(try argument(call))
                call.print("recover user success")
            },
            rateLimit, userMiner, userSigner,
        ]
    )

    /// The argument at a place, or the command's help and exit status 2.
    static func argument(_ call: Invocation, _ index: Int = 0) throws(UsageError) -> String {
        guard call.arguments.indices.contains(index), !call.arguments[index].isEmpty else {
            throw UsageError("", showsHelp: true)
        }
        return call.arguments[index]
    }

    @Sendable private static func listUsers(_ call: Invocation) async throws {
        let client = try client(call)
        let users = try await client.users(
            skip: call.integer("skip"),
            limit: call.integer("limit"),
            state: call.isSet("state") ? call.integer("state") : nil,
            sourceType: call.isSet("sourceType") ? call.integer("sourceType") : nil
        )
        if call.boolean("json") { return printJSON(users, call) }
        for (index, user) in users.enumerated() {
            let miners = try await client.miners(of: user.name).map(\.address)
            call.print("number: \(index + 1)")
            call.print("name: \(user.name)")
            call.print("state: \(stateName(user.state))")
            if !miners.isEmpty { call.print("miners: [\(miners.joined(separator: " "))]") }
            if !user.comment.isEmpty { call.print("comment: \(user.comment)") }
            printTimes(user, call)
        }
    }

    @Sendable private static func getUser(_ call: Invocation) async throws {
        guard let name = call.arguments.first else { throw CommandFailure("specify user name") }
        let user = try await client(call).user(name)
        if call.boolean("json") { return printJSON(user, call) }
        call.print("name: \(user.name)")
        call.print("sourceType: \(user.sourceType) \t// miner:1")
        call.print("state \(stateName(user.state)) \t// 0: disable, 1: enable")
        call.print("comment: \(user.comment)")
        printTimes(user, call)
    }

    static func printTimes(_ user: AuthUser, _ call: Invocation) {
        call.print("createTime: \(text(seconds: user.createTime))")
        call.print("updateTime: \(text(seconds: user.updateTime))\n")
    }

    // MARK: - Rate limits

    private static let rateLimit = Command(
        "rate-limit",
        usage: "sub cmds for managing user request limits",
        subcommands: [
            Command(
                "add",
                usage: "add user request rate limit",
                argumentsUsage:
                    "user rate-limit add <name> <limitAmount> <duration(2h, 1h:20m, 2m10s)>",
                flags: [Flag("id", usage: "rate limit id to update")]
            ) { call in
                let name = try argument(call)
                _ = try argument(call, 2)
                if let old = try await client(call).rateLimits(of: name).first {
                    throw CommandFailure("user rate limit:\(old.id) exists")
                }
                try await setLimit(call, name, id: call.string("id"), at: 1)
            },
            Command(
                "update",
                usage: "update user request rate limit",
                argumentsUsage: "user rate-limit update <name> <limit-id> <limitAmount> <duration>"
            ) { call in
                let name = try argument(call)
                let id = try argument(call, 1)
                _ = try argument(call, 3)
                guard try await !client(call).rateLimits(of: name, id: id).isEmpty else {
                    throw CommandFailure("user:\(name), rate limit: \(id) NOT exists")
                }
                try await setLimit(call, name, id: id, at: 2)
            },
            Command(
                "get",
                usage: "get user request rate limit",
                argumentsUsage: "<name>",
                flags: [jsonFlag]
            ) {
                call in
                let limits = try await client(call).rateLimits(of: try argument(call))
                if call.boolean("json") { return printJSON(limits, call) }
                if limits.isEmpty { call.print("user have no request rate limit") }
                for limit in limits {
                    call.print(
                        "user:\(limit.name), limit id:\(limit.id), request limit amount:\(limit.cap), "
                            + "duration:\(hours(limit.resetNanoseconds))(h)"
                    )
                }
            },
            Command("del", usage: "delete user request rate limit", argumentsUsage: "<user> <id>") {
                call in
                let id = try await client(call).removeRateLimit(
                    try argument(call, 1),
                    of: try argument(call)
                )
                call.print("delete rate limit success, \(id)")
            },
        ]
    )

    private static func setLimit(
        _ call: Invocation,
        _ name: String,
        id: String,
        at index: Int
    ) async throws {
        guard let cap = Int64(call.arguments[index]) else {
            throw CommandFailure("\(call.arguments[index]) is no number")
        }
        guard let duration = GoDuration.parse(call.arguments[index + 1]) else {
            throw CommandFailure("\(call.arguments[index + 1]) is no duration such as 2h or 2m10s")
        }
        let limit = AuthRateLimit(
            id: id,
            name: name,
            cap: cap,
            resetNanoseconds: duration.nanoseconds
        )
        call.print("upsert user rate limit success:\t\(try await client(call).setRateLimit(limit))")
    }

    /// Hours with two decimals, rounded.
    private static func hours(_ nanoseconds: Int64) -> String {
        let hundredths = (Double(nanoseconds) / 36_000_000_000).rounded()
        let whole = Int64(hundredths)
        let rest = String(whole.magnitude % 100)
        return "\(whole / 100).\(rest.count == 1 ? "0" + rest : rest)"
    }
}
