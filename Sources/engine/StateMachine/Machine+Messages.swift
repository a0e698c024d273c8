package import ActorRuntime
internal import CBOR
package import FilecoinTypes

/// What a message did.
package struct MessageResult: Sendable {
    /// What the chain records.
    package var receipt: MessageReceipt
    /// Who pays what for the gas.
    package var gas: GasOutputs
    /// Why it failed, for people; nil on success.
    package var error: String?

    package init(receipt: MessageReceipt, gas: GasOutputs, error: String? = nil) {
        self.receipt = receipt
        self.gas = gas
        self.error = error
    }
}

/// A message and the bytes that it takes in a block, which gas is charged for.
package struct ChainMessage: Sendable {
    package var message: Message
    /// The size of the message, with its signature if it carries one of its own.
    package var chainByteCount: Int

    /// A message whose signature is part of the block's aggregate.
    package init(_ message: Message) {
        self.message = message
        chainByteCount = message.cborBytes().count
    }

    /// A message with a signature of its own.
    package init(_ signed: SignedMessage) {
        message = signed.message
        chainByteCount = signed.chainByteCount
    }
}

/// Why a message cannot be executed at all; it has no receipt.
package enum ExecutionError: Error, CustomStringConvertible {
    /// The message breaks a rule that blocks are checked for.
    case malformedMessage(String)
    /// A block is missing or the state contradicts itself.
    case broken(String)
    /// A call that the protocol makes failed.
    case implicitMessageFailed(String, ExitCode)

    package var description: String {
        switch self {
        case .malformedMessage(let rule): "malformed message: \(rule)"
        case .broken(let text): "cannot execute: \(text)"
        case .implicitMessageFailed(let name, let code):
            "implicit message \(name) failed with exit code \(code)"
        }
    }
}

extension Machine {
    /// Executes a message and charges its sender.
    ///
    /// A message that cannot pay is no error: it has a receipt, changes nothing, and costs the block producer
    /// a penalty.
    ///
    /// - Throws: ``ExecutionError`` if this node cannot execute it.
    /// - SeeAlso: lotus, `chain/vm/vm.go`, `ApplyMessage`.
    package func apply(_ chainMessage: ChainMessage) throws -> MessageResult {
        do { return try applyTyped(chainMessage) } catch let error as ActorError {
            throw ExecutionError.broken(error.description)
        }
    }

    private func applyTyped(_ chainMessage: ChainMessage) throws -> MessageResult {
        let message = chainMessage.message
        let gasLimit = message.gasLimit
        guard gasLimit > 0 else { throw ExecutionError.malformedMessage("no gas limit") }
        let messageCharge = prices.onChainMessage(sizeBytes: chainMessage.chainByteCount)
        if messageCharge.total > gasLimit.rawValue {
            return refused(
                .outOfGas,
                penalty: baseFee * messageCharge.total,
                "gas limit does not cover on-chain costs of \(messageCharge.total)"
            )
        }
        let penalty = baseFee * gasLimit
        guard let sender = try tree.resolve(message.from), let account = try tree.actor(sender)
        else { return refused(.senderInvalid, penalty: penalty, "no actor \(message.from)") }
        guard registry.codes.code(of: account)?.kind == .account else {
            return refused(.senderInvalid, penalty: penalty, "\(message.from) is no account")
        }
        guard message.nonce == account.nonce else {
            return refused(
                .senderStateInvalid,
                penalty: penalty,
                "nonce \(message.nonce), actor has \(account.nonce)"
            )
        }
        guard account.balance >= message.requiredFunds else {
            return refused(
                .senderStateInvalid,
                penalty: penalty,
                "balance \(account.balance) below \(message.requiredFunds)"
            )
        }
        try tree.mutate(sender) { (actor) throws(ActorError) in
            actor.balance = actor.balance - message.requiredFunds
            actor.nonce &+= 1
        }
        let (receipt, error) = try execute(message, sender: sender, messageCharge)
        let gas = GasOutputs(
            gasUsed: receipt.gasUsed,
            gasLimit: gasLimit,
            baseFee: baseFee,
            feeCap: message.gasFeeCap,
            premium: message.gasPremium
        )
        try pay(gas.baseFeeBurn + gas.overEstimationBurn, to: .burntFunds)
        try pay(gas.minerTip, to: .reward)
        try pay(gas.refund, to: sender)
        return MessageResult(receipt: receipt, gas: gas, error: error)
    }

    /// Calls the receiver; undone if it fails.
    private func execute(
        _ message: Message,
        sender: ActorID,
        _ messageCharge: GasCharge
    ) throws(ActorError) -> (MessageReceipt, String?) {
        begin(origin: message.from, nonce: message.nonce, gasLimit: message.gasLimit)
        tree.beginSnapshot()
        defer { tree.endSnapshot() }
        do {
            let returned = try call(
                from: sender,
                to: message.to,
                method: message.method,
                value: message.value,
                params: message.params,
                depth: 0,
                initialCharge: messageCharge
            )
            if !returned.isEmpty {
                try charge(prices.onChainReturnValue(sizeBytes: returned.count))
            }
            return (
                MessageReceipt(
                    exitCode: .ok,
                    returnValue: returned,
                    gasUsed: GasAmount(rawValue: max(gasUsed, 0))
                ), nil
            )
        } catch {
            if error.kind == .fatal { throw error }
            tree.revert()
            return (
                MessageReceipt(
                    exitCode: error.exitCode,
                    gasUsed: GasAmount(rawValue: max(gasUsed, 0))
                ),
                error.message
            )
        }
    }

    private func pay(_ amount: TokenAmount, to id: ActorID) throws(ActorError) {
        if amount.isZero { return }
        if amount.isNegative { throw .fatal("negative gas payment to \(id)") }
        try tree.mutate(id) { (actor) throws(ActorError) in
            actor.balance = actor.balance + amount
        }
    }

    private func refused(
        _ code: ExitCode,
        penalty: TokenAmount,
        _ error: String
    ) -> MessageResult {
        var gas = GasOutputs.zero
        gas.minerPenalty = penalty
        return MessageResult(
            receipt: MessageReceipt(exitCode: code, gasUsed: 0),
            gas: gas,
            error: error
        )
    }

    /// Executes a call that the protocol makes itself: it pays nothing, and what it did stays even if it fails.
    ///
    /// - Throws: ``ExecutionError/broken(_:)``.
    package func applyImplicit(_ message: Message) throws -> MessageResult {
        begin(origin: message.from, nonce: message.nonce, gasLimit: message.gasLimit)
        guard let sender = message.from.actorID else {
            throw ExecutionError.malformedMessage("implicit message from a key address")
        }
        do {
            let returned = try call(
                from: sender,
                to: message.to,
                method: message.method,
                value: message.value,
                params: message.params,
                depth: 0
            )
            return MessageResult(
                receipt: MessageReceipt(exitCode: .ok, returnValue: returned, gasUsed: 0),
                gas: .zero
            )
        } catch {
            if error.kind == .fatal { throw ExecutionError.broken(error.description) }
            return MessageResult(
                receipt: MessageReceipt(exitCode: error.exitCode, gasUsed: 0),
                gas: .zero,
                error: error.message
            )
        }
    }
}
