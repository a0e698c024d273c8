internal import ActorRuntime
internal import BigIntegers
internal import FilecoinTypes

/// Consecutive messages of one sender that are worth most when taken together.
///
/// Of the chains of a sender each earns more for its gas than the next; a chain can be included only after
/// all that precede it.
final class MessageChain {
    var messages: [PendingMessage]
    var gasReward: BigInt
    var gasLimit: Int64
    /// The reward of a block full of such messages.
    var performance: Double
    /// The performance weighed by the probability that the block it falls into counts.
    var effectivePerformance: Double = 0
    var blockProbability: Double = 0
    var parentOffset: Double = 0
    var isValid = true
    var isMerged = false
    var next: MessageChain?
    unowned(unsafe) var previous: MessageChain?
    let signatureType: SignatureType

    init(_ message: PendingMessage, reward: BigInt) {
        messages = [message]
        gasReward = reward
        gasLimit = message.gasLimit
        performance = GasPerformance.of(reward: reward, gasLimit: message.gasLimit)
        signatureType = message.signed.signature.type
    }

    func comesBefore(_ other: MessageChain) -> Bool {
        if performance != other.performance { return performance > other.performance }
        return gasReward > other.gasReward
    }

    func comesEffectivelyBefore(_ other: MessageChain) -> Bool {
        // Merged chains move to the front, where they are out of the way.
        if isMerged && !other.isMerged { return true }
        if performance >= 0 && other.performance < 0 { return true }
        if effectivePerformance != other.effectivePerformance {
            return effectivePerformance > other.effectivePerformance
        }
        if performance != other.performance { return performance > other.performance }
        return gasReward > other.gasReward
    }

    /// Drops messages from the end until the chain fits, and all chains after it.
    func trim(gasLimit limit: Int64, messageCount: Int, baseFee: BigInt) {
        while let last = messages.last,
            gasLimit > limit || performance < 0 || messages.count > messageCount
        {
            gasReward -= last.gasReward(baseFee: baseFee)
            gasLimit -= last.gasLimit
            if gasLimit > 0 {
                performance = GasPerformance.of(reward: gasReward, gasLimit: gasLimit)
                if blockProbability != 0 { updateEffectivePerformance() }
            } else {
                performance = 0
                effectivePerformance = 0
            }
            messages.removeLast()
        }
        if messages.isEmpty { isValid = false }
        next?.invalidate()
        next = nil
    }

    func invalidate() {
        var chain: MessageChain? = self
        while let current = chain {
            current.isValid = false
            current.messages = []
            chain = current.next
            current.next = nil
        }
    }

    func setEffectivePerformance(blockProbability: Double) {
        self.blockProbability = blockProbability
        updateEffectivePerformance()
    }

    func updateEffectivePerformance() {
        var effective = performance * blockProbability
        if effective > 0, let previous = unsafe self.previous {
            let withParent =
                (effective * Double(gasLimit)
                    + previous.effectivePerformance * Double(previous.gasLimit))
                / Double(gasLimit + previous.gasLimit)
            parentOffset = effective - withParent
            effective = withParent
        }
        effectivePerformance = effective
    }

    func setNullEffectivePerformance() {
        effectivePerformance = performance < 0 ? performance : 0
    }
}

/// The reward of a block that is full of equal messages, as the nearest floating point number.
enum GasPerformance {
    private static let blockGasLimit = BigInt(BaseFee.blockGasLimit.rawValue)

    static func of(reward: BigInt, gasLimit: Int64) -> Double {
        guard gasLimit > 0 else { return reward.isNegative ? -.infinity : .infinity }
        let scaled = reward * blockGasLimit
        guard let small = Int128(exactly: scaled) else { return large(scaled, gasLimit) }
        let isNegative = small < 0
        let magnitude = small.magnitude
        let quotient = nearest(magnitude, UInt64(gasLimit))
        return isNegative ? -quotient : quotient
    }

    /// The correctly rounded quotient: of the shifted dividend, at least 64 bits, whose last bit tells whether
    /// anything was cut off.
    private static func nearest(_ dividend: UInt128, _ divisor: UInt64) -> Double {
        guard dividend != 0 else { return 0 }
        let shift = dividend.leadingZeroBitCount
        let (quotient, remainder) = (dividend << UInt128(shift))
            .quotientAndRemainder(dividingBy: UInt128(divisor))
        let sticky: UInt128 = remainder == 0 ? 0 : 1
        return Double(sign: .plus, exponent: -shift, significand: Double(quotient | sticky))
    }

    /// For rewards beyond 128 bits: the same by shifting what is too long.
    private static func large(_ scaled: BigInt, _ gasLimit: Int64) -> Double {
        let magnitude = scaled.magnitude
        let shift = magnitude.bitWidth - 127
        let head = magnitude >> shift
        let lost: UInt128 = (head << shift) == magnitude ? 0 : 1
        guard let dividend = UInt128(exactly: head) else { return .infinity }
        let quotient = nearest(dividend | lost, UInt64(gasLimit))
        let value = Double(sign: .plus, exponent: shift, significand: quotient)
        return scaled.isNegative ? -value : value
    }
}

extension MessageSelection {
    /// Cuts the messages of a sender into chains.
    ///
    /// Left out is what cannot be included: used nonces, all after a gap, after a message with too little gas
    /// for its bytes, after the gas of a block, after the sender's balance is used up.
    func chains(of messages: [PendingMessage], state: SenderState) -> [MessageChain] {
        let (usable, rewards) = usableMessages(messages, state: state)
        guard let first = usable.first else { return [] }
        var chains: [MessageChain] = []
        var current = MessageChain(first, reward: rewards[0])
        for index in usable.indices.dropFirst() {
            let message = usable[index]
            let reward = current.gasReward + rewards[index]
            let gasLimit = current.gasLimit + message.gasLimit
            let performance = GasPerformance.of(reward: reward, gasLimit: gasLimit)
            if performance < current.performance {
                chains.append(current)
                current = MessageChain(message, reward: rewards[index])
            } else {
                current.messages.append(message)
                current.gasReward = reward
                current.gasLimit = gasLimit
                current.performance = performance
            }
        }
        chains.append(current)
        Self.merge(&chains)
        for index in chains.indices.dropFirst() {
            chains[index - 1].next = chains[index]
            unsafe chains[index].previous = chains[index - 1]
        }
        return chains
    }

    private func usableMessages(
        _ messages: [PendingMessage],
        state: SenderState
    ) -> ([PendingMessage], [BigInt]) {
        var nonce = state.nonce
        var balance = state.balance.attoFIL
        var gasLimit: Int64 = 0
        var usable: [PendingMessage] = []
        var rewards: [BigInt] = []
        for message in messages where message.nonce >= state.nonce {
            guard message.nonce == nonce, usable.count < MessagePoolLimits.blockMessageCount,
                message.isIncludable
            else { break }
            nonce += 1
            let minimum = prices.onChainMessage(sizeBytes: message.chainByteCount).total
            guard message.gasLimit >= minimum else { break }
            gasLimit += message.gasLimit
            guard gasLimit <= BaseFee.blockGasLimit.rawValue else { break }
            guard balance >= message.requiredFunds else { break }
            balance = balance - message.requiredFunds - message.value
            usable.append(message)
            rewards.append(message.gasReward(baseFee: baseFee))
        }
        return (usable, rewards)
    }

    /// Joins chains with the one before them where that does not lower what it earns.
    private static func merge(_ chains: inout [MessageChain]) {
        while true {
            var isMerged = false
            for index in chains.indices.dropFirst().reversed() {
                let chain = chains[index]
                let before = chains[index - 1]
                guard chain.performance >= before.performance else { continue }
                before.messages += chain.messages
                before.gasReward += chain.gasReward
                before.gasLimit += chain.gasLimit
                before.performance = GasPerformance.of(
                    reward: before.gasReward,
                    gasLimit: before.gasLimit
                )
                chain.isValid = false
                isMerged = true
            }
            guard isMerged else { return }
            chains.removeAll { !$0.isValid }
        }
    }
}
