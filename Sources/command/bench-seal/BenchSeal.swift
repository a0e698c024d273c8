import Benchmarking
import StorageProofs

/// Measures the inner loops of sealing.
@main
struct BenchSeal {
    static func main() throws {
        BenchmarkReport.main("Sealing, processor time of one thread") { report in
            for row in try SealBenchmark.run() {
                report.add(
                    BenchmarkRow(
                        row.name,
                        value: row.median * 1e-9,
                        unit: "s",
                        p90: row.p90 * 1e-9,
                        reference: row.reference.map { $0 * 1e-9 },
                        referenceName: row.reference.map { _ in "20 bare compressions" },
                        bound: row.bound.map { .ratioAtMost($0) }
                    )
                )
            }
        }
    }
}
