import FilecoinTypes
import VenusAPI

/// One round of choosing a sender's next messages: pure, driven by what node and wallet answer.
///
/// `start()` gives the first step; each answer gives the next one, until ``Step/finish(_:)``:
///
/// ```text
/// start ─→ askPool ─→ estimate ─→ sign ─→ sign ─→ … ─→ finish
///   │  └─ no nonce is missing ─↑  │        └ a refusal ends the round, what was signed before counts
///   └─────────────────────────────┴─ nothing to do ─→ finish
/// ```
///
/// A nonce is missing when the message that had it was given up. Everything behind it is stuck; so the next
/// messages get the missing nonces, unless the node's pool has messages with them. Where no message waits, a transfer
/// of nothing to the sender itself takes the nonce.
///
/// A message that would get stuck itself, for want of funds or with a fee cap below the base fee, gets no nonce:
/// it is held with an error, and those behind it go on.
///
/// The newest messages come first, as in messager v1.18.0, so that old ones whose estimate fails cannot
/// keep proofs from being sent. What has expired is given up before it is looked at.
struct SelectionRound {
    /// The most gas that a message may ask for: that of a block.
    static let blockGasLimit: GasAmount = 10_000_000_000
    /// The most messages of a sender that one round looks at.
    static let maximumCandidates: Int = 100

    /// What is known about the sender as the round begins.
    struct Situation {
        var sender: MessagerAddress
        var shared: MessagerSharedSettings
        /// The epoch of the head.
        var height: ChainEpoch
        /// The base fee of the head's parent.
        var baseFee: TokenAmount
        /// The first nonce that the chain, the head's own messages included, has not used.
        var chainNonce: UInt64
        /// The sender in the state before the head's messages; nil to check no funds.
        var account: SenderAccount?
        /// The sender's filled messages.
        var filled: [MessagerMessage]
        /// The highest nonce of the sender's messages on chain, if there are any.
        var highestOnChain: UInt64?
        /// The sender's unfilled messages, newest first.
        var unfilled: [MessagerMessage]
        /// The settings of the methods that they call, by their ids.
        var actorFees: [String: MessagerFees] = [:]
    }

    /// What is to be done next.
    enum Step {
        /// Ask the node for the sender's next nonce, its pool counted, then call
        /// ``SelectionRound/pooled(nextNonce:)``.
        case askPool
        /// Ask the node for gas values, then call ``SelectionRound/estimated(_:)``.
        case estimate([EstimateMessage], fromNonce: UInt64)
        /// Ask a wallet, then call ``SelectionRound/signed(_:)`` or ``SelectionRound/refused(_:)``.
        case sign(Message)
        /// Save, then push.
        case finish(Outcome)
    }

    /// What a round comes to.
    struct Outcome {
        /// The nonce of the sender's next message.
        var nonce: UInt64
        /// Messages that changed: filled, failed or with another error.
        var changed: [MessagerMessage] = []
        /// The id of a message among them that nobody asked for: it takes a nonce that holds up others.
        var fillerID: String?
        /// What is to be pushed, by nonce: the new ones and those that the chain still lacks.
        var push: [SignedMessage] = []
    }

    private let situation: Situation
    private var outcome: Outcome
    /// Those that the node was asked about.
    private var candidates: [MessagerMessage] = []
    /// Those that still want a signature, with gas and without nonce.
    private var estimates: [MessagerMessage] = []
    private var current: MessagerMessage?
    private var isChanged: [String: Int] = [:]
    /// What has not expired, newest first.
    private var unfilled: [MessagerMessage] = []
    /// Nonces below the next one that nobody has, in order.
    private var missing: [UInt64] = []
    /// What the sender can still spend; nil for not known.
    private var funds: TokenAmount?

    init(_ situation: Situation) {
        self.situation = situation
        outcome = Outcome(nonce: Self.nextNonce(situation))
        if let account = situation.account {
            funds = situation.filled.filter { $0.message.nonce >= account.nonce }
                .reduce(account.balance) { $0 - $1.message.totalFunds }
        }
    }

    /// The nonce of the next message.
    ///
    /// A sender whose keys are used elsewhere too is behind the chain; then the chain says where to go on,
    /// unless messages on their way have a higher nonce.
    private static func nextNonce(_ situation: Situation) -> UInt64 {
        guard situation.chainNonce > situation.sender.nonce else { return situation.sender.nonce }
        let known = situation.filled.map(\.message.nonce).max() ?? situation.highestOnChain
        guard let known, known >= situation.chainNonce else { return situation.chainNonce }
        return known + 1
    }

    /// How many messages may be on their way.
    private var limit: UInt64 {
        let own = situation.sender.selectCount
        return own > 0 ? own : situation.shared.selectCount
    }

    // MARK: - Steps

    /// Begins the round.
    mutating func start() -> Step {
        for message in situation.unfilled {
            if isExpired(message) {
                var message = message
                message.state = .failed
                message.errorText = "expired at epoch \(message.spec.expireEpoch)"
                change(message)
            } else {
                unfilled.append(message)
            }
        }
        missing = Self.missingNonces(situation, below: outcome.nonce)
        if !missing.isEmpty && (!unfilled.isEmpty || isHeldUp) { return .askPool }
        return estimate()
    }

    /// Takes the first nonce that neither chain nor pool has: what the pool has is not missing.
    mutating func pooled(nextNonce: UInt64) -> Step {
        missing.removeAll { $0 < nextNonce }
        return estimate()
    }

    private mutating func estimate() -> Step {
        let (gap, isBehind) = outcome.nonce.subtractingReportingOverflow(situation.chainNonce)
        let underWay = isBehind ? 0 : gap - min(gap, UInt64(missing.count))
        guard underWay < limit else { return finish() }
        let wanted = min(Int(clamping: limit - underWay), Self.maximumCandidates)
        var requests: [EstimateMessage] = []
        for var message in unfilled.prefix(wanted) {
            let actorFees = situation.actorFees[message.id] ?? MessagerFees()
            let fees = MessageFees(
                of: message,
                levels: [situation.sender.fees, actorFees, situation.shared.fees]
            )
            if fees.baseFeeLimit > 0 && situation.baseFee > fees.baseFeeLimit { continue }
            message.message.gasFeeCap = fees.gasFeeCap
            candidates.append(message)
            requests.append(EstimateMessage(message: message.message, spec: fees.spec))
        }
        guard !requests.isEmpty else { return fill() ?? finish() }
        return .estimate(requests, fromNonce: missing.first ?? outcome.nonce)
    }

    /// Whether messages on their way wait for one with a missing nonce.
    private var isHeldUp: Bool {
        guard let nonce = missing.first else { return false }
        return situation.filled.contains { $0.message.nonce > nonce }
    }

    /// Has a transfer of nothing to the sender itself take a nonce that no other message can take.
    ///
    /// - Returns: nil where none is held up, or it has been tried.
    private mutating func fill() -> Step? {
        guard isHeldUp, outcome.fillerID == nil, let nonce = missing.first else { return nil }
        let sender = situation.sender.address
        let filler = MessagerMessage(
            id: "fill-\(sender)-\(nonce)-at-\(situation.height)",
            message: Message(to: sender, from: sender, value: 0)
        )
        outcome.fillerID = filler.id
        candidates = [filler]
        return .estimate([EstimateMessage(message: filler.message)], fromNonce: nonce)
    }

    /// Takes the node's answer, in the order of the question.
    mutating func estimated(_ results: [EstimateResult]) -> Step {
        for (message, result) in zip(candidates, results) {
            var message = message
            guard result.error.isEmpty, let estimate = result.message else {
                let text = result.error.isEmpty ? "no estimate" : result.error
                fail(message, "gas estimate: \(text)")
                continue
            }
            guard estimate.gasLimit <= Self.blockGasLimit else {
                let text = "gas limit \(estimate.gasLimit) over limit \(Self.blockGasLimit)"
                fail(message, "gas estimate:  \(text)")
                continue
            }
            message.message.gasLimit = estimate.gasLimit
            message.message.gasFeeCap = estimate.gasFeeCap
            message.message.gasPremium = estimate.gasPremium
            if let reason = reasonToHold(message.message) {
                fail(message, reason)
                continue
            }
            funds = funds.map { $0 - message.message.totalFunds }
            estimates.append(message)
        }
        estimates.reverse()
        if estimates.isEmpty, let step = fill() { return step }
        return next()
    }

    /// Ends the round when the node gave no estimates at all.
    mutating func notEstimated() -> Step { finish() }

    /// Takes the signature of the message last asked about.
    mutating func signed(_ signature: Signature) -> Step {
        guard var message = current else { return finish() }
        message.signature = signature
        message.unsignedCID = message.message.cid
        message.signedCID = message.signed?.cid
        message.state = .filled
        message.errorText = ""
        change(message)
        if missing.isEmpty { outcome.nonce += 1 } else { missing.removeFirst() }
        return next()
    }

    /// Ends the round, since the wallet refused.
    mutating func refused(_ reason: String) -> Step {
        if let current { fail(current, "sign message failed: \(reason)") }
        return finish()
    }

    // MARK: - Parts

    private mutating func next() -> Step {
        guard var message = estimates.popLast() else { return finish() }
        message.message.nonce = missing.first ?? outcome.nonce
        current = message
        return .sign(message.message)
    }

    private mutating func finish() -> Step {
        let waiting = situation.filled.filter { $0.message.nonce >= situation.chainNonce }
        let new = outcome.changed.filter { $0.state == .filled }
        outcome.push = (waiting + new).compactMap(\.signed)
            .sorted { $0.message.nonce < $1.message.nonce }
        return .finish(outcome)
    }

    /// Why a message would be stuck if it got a nonce; nil where it would not.
    private func reasonToHold(_ message: Message) -> String? {
        guard message.gasFeeCap >= situation.baseFee else {
            return "gas fee cap \(message.gasFeeCap.attoFIL) is below the base fee "
                + "\(situation.baseFee.attoFIL): raise the fee cap or the max fee, or wait"
        }
        guard let funds, message.totalFunds > funds else { return nil }
        return "not enough funds: the message may take \(message.totalFunds), \(message.from) has "
            + "\(max(funds, 0)) besides what its messages on their way may take"
    }

    private func isExpired(_ message: MessagerMessage) -> Bool {
        message.spec.expireEpoch > 0 && message.spec.expireEpoch <= situation.height
    }

    /// Keeps the message as it was before the round, with an error.
    private mutating func fail(_ message: MessagerMessage, _ text: String) {
        guard
            var original = situation.unfilled.first(where: { $0.id == message.id }),
            original.errorText != text
        else { return }
        original.errorText = text
        change(original)
    }

    private mutating func change(_ message: MessagerMessage) {
        if let index = isChanged[message.id] {
            outcome.changed[index] = message
        } else {
            isChanged[message.id] = outcome.changed.count
            outcome.changed.append(message)
        }
    }

    // MARK: - Missing nonces

    /// Nonces from the chain's on that no message on its way has, in order, as many as a round can use.
    private static func missingNonces(_ situation: Situation, below end: UInt64) -> [UInt64] {
        let used = Set(situation.filled.map(\.message.nonce))
        var missing: [UInt64] = []
        var nonce = situation.chainNonce
        while nonce < end && missing.count < maximumCandidates {
            if !used.contains(nonce) { missing.append(nonce) }
            nonce += 1
        }
        return missing
    }

    // MARK: - Nonces of the head

    /// The next nonces of the senders of a tipset's messages, which its state does not count yet.
    ///
    /// The messages come in the order of execution.
    static func appliedNonces(_ messages: [Message]) -> [Address: UInt64] {
        var nonces: [Address: UInt64] = [:]
        for message in messages {
            let expected = nonces[message.from] ?? message.nonce
            if expected == message.nonce { nonces[message.from] = message.nonce + 1 }
        }
        return nonces
    }
}

extension Message {
    /// The most that the message can take from its sender, value and gas.
    var totalFunds: TokenAmount { value + requiredFunds }
}
