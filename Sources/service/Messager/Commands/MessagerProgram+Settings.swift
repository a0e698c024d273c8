import BigIntegers
import FilecoinTypes
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension MessagerProgram {
    static let addresses = Command(
        "address",
        usage: "look at senders and change them",
        subcommands: [
            Command("list", usage: "list the senders") { call in
                let rows = try await client(call).call(MessagerListAddress.self)
                if let rows { printJSON(rows, call) } else { call.print("null") }
            },
            Command("search", usage: "show a sender", argumentsUsage: "<address>") { call in
                printJSON(
                    try await client(call).call(MessagerGetAddress.self, firstAddress(call)),
                    call
                )
            },
            Command("del", usage: "forget a sender", argumentsUsage: "<address>") { call in
                _ = try await client(call).call(MessagerDeleteAddress.self, firstAddress(call))
            },
            Command("forbidden", usage: "keep a sender from sending", argumentsUsage: "<address>") {
                call in
                _ = try await known(call).call(
                    MessagerForbiddenAddress.self,
                    firstAddress(call)
                )
                call.print("forbidden address success!")
            },
            Command("active", usage: "let a sender send again", argumentsUsage: "<address>") {
                call in
                _ = try await known(call).call(MessagerActiveAddress.self, firstAddress(call))
                call.print("active address success!")
            },
            Command(
                "set-sel-msg-num",
                aliases: ["set_sel_msg_num"],
                usage: "set how many messages of a sender may be on their way",
                argumentsUsage: "<address>",
                flags: [Flag("num", .integer, usage: "how many", isRequired: true)]
            ) { call in
                _ = try await known(call).call(
                    MessagerSetSelectMsgNum.self,
                    firstAddress(call),
                    UInt64(clamping: call.integer("num"))
                )
            },
            Command(
                "set-fee-params",
                aliases: ["set_fee_params"],
                usage: "set what messages of a sender may cost",
                argumentsUsage: "<address>",
                flags: feeFlags
            ) { call in
                let address = try firstAddress(call)
                let change = try feeChange(call)
                var spec = MessagerAddressSpec(address: address)
                spec.gasOverEstimation = change.gasOverEstimation ?? 0
                spec.gasOverPremium = change.gasOverPremium ?? 0
                spec.maxFee = change.maxFee?.attoFIL.description ?? ""
                spec.gasFeeCap = change.gasFeeCap?.attoFIL.description ?? ""
                spec.baseFee = change.baseFee?.attoFIL.description ?? ""
                _ = try await known(call).call(MessagerSetFeeParams.self, spec)
            },
            Command(
                "update-nonce",
                aliases: ["update_nonce"],
                usage: "set the next nonce of a sender",
                argumentsUsage: "<address>",
                flags: [Flag("nonce", .integer, usage: "the nonce", isRequired: true)]
            ) { call in
                _ = try await known(call).call(
                    MessagerUpdateNonce.self,
                    firstAddress(call),
                    UInt64(clamping: call.integer("nonce"))
                )
            },
        ]
    )

    /// A client, when the messager knows the address of the first argument.
    private static func known(_ call: Invocation) async throws -> RPCClient {
        let client = try client(call)
        guard try await client.call(MessagerHasAddress.self, firstAddress(call)) else {
            throw CommandFailure("address not exist")
        }
        return client
    }

    static let sharedParameters = Command(
        "share-params",
        usage: "settings of all senders",
        subcommands: [
            Command("get", usage: "show them") { call in
                printJSON(try await client(call).call(MessagerGetSharedParams.self), call)
            },
            Command(
                "set",
                usage: "change those that are given",
                flags: [
                    Flag("gas-over-estimation", .number, usage: "factor for the gas limit"),
                    Flag("gas-over-premium", .number, usage: "factor for the premium"),
                    Flag("max-fee", usage: "the most that a message may cost, in attoFIL"),
                    Flag("gas-feecap", usage: "fee cap of messages that bring none, in attoFIL"),
                    Flag("base-fee", usage: "base fee above which messages wait, in attoFIL"),
                    Flag("sel-msg-num", .integer, usage: "messages of a sender on their way"),
                ]
            ) { call in
                let client = try client(call)
                var settings = try await client.call(MessagerGetSharedParams.self)
                if call.isSet("gas-over-estimation") {
                    settings.fees.gasOverEstimation = call.number("gas-over-estimation")
                }
                if call.isSet("gas-over-premium") {
                    settings.fees.gasOverPremium = call.number("gas-over-premium")
                }
                if call.isSet("max-fee") { settings.fees.maxFee = try amount(call, "max-fee") }
                if call.isSet("gas-feecap") {
                    settings.fees.gasFeeCap = try amount(call, "gas-feecap")
                }
                if call.isSet("base-fee") { settings.fees.baseFee = try amount(call, "base-fee") }
                if call.isSet("sel-msg-num") {
                    settings.selectCount = UInt64(clamping: call.integer("sel-msg-num"))
                }
                _ = try await client.call(MessagerSetSharedParams.self, settings)
            },
        ]
    )

    private static let linkFlags = [
        Flag("name", usage: "its name", isRequired: true),
        Flag("url", usage: "its address", isRequired: true),
        Flag("token", usage: "a token for it", isRequired: true),
    ]

    static let node = Command(
        "node",
        usage: "further nodes to push to",
        subcommands: [
            Command("add", usage: "add a node, which has to answer", flags: linkFlags) { call in
                let node = MessagerNode(
                    id: "",
                    name: call.string("name"),
                    url: call.string("url"),
                    token: call.string("token")
                )
                let client = try client(call)
                guard try await !client.call(MessagerHasNode.self, node.name) else {
                    throw CommandFailure("node exist")
                }
                _ = try await client.call(MessagerSaveNode.self, node)
            },
            Command("list", usage: "list the nodes") { call in
                printJSON(try await client(call).call(MessagerListNode.self), call)
            },
            Command("search", usage: "show a node", argumentsUsage: "<name>") { call in
                printJSON(
                    try await client(call).call(
                        MessagerGetNode.self,
                        argument(call, 0, "name")
                    ),
                    call
                )
            },
            Command("del", usage: "forget a node", argumentsUsage: "<name>") { call in
                _ = try await client(call).call(
                    MessagerDeleteNode.self,
                    argument(call, 0, "name")
                )
            },
        ]
    )

    static let wallet = Command(
        "wallet",
        usage: "wallets that sign over a direct link",
        subcommands: [
            Command("add", usage: "link a wallet, which has to answer", flags: linkFlags) { call in
                let wallet = MessagerWallet(
                    name: call.string("name"),
                    url: call.string("url"),
                    token: call.string("token")
                )
                _ = try await client(call).call(MessagerSaveWallet.self, wallet)
            },
            Command("list", usage: "list the wallets, without their tokens") { call in
                printJSON(try await client(call).call(MessagerListWallet.self), call)
            },
            Command("search", usage: "show a wallet", flags: [Flag("name", isRequired: true)]) {
                call in
                let name = call.string("name")
                let wallets = try await client(call).call(MessagerListWallet.self)
                guard let wallet = wallets.first(where: { $0.name == name }) else {
                    throw CommandFailure("record not found")
                }
                printJSON(wallet, call)
            },
            Command("del", usage: "unlink a wallet", argumentsUsage: "<name>") { call in
                _ = try await client(call).call(
                    MessagerDeleteWallet.self,
                    argument(call, 0, "name")
                )
            },
        ]
    )
}
