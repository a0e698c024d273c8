import JSON
import ServiceKit
import VenusAPI

extension AuthProgram {
    // MARK: - Miners

    static let userMiner = Command(
        "miner",
        usage: "sub cmds for managing user miners",
        subcommands: [
            Command(
                "add",
                usage: "Add miner for specified user",
                argumentsUsage: "<user> <miner>",
                flags: [Flag("openMining", .boolean, default: "true", usage: "false/true")]
            ) { call in
                let user = try argument(call)
                let miner = try argument(call, 1)
                try checkMiner(miner)
                let isNew = try await client(call).addMiner(
                    miner,
                    to: user,
                    openMining: call.boolean("openMining")
                )
                call.print("\(isNew ? "create" : "update") user:\(user) miner:\(miner) success.")
            },
            Command(
                "exist",
                usage: "Check if a user has that miner",
                argumentsUsage: "<miner>",
                flags: [Flag("user", isRequired: true)]
            ) { call in
                let miner = try argument(call)
                call.print("\(try await client(call).hasMiner(miner, of: call.string("user")))")
            },
            Command(
                "list",
                usage: "list miners by user",
                argumentsUsage: "<user>",
                flags: [jsonFlag]
            ) { call in
                guard let name = call.arguments.first else {
                    return call.print("input <user> to list it's miners")
                }
                let miners: [AuthBinding]
                do {
                    let client = try client(call)
                    _ = try await client.user(name)
                    miners = try await client.miners(of: name)
                } catch let error as AuthServiceError {
                    throw CommandFailure("list user:\(name) miner failed:\(error)")
                }
                printBindings(miners, name, call)
            },
            Command("rm", aliases: ["delete"], usage: "remove miner", argumentsUsage: "<miner>") {
                call in
                let miner = try argument(call)
                do {
                    guard try await client(call).removeMiner(miner) else {
                        throw CommandFailure("remove miner:\(miner) failed: it was never added")
                    }
                } catch let error as AuthServiceError {
                    throw CommandFailure("delete miner:\(miner) failed:\(error)")
                }
                call.print("remove miner:\(miner) success.")
            },
        ]
    )

    static let miner = Command(
        "miner",
        usage: "miner command",
        subcommands: [
            Command(
                "has",
                usage: "Check if the miner exists in any user",
                argumentsUsage: "<miner>",
                action: hasMiner
            )
        ]
    )

    @Sendable static func hasMiner(_ call: Invocation) async throws {
        call.print("\(try await client(call).hasMiner(try argument(call)))")
    }

    private static func checkMiner(_ text: String) throws(CommandFailure) {
        do {
            _ = try AuthCall.address(text)
        } catch {
            throw CommandFailure("invalid miner address:\(text)")
        }
    }

    // MARK: - Signers

    static let userSigner = Command(
        "signer",
        usage: "sub cmds for managing user signers",
        subcommands: [
            Command(
                "register",
                usage: "Register signers to specified user",
                argumentsUsage: "<user> <signer> ..."
            ) { call in
                let user = try argument(call)
                _ = try argument(call, 1)
                for signer in call.arguments.dropFirst() {
                    try await client(call).registerSigners([signer], of: user)
                    call.print("register signer address:\(signer) success for \(user).")
                }
            },
            Command(
                "exist",
                usage: "Check if a user has that signer",
                argumentsUsage: "<signer>",
                flags: [Flag("user", isRequired: true)]
            ) { call in
                let signer = try argument(call)
                call.print("\(try await client(call).hasSigner(signer, of: call.string("user")))")
            },
            Command(
                "list",
                usage: "List of signers for the specified user",
                argumentsUsage: "<user>",
                flags: [jsonFlag]
            ) { call in
                let name = try argument(call)
                let client = try client(call)
                _ = try await client.user(name)
                printBindings(try await client.signers(of: name), name, call)
            },
            Command(
                "unregister",
                usage: "Unregister signers of the specified user",
                argumentsUsage: "<signer> ...",
                flags: [Flag("user", isRequired: true)]
            ) { call in
                _ = try argument(call)
                let user = call.string("user")
                try await client(call).unregisterSigners(call.arguments, of: user)
                let list = call.arguments.joined(separator: ",")
                call.print("unregister signers: \(list) of \(user) success.")
            },
        ]
    )

    static let signer = Command(
        "signer",
        usage: "signer command",
        subcommands: [
            Command(
                "has",
                usage: "Check if the signer exists in any user",
                argumentsUsage: "<signer>"
            ) {
                call in
                call.print("\(try await client(call).hasSigner(try argument(call)))")
            },
            Command(
                "del",
                usage: "Delete signer from all users",
                argumentsUsage: "<signer>",
                flags: [Flag("really-do-it", .boolean, usage: "Actually do it")]
            ) { call in
                guard call.boolean("really-do-it") else {
                    throw CommandFailure(
                        "--really-do-it must be specified for this action to have an effect; you have been warned"
                    )
                }
                let existed = try await client(call).removeSigner(try argument(call))
                call.print(existed ? "delete success" : "signer not exist")
            },
        ]
    )

    private static func printBindings(
        _ bindings: [AuthBinding],
        _ user: String,
        _ call: Invocation
    ) {
        if call.boolean("json") { return call.print(text(bindings)) }
        let name = bindings.first?.kind == .signer ? "signer" : "miner"
        call.print("user: \(user), \(name) count:\(bindings.count)")
        if bindings.isEmpty { return }
        let width = max(name.count, bindings.map(\.address.count).max() ?? 0) + 2
        func padded(_ text: String) -> String {
            text + String(repeating: " ", count: width - text.count)
        }
        call.print("idx  \(padded(name))create-time                    ")
        for (index, binding) in bindings.enumerated() {
            let number = String(index)
            let gap = String(repeating: " ", count: max(1, 5 - number.count))
            call.print("\(number)\(gap)\(padded(binding.address))\(rfc1123(binding.createdAt))  ")
        }
    }

    private static func text(_ bindings: [AuthBinding]) -> String {
        String(decoding: AuthCall.json(bindings, withOpenMining: true), as: UTF8.self)
    }

    /// `Sat, 21 Nov 2026 03:00:51 UTC` of an RFC 3339 text.
    private static func rfc1123(_ rfc3339: String) -> String {
        CivilTime(rfc3339: rfc3339)?.rfc1123 ?? rfc3339
    }
}
