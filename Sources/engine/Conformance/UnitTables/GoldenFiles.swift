internal import BigIntegers
internal import BuiltinActors
internal import FilecoinTypes

extension KnownFileSet {
    /// Curves of the reward actor and of its exponential function (`actors/reward`, `actors/math`).
    static let goldenFiles: [KnownFile] = [
        curve("actors/math/TestExpFunction.golden") { numbers in
            FixedPoint.exponentialOfNegative(numbers[0])
        },
        curve("actors/reward/TestSimpleReward.golden") { numbers in
            reward(epoch: numbers[0], from: 0, to: 0)
        },
        // What the baseline adds while its theta goes from t0 to t1.
        curve("actors/reward/TestBaselineReward.golden") { numbers in
            reward(epoch: 0, from: numbers[0], to: numbers[1]) - reward(epoch: 0, from: 0, to: 0)
        },
    ]

    /// A file of lines `argument,...,value` below a line of titles.
    private static func curve(
        _ path: String,
        _ value: @escaping @Sendable ([BigInt]) -> BigInt
    ) -> KnownFile {
        KnownFile(path) { file in
            try file.lines().dropFirst().enumerated().map { index, line in
                let numbers = line.split(separator: ",").compactMap { BigInt(decimal: String($0)) }
                return KnownFile.Row("line \(index + 2)") {
                    guard let wanted = numbers.last, numbers.count > 1 else {
                        throw TestDataError("\(line) has no numbers")
                    }
                    try checkEqual(value(numbers), wanted, "value")
                }
            }
        }
    }

    private static func reward(epoch: BigInt, from previous: BigInt, to theta: BigInt) -> BigInt {
        RewardMath.reward(
            epoch: ChainEpoch(rawValue: Int64(exactly: epoch) ?? 0),
            previousTheta: previous,
            theta: theta,
            simpleTotal: RewardMath.simpleTotal,
            baselineTotal: RewardMath.baselineTotal
        )
    }
}
