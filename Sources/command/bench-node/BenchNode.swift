import ActorRuntime
import Benchmarking
import Consensus
import FilecoinTypes
import StateMachine

/// Measures the node where it works hardest: messages, blocks, archives.
///
/// Everything is made anew and real, with one exception: the proof in a block is taken as it is, since what is
/// measured is the rest. `bench-proofs` measures proofs.
@main
struct BenchNode {
    private static let transferCount = 5000
    private static let blockMessageCount = 200

    static func main() async throws {
        await BenchmarkReport.main(
            "The node, on a state of 100,000 accounts, processor time"
        ) { report in
            let network = try await BenchNetwork.make(accounts: 100_000)
            try transfers(network, &report)
            try block(network, try await network.block(messages: blockMessageCount), &report)
            try archives(network, &report)
        }
    }

    private static func transfers(
        _ network: BenchNetwork,
        _ report: inout BenchmarkReport
    ) throws {
        let messages = network.transfers(count: transferCount)
        let measurement = try Measurement.of(
            rounds: 5,
            items: messages.count,
            meter: .processor
        ) {
            try network.execute(messages)
        }
        report.add(
            BenchmarkRow(
                "transfers, 100,000 accounts, one core",
                value: 1 / measurement.median,
                unit: "1/s"
            )
        )
    }

    private static func block(
        _ network: BenchNetwork,
        _ block: FullBlock,
        _ report: inout BenchmarkReport
    ) throws {
        let check = try Measurement.of(rounds: 9, meter: .processor) { try network.validate(block) }
        report.add(BenchmarkRow("check a block of 200 messages, without its proof", check))
        let tipset = try network.take(block)
        let execution = try Measurement.of(rounds: 9, meter: .processor) {
            try network.execute(tipset)
        }
        report.add(BenchmarkRow("execute a tipset of 200 messages", execution))
        report.add(
            BenchmarkRow(
                "validate a tipset of 200 messages, without its proof",
                value: check.median + execution.median,
                unit: "s",
                reference: 0.0325,
                referenceName: "lotus, main network 2021, messages known (lotus #5128)",
                bound: .valueAtMost(1)
            )
        )
    }

    private static func archives(
        _ network: BenchNetwork,
        _ report: inout BenchmarkReport
    ) throws {
        let archive = try network.export()
        let measurement = try Measurement.of(rounds: 5, meter: .processor) {
            try network.importing(archive)
        }
        report.add(
            BenchmarkRow(
                "import a chain, every block's hash checked",
                value: Double(archive.count) / 1e6 / measurement.median,
                unit: "MB/s",
                reference: 121.3,
                referenceName: "lotus, 15.6 GiB in 2 m 17 s, 2020 (lotus #5240)"
            )
        )
    }
}
