import JSON
import ServiceKit
import VenusAPI

extension AuthProgram {
    static let pageFlags = [
        Flag("skip", .integer),
        Flag("limit", .integer, default: "20", usage: "max value:100 (default: 20)"),
        jsonFlag,
    ]

    static let permissionFlag = Flag(
        "perm",
        usage: "permission for API auth (read, write, sign, admin)"
    )
    static let extraFlag = Flag("extra", usage: "custom string in JWT payload")

    static let token = Command(
        "token",
        usage: "token command",
        subcommands: [
            Command(
                "gen",
                usage: "generate token",
                usageText: "./venus-auth token gen --perm=<auth> [name]",
                flags: [permissionFlag, extraFlag]
            ) { call in
                guard call.isSet("perm") else { throw CommandFailure("`perm` flag not set") }
                guard Permission(rawValue: call.string("perm")) != nil else {
                    throw CommandFailure("`perm` flag: perm illegal")
                }
                try await generate(call)
            },
            Command(
                "get",
                usage: "get token",
                flags: [Flag("name"), Flag("token"), jsonFlag],
                action: get
            ),
            Command("list", usage: "list token info", flags: pageFlags, action: list),
            Command("rm", usage: "remove token", argumentsUsage: "[token]", action: remove),
            Command("recover", usage: "recover deleted token", argumentsUsage: "[token]") { call in
                guard let token = call.arguments.first else {
                    throw CommandFailure("usage: recover [token]")
                }
                try await client(call).recoverToken(Secret(token))
                call.print("recover token success: \(token)")
            },
        ]
    )

    static func generate(_ call: Invocation) async throws {
        guard let name = call.arguments.first, !name.isEmpty else {
            throw CommandFailure("usage: genToken name")
        }
        let token = try await client(call).generateToken(
            name: name,
            permission: call.string("perm"),
            extra: call.string("extra")
        )
        call.print("generate token success: \(token.revealed)")
    }

    @Sendable private static func get(_ call: Invocation) async throws {
        let client = try client(call)
        let tokens: [AuthTokenInfo]
        if let token = call.optionalString("token") {
            tokens = try await client.tokenInfo(Secret(token)).map { [$0] } ?? []
        } else if let name = call.optionalString("name") {
            tokens = try await client.tokens(of: name)
        } else {
            throw CommandFailure("`name` and `token` both empty")
        }
        if call.boolean("json") { return printJSON(tokens, call) }
        for token in tokens {
            call.print("name:        \(token.name)")
            call.print("perm:        \(token.permission)")
            let time = token.createTime.replacing("T", with: " ").replacing("Z", with: "")
            call.print("create time: \(time) +0000 UTC")
            call.print("token:       \(token.token)\n")
        }
    }

    @Sendable static func list(_ call: Invocation) async throws {
        let tokens = try await client(call).tokens(
            skip: call.integer("skip"),
            limit: call.integer("limit")
        )
        if call.boolean("json") { return printJSON(tokens, call) }
        call.print("num\tname\t\tperm\t\tcreateTime\t\ttoken")
        for (index, token) in tokens.enumerated() {
            let gap = token.name.utf8.count < 8 ? "\t\t" : "\t"
            call.print(
                "\(index + 1)\t\(token.name)\(gap)\(token.permission)\t\(plain(token.createTime))\t\(token.token)"
            )
        }
    }

    @Sendable static func remove(_ call: Invocation) async throws {
        guard let token = call.arguments.first else {
            throw CommandFailure("usage: rmToken [token]")
        }
        try await client(call).removeToken(Secret(token))
        call.print("remove token success: \(token)")
    }
}
