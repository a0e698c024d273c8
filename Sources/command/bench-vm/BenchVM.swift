import ActorRuntime
import Benchmarking
import Conformance
import Foundation

/// Measures the state machine against lotus's native VM and against the bare operations that its work
/// consists of.
///
/// Needs the independent test data: in the folder that `VENUS_VECTORS` names, or in `../shared/vectors`.
@main
struct BenchVM {
    static func main() throws {
        BenchmarkReport.main("State machine") { report in
            let folder =
                ProcessInfo.processInfo.environment["VENUS_VECTORS"] ?? "../shared/vectors"
            let actors = folder + "/reference/actors"
            guard FileManager.default.fileExists(atPath: actors) else {
                report.note("no \(actors): name the folder of the test data in VENUS_VECTORS")
                return
            }
            // Calls of actors nest deeper than the main thread's stack allows.
            let rows = try DeepStack.run {
                try ReplayRows(folder: actors + "/replay").rows()
            }
            for row in rows { report.add(row) }
            for row in try vectors(below: actors + "/vectors/2k-v7") { report.add(row) }
        }
    }

    /// Vectors per second; each file is unpacked, parsed, executed and compared.
    ///
    /// lotus took 1.55 s of processor time for the 565 of them, and 1.11 s on two cores.
    private static func vectors(below folder: String) throws -> [BenchmarkRow] {
        var count = 0
        func run(_ workers: Int) throws {
            let runner = ConformanceRunner(
                sets: [VectorSet()],
                options: ConformanceOptions(),
                workers: workers
            )
            let total = try runner.run(folder: folder).total
            guard total.failed == 0 else { throw BenchmarkFailure("a vector does not pass") }
            count = total.passed
        }
        let one = try Measurement.of(rounds: 5, meter: .processor) { try run(1) }
        let two = try Measurement.of(rounds: 5, meter: .wall) { try run(2) }
        return [
            BenchmarkRow(
                "vectors 2k-v7 per second of processor time, one thread",
                value: Double(count) / one.median,
                unit: "1/s",
                reference: 565 / 1.55,
                referenceName: "lotus, idle machine"
            ),
            BenchmarkRow(
                "vectors 2k-v7 per second, two threads",
                value: Double(count) / two.median,
                unit: "1/s",
                reference: 565 / 1.11,
                referenceName: "lotus, idle machine"
            ),
        ]
    }
}

/// What was to be measured did not do what it should.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
