import BigIntegers
import BuiltinActors
import TestSupport
import Testing

@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct SmoothingTests {
    @Test func `the next estimate is the reference's`() throws {
        for row in try UnitTable.rows("smoothing_next_estimate") {
            let previous = row["prev"].estimate
            let next = previous.next(
                observing: row["observation"].big,
                after: row["epoch_delta"].epoch
            )
            #expect(next == row["next"].estimate)
            #expect(previous.estimate == row["estimate"].big)
        }
    }

    @Test func `the extrapolated sum of a ratio is the reference's`() throws {
        for row in try UnitTable.rows("smoothing_cumsum_ratio") {
            let sum = FilterEstimate.extrapolatedCumulativeSumOfRatio(
                delta: row["delta"].epoch,
                relativeStart: row["relative_start"].epoch,
                numerator: row["num"].estimate,
                denominator: row["denom"].estimate
            )
            #expect(sum == row["q128"].big)
        }
    }
}
