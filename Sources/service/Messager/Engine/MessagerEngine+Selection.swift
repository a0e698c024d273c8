import FilecoinTypes
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

// Choosing, signing and pushing.
extension MessagerEngine {
    /// Chooses, signs and pushes for every sender; senders do not wait for one another.
    func select(at head: Tipset) async {
        let applied: [Address: UInt64]
        let senders: [MessagerAddress]
        do {
            applied = SelectionRound.appliedNonces(try await chain.messages(in: head.key))
            senders = try await store.addresses()
        } catch {
            log.warning("no selection at this head", ["error": "\(error)"])
            return
        }
        await withTaskGroup { group in
            for sender in senders where sender.state == .alive {
                group.addTask {
                    await self.selectAlone(sender.address, applied[sender.address], head)
                }
            }
        }
    }

    private func selectAlone(_ sender: Address, _ applied: UInt64?, _ head: Tipset) async {
        guard begin(sender) else { return }
        defer { end(sender) }
        do {
            try await select(sender, applied: applied, at: head)
        } catch {
            log.warning("selection failed", ["address": "\(sender)", "error": "\(error)"])
        }
    }

    private func select(_ sender: Address, applied: UInt64?, at head: Tipset) async throws {
        // A sender that the chain does not know has neither used a nonce nor got any funds.
        let account = try await chain.account(of: sender, at: head.key) ?? SenderAccount()
        let situation = try await store.situation(
            of: sender,
            height: head.height,
            baseFee: head.parentBaseFee,
            chainNonce: max(applied ?? 0, account.nonce),
            account: account
        )
        guard var situation else { return }
        situation.actorFees = try await actorFees(for: situation.unfilled, at: head)
        let accounts = try await accounts.accounts(of: sender)
        var round = SelectionRound(situation)
        var step = round.start()
        while true {
            switch step {
            case .askPool:
                step = round.pooled(nextNonce: try await chain.poolNonce(of: sender))
            case .estimate(let requests, let nonce):
                do {
                    step = round.estimated(
                        try await chain.estimate(requests, fromNonce: nonce, at: head.key)
                    )
                } catch {
                    log.warning("no estimate", ["address": "\(sender)", "error": "\(error)"])
                    step = round.notEstimated()
                }
            case .sign(let message):
                do {
                    step = round.signed(try await signer.sign(message, accounts: accounts))
                } catch {
                    step = round.refused("\(error)")
                }
            case .finish(let outcome):
                metrics.note(outcome, of: situation)
                if try await store.save(outcome, of: sender) { await push(outcome.push) }
                return
            }
        }
    }

    /// The settings of the methods that messages call, by the ids of the messages.
    func actorFees(
        for messages: [MessagerMessage],
        at head: Tipset
    ) async throws -> [String: MessagerFees] {
        let settings = try await store.actorSettings()
        if settings.isEmpty { return [:] }
        var codes: [Address: CID] = [:]
        var fees: [String: MessagerFees] = [:]
        for row in messages.prefix(SelectionRound.maximumCandidates) {
            let (to, method) = (row.message.to, row.message.method)
            if codes[to] == nil { codes[to] = try await chain.code(of: to, at: head.key) }
            guard let code = codes[to] else { continue }
            fees[row.id] = settings.first { $0.code == code && $0.method == method }?.fees
        }
        return fees
    }

    // MARK: - Pushing

    /// Pushes messages of one sender, by nonce, to every node; what a node refuses is noted on them.
    func push(_ messages: [SignedMessage]) async {
        guard !messages.isEmpty else { return }
        let targets: [any MessagerTarget]
        do { targets = try await self.targets() } catch {
            log.warning("no nodes to push to", ["error": "\(error)"])
            return
        }
        await withTaskGroup { group in
            for target in targets {
                group.addTask { await self.push(messages, to: target) }
            }
        }
    }

    private func push(_ messages: [SignedMessage], to target: any MessagerTarget) async {
        do {
            try await target.push(messages)
            return
        } catch {
            guard messages.count > 1, PushAnswer("\(error)") == .known else {
                return await note("\(error)", on: messages)
            }
        }
        // A node stops at the first message that it has: what comes behind may be new to it.
        for (index, message) in messages.enumerated() {
            do { try await target.push([message]) } catch {
                if PushAnswer("\(error)") == .known { continue }
                return await note("\(error)", on: Array(messages[index...]))
            }
        }
    }

    private func note(_ text: String, on messages: [SignedMessage]) async {
        guard PushAnswer(text) == .refused else { return }
        log.warning("push failed", ["error": text])
        do {
            var ids: [String] = []
            for message in messages {
                if let row = try await store.message(signedCID: message.cid) { ids.append(row.id) }
            }
            try await store.setError(text, of: ids)
        } catch {
            log.warning("an error could not be noted", ["error": "\(error)"])
        }
    }
}

/// What a node means by the error that it answers a push with.
enum PushAnswer {
    /// It has the message, or the chain does.
    case known
    /// It takes the message when others of the sender have landed.
    case full
    case refused

    init(_ text: String) {
        let known = ["minimum expected nonce", "message with nonce already exists"]
        if known.contains(where: { text.contains($0) }) {
            self = .known
        } else {
            self = text.contains("too many pending messages") ? .full : .refused
        }
    }
}
