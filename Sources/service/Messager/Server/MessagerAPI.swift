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
        var api = RPCService(dialect: .fork2022)
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

    /// Limits a list that names no senders to those of the caller.
    ///
    /// - Returns: Whether there is any.
    func limit(_ query: inout MessagerQuery, to context: RPCContext) async throws -> Bool {
        if context.caller.permissions.contains(.admin) { return true }
        if !query.senders.isEmpty { return true }
        for row in try await store.addresses()
        where try await engine.accounts.owns(context.caller.name, row.address) {
            query.senders.append(row.address)
        }
        return !query.senders.isEmpty
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
        api.on(MessagerSend.self, need: .sign) { context, call in
            try await engine.activity.during { try await send(context, call) }
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

    private func send(_ context: RPCContext, _ call: MessagerQuickSend) async throws -> String {
        guard call.method != .send else { throw MessagerFailure("do not use it to send funds") }
        try await check(context, call.from)
        var message = Message(to: call.to, from: call.from, value: call.value)
        message.method = call.method
        message.gasPremium = call.gasPremium ?? 0
        message.gasFeeCap = call.gasFeeCap ?? 0
        message.gasLimit = call.gasLimit ?? 0
        message.params = try await ParameterText.encode(
            call.parameters,
            type: call.parametersType,
            method: call.method
        ) {
            guard let code = try await engine.chain.code(of: call.to, at: .empty) else {
                throw MessagerFailure("actor not found: \(call.to)")
            }
            return code
        }
        return try await push(context, store.newID(), message, nil, account: call.account)
    }

    private func push(
        _ context: RPCContext,
        _ id: String,
        _ message: Message,
        _ spec: MessagerSendSpec?,
        account: String? = nil
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
                walletName: account ?? context.caller.name
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
            var query = query
            for sender in query.senders { try await check(context, sender) }
            guard try await limit(&query, to: context) else { return [] }
            return try await store.messages(query).map(shown)
        }
        api.on(MessagerListMessageByAddress.self, need: .admin) { _, from in
            var query = MessagerQuery()
            query.senders = [from]
            return try await store.messages(query).map(shown)
        }
        api.on(MessagerListMessageByFromState.self, need: .admin) {
            _,
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
            return try await store.messages(query, createdBefore: before).map(shown)
        }
        api.on(MessagerListFailedMessage.self, need: .read) { context in
            var query = MessagerQuery()
            query.states = [.unfilled]
            guard try await limit(&query, to: context) else { return [] }
            return try await store.messages(query, hasError: true).map(shown)
        }
        api.on(MessagerListBlockedMessage.self, need: .read) { context, from, duration in
            var query = MessagerQuery()
            query.states = [.unfilled, .filled]
            if let sender = from.address {
                try await check(context, sender)
                query.senders = [sender]
            }
            guard try await limit(&query, to: context) else { return [] }
            let before = store.timestamp - max(0, duration)
            return try await store.messages(query, createdBefore: before).map(shown)
        }
    }
}
