import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

extension NodeProgram {
    static let chain = Command(
        "chain",
        usage: "look at the chain",
        subcommands: [
            Command("head", usage: "the CIDs of the head") { call in
                let head = try await with(call) { try await $0.call(ChainHead.self) }
                if call.boolean("json") { return printJSON(head, call) }
                for cid in head.cids { call.print("\(cid)") }
            },
            Command(
                "list",
                aliases: ["ls"],
                usage: "the newest tipsets, newest first",
                flags: [
                    Flag("height", .integer, default: "-1", usage: "where to begin"),
                    Flag("count", .integer, default: "10", usage: "how many"),
                ],
                action: list
            ),
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
            Command("notify", usage: "follow the head", action: notify),
        ]
    )

    @Sendable private static func list(_ call: Invocation) async throws {
        try await with(call) { client in
            var tipset = try await client.call(ChainHead.self)
            let height = ChainEpoch(call.integer("height"))
            if height >= 0 {
                tipset = try await client.call(ChainGetTipSetByHeight.self, height, .empty)
            }
            var found: [Tipset] = []
            for _ in 0..<max(0, call.integer("count")) {
                found.append(tipset)
                if tipset.height == 0 { break }
                tipset = try await client.call(ChainGetTipSet.self, tipset.parentKey)
            }
            if call.boolean("json") { return printJSON(found, call) }
            for tipset in found {
                let blocks = tipset.blocks.map { "\($0.cid): \($0.miner)" }
                call.print(
                    "\(tipset.height): (\(tipset.minTimestamp)) [ \(blocks.joined(separator: ", ")) ]"
                )
            }
        }
    }

    @Sendable private static func notify(_ call: Invocation) async throws {
        try await with(call) { client in
            for try await changes in try await client.open(ChainNotify.self) {
                for change in changes {
                    if call.boolean("json") {
                        call.print(change.jsonText())
                    } else {
                        call.print(
                            "\(change.type.rawValue) \(change.tipset.height) \(change.tipset.key)"
                        )
                    }
                }
            }
        }
    }

    @Sendable private static func export(_ call: Invocation) async throws {
        guard let path = call.arguments.first else { throw UsageError("a file is missing") }
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw CommandFailure("cannot write \(path)") }
        var isWhole = false
        var size = 0
        try await with(call) { client in
            let epochs = ChainEpoch(call.integer("recent-stateroots"))
            let pieces = try await client.open(ChainExportMethod.self, epochs, false, .empty)
            for try await piece in pieces {
                isWhole = piece.bytes.isEmpty
                size += piece.bytes.count
                try file.write(contentsOf: Data(piece.bytes))
            }
        }
        try file.close()
        guard isWhole else {
            throw CommandFailure("\(path) is not whole: the connection ended early")
        }
        if call.boolean("json") {
            let answer: JSONValue = ["path": .string(path), "bytes": .number(JSONNumber(size))]
            printJSON(answer, call)
        }
    }

    static func cid(_ call: Invocation) throws -> CID {
        guard let text = call.arguments.first else { throw UsageError("a CID is missing") }
        guard let cid = try? CID(text) else { throw UsageError("\"\(text)\" is no CID") }
        return cid
    }
}
