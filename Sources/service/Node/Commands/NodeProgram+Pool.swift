import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

extension NodeProgram {
    static let mpool = Command(
        "mpool",
        usage: "look at pending messages",
        subcommands: [
            Command(
                "pending",
                usage: "all of them",
                flags: [
                    Flag("cids", .boolean, usage: "only their CIDs"),
                    Flag("from", usage: "only those of this sender"),
                    Flag("to", usage: "only those to this receiver"),
                ]
            ) { call in
                let messages = try await pending(call)
                if call.boolean("cids") {
                    if call.boolean("json") { return printJSON(messages.map(\.cid), call) }
                    for message in messages { call.print("\(message.cid)") }
                } else {
                    show(messages, call)
                }
            },
            Command(
                "find",
                usage: "those of a sender, to a receiver, or that call a method",
                flags: [
                    Flag("from", usage: "sender"), Flag("to", usage: "receiver"),
                    Flag("method", .integer, default: "-1", usage: "number of the method"),
                ]
            ) { call in
                guard
                    call.isSet("from") || call.isSet("to") || call.isSet("method")
                else { throw UsageError("name --from, --to or --method") }
                let method = call.integer("method")
                show(
                    try await pending(call).filter {
                        method < 0 || $0.message.method.rawValue == UInt64(method)
                    },
                    call
                )
            },
        ]
    )

    /// The pending messages that the flags ask for.
    private static func pending(_ call: Invocation) async throws -> [SignedMessage] {
        let from = try named(call, "from")
        let to = try named(call, "to")
        let messages = try await with(call) { try await $0.call(MpoolPending.self, .empty) }
        return messages.filter {
            (from == nil || $0.message.from == from) && (to == nil || $0.message.to == to)
        }
    }

    /// The address that a flag names; nil without it.
    private static func named(_ call: Invocation, _ flag: String) throws -> Address? {
        guard let text = call.optionalString(flag) else { return nil }
        guard let address = Address(text) else {
            throw UsageError("--\(flag): \"\(text)\" is no address")
        }
        return address
    }

    /// One array for programs; one object after the other for people.
    private static func show(_ messages: [SignedMessage], _ call: Invocation) {
        if call.boolean("json") { return printJSON(messages, call) }
        for message in messages { printJSON(message, call) }
    }
}
