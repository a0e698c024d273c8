import StorageProofs

/// Prints the table of the sealing benchmarks, then the same as JSON lines.
@main
struct BenchSeal {
    static func main() throws {
        let rows = try SealBenchmark.run()
        print("median ns      p90 ns   ratio  bound  what")
        for row in rows {
            let ratio = row.reference.map { row.median / $0 }
            let cells = [
                column(row.median, 9), column(row.p90, 11),
                ratio.map { column($0, 7, decimals: 2) } ?? "       ",
                row.bound.map { column($0, 6, decimals: 2) } ?? "      ",
            ]
            print(cells.joined() + "  " + row.name)
        }
        for row in rows { print(line(row)) }
    }

    /// A number with its point in the same place in every row.
    private static func column(_ value: Double, _ width: Int, decimals: Int = 1) -> String {
        let scale = decimals == 1 ? 10 : 100
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        let padded = String(repeating: "0", count: decimals - fraction.count) + fraction
        let text = "\(scaled / scale).\(padded)"
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func line(_ row: SealBenchmark.Row) -> String {
        let reference = row.reference.map(String.init(describing:)) ?? "null"
        let ratio = row.reference.map { "\(row.median / $0)" } ?? "null"
        let bound = row.bound.map(String.init(describing:)) ?? "null"
        return #"{"name":"\#(row.name)","value":\#(row.median),"unit":"ns","#
            + #""reference":\#(reference),"ratio":\#(ratio),"bound":\#(bound),"#
            + #""ok":\#(row.isWithinBound)}"#
    }
}
