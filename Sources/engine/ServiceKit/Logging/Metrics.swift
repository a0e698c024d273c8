import Synchronization

/// The figures of one service, printed at `/metrics` in the Prometheus text format.
///
/// It belongs to a service instance. Asking twice for a name and labels gives the same figure.
package final class MetricsRegistry: Sendable {
    /// The most label combinations of one name; later ones share the series `overflow`.
    package static let maximumSeries = 1000

    private struct Family {
        let kind: String
        let help: String
        var series: [String: Series] = [:]
    }

    private enum Series {
        case value(MetricValue)
        case histogram(Histogram)
    }

    private let prefix: String
    private let families = Mutex<[String: Family]>([:])

    /// Creates an empty registry whose names start with `prefix` and an underscore.
    package init(prefix: String = "venus") { self.prefix = prefix.isEmpty ? "" : prefix + "_" }

    /// A number that only grows.
    package func counter(
        _ name: String,
        help: String = "",
        labels: KeyValuePairs<String, String> = [:]
    ) -> MetricValue { value("counter", name, help, labels) }

    /// A number that goes up and down.
    package func gauge(
        _ name: String,
        help: String = "",
        labels: KeyValuePairs<String, String> = [:]
    ) -> MetricValue { value("gauge", name, help, labels) }

    /// A distribution, counted in buckets whose upper ends, rising, are `bounds`.
    package func histogram(
        _ name: String,
        help: String = "",
        labels: KeyValuePairs<String, String> = [:],
        bounds: [Double] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60]
    ) -> Histogram {
        let series = series("histogram", name, help, labels) {
            .histogram(Histogram(bounds: bounds))
        }
        if case .histogram(let histogram) = series { return histogram }
        return Histogram(bounds: bounds)
    }

    private func value(
        _ kind: String,
        _ name: String,
        _ help: String,
        _ labels: KeyValuePairs<String, String>
    ) -> MetricValue {
        let series = series(kind, name, help, labels) { .value(MetricValue()) }
        if case .value(let value) = series { return value }
        return MetricValue()
    }

    private func series(
        _ kind: String,
        _ name: String,
        _ help: String,
        _ labels: KeyValuePairs<String, String>,
        _ make: () -> Series
    ) -> Series {
        families.withLock { families in
            var family = families[prefix + name] ?? Family(kind: kind, help: help)
            precondition(family.kind == kind, "\(name) is a \(family.kind)")
            var key = Self.text(labels)
            if family.series[key] == nil, family.series.count >= Self.maximumSeries {
                key = "series=\"overflow\""
            }
            let series = family.series[key] ?? make()
            family.series[key] = series
            families[prefix + name] = family
            return series
        }
    }

    private static func text(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { name, value in
            let escaped = value.reduce(into: "") { text, character in
                switch character {
                case "\\": text += "\\\\"
                case "\"": text += "\\\""
                case "\n": text += "\\n"
                default: text.append(character)
                }
            }
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }

    /// All figures in the Prometheus text format 0.0.4, sorted by name.
    package func text() -> String {
        families.withLock { families in
            families.sorted { $0.key < $1.key }.reduce(into: "") { text, entry in
                let (name, family) = entry
                if !family.help.isEmpty { text += "# HELP \(name) \(family.help)\n" }
                text += "# TYPE \(name) \(family.kind)\n"
                for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                    switch series {
                    case .value(let value):
                        text += name + (labels.isEmpty ? "" : "{\(labels)}") + " \(value.value)\n"
                    case .histogram(let histogram): text += histogram.text(name, labels)
                    }
                }
            }
        }
    }
}

/// A counter or a gauge.
package final class MetricValue: Sendable {
    private let number = Atomic<Int64>(0)

    /// The present value.
    package var value: Int64 { number.load(ordering: .relaxed) }

    package func increment(by amount: Int64 = 1) { number.wrappingAdd(amount, ordering: .relaxed) }

    package func set(_ value: Int64) { number.store(value, ordering: .relaxed) }
}

/// A distribution of measurements.
package final class Histogram: Sendable {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Counts one measurement.
    package func observe(_ value: Double) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func text(_ name: String, _ labels: String) -> String {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var text = ""
        var total: UInt64 = 0
        for (index, count) in state.counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
        }
        let suffix = labels.isEmpty ? "" : "{\(labels)}"
        return text + "\(name)_sum\(suffix) \(state.sum)\n\(name)_count\(suffix) \(total)\n"
    }
}
