internal import BigIntegers

/// The price that every message pays for a unit of gas, which is burnt; it follows demand.
///
/// A tipset that asks for half of the gas that its blocks allow leaves the fee as it is; fuller ones raise
/// it and emptier ones lower it, by at most an eighth.
///
/// - SeeAlso: Filecoin specification, "Gas fees"; FIP-0001 (the target after Smoke).
public enum BaseFee {
    /// How much gas the messages of a block may ask for.
    public static let blockGasLimit: GasAmount = 10_000_000_000
    /// How much gas a block is meant to use: half of the limit.
    public static let blockGasTarget: GasAmount = 5_000_000_000
    /// The fee in the genesis block.
    public static let initial: TokenAmount = 100_000_000
    /// The least fee.
    public static let minimum: TokenAmount = 100
    /// An eighth is the most that the fee changes by.
    static let maximumChangeDenominator: Int64 = 8

    /// Returns the fee of a tipset's children.
    ///
    /// - Parameters:
    ///   - fee: The fee in the tipset's headers.
    ///   - gasLimitTotal: The sum of the gas limits of its distinct messages.
    ///   - blockCount: How many blocks it has, at least one.
    ///   - isAfterSmoke: Whether its height is above the Smoke upgrade; before it, blocks were assumed to be
    ///     filled to four fifths only.
    /// - Returns: At least ``minimum``.
    public static func next(
        after fee: TokenAmount,
        gasLimitTotal: GasAmount,
        blockCount: Int,
        isAfterSmoke: Bool = true
    ) -> TokenAmount {
        let target = blockGasTarget.rawValue
        let blocks = Int64(max(1, blockCount))
        let perBlock =
            isAfterSmoke
            ? gasLimitTotal.rawValue / blocks : gasLimitTotal.rawValue &* 5 / (blocks &* 4)
        let delta = max(-target, min(target, perBlock &- target))
        // Two divisions as in the reference, each Euclidean: a negative change rounds away from zero.
        let change = (fee * delta).attoFIL
            .euclideanDivided(by: BigInt(target)).quotient
            .euclideanDivided(by: BigInt(maximumChangeDenominator)).quotient
        return max(minimum, fee + TokenAmount(attoFIL: change))
    }
}
