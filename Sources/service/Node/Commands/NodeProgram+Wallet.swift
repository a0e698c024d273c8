import Bytes
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension NodeProgram {
    // MARK: - wallet

    static let wallet = Command(
        "wallet",
        usage: "keys of the node itself",
        subcommands: [
            Command(
                "new",
                usage: "make a key",
                argumentsUsage: "[bls|secp256k1]",
                flags: [Flag("type", usage: "bls or secp256k1; secp256k1 without")]
            ) { call in
                let type = call.optionalString("type") ?? call.arguments.first ?? "secp256k1"
                let made = try await with(call) {
                    try await $0.call(NodeWalletNew.self, .string(type))
                }
                show(made, call)
            },
            Command("ls", aliases: ["list"], usage: "all addresses, with their balances") { call in
                try await with(call) { client in
                    var rows: [(Address, TokenAmount)] = []
                    for address in try await client.call(NodeWalletList.self) {
                        rows.append(
                            (address, try await client.call(NodeWalletBalance.self, address))
                        )
                    }
                    if call.boolean("json") {
                        let list = rows.map { address, balance -> JSONValue in
                            [
                                "address": .string("\(address)"),
                                "balance": .string("\(balance.attoFIL)"),
                            ]
                        }
                        return printJSON(JSONValue.array(list), call)
                    }
                    for (address, balance) in rows { call.print("\(address)  \(balance)") }
                }
            },
            Command("balance", usage: "of an address", argumentsUsage: "<address>") { call in
                let owner = try address(call)
                let balance = try await with(call) {
                    try await $0.call(NodeWalletBalance.self, owner)
                }
                if call.boolean("json") { return printJSON(balance, call) }
                call.print("\(balance)")
            },
            Command(
                "export",
                usage: "print a key in hexadecimal digits; keep it secret",
                argumentsUsage: "<address>"
            ) { call in
                let owner = try address(call)
                let key = try await with(call) {
                    try await $0.call(NodeWalletExport.self, owner)
                }
                if call.boolean("json") { return printJSON(key, call) }
                call.print(key.jsonBytes().hex)
            },
            Command(
                "import",
                usage: "take a key that was exported, from a file or from standard input",
                argumentsUsage: "[file]"
            ) { call in
                let text: String
                if let path = call.arguments.first, path != "-" {
                    text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
                } else {
                    text = call.console.readHiddenLine() ?? ""
                }
                guard let bytes = [UInt8](hex: text.filter { !$0.isWhitespace }),
                    let key = try? JSONValue(parsing: bytes)
                else {
                    throw CommandFailure(
                        "\(call.arguments.first ?? "standard input") holds no exported key"
                    )
                }
                let address = try await with(call) {
                    try await $0.call(NodeWalletImport.self, key)
                }
                if call.boolean("json") { return show(address, call) }
                call.print("imported key \(address) successfully")
            },
        ]
    )

    private static func show(_ address: Address, _ call: Invocation) {
        if call.boolean("json") { printJSON(address, call) } else { call.print("\(address)") }
    }

    // MARK: - send and info

    static let send = Command(
        "send",
        usage: "send FIL",
        argumentsUsage: "<to> <FIL>",
        flags: [
            Flag("from", usage: "sender; the default address without"),
            Flag("gas-premium", usage: "attoFIL for each unit of gas; estimated without"),
            Flag("gas-feecap", usage: "most attoFIL for each unit of gas; estimated without"),
            Flag("gas-limit", .integer, usage: "units of gas; estimated without"),
        ]
    ) { call in
        let to = try address(call)
        guard call.arguments.count > 1, let value = try? TokenAmount(call.arguments[1]) else {
            throw UsageError("an amount in FIL is missing")
        }
        let premium = try amount(call, "gas-premium")
        let feeCap = try amount(call, "gas-feecap")
        let sent = try await with(call) { client in
            let from: Address
            if let text = call.optionalString("from") {
                guard let named = Address(text) else { throw UsageError("\(text) is no address") }
                from = named
            } else {
                from = try await client.call(NodeWalletDefaultAddress.self)
            }
            let message = Message(
                to: to,
                from: from,
                value: value,
                gasLimit: GasAmount(rawValue: call.integer("gas-limit")),
                gasFeeCap: feeCap,
                gasPremium: premium
            )
            return try await client.call(MpoolPushMessage.self, message, nil)
        }
        if call.boolean("json") { return printJSON(sent.cid, call) }
        call.print("\(sent.cid)")
    }

    /// A flag's attoFIL; zero without it.
    private static func amount(_ call: Invocation, _ flag: String) throws -> TokenAmount {
        guard let text = call.optionalString(flag) else { return .zero }
        guard let amount = try? TokenAmount(json: Array("\"\(text)\"".utf8)), !amount.isNegative
        else { throw UsageError("--\(flag): \"\(text)\" is no number of attoFIL") }
        return amount
    }

    static let info = Command("info", usage: "what the node is and where it stands") { call in
        try await with(call) { client in
            let name = try await client.call(StateNetworkName.self)
            let head = try await client.call(ChainHead.self)
            let version = try await client.call(NodeVersion.self)
            let status = try await client.call(NodeStatus.self, true)
            let started = try await client.call(NodeStartTime.self)
            let weight = try await client.call(ChainTipSetWeight.self, .empty)
            let pending = try await client.call(MpoolPending.self, .empty).count
            if call.boolean("json") {
                let answer: JSONValue = [
                    "version": .string(version.version), "network": .string(name),
                    "startTime": .string(started),
                    "height": .number(JSONNumber(head.height.rawValue)),
                    "head": .array(head.cids.map { .string("\($0)") }),
                    "behind": .number(JSONNumber(status.behind)),
                    "weight": .string("\(weight.attoFIL)"),
                    "baseFee": .string("\(head.parentBaseFee.attoFIL)"),
                    "pending": .number(JSONNumber(pending)),
                ]
                return printJSON(answer, call)
            }
            let behind = status.behind == 0 ? "in time" : "\(status.behind) epochs behind the clock"
            call.print("version: \(version.version)")
            call.print("network: \(name)")
            call.print("started: \(started)")
            call.print("head: \(head.height) \(head.key), \(behind)")
            call.print("weight: \(weight.attoFIL)")
            call.print("base fee: \(head.parentBaseFee.attoFIL) attoFIL")
            call.print("pending messages: \(pending)")
        }
    }
}
