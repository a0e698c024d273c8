package import BigIntegers
package import FilecoinTypes

/// Which of two chains is the chain: the one with more weight, which is the one that more storage power mined.
///
/// - SeeAlso: lotus, `chain/consensus/filcns/weight.go` and `compare.go`; Filecoin specification, "Weight".
package enum ForkChoice {
    /// The weight of blocks beside that of the power: half of it, when an epoch has the five blocks it should.
    private static let winRatioNumerator: BigInt = 1
    private static let winRatioDenominator: BigInt = 2
    private static let blocksPerEpoch: BigInt = 5

    /// Returns the weight that children of a tipset carry.
    ///
    /// It grows by the logarithm of the power, in 256ths, and by half as much again for five wins.
    ///
    /// - Parameters:
    ///   - parentWeight: The weight in the tipset's headers.
    ///   - totalPower: The quality-adjusted power in the state that the tipset builds on, in bytes.
    ///   - winCount: The sum of the wins of its blocks.
    /// - Returns: Nil without any power: such a network is dead.
    package static func weight(
        after parentWeight: BigInt,
        totalPower: BigInt,
        winCount: Int64
    ) -> BigInt? {
        guard totalPower.signum > 0 else { return nil }
        let logarithm = BigInt(totalPower.bitWidth - 1) << 8
        let wins = (logarithm * BigInt(winCount) * winRatioNumerator)
            .euclideanDivided(by: blocksPerEpoch * winRatioDenominator).quotient
        return parentWeight + logarithm + wins
    }

    /// Whether a tipset should replace the head.
    ///
    /// Of equal weights the one with the lesser ticket wins, compared block by block; the head stays if all
    /// tickets are equal.
    package static func prefers(
        _ candidate: (tipset: Tipset, weight: BigInt),
        over head: (tipset: Tipset, weight: BigInt)
    ) -> Bool {
        if candidate.weight != head.weight { return candidate.weight > head.weight }
        for (a, b) in zip(candidate.tipset.blocks, head.tipset.blocks) {
            guard let left = a.ticket?.digest, let right = b.ticket?.digest else { return false }
            if left != right { return left < right }
        }
        return false
    }
}
