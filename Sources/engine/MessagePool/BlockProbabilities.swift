internal import Foundation

/// How likely it is that a block comes in a certain place of its epoch's order of execution.
///
/// Five blocks are expected in an epoch, Poisson distributed, and there is at least one: ours.
enum BlockProbabilities {
    private static let expectedBlocks = 5.0

    /// The probability of each number of other winners, 0 to 14.
    static let otherWinners: [Double] = {
        let condition = log(-1 + exp(expectedBlocks))
        return (0..<MessagePoolLimits.blockCount).map { others in
            let winners = Double(others + 1)
            return exp(log(expectedBlocks) * winners - lgamma(winners + 1) - condition)
        }
    }()

    /// The probability of each place, first to last, for a ticket of a quality.
    ///
    /// `quality`: the probability that another ticket is greater than ours, 0 to 1.
    static func ofPlaces(quality: Double) -> [Double] {
        let smaller = 1 - quality
        return (0..<MessagePoolLimits.blockCount).map { place in
            otherWinners.enumerated().reduce(0) { sum, winners in
                sum + winners.element * binomial(place, of: winners.offset, probability: smaller)
            }
        }
    }

    /// The probability of `hits` in `trials`.
    private static func binomial(_ hits: Int, of trials: Int, probability: Double) -> Double {
        guard hits <= trials else { return 0 }
        if probability == 0 { return hits == 0 ? 1 : 0 }
        if probability == 1 { return hits == trials ? 1 : 0 }
        var coefficient = 1.0
        for step in 0..<hits {
            coefficient = coefficient * Double(trials - step) / Double(step + 1)
        }
        return coefficient * pow(probability, Double(hits))
            * pow(1 - probability, Double(trials - hits))
    }
}
