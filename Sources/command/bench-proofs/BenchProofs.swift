import BLS12381
import StorageCircuits

/// Prints the table of the proof benchmarks, then the same as JSON lines.
@main
struct BenchProofs {
    static func main() throws {
        let rows = try ProofBenchmark.run(threads: ParallelJobs.processorCount)
        print("     median  reference   speed-up      bound  what")
        for row in rows {
            let speedUp = row.reference.map { $0 / row.seconds }
            let cells = [
                column(row.seconds * 1000, " ms"), column(row.reference.map { $0 * 1000 }, " ms"),
                column(speedUp, " x"), column(row.bound.map { $0 * 1000 }, " ms"),
            ]
            print(cells.joined() + "  " + row.name + (row.isWithinBound ? "" : "  TOO SLOW"))
        }
        for row in rows { print(line(row)) }
    }

    /// A number with two decimals, eleven characters wide with its unit.
    private static func column(_ value: Double?, _ unit: String) -> String {
        guard let value else { return String(repeating: " ", count: 11) }
        let scaled = Int((value * 100).rounded())
        let fraction = scaled % 100
        let text = "\(scaled / 100).\(fraction < 10 ? "0" : "")\(fraction)\(unit)"
        return String(repeating: " ", count: max(0, 11 - text.count)) + text
    }

    private static func line(_ row: ProofBenchmark.Row) -> String {
        let reference = row.reference.map(String.init(describing:)) ?? "null"
        let ratio = row.reference.map { "\(row.seconds / $0)" } ?? "null"
        let bound = row.bound.map(String.init(describing:)) ?? "null"
        return #"{"name":"\#(row.name)","value":\#(row.seconds),"unit":"s","#
            + #""reference":\#(reference),"ratio":\#(ratio),"bound":\#(bound),"#
            + #""ok":\#(row.isWithinBound)}"#
    }
}
