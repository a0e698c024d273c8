internal import BigIntegers
internal import Foundation
package import FilecoinTypes

/// What a message of the last tipsets offered for gas.
package struct GasOffer: Hashable, Sendable {
    package var premium: TokenAmount
    package var gasLimit: GasAmount

    package init(premium: TokenAmount, gasLimit: GasAmount) {
        self.premium = premium
        self.gasLimit = gasLimit
    }
}

/// How the trial of a message went.
package struct TrialResult: Hashable, Sendable {
    package var exitCode: ExitCode
    package var gasUsed: GasAmount
    /// Why it failed.
    package var error: String

    package init(exitCode: ExitCode, gasUsed: GasAmount, error: String = "") {
        self.exitCode = exitCode
        self.gasUsed = gasUsed
        self.error = error
    }
}

/// What gas estimation asks of the chain.
package protocol GasEstimationChain: Sendable {
    /// The parent of a tipset.
    func parent(of tipset: Tipset) async throws -> Tipset

    /// What each distinct message of a tipset offered.
    func gasOffers(of tipset: Tipset) async throws -> [GasOffer]

    /// The key address of a sender.
    func keyAddress(of address: Address, at tipset: Tipset) async throws -> Address

    /// Whether an actor is a payment channel.
    func isPaymentChannel(_ address: Address, at tipset: Tipset) async throws -> Bool

    /// Executes a message on the state after a tipset, after others, and keeps nothing.
    func trial(
        of message: Message,
        after earlier: [Message],
        on tipset: Tipset
    ) async throws -> TrialResult
}

/// Why gas could not be estimated; the texts are lotus's.
package enum GasEstimationError: Error, Sendable, CustomStringConvertible {
    /// The sender is no account.
    case senderInvalid(Address, cause: String)
    /// A block's gas did not suffice.
    case outOfGas
    /// The message would fail.
    case executionFailed(ExitCode, reason: String)

    package var description: String {
        switch self {
        case .senderInvalid(let sender, let cause):
            "gas estimation failed: resolving sender \(sender) (\(cause)): sender validation failed"
        case .outOfGas: "call ran out of gas"
        case .executionFailed(let code, let reason):
            "message execution failed (exit=[\(code)], vm error=[\(reason)])"
        }
    }

    /// The code of the JSON-RPC error.
    package var rpcCode: Int {
        switch self {
        case .senderInvalid: 1
        case .outOfGas: 2
        case .executionFailed: 3
        }
    }
}

/// The limits of a request to estimate or send.
package struct MessageSendSpec: Hashable, Sendable {
    /// The most that the message may cost; zero stands for the node's own limit.
    package var maxFee: TokenAmount
    /// The factor between the gas of the trial and the limit; zero stands for the node's own factor.
    package var gasOverEstimation: Double
    /// The factor between the premium of recent blocks and the one that is filled in; zero stands for 1.
    package var gasOverPremium: Double

    package init(
        maxFee: TokenAmount = 0,
        gasOverEstimation: Double = 0,
        gasOverPremium: Double = 0
    ) {
        self.maxFee = maxFee
        self.gasOverEstimation = gasOverEstimation
        self.gasOverPremium = gasOverPremium
    }
}

/// Fills in the gas fields of messages from what the chain shows.
package struct GasEstimator: Sendable {
    private let chain: any GasEstimationChain
    /// The factor between the gas of the trial and the limit.
    package var overestimation: Double
    /// The most that a message may cost if nobody says otherwise: 0.07 FIL.
    package var defaultMaxFee: TokenAmount

    /// The least premium that is proposed, in attoFIL.
    package static let minimumPremium: Int64 = 100_000
    /// The most tipsets looked at are twice this.
    package static let maximumHistory: UInt64 = 1000
    /// In how many blocks a message should land, for its premium.
    package static let defaultBlocks: UInt64 = 10
    /// For how many epochs of full blocks a fee cap should suffice.
    package static let defaultQueue: Int64 = 20
    /// What deleting a channel gives back, which must be there before.
    private static let channelDeletionGas: GasAmount = 76_000
    private static let collectMethod: MethodNumber = 4

    package init(
        chain: any GasEstimationChain,
        overestimation: Double = 1.25,
        defaultMaxFee: TokenAmount = TokenAmount(attoFIL: 70_000_000_000_000_000)
    ) {
        self.chain = chain
        self.overestimation = overestimation
        self.defaultMaxFee = defaultMaxFee
    }

    // MARK: - Prices

    /// The fee cap that lasts while the base fee rises for a number of epochs, premium included.
    package static func feeCap(
        premium: TokenAmount,
        queue: Int64,
        parentBaseFee: TokenAmount
    ) -> TokenAmount {
        // The growth is cut to eight binary digits.
        let growth = pow(1 + 1 / 8.0, Double(max(0, min(queue, 370)))) * 256
        let steps = BigInt(UInt64(min(growth, 0x1p63)))
        let later = (parentBaseFee.attoFIL * steps).euclideanDivided(by: 256).quotient
        return TokenAmount(attoFIL: later) + premium
    }

    /// The premium below which 52.5 % of the gas that the blocks aim at was offered more.
    package static func medianPremium(_ offers: [GasOffer], blockCount: Int) -> TokenAmount {
        let capacity = BaseFee.blockGasTarget.rawValue * Int64(blockCount)
        var remaining = capacity / 2 + capacity / 40
        var last: TokenAmount = 0
        var beforeLast: TokenAmount = 0
        for offer in offers.sorted(by: { $0.premium > $1.premium }) {
            (last, beforeLast) = (offer.premium, last)
            remaining -= offer.gasLimit.rawValue
            if remaining < 0 { break }
        }
        guard !beforeLast.isZero else { return last }
        return TokenAmount(attoFIL: (last + beforeLast).attoFIL.euclideanDivided(by: 2).quotient)
    }

    /// A premium that should bring a message into one of the next blocks.
    ///
    /// `blocks`: in how many epochs; 1 if zero.
    /// `generator`: adds a little noise, so that equal estimates do not all compete for one place.
    package func premium(
        blocks: UInt64,
        at tipset: Tipset,
        using generator: inout some RandomNumberGenerator & Sendable
    ) async throws -> TokenAmount {
        let blocks = min(max(blocks, 1), Self.maximumHistory)
        var offers: [GasOffer] = []
        var blockCount = 0
        var current = tipset
        for _ in 0..<(blocks * 2) where current.height > 0 {
            current = try await chain.parent(of: current)
            blockCount += current.blocks.count
            offers += try await chain.gasOffers(of: current)
        }
        var premium = Self.medianPremium(offers, blockCount: blockCount)
        if premium < TokenAmount(attoFIL: BigInt(Self.minimumPremium)) {
            let factor: Int64 = blocks == 1 ? 200 : blocks == 2 ? 150 : 100
            premium = TokenAmount(attoFIL: BigInt(Self.minimumPremium / 100 * factor))
        }
        let noise = 1 + Self.normal(using: &generator) * 0.005
        let scaled = premium.attoFIL * BigInt(UInt64(noise * 0x1p32) + 1)
        return TokenAmount(attoFIL: scaled >> 32)
    }

    /// A number from the standard normal distribution (Box and Muller), cut at eight deviations.
    static func normal(using generator: inout some RandomNumberGenerator) -> Double {
        let radius = Double.random(in: .leastNonzeroMagnitude..<1, using: &generator)
        let angle = Double.random(in: 0..<1, using: &generator)
        let value = (-2 * log(radius)).squareRoot() * cos(2 * .pi * angle)
        return max(-8, min(8, value))
    }

    // MARK: - Limit

    /// How much gas a message uses after the given earlier messages of its sender.
    package func gasLimit(
        of message: Message,
        after earlier: [Message],
        on tipset: Tipset
    ) async throws -> GasAmount {
        do {
            _ = try await chain.keyAddress(of: message.from, at: tipset)
        } catch {
            throw GasEstimationError.senderInvalid(message.from, cause: "\(error)")
        }
        var trial = message
        trial.gasLimit = BaseFee.blockGasLimit
        trial.gasFeeCap = 0
        trial.gasPremium = 0
        let result = try await chain.trial(of: trial, after: earlier, on: tipset)
        if result.exitCode == .outOfGas { throw GasEstimationError.outOfGas }
        guard result.exitCode == .ok else {
            throw GasEstimationError.executionFailed(result.exitCode, reason: result.error)
        }
        guard message.method == Self.collectMethod,
            (try? await chain.isPaymentChannel(message.to, at: tipset)) == true
        else { return result.gasUsed }
        return result.gasUsed + Self.channelDeletionGas
    }

    // MARK: - Whole messages

    /// Fills in what a message leaves open, and keeps its cost within the limit.
    ///
    /// `earlier`: the sender's waiting messages with smaller nonces.
    /// `tipset`: the head that they wait on.
    package func estimate(
        _ message: Message,
        spec: MessageSendSpec? = nil,
        after earlier: [Message],
        on tipset: Tipset,
        using generator: inout some RandomNumberGenerator & Sendable
    ) async throws -> Message {
        var message = message
        if message.gasLimit == 0 {
            let used = try await gasLimit(of: message, after: earlier, on: tipset)
            let wanted = spec?.gasOverEstimation ?? 0
            let factor = wanted > 0 ? wanted : overestimation
            let limit = min(Double(used.rawValue) * factor, Double(BaseFee.blockGasLimit.rawValue))
            message.gasLimit = GasAmount(Int64(limit))
        }
        if message.gasPremium.isZero {
            message.gasPremium = try await premium(
                blocks: Self.defaultBlocks,
                at: tipset,
                using: &generator
            )
            let factor = spec?.gasOverPremium ?? 0
            if factor > 0 { message.gasPremium = Self.scaled(message.gasPremium, by: factor) }
        }
        if message.gasFeeCap.isZero {
            message.gasFeeCap = Self.feeCap(
                premium: message.gasPremium,
                queue: Self.defaultQueue,
                parentBaseFee: tipset.parentBaseFee
            )
        }
        cap(&message, spec: spec)
        return message
    }

    /// A premium times a positive factor of up to four decimal places, rounded down.
    static func scaled(_ premium: TokenAmount, by factor: Double) -> TokenAmount {
        let steps = BigInt(Int64((min(factor, 0x1p40) * 10_000).rounded()))
        return TokenAmount(
            attoFIL: (premium.attoFIL * steps).euclideanDivided(by: 10_000).quotient
        )
    }

    /// Estimates messages of one sender that follow one another.
    ///
    /// `firstNonce`: the nonce of the first one; each other gets the next.
    /// `earlier`: the sender's waiting messages.
    /// Returned: for each the message, or why it failed; after a failure the others are tried without it.
    package func estimate(
        batch messages: [(message: Message, spec: MessageSendSpec?)],
        firstNonce: UInt64,
        after earlier: [Message],
        on tipset: Tipset,
        using generator: inout some RandomNumberGenerator & Sendable
    ) async throws -> [Result<Message, any Error>] {
        var results: [Result<Message, any Error>] = []
        var preceding = earlier.filter { $0.nonce < firstNonce }
        var nonce = firstNonce
        for (message, spec) in messages {
            var numbered = message
            numbered.nonce = nonce
            do {
                let filled = try await estimate(
                    numbered,
                    spec: spec,
                    after: preceding,
                    on: tipset,
                    using: &generator
                )
                preceding.append(filled)
                results.append(.success(filled))
                nonce += 1
            } catch {
                try Task.checkCancellation()
                results.append(.failure(error))
            }
        }
        return results
    }

    /// Lowers fee cap and premium so that a message cannot cost more than its limit.
    package func cap(_ message: inout Message, spec: MessageSendSpec?) {
        var maxFee = spec?.maxFee ?? 0
        if maxFee.isZero { maxFee = defaultMaxFee }
        guard message.gasLimit > 0, message.requiredFunds > maxFee else { return }
        let gas = BigInt(message.gasLimit.rawValue)
        message.gasFeeCap = TokenAmount(attoFIL: maxFee.attoFIL.euclideanDivided(by: gas).quotient)
        message.gasPremium = min(message.gasPremium, message.gasFeeCap)
    }
}
