internal import JSON

/// One line of a benchmark table.
package struct BenchmarkRow: Hashable, Sendable {
    /// What counts as good enough.
    package enum Bound: Hashable, Sendable {
        /// The value itself, for times and sizes.
        case valueAtMost(Double)
        /// The value itself, for rates.
        case valueAtLeast(Double)
        /// The value divided by the reference, for times and sizes.
        case ratioAtMost(Double)
        /// The value divided by the reference, for rates.
        case ratioAtLeast(Double)
    }

    /// What was measured, and on how much: unique among all programs.
    package let name: String
    /// The median, or the one value that was taken.
    package let value: Double
    /// `s` for seconds (shown as ns, µs, ms or s), `B` for bytes, or a rate such as `1/s` and `MB/s`.
    package let unit: String
    /// The slow end of the rounds; nil where only one value was taken.
    package let p90: Double?
    /// What the value is compared with, in the same unit.
    package let reference: Double?
    /// Whose figure the reference is: `Go net/http, same run`.
    package let referenceName: String?
    /// What counts as good enough; nil where nothing was promised.
    package let bound: Bound?

    package init(
        _ name: String,
        value: Double,
        unit: String,
        p90: Double? = nil,
        reference: Double? = nil,
        referenceName: String? = nil,
        bound: Bound? = nil
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.p90 = p90
        self.reference = reference
        self.referenceName = referenceName
        self.bound = bound
    }

    /// A row of a time.
    package init(
        _ name: String,
        _ measurement: Measurement,
        reference: Double? = nil,
        referenceName: String? = nil,
        bound: Bound? = nil
    ) {
        self.init(
            name,
            value: measurement.median,
            unit: "s",
            p90: measurement.p90,
            reference: reference,
            referenceName: referenceName,
            bound: bound
        )
    }

    /// The value divided by the reference.
    package var ratio: Double? {
        guard let reference, reference != 0 else { return nil }
        return value / reference
    }

    /// Whether the bound is kept; a bound on a ratio that cannot be told is missed.
    package var isWithinBound: Bool {
        switch bound {
        case nil: true
        case .valueAtMost(let limit): value <= limit
        case .valueAtLeast(let limit): value >= limit
        case .ratioAtMost(let limit): ratio.map { $0 <= limit } ?? false
        case .ratioAtLeast(let limit): ratio.map { $0 >= limit } ?? false
        }
    }
}

// MARK: - JSON

extension BenchmarkRow {
    /// The row as a line of `bench.jsonl`, without the line break.
    ///
    /// | key | meaning |
    /// |---|---|
    /// | `name` | what was measured |
    /// | `value` | in `unit` |
    /// | `unit` | `s`, `B`, `1/s`, ... |
    /// | `reference` | what it is compared with, or null |
    /// | `ratio` | value divided by reference, or null |
    /// | `bound` | the limit, or null |
    /// | `ok` | whether the limit is kept |
    /// | `rule` | what the limit is for: `value <=`, `value >=`, `ratio <=`, `ratio >=`; absent without a limit |
    /// | `p90`, `referenceName` | absent where there is none |
    package var jsonLine: String {
        var writer = JSONWriter(format: JSONFormat(escapesHTML: false))
        writer.object { writer in
            writer.member("name", name)
            writer.member("value", value)
            writer.member("unit", unit)
            writer.member("reference", reference)
            writer.member("ratio", ratio)
            writer.member("bound", limit?.number)
            writer.member("ok", isWithinBound)
            writer.memberIfPresent("rule", limit?.rule)
            writer.memberIfPresent("p90", p90)
            writer.memberIfPresent("referenceName", referenceName)
        }
        return writer.text
    }

    /// The bound, split into what it limits and the number.
    var limit: (rule: String, number: Double)? {
        switch bound {
        case nil: nil
        case .valueAtMost(let limit): ("value <=", limit)
        case .valueAtLeast(let limit): ("value >=", limit)
        case .ratioAtMost(let limit): ("ratio <=", limit)
        case .ratioAtLeast(let limit): ("ratio >=", limit)
        }
    }
}
