internal import NetworkParameters
internal import ActorRuntime
internal import BigIntegers
package import FilecoinTypes
package import JSON
package import Multiformats

/// What a look at a message found: one line of lotus's `MpoolCheckMessages`.
package struct MessageCheck: Sendable {
    /// What was looked at; the numbers are those of the API.
    package enum Code: Int, Sendable {
        case serialization = 1
        case size = 2
        case validity = 3
        case minimumGas = 4
        case minimumBaseFee = 5
        case baseFee = 6
        case baseFeeLowerBound = 7
        case baseFeeUpperBound = 8
        case stateNonce = 9
        case nonce = 10
        case stateBalance = 11
        case balance = 12
    }

    /// Numbers that explain the finding.
    package enum Hint: Sendable {
        case nonce(UInt64)
        case balance(TokenAmount)
        case minimumGas(compute: Int64, storage: Int64)
        case baseFee(TokenAmount)
        case baseFeeLowerBound(TokenAmount, baseFee: TokenAmount)
        case baseFeeUpperBound(TokenAmount, baseFee: TokenAmount)
        case nextNonce(UInt64)
        case requiredFunds(TokenAmount)
    }

    package let cid: CID
    package let code: Code
    package let isOK: Bool
    /// What is wrong; the check of the upper bound warns without failing.
    package let error: String
    package let hint: Hint?
}

/// A message to be checked.
package struct MessagePrototype: Sendable {
    package var message: Message
    /// Whether the message's nonce is meant; else it gets the next one.
    package var hasNonce: Bool

    package init(_ message: Message, hasNonce: Bool) {
        self.message = message
        self.hasNonce = hasNonce
    }
}

/// The account that the messages of a sender are checked against, one after the other.
private struct CheckedSender {
    var nextNonce: UInt64
    var requiredFunds: BigInt
    let balance: TokenAmount?
    let isKnown: Bool
}

extension MessagePool {
    /// Checks messages before they are signed, after those of their senders that wait.
    package func check(_ prototypes: [MessagePrototype]) async throws -> [[MessageCheck]] {
        try await check(prototypes, afterPending: true)
    }

    /// Checks the waiting messages of a sender against the chain.
    package func checkPending(of address: Address) async throws -> [[MessageCheck]] {
        let messages = try await pendingMessages(of: address).messages.map(\.message)
        return try await check(
            messages.map { MessagePrototype($0, hasNonce: true) },
            afterPending: false
        )
    }

    /// Checks messages together with the waiting ones of their senders, in whose place they are to come.
    package func checkReplacing(_ messages: [Message]) async throws -> [[MessageCheck]] {
        var bySender: [Address: [UInt64: Message]] = [:]
        for message in messages {
            if bySender[message.from] == nil {
                let waiting = try await pendingMessages(of: message.from).messages
                bySender[message.from] = Dictionary(
                    waiting.map { ($0.message.nonce, $0.message) },
                    uniquingKeysWith: { first, _ in first }
                )
            }
            bySender[message.from]?[message.nonce] = message
        }
        let all = bySender.sorted { $0.key < $1.key }.flatMap { _, messages in
            messages.values.sorted { $0.nonce < $1.nonce }
        }
        return try await check(
            all.map { MessagePrototype($0, hasNonce: true) },
            afterPending: false
        )
    }

    private func check(
        _ prototypes: [MessagePrototype],
        afterPending: Bool
    ) async throws -> [[MessageCheck]] {
        var senders: [Address: CheckedSender] = [:]
        var results: [[MessageCheck]] = []
        for prototype in prototypes {
            let from = prototype.message.from
            let isFirst = senders[from] == nil
            var sender: CheckedSender
            if let known = senders[from] {
                sender = known
            } else {
                sender = try await checkedSender(from, afterPending: afterPending)
            }
            results.append(check(prototype, &sender, isFirst: isFirst))
            senders[from] = sender
        }
        return results
    }

    private func checkedSender(
        _ address: Address,
        afterPending: Bool
    ) async throws -> CheckedSender {
        let key = try await keyAddress(of: address)
        let state = try await senderState(of: key)
        var sender = CheckedSender(
            nextNonce: state?.nonce ?? 0,
            requiredFunds: 0,
            balance: state?.balance,
            isKnown: state != nil
        )
        let waiting = pending.messages(of: key)
        if afterPending && !waiting.isEmpty {
            sender.nextNonce = pending.nextNonce(of: key, chain: sender.nextNonce)
            sender.requiredFunds = waiting.reduce(0) {
                $0 + $1.requiredFunds + $1.message.value.attoFIL
            }
        }
        return sender
    }

    private func check(
        _ prototype: MessagePrototype,
        _ sender: inout CheckedSender,
        isFirst: Bool
    ) -> [MessageCheck] {
        let message = prototype.message
        var report = CheckReport(cid: message.cid)
        guard sender.isKnown, let balance = sender.balance else {
            report.add(.stateNonce, error: "error retrieving state nonce: actor not found")
            return report.checks
        }
        report.add(.stateNonce, hint: isFirst ? .nonce(sender.nextNonce) : nil)
        report.add(.stateBalance, hint: .balance(balance))
        report.add(.serialization)
        let byteCount = PendingMessage.byteCount(of: message)
        // 128 bytes are left for the signature.
        let isLarge = byteCount > MessagePoolLimits.messageByteCount - 128
        report.add(.size, error: isLarge ? "message too big" : nil)
        let epoch = head.height + 1
        do throws(MessageFault) {
            try message.validateForInclusion(
                minimumGas: 0,
                version: rules.parameters.networkVersion(at: epoch)
            )
            report.add(.validity)
        } catch {
            report.add(.validity, error: "syntactically invalid message: \(error)")
            return report.checks
        }
        let minimum = rules.prices(at: epoch).onChainMessage(sizeBytes: byteCount)
        let lacksGas = message.gasLimit.rawValue < minimum.total
        report.add(
            .minimumGas,
            error: lacksGas ? "GasLimit less than epoch minimum gas" : nil,
            hint: .minimumGas(compute: minimum.compute, storage: minimum.storage)
        )
        checkFees(of: message, &report)
        checkFunds(of: prototype, &sender, balance: balance, &report)
        return report.checks
    }

    private func checkFees(of message: Message, _ report: inout CheckReport) {
        let feeCap = message.gasFeeCap
        guard feeCap >= BaseFee.minimum else {
            return report.add(.minimumBaseFee, error: "GasFeeCap less than minimum base fee")
        }
        report.add(.minimumBaseFee)
        let baseFee = head.parentBaseFee
        report.add(
            .baseFee,
            error: feeCap < baseFee ? "GasFeeCap less than current base fee" : nil,
            hint: .baseFee(baseFee)
        )
        let ending = "for inclusion in next 20 epochs"
        let lower = AdmissionRules.lowerBound(of: baseFee, factor: 10)
        report.add(
            .baseFeeLowerBound,
            error: feeCap < lower ? "GasFeeCap less than base fee lower bound \(ending)" : nil,
            hint: .baseFeeLowerBound(lower, baseFee: baseFee)
        )
        let upper = baseFee * Int64(10)
        report.add(
            .baseFeeUpperBound,
            warning: feeCap < upper ? "GasFeeCap less than base fee upper bound \(ending)" : "",
            hint: .baseFeeUpperBound(upper, baseFee: baseFee)
        )
    }

    private func checkFunds(
        of prototype: MessagePrototype,
        _ sender: inout CheckedSender,
        balance: TokenAmount,
        _ report: inout CheckReport
    ) {
        let message = prototype.message
        let expected = sender.nextNonce
        let isNext = !prototype.hasNonce || message.nonce == expected
        report.add(
            .nonce,
            error: isNext ? nil : "message nonce doesn't match next nonce (\(expected))",
            hint: .nextNonce(expected)
        )
        if isNext { sender.nextNonce += 1 }
        sender.requiredFunds += message.requiredFunds.attoFIL + message.value.attoFIL
        let required = TokenAmount(attoFIL: sender.requiredFunds)
        report.add(
            .balance,
            error: balance < required ? "insufficient balance" : nil,
            hint: .requiredFunds(required)
        )
    }
}

/// The findings about one message, as they come.
private struct CheckReport {
    let cid: CID
    var checks: [MessageCheck] = []

    mutating func add(
        _ code: MessageCheck.Code,
        error: String? = nil,
        warning: String = "",
        hint: MessageCheck.Hint? = nil
    ) {
        checks.append(
            MessageCheck(
                cid: cid,
                code: code,
                isOK: error == nil,
                error: error ?? warning,
                hint: hint
            )
        )
    }
}

// MARK: - JSON

/// The API form, lotus's `MessageCheckStatus`; the members of a hint are in alphabetical order.
extension MessageCheck: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("Cid", cid)
            writer.member("Code", code.rawValue)
            writer.member("OK", isOK)
            writer.member("Err", error)
            writer.key("Hint")
            if let hint { hint.encode(to: &writer) } else { writer.null() }
        }
    }
}

extension MessageCheck.Hint: JSONEncodable {
    package func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            switch self {
            case .nonce(let nonce): writer.member("nonce", nonce)
            case .balance(let balance): writer.member("balance", balance)
            case .minimumGas(let compute, let storage):
                writer.key("minGas")
                writer.object { writer in
                    writer.member("Name", "OnChainMessage")
                    writer.key("Extra")
                    writer.null()
                    writer.member("ComputeGas", compute)
                    writer.member("StorageGas", storage)
                    writer.member("VirtualCompute", 0)
                    writer.member("VirtualStorage", 0)
                }
            case .baseFee(let fee): writer.member("baseFee", fee)
            case .baseFeeLowerBound(let bound, let fee):
                writer.member("baseFee", fee)
                writer.member("baseFeeLowerBound", bound)
            case .baseFeeUpperBound(let bound, let fee):
                writer.member("baseFee", fee)
                writer.member("baseFeeUpperBound", bound)
            case .nextNonce(let nonce): writer.member("nextNonce", nonce)
            case .requiredFunds(let funds): writer.member("requiredFunds", funds)
            }
        }
    }
}
