import BigIntegers
import FilecoinTypes
import VenusAPI

/// The gas values of a message that takes the place of another one in the pools.
enum Replacement {
    /// The least ratio of the new premium to the old one that nodes accept, in percent.
    static let minimumPercent: Int64 = 110

    /// The least premium that replaces a message: `premium * ratio + 1`.
    ///
    /// The ratio is what the node's pool asks for, such as 1.25.
    static func minimumPremium(over premium: TokenAmount, ratio: Double) -> TokenAmount {
        let asked = (ratio * 100).isFinite ? Int64(exactly: (ratio * 100).rounded(.down)) : nil
        let percent = max(minimumPercent, asked ?? minimumPercent)
        let scaled = (premium * percent).attoFIL.quotientAndRemainder(dividingBy: 100).quotient
        return TokenAmount(attoFIL: scaled + 1)
    }

    /// Raises a message by the node's estimate.
    ///
    /// - Parameters:
    ///   - message: The message that is to be replaced.
    ///   - estimate: The node's estimate for it without cap and premium.
    ///   - ratio: What the node's pool asks for.
    ///   - maxFee: The most that the message may cost; 0 for any.
    /// - Returns: The message with its new gas values.
    /// - Throws: ``MessagerFailure`` when `maxFee` does not allow the premium that a pool needs.
    static func automatic(
        _ message: Message,
        estimate: Message,
        ratio: Double,
        maxFee: TokenAmount
    ) throws(MessagerFailure) -> Message {
        let least = minimumPremium(over: message.gasPremium, ratio: ratio)
        var new = message
        new.gasPremium = max(estimate.gasPremium, least)
        new.gasFeeCap = max(estimate.gasFeeCap, new.gasPremium)
        if maxFee > 0 && new.gasLimit > 0 && new.requiredFunds > maxFee {
            let limit = BigInt(new.gasLimit.rawValue)
            let cap = maxFee.attoFIL.quotientAndRemainder(dividingBy: limit).quotient
            new.gasFeeCap = TokenAmount(attoFIL: cap)
            new.gasPremium = min(new.gasPremium, new.gasFeeCap)
        }
        guard new.gasPremium >= least else {
            let needed = least * message.gasLimit
            throw MessagerFailure(
                "max fee too low: replacing needs a premium of \(least.attoFIL), a max fee of "
                    + "\(needed.attoFIL) at least"
            )
        }
        return new
    }

    /// Puts given values in.
    ///
    /// - Throws: ``MessagerFailure`` for values that no pool takes.
    static func manual(
        _ message: Message,
        _ wish: MessagerReplacement
    ) throws(MessagerFailure) -> Message {
        guard wish.gasPremium > 0 else {
            throw MessagerFailure("gas premium(\(wish.gasPremium.attoFIL)) must bigger than zero")
        }
        guard wish.gasFeeCap > 0 else {
            throw MessagerFailure("gas feecap(\(wish.gasFeeCap.attoFIL)) must bigger than zero")
        }
        guard wish.gasFeeCap >= wish.gasPremium else {
            throw MessagerFailure(
                "gas feecap(\(wish.gasFeeCap.attoFIL)) must bigger or equal than gas premium"
                    + "(\(wish.gasPremium.attoFIL))"
            )
        }
        var new = message
        if wish.gasLimit > 0 { new.gasLimit = wish.gasLimit }
        new.gasPremium = wish.gasPremium
        new.gasFeeCap = wish.gasFeeCap
        return new
    }
}
