import Bytes
import FilecoinTypes
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

extension MessagerProgram {
    private static let listFlags = [
        Flag("from", usage: "only this sender"),
        Flag("output-type", default: "table", usage: "table or json"),
        Flag("verbose", .boolean, aliases: ["v"], usage: "whole addresses and values"),
    ]

    private static let timeFlag = Flag(
        "time",
        .duration,
        aliases: ["t"],
        default: "3h",
        usage: "only messages older than this"
    )

    static let message = Command(
        "msg",
        usage: "look at messages and change them",
        subcommands: [
            list, search, wait, listFailed, listBlocked, updateFilled, updateAllFilled, replace,
            republish, markBad, clearUnfilled, recoverFailed, updateState,
        ]
    )

    // MARK: - Looking

    private static let list = Command(
        "list",
        usage: "list messages, newest first",
        flags: listFlags + [
            Flag("page-index", .integer, default: "1", usage: "which page"),
            Flag("page-size", .integer, default: "100", usage: "messages on a page"),
            Flag(
                "state",
                .integer,
                default: "1",
                usage: "1 unfilled, 2 filled, 3 on chain, 4 failed, 5 nonce conflict"
            ),
        ]
    ) { call in
        let from = try call.optionalString("from").map(address)
        let messages = try await client(call).call(
            MessagerListMessageByFromState.self,
            OptionalAddress(from),
            MessagerState(rawValue: call.integer("state")),
            false,
            call.integer("page-index"),
            call.integer("page-size"),
            0
        )
        try await show(messages, call)
    }

    private static let search = Command(
        "search",
        usage: "show a message",
        flags: [
            Flag("id", usage: "id of the message"),
            Flag("cid", usage: "CID of the message with its signature"),
        ]
    ) { call in
        let client = try client(call)
        let found: MessagerMessage
        if let id = call.optionalString("id") {
            found = try await client.call(MessagerGetMessageByUid.self, id)
        } else if let text = call.optionalString("cid") {
            found = try await client.call(MessagerGetMessageBySignedCid.self, cid(text))
        } else {
            throw UsageError("value of query must be entered")
        }
        call.print("- message information:")
        for text in try await texts([found], call) { printJSON(text, call) }
    }

    private static let wait = Command(
        "wait",
        usage: "wait until a message is five epochs deep in the chain",
        argumentsUsage: "<id>"
    ) { call in
        let id = try argument(call, 0, "id")
        let done = try await client(call).call(
            MessagerWaitMessage.self,
            id,
            5,
            timeout: .seconds(86_400)
        )
        call.print("message cid \(done.signedCID?.description ?? "")")
        call.print("Height: \(done.height)")
        call.print("Tipset: \(done.tipset.stored)")
        call.print("exitcode: \(done.receipt.map { "\($0.exitCode)" } ?? "-1")")
        call.print("gas_used: \(done.receipt?.gasUsed ?? 0)")
        call.print("return_value: \(Base64.encode(done.receipt?.returnValue ?? []))")
        guard done.state == .onChain else { throw CommandFailure("message state \(done.state)") }
    }

    private static let listFailed = Command(
        "list-fail",
        aliases: ["list_fail"],
        usage: "list the messages that got no gas or signature",
        flags: listFlags
    ) { call in
        let from = try call.optionalString("from").map(address)
        let messages = try await client(call).call(MessagerListFailedMessage.self)
        try await show(messages.filter { from == nil || $0.message.from == from }, call)
    }

    private static let listBlocked = Command(
        "list-blocked",
        aliases: ["list_blocked"],
        usage: "list the messages that wait long",
        flags: listFlags + [timeFlag]
    ) { call in
        let from = try call.optionalString("from").map(address)
        let seconds = call.duration("time").components.seconds
        let messages = try await client(call).call(
            MessagerListBlockedMessage.self,
            OptionalAddress(from),
            seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue
        )
        try await show(messages, call)
    }

    private static func show(_ messages: [MessagerMessage], _ call: Invocation) async throws {
        let texts = try await texts(messages, call)
        if call.string("output-type") == "json" {
            printJSON(texts, call)
        } else {
            call.print(TextTable(texts, isVerbose: call.boolean("verbose")).text)
        }
    }

    /// Finds the names of the methods that messages call.
    ///
    /// Which actor a message is for, the node of the configuration says; where it does not answer, methods stay
    /// numbers.
    private static func texts(
        _ messages: [MessagerMessage],
        _ call: Invocation
    ) async throws -> [MessageText] {
        var codes: [Address: CID] = [:]
        var node = try? nodeClient(call)
        var texts: [MessageText] = []
        for row in messages {
            let (to, method) = (row.message.to, row.message.method)
            if method != .send, codes[to] == nil, let client = node {
                do { codes[to] = try await client.code(of: to, at: .empty) } catch { node = nil }
            }
            let name =
                method == .send
                ? "Send" : codes[to].flatMap { ParameterText.methodName($0, method) }
            texts.append(MessageText(row: row, method: name ?? "\(method)"))
        }
        return texts
    }

    private static func nodeClient(_ call: Invocation) throws -> NodeClient {
        let folder = Repository.expanded(call.string("repo"))
        let bytes = try AtomicFile.read(folder + "/config.toml", maximumBytes: 1 << 20)
        let configuration = try MessagerConfiguration(
            toml: String(decoding: bytes, as: UTF8.self),
            name: "config.toml"
        )
        guard let info = APIInfo(address: configuration.nodeURL, token: configuration.nodeToken)
        else { throw CommandFailure("\(configuration.nodeURL) is no address") }
        var options = RPCClientOptions()
        options.timeout = .seconds(2)
        return NodeClient(
            RPCClient(info.httpURL("/rpc/v1"), token: info.token, options: options)
        )
    }

    private static func cid(_ text: String) throws -> CID {
        guard let cid = try? CID(text) else { throw UsageError("\(text) is no CID") }
        return cid
    }

    // MARK: - Changing

    private static let updateFilled = Command(
        "update-filled-msg",
        aliases: ["update_filled_msg"],
        usage: "ask the node whether the chain has a message",
        flags: [
            Flag("id", usage: "id of the message"),
            Flag("signed_cid", aliases: ["s_cid"], usage: "CID with the signature"),
            Flag("unsigned_cid", aliases: ["u_cid"], usage: "CID without the signature"),
        ]
    ) { call in
        let client = try client(call)
        let id: String
        if let text = call.optionalString("id") {
            id = text
        } else if let text = call.optionalString("signed_cid") {
            id = try await client.call(MessagerGetMessageBySignedCid.self, cid(text)).id
        } else if let text = call.optionalString("unsigned_cid") {
            id = try await client.call(MessagerGetMessageByUnsignedCid.self, cid(text)).id
        } else {
            throw UsageError("value of query must be entered")
        }
        _ = try await client.call(MessagerUpdateFilledMessageByID.self, id)
    }

    private static let updateAllFilled = Command(
        "update-all-filled-msg",
        aliases: ["update_all_filled_msg"],
        usage: "ask the node about every message that is on its way"
    ) { call in
        let count = try await client(call).call(MessagerUpdateAllFilledMessage.self)
        call.print("update message count: \(count)")
    }

    private static let replace = Command(
        "replace",
        usage: "sign a message anew with other gas values",
        argumentsUsage: "<id> | <from> <nonce>",
        flags: [
            Flag("auto", .boolean, usage: "let the messager choose the values"),
            Flag("max-fee", usage: "the most that it may cost, such as \"0.1 FIL\""),
            Flag("gas-feecap", default: "0", usage: "in attoFIL"),
            Flag("gas-premium", default: "0", usage: "in attoFIL"),
            Flag("gas-limit", .integer, default: "0", usage: "0 for the old one"),
            Flag("gas-over-premium", .number, default: "0", usage: "factor for the premium"),
        ]
    ) { call in
        let client = try client(call)
        var id = try argument(call, 0, "id")
        if call.arguments.count > 1 {
            guard let nonce = UInt64(call.arguments[1]) else {
                throw UsageError("\(call.arguments[1]) is no nonce")
            }
            let from = try firstAddress(call)
            id = try await client.call(MessagerGetMessageByFromAndNonce.self, from, nonce).id
        }
        var wish = MessagerReplacement(id: id, isAutomatic: call.boolean("auto"))
        if let text = call.optionalString("max-fee") {
            do { wish.maxFee = try TokenAmount(text) } catch {
                throw UsageError("--max-fee \(text) is no amount")
            }
        }
        wish.gasFeeCap = try amount(call, "gas-feecap")
        wish.gasPremium = try amount(call, "gas-premium")
        wish.gasLimit = GasAmount(rawValue: call.integer("gas-limit"))
        wish.gasOverPremium = call.number("gas-over-premium")
        let cid = try await client.call(MessagerReplaceMessage.self, wish)
        call.print("new message cid:  \(cid)")
    }

    private static let republish = Command(
        "republish",
        usage: "push a message again",
        argumentsUsage: "<id>"
    ) { call in
        _ = try await client(call).call(
            MessagerRepublishMessage.self,
            argument(call, 0, "id")
        )
    }

    private static let markBad = Command(
        "mark-bad",
        aliases: ["mark_bad"],
        usage: "give messages up",
        argumentsUsage: "<id>...",
        flags: [
            Flag("from", usage: "every unfilled message of this sender that has an error"),
            reallyFlag,
        ]
    ) { call in
        try checkReally(call)
        let client = try client(call)
        var ids = call.arguments
        if let from = try call.optionalString("from").map(address) {
            ids += try await client.call(MessagerListFailedMessage.self)
                .filter { $0.message.from == from }.map(\.id)
        }
        var failures = 0
        for id in ids {
            do {
                _ = try await client.call(MessagerMarkBadMessage.self, id)
                call.print("mark msg \(id) as bad successful")
            } catch {
                failures += 1
                call.print("mark msg \(id) as bad failed: \(error)")
            }
        }
        if failures > 0 { throw CommandFailure("\(failures) of \(ids.count) failed") }
    }

    private static let clearUnfilled = Command(
        "clear-unfill-msg",
        usage: "give up every unfilled message of a sender",
        argumentsUsage: "<address>",
        flags: [reallyFlag]
    ) { call in
        try checkReally(call)
        let count = try await client(call).call(
            MessagerClearUnFillMessage.self,
            firstAddress(call)
        )
        call.print("clear \(count) unfill messages")
    }

    private static let recoverFailed = Command(
        "recover-failed-msg",
        usage: "take failed messages up again",
        argumentsUsage: "<id>...",
        flags: [
            Flag("from", usage: "every signed failed message of this sender"), reallyFlag,
        ]
    ) { call in
        try checkReally(call)
        let client = try client(call)
        var ids: [String] = []
        for id in call.arguments {
            let row = try await client.call(MessagerGetMessageByUid.self, id)
            guard row.state == .failed else { throw CommandFailure("need failed msg: \(id)") }
            // One that never got a nonce begins anew.
            let state: MessagerState = row.signature == nil ? .unfilled : .filled
            _ = try await client.call(MessagerUpdateMessageStateByID.self, id, state)
            ids.append(id)
        }
        if let from = try call.optionalString("from").map(address) {
            ids += try await client.call(MessagerRecoverFailedMsg.self, from)
        }
        call.print("recover failed messages success: [\(ids.joined(separator: " "))]")
    }

    private static let updateState = Command(
        "update-state",
        usage: "set the state of a message",
        flags: [
            Flag("id", usage: "id of the message", isRequired: true),
            Flag("state", .integer, default: "1", usage: "the new state"),
            reallyFlag,
        ]
    ) { call in
        try checkReally(call)
        let state = MessagerState(rawValue: call.integer("state"))
        let id = call.string("id")
        let client = try client(call)
        guard try await client.call(MessagerGetMessageByUid.self, id).state != state else {
            throw CommandFailure("the state has not changed, no need to update")
        }
        _ = try await client.call(MessagerUpdateMessageStateByID.self, id, state)
        call.print("update message(id=\(id)) state to \(state) success")
    }
}
