internal import BigIntegers

/// Where the money goes that a message paid for gas.
///
/// The sender put up fee cap times gas limit; burn, tip and refund add up to that, and the penalty is the
/// miner's own.
public struct GasOutputs: Hashable, Sendable {
    /// Burnt for the gas that was used: base fee, at most the fee cap, for each unit.
    public var baseFeeBurn: TokenAmount
    /// Burnt for asking for far more gas than was used.
    public var overEstimationBurn: TokenAmount
    /// What the miner pays for a message whose fee cap is below the base fee.
    public var minerPenalty: TokenAmount
    /// What the miner gets: premium for each unit of the gas limit.
    public var minerTip: TokenAmount
    /// What goes back to the sender.
    public var refund: TokenAmount
    /// Units of gas that were paid for, not used and given back.
    public var gasRefund: GasAmount
    /// Units of gas that were paid for, not used and burnt.
    public var gasBurned: GasAmount

    /// Nothing at all.
    public static let zero = GasOutputs(
        baseFeeBurn: 0,
        overEstimationBurn: 0,
        minerPenalty: 0,
        minerTip: 0,
        refund: 0,
        gasRefund: 0,
        gasBurned: 0
    )

    /// What the sender loses: both burns and the tip.
    public var totalSpent: TokenAmount { baseFeeBurn + overEstimationBurn + minerTip }
}

extension GasOutputs {
    /// Computes where the money goes.
    ///
    /// - Parameters:
    ///   - gasUsed: What execution used.
    ///   - gasLimit: What the message allowed.
    ///   - baseFee: What the tipset asks for a unit of gas.
    ///   - feeCap: What the sender pays at most for a unit.
    ///   - premium: What the sender offers the miner for a unit.
    ///   - chargesNetworkFee: Whether the base fee is burnt; it was not for successful WindowPoSts between
    ///     the Claus upgrade and network version 13.
    public init(
        gasUsed: GasAmount,
        gasLimit: GasAmount,
        baseFee: TokenAmount,
        feeCap: TokenAmount,
        premium: TokenAmount,
        chargesNetworkFee: Bool = true
    ) {
        let fee = min(baseFee, feeCap)
        let missing = baseFee - fee
        let (refunded, burned) = Self.overestimation(gasUsed: gasUsed, gasLimit: gasLimit)
        baseFeeBurn = chargesNetworkFee ? fee * gasUsed : 0
        overEstimationBurn = fee * burned
        minerPenalty = missing * gasUsed + missing * burned
        minerTip = min(premium, feeCap - fee) * gasLimit
        refund = feeCap * gasLimit - baseFeeBurn - minerTip - overEstimationBurn
        gasRefund = refunded
        gasBurned = burned
    }

    /// Divides the gas that was not used into what is given back and what is burnt.
    ///
    /// Up to a tenth more than was used is free; the share that burns grows from there to all of it at 110 %
    /// too much.
    public static func overestimation(
        gasUsed: GasAmount,
        gasLimit: GasAmount
    ) -> (refunded: GasAmount, burned: GasAmount) {
        guard gasUsed != 0 else { return (0, gasLimit) }
        let unused = gasLimit - gasUsed
        let over = gasLimit - gasUsed * 11 / 10
        guard over >= 0 else { return (unused, 0) }
        // The product passes 64 bits for limits above 2^32.
        let product = BigInt(unused.rawValue) * BigInt(min(over, gasUsed).rawValue)
        let quotient = product.euclideanDivided(by: BigInt(gasUsed.rawValue)).quotient
        let burned = GasAmount(rawValue: Int64(exactly: quotient) ?? unused.rawValue)
        return (unused - burned, burned)
    }
}
