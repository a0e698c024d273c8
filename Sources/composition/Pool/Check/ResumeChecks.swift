import BitFields
import FilecoinTypes
import JSONRPC
import VenusAPI

/// The second half of check 7: a pool that rested while the wall clock went on goes on with the next epoch.
struct ResumeChecks: Sendable {
    private static let day: Int64 = 86_400

    let pool: PoolUnderTest
    let report: CheckReport

    func run() async {
        await report.check("7.5 stopped, and resumed with the wall clock moved 24 hours") {
            let before = try await pool.head()
            try await pool.stop()
            try await pool.start(movingWallClockBy: Self.day)
            let after = try await pool.waitForHead(before.height + 1, seconds: pool.seconds(12))
            let tipsets = try await ChainScan(node: pool.node())
                .tipsets(from: before.height, to: after)
            guard let first = tipsets.last(where: { $0.height > before.height }) else {
                throw CheckFailure("no tipset after \(before.height)")
            }
            // The services need some seconds to start; two epochs may pass meanwhile.
            try require(
                first.height <= before.height + 3,
                "the chain went on at \(first.height) after \(before.height)"
            )
            try await pool.waitForHead(first.height + 3, seconds: pool.seconds(12))
            for miner in pool.plan.miners {
                let faults = try await pool.node().call(StateMinerFaults.self, miner.id, .empty)
                try require(faults.field.isEmpty, "\(miner.id) has faults")
            }
        }
    }
}
