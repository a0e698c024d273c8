import Bytes
import FilecoinCrypto
import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

extension NodeProgram {
    // MARK: - chain

    static let chain = Command(
        "chain",
        usage: "look at the chain",
        subcommands: [
            Command("head", usage: "the CIDs of the head") { call in
                let head = try await with(call) { try await $0.call(ChainHead.self) }
                for cid in head.cids { call.print("\(cid)") }
            },
            Command(
                "list",
                aliases: ["ls"],
                usage: "the newest tipsets, newest first",
                flags: [
                    Flag("height", .integer, default: "-1", usage: "where to begin"),
                    Flag("count", .integer, default: "10", usage: "how many"),
                ]
            ) { call in
                try await with(call) { client in
                    var tipset = try await client.call(ChainHead.self)
                    let height = ChainEpoch(call.integer("height"))
                    if height >= 0 {
                        tipset = try await client.call(ChainGetTipSetByHeight.self, height, .empty)
                    }
                    for _ in 0..<max(0, call.integer("count")) {
                        let blocks = tipset.blocks.map { "\($0.cid): \($0.miner)" }
                        call.print(
                            "\(tipset.height): (\(tipset.minTimestamp)) [ \(blocks.joined(separator: ", ")) ]"
                        )
                        if tipset.height == 0 { break }
                        tipset = try await client.call(ChainGetTipSet.self, tipset.parentKey)
                    }
                }
            },
            Command("get", usage: "a block header", argumentsUsage: "<cid>") { call in
                let cid = try cid(call)
                printJSON(
                    try await with(call) { try await $0.call(ChainGetBlock.self, cid) },
                    call
                )
            },
            Command(
                "export",
                usage: "write the chain as an archive",
                argumentsUsage: "<file>",
                flags: [
                    Flag(
                        "recent-stateroots",
                        .integer,
                        default: "900",
                        usage: "epochs whose states are written"
                    )
                ],
                action: export
            ),
            Command("notify", usage: "follow the head") { call in
                try await with(call) { client in
                    for try await changes in try await client.open(ChainNotify.self) {
                        for change in changes {
                            call.print(
                                "\(change.type.rawValue) \(change.tipset.height) \(change.tipset.key)"
                            )
                        }
                    }
                }
            },
        ]
    )

    @Sendable private static func export(_ call: Invocation) async throws {
        guard let path = call.arguments.first else { throw UsageError("a file is missing") }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw CommandFailure("cannot write \(path)") }
        var isWhole = false
        try await with(call) { client in
            let epochs = ChainEpoch(call.integer("recent-stateroots"))
            let pieces = try await client.open(ChainExportMethod.self, epochs, false, .empty)
            for try await piece in pieces {
                isWhole = piece.bytes.isEmpty
                try file.write(contentsOf: Data(piece.bytes))
            }
        }
        try file.close()
        guard isWhole else {
            throw CommandFailure("\(path) is not whole: the connection ended early")
        }
    }

    private static func cid(_ call: Invocation) throws -> CID {
        guard let text = call.arguments.first, let cid = try? CID(text) else {
            throw UsageError("a CID is missing")
        }
        return cid
    }

    // MARK: - mpool

    static let mpool = Command(
        "mpool",
        usage: "look at pending messages",
        subcommands: [
            Command(
                "pending",
                usage: "all of them",
                flags: [Flag("cids", .boolean, usage: "only their CIDs")]
            ) { call in
                let messages = try await with(call) {
                    try await $0.call(MpoolPending.self, .empty)
                }
                for message in messages {
                    if call.boolean("cids") {
                        call.print("\(message.cid)")
                    } else {
                        printJSON(message, call)
                    }
                }
            },
            Command(
                "find",
                usage: "those of a sender or receiver",
                flags: [Flag("from", usage: "sender"), Flag("to", usage: "receiver")]
            ) { call in
                let from = call.optionalString("from").flatMap { Address($0) }
                let to = call.optionalString("to").flatMap { Address($0) }
                let messages = try await with(call) {
                    try await $0.call(MpoolPending.self, .empty)
                }
                for message in messages {
                    if let from, message.message.from != from { continue }
                    if let to, message.message.to != to { continue }
                    printJSON(message, call)
                }
            },
        ]
    )

    // MARK: - state

    static let state = Command(
        "state",
        usage: "look at the state",
        subcommands: [
            Command("power", usage: "power of a miner and of all", argumentsUsage: "<miner>") {
                call in
                let miner = try address(call)
                let power = try await with(call) {
                    try await $0.call(StateMinerPower.self, miner, .empty)
                }
                printJSON(power, call)
            },
            Command("miner-info", usage: "a miner", argumentsUsage: "<miner>") { call in
                let miner = try address(call)
                let info = try await with(call) {
                    try await $0.call(StateMinerInfo.self, miner, .empty)
                }
                printJSON(info, call)
            },
            Command("get-actor", usage: "an actor", argumentsUsage: "<address>") { call in
                let actor = try address(call)
                let record = try await with(call) {
                    try await $0.call(StateGetActor.self, actor, .empty)
                }
                printJSON(record, call)
            },
            Command("wait-msg", usage: "wait for a message", argumentsUsage: "<cid>") { call in
                let message = try cid(call)
                let lookup = try await with(call) {
                    try await $0.call(
                        StateWaitMsg.self,
                        message,
                        1,
                        MessageSearch.noLimit,
                        true,
                        timeout: .seconds(86_400)
                    )
                }
                printJSON(lookup, call)
            },
        ]
    )

    // MARK: - wallet

    static let wallet = Command(
        "wallet",
        usage: "keys of the node itself",
        subcommands: [
            Command("new", usage: "make a key", argumentsUsage: "[bls|secp256k1]") { call in
                let type = call.arguments.first ?? "secp256k1"
                let made = try await with(call) {
                    try await $0.call(NodeWalletNew.self, .string(type))
                }
                call.print("\(made)")
            },
            Command("ls", aliases: ["list"], usage: "all addresses") { call in
                let addresses = try await with(call) { try await $0.call(NodeWalletList.self) }
                for address in addresses { call.print("\(address)") }
            },
            Command("balance", usage: "of an address", argumentsUsage: "<address>") { call in
                let owner = try address(call)
                let balance = try await with(call) {
                    try await $0.call(NodeWalletBalance.self, owner)
                }
                call.print("\(balance)")
            },
            Command("export", usage: "print a key", argumentsUsage: "<address>") { call in
                let owner = try address(call)
                let key = try await with(call) {
                    try await $0.call(NodeWalletExport.self, owner)
                }
                call.print(key.jsonBytes().hex)
            },
            Command("import", usage: "take a key", argumentsUsage: "<file>") { call in
                guard let path = call.arguments.first else { throw UsageError("a file is missing") }
                let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
                guard let bytes = [UInt8](hex: text.filter { !$0.isWhitespace }) else {
                    throw CommandFailure("\(path) holds no exported key")
                }
                let key = try JSONValue(parsing: bytes)
                let address = try await with(call) {
                    try await $0.call(NodeWalletImport.self, key)
                }
                call.print("imported key \(address) successfully")
            },
        ]
    )

    // MARK: - send and info

    static let send = Command(
        "send",
        usage: "send FIL",
        argumentsUsage: "<to> <FIL>",
        flags: [Flag("from", usage: "sender; the default address without")]
    ) { call in
        let to = try address(call)
        guard call.arguments.count > 1, let value = try? TokenAmount(call.arguments[1]) else {
            throw UsageError("an amount in FIL is missing")
        }
        let sent = try await with(call) { client in
            let from: Address
            if let text = call.optionalString("from") {
                guard let named = Address(text) else { throw UsageError("\(text) is no address") }
                from = named
            } else {
                from = try await client.call(NodeWalletDefaultAddress.self)
            }
            let message = Message(to: to, from: from, value: value)
            return try await client.call(MpoolPushMessage.self, message, nil)
        }
        call.print("\(sent.cid)")
    }

    static let info = Command("info", usage: "what the node is and where it stands") { call in
        try await with(call) { client in
            let name = try await client.call(StateNetworkName.self)
            let head = try await client.call(ChainHead.self)
            let version = try await client.call(NodeVersion.self)
            call.print("version: \(version.version)")
            call.print("network: \(name)")
            call.print("head: \(head.height) \(head.key)")
            call.print("base fee: \(head.parentBaseFee.attoFIL) attoFIL")
        }
    }
}
