import BigIntegers
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

/// The messager's methods: who may call them, and what they do.
struct MessagerAPI {
    let engine: MessagerEngine
    let connections: RPCConnections
    let log: LogSystem
    /// What `Version` says.
    let version: String

    var store: MessagerStore { engine.store }

    /// The methods, with the permissions of messager v1.18.0.
    func service() -> RPCService {
        var api = RPCService()
        addMessages(to: &api)
        addQueries(to: &api)
        addChanges(to: &api)
        addAddresses(to: &api)
        addSettings(to: &api)
        return api
    }

    // MARK: - Ownership

    /// Lets administrators and the account of a signer pass.
    ///
    /// - Throws: ``MessagerFailure`` for everybody else.
    func check(_ context: RPCContext, _ signer: Address) async throws {
        if context.caller.permissions.contains(.admin) { return }
        let name = context.caller.name
        guard try await engine.accounts.owns(name, signer) else {
            throw MessagerFailure("signer \(signer) not exist in user \(name): permission deny")
        }
    }

    /// The messages of signers that the caller may see.
    func visible(
        _ context: RPCContext,
        _ messages: [MessagerMessage]
    ) async throws -> [MessagerMessage] {
        if context.caller.permissions.contains(.admin) { return messages.map(shown) }
        var owned: [Address: Bool] = [:]
        var result: [MessagerMessage] = []
        for message in messages {
            let signer = message.message.from
            if owned[signer] == nil {
                owned[signer] = try await engine.accounts.owns(context.caller.name, signer)
            }
            if owned[signer] == true { result.append(shown(message)) }
        }
        return result
    }

    /// A message with its confidence.
    func shown(_ message: MessagerMessage) -> MessagerMessage {
        var message = message
        if message.state == .onChain || message.state == .nonceConflict, let head = engine.head {
            message.confidence = head.height.rawValue - message.height.rawValue
        }
        return message
    }

    /// A message that the caller may see.
    ///
    /// - Throws: ``MessagerFailure`` where there is none.
    func found(_ context: RPCContext, _ message: MessagerMessage?) async throws -> MessagerMessage {
        guard let message else { throw MessagerFailure.messageNotFound }
        try await check(context, message.message.from)
        return shown(message)
    }

    // MARK: - Taking messages

    private func addMessages(to api: inout RPCService) {
        api.on(MessagerPushMessage.self, need: .write) { context, message, spec in
            try await engine.activity.during {
                try await push(context, store.newID(), message, spec)
            }
        }
        api.on(MessagerPushMessageWithId.self, need: .write) { context, id, message, spec in
            guard !id.isEmpty else { throw MessagerFailure("empty uid") }
            return try await engine.activity.during {
                try await push(context, id, message, spec)
            }
        }
        api.on(MessagerWaitMessage.self, need: .read) { context, id, confidence in
            try await engine.waiting {
                let message = try await found(context, store.message(id))
                switch message.state {
                case .failed: return message
                case .onChain, .nonceConflict:
                    return message.confidence > Int64(clamping: confidence) ? message : nil
                default: return nil
                }
            }
        }
    }

    private func push(
        _ context: RPCContext,
        _ id: String,
        _ message: Message,
        _ spec: MessagerSendSpec?
    ) async throws -> String {
        var message = message
        if !message.from.isKey {
            do { message.from = try await engine.chain.accountKey(of: message.from) } catch {
                throw MessagerFailure("getting key address \(message.from) failed: \(error)")
            }
        }
        try await check(context, message.from)
        guard !message.value.isNegative else {
            throw MessagerFailure("the value \(message.value.attoFIL) is negative")
        }
        let accounts = try await engine.accounts.accounts(of: message.from)
        guard try await engine.signer.has(message.from, accounts: accounts) else {
            throw MessagerFailure(
                accounts.isEmpty
                    ? "can't find a wallet, address: \(message.from)"
                    : "signer address \(message.from) not exists"
            )
        }
        message.nonce = 0
        try await store.add(
            MessagerMessage(
                id: id,
                message: message,
                spec: spec ?? MessagerSendSpec(),
                walletName: context.caller.name
            )
        )
        engine.noteOpenMessage()
        return id
    }

    // MARK: - Queries

    private func addQueries(to api: inout RPCService) {
        api.on(MessagerGetVersion.self, need: .read, runs: .loop) { _ in
            MessagerVersion(version: version)
        }
        api.on(MessagerHasMessageByUid.self, need: .read) { _, id in
            try await store.message(id) != nil
        }
        api.on(MessagerGetMessageByUid.self, need: .read) { context, id in
            try await found(context, store.message(id))
        }
        api.on(MessagerGetMessageBySignedCid.self, need: .read) { context, cid in
            try await found(context, store.message(signedCID: cid))
        }
        api.on(MessagerGetMessageByUnsignedCid.self, need: .read) { context, cid in
            try await found(context, store.message(unsignedCID: cid))
        }
        api.on(MessagerGetMessageByFromAndNonce.self, need: .read) { context, from, nonce in
            try await check(context, from)
            return try await found(context, store.message(from: from, nonce: nonce))
        }
        api.on(MessagerListMessage.self, need: .read) { context, query in
            for sender in query.senders { try await check(context, sender) }
            return try await visible(context, store.messages(query))
        }
        api.on(MessagerListMessageByAddress.self, need: .admin) { context, from in
            var query = MessagerQuery()
            query.senders = [from]
            return try await visible(context, store.messages(query))
        }
        api.on(MessagerListMessageByFromState.self, need: .admin) {
            context,
            from,
            state,
            isAscending,
            index,
            size,
            duration in
            var query = MessagerQuery()
            query.senders = from.address.map { [$0] } ?? []
            query.states = [state]
            query.isAscending = isAscending
            query.limit = max(0, size)
            query.offset =
                max(0, index - 1).multipliedReportingOverflow(by: query.limit).partialValue
            let before = duration > 0 ? store.timestamp - duration : nil
            return try await visible(context, store.messages(query, createdBefore: before))
        }
        api.on(MessagerListFailedMessage.self, need: .read) { context in
            var query = MessagerQuery()
            query.states = [.unfilled]
            return try await visible(context, store.messages(query, hasError: true))
        }
        api.on(MessagerListBlockedMessage.self, need: .read) { context, from, duration in
            var query = MessagerQuery()
            query.states = [.unfilled, .filled]
            query.senders = from.address.map { [$0] } ?? []
            let before = store.timestamp - max(0, duration)
            return try await visible(context, store.messages(query, createdBefore: before))
        }
    }
}
