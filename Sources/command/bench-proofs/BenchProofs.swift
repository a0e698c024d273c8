import BLS12381
import Benchmarking
import StorageCircuits

/// Measures proofs of space-time, their verification, and multi-exponentiation.
@main
struct BenchProofs {
    static func main() throws {
        let threads = ParallelJobs.processorCount
        BenchmarkReport.main("Proofs, \(threads) threads") { report in
            for row in try ProofBenchmark.run(threads: threads) {
                report.add(
                    BenchmarkRow(
                        row.name,
                        value: row.value,
                        unit: row.unit,
                        reference: row.reference,
                        referenceName: row.referenceName,
                        bound: row.bound.map { .valueAtMost($0) }
                    )
                )
            }
        }
    }
}
