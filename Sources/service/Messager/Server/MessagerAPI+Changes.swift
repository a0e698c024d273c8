import FilecoinTypes
import JSONRPC
import ServiceKit
import Multiformats
import VenusAPI

// What changes messages that are there.
extension MessagerAPI {
    func addChanges(to api: inout RPCService) {
        api.on(MessagerUpdateMessageStateByID.self, need: .write) { context, id, state in
            _ = try await found(context, store.message(id))
            try await store.update(id) { $0.state = state }
            return NoResult()
        }
        api.on(MessagerUpdateAllFilledMessage.self, need: .admin) { _ in
            try await engine.follower.updateAll()
        }
        api.on(MessagerUpdateFilledMessageByID.self, need: .write) { context, id in
            let message = try await found(context, store.message(id))
            guard message.state != .onChain, message.state != .nonceConflict else {
                throw MessagerFailure(
                    "message state(\(message.state)) has been final, can not update"
                )
            }
            guard try await engine.follower.update(message) else {
                throw MessagerFailure(
                    "message \(id) is not on the chain: "
                        + (message.signedCID.map { "\($0)" } ?? "it has no signature yet")
                )
            }
            return id
        }
        api.on(MessagerReplaceMessage.self, need: .write) { context, wish in
            let message = try await found(context, store.message(wish.id))
            return try await replace(message, wish)
        }
        api.on(MessagerRepublishMessage.self, need: .admin) { context, id in
            let message = try await found(context, store.message(id))
            guard message.state == .filled, let signed = message.signed else {
                throw MessagerFailure("need FillMsg got \(message.state)")
            }
            await engine.push([signed])
            return NoResult()
        }
        api.on(MessagerMarkBadMessage.self, need: .write) { context, id in
            let message = try await found(context, store.message(id))
            try await check(context, message.message.from)
            try await store.update(id) { row in
                guard row.state != .onChain else {
                    throw MessagerFailure("message already on chain")
                }
                row.state = .failed
            }
            return NoResult()
        }
        api.on(MessagerClearUnFillMessage.self, need: .write) { context, from in
            try await check(context, from)
            var query = MessagerQuery()
            query.senders = [from]
            query.states = [.unfilled]
            var count = 0
            for message in try await store.messages(query) {
                let row = try await store.update(message.id) { row in
                    if row.state == .unfilled { row.state = .failed }
                }
                if row.state == .failed { count += 1 }
            }
            return count
        }
        api.on(MessagerRecoverFailedMsg.self, need: .write) { context, from in
            try await check(context, from)
            return try await recover(from)
        }
    }

    private func replace(_ old: MessagerMessage, _ wish: MessagerReplacement) async throws -> CID {
        guard old.state != .onChain else { throw MessagerFailure("message already on chain") }
        guard old.state == .filled else { throw MessagerFailure("need FillMsg got \(old.state)") }
        var new: Message
        if wish.isAutomatic {
            new = try await automatic(old, wish)
        } else {
            new = try Replacement.manual(old.message, wish)
        }
        new.nonce = old.message.nonce
        let accounts = try await engine.accounts.accounts(of: new.from)
        let signed = SignedMessage(
            message: new,
            signature: try await engine.signer.sign(new, accounts: accounts)
        )
        try await store.update(old.id) { row in
            // It may have got on chain, or been replaced, in the meantime.
            guard row.state == .filled, row.signedCID == old.signedCID else {
                throw MessagerFailure("message \(old.id) changed while it was replaced")
            }
            row.message = signed.message
            row.signature = signed.signature
            row.unsignedCID = signed.message.cid
            row.signedCID = signed.cid
            row.errorText = ""
        }
        await engine.push([signed])
        return signed.cid
    }

    private func automatic(
        _ old: MessagerMessage,
        _ wish: MessagerReplacement
    ) async throws -> Message {
        let ratio = try await engine.chain.replaceByFeeRatio()
        var question = old.message
        if wish.gasLimit > 0 { question.gasLimit = wish.gasLimit }
        question.gasFeeCap = 0
        question.gasPremium = 0
        let estimate = try await engine.chain.estimate(
            EstimateMessage(
                message: question,
                spec: MessageSendSpec(
                    maxFee: wish.maxFee,
                    gasOverEstimation: 0,
                    gasOverPremium: wish.gasOverPremium
                )
            )
        )
        var levels = [try await store.sharedSettings().fees]
        if let head = engine.head,
            let fees = try await engine.actorFees(for: [old], at: head)[old.id]
        {
            levels.insert(fees, at: 0)
        }
        if let sender = try await store.address(old.message.from) {
            levels.insert(sender.fees, at: 0)
        }
        let maxFee = ([wish.maxFee] + levels.map(\.maxFee)).first { $0 > 0 } ?? 0
        var target = old.message
        target.gasLimit = question.gasLimit
        return try Replacement.automatic(target, estimate: estimate, ratio: ratio, maxFee: maxFee)
    }

    /// Takes up the signed messages of a sender that the chain can still execute.
    private func recover(_ from: Address) async throws -> [String] {
        guard let sender = try await store.address(from) else { throw MessagerFailure.notFound }
        let chainNonce = try await engine.chain.account(of: from, at: .empty)?.nonce ?? 0
        guard sender.nonce >= chainNonce else { return [] }
        var query = MessagerQuery()
        query.senders = [from]
        query.states = [.failed]
        query.isAscending = true
        var recovered: [String] = []
        for message in try await store.messages(query)
        where message.signature != nil && message.message.nonce >= chainNonce {
            let row = try await store.update(message.id) { row in
                if row.state == .failed { row.state = .filled }
            }
            if row.state == .filled { recovered.append(row.id) }
        }
        return recovered
    }
}
