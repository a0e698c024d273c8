/// How rows are shown to a person: figures in columns, what they stand for at the end.
enum BenchmarkTable {
    static let header: String =
        columns(["median", "p90", "reference", "ratio", "bound"]) + "   what"

    static func line(_ row: BenchmarkRow) -> String {
        let cells = [
            figure(row.value, row.unit),
            row.p90.map { figure($0, row.unit) } ?? "",
            row.reference.map { figure($0, row.unit) } ?? "",
            row.ratio.map { number($0) } ?? "",
            bound(row),
        ]
        let reference = row.referenceName.map { " (reference: \($0))" } ?? ""
        let verdict = row.isWithinBound ? "  " : "! "
        return columns(cells) + " " + verdict + row.name + reference
    }

    private static func bound(_ row: BenchmarkRow) -> String {
        switch row.bound {
        case nil: ""
        case .valueAtMost(let limit): "<= " + figure(limit, row.unit)
        case .valueAtLeast(let limit): ">= " + figure(limit, row.unit)
        case .ratioAtMost(let limit): "<= " + number(limit) + " x"
        case .ratioAtLeast(let limit): ">= " + number(limit) + " x"
        }
    }

    private static func columns(_ cells: [String]) -> String {
        zip(cells, [11, 11, 11, 8, 14]).map { cell, width in
            String(repeating: " ", count: max(1, width - cell.count)) + cell
        }.joined()
    }

    /// A value with its unit; times and sizes in the unit that leaves one to three digits before the point.
    static func figure(_ value: Double, _ unit: String) -> String {
        let steps: [(factor: Double, name: String)]
        switch unit {
        case "s": steps = [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
        case "B": steps = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1, "B")]
        default: return number(value) + " " + unit
        }
        let step =
            steps.first { value.magnitude >= $0.factor } ?? steps[value == 0 ? 0 : steps.count - 1]
        return number(value / step.factor) + " " + step.name
    }

    /// About four digits: 0.0123, 1.234, 12.34, 123.4, 12345.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let decimals =
            switch value.magnitude {
            case 1000...: 0
            case 100...: 1
            case 10...: 2
            case 0.1...: 3
            default: 4
            }
        guard value.magnitude < 1e15 else { return "\(value)" }
        let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        guard decimals > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        let padding = String(repeating: "0", count: decimals - fraction.count)
        return "\(sign)\(scaled / scale).\(padding)\(fraction)"
    }
}
