/// Lengths of time in the form of the originals' command lines and configuration files: `2h`, `1m30s`, `250ms`.
package enum GoDuration {
    /// Reads a duration: a sign, then numbers with the units `ns us µs ms s m h`; `0` needs no unit.
    ///
    /// - Returns: nil when the text has another form or exceeds about 292 years.
    package static func parse(_ text: some StringProtocol) -> Duration? {
        var rest = Substring(text)
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest.removeFirst()
        }
        if rest == "0" { return .zero }
        if rest.isEmpty { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let (nanoseconds, remainder) = part(rest) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(nanoseconds)
            if overflow { return nil }
            total = sum
            rest = remainder
        }
        return .nanoseconds(isNegative ? -total : total)
    }

    private static let units: [(String, Int64)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000),
        ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// One number with its unit at the start of `text`, in nanoseconds, and what follows.
    private static func part(_ text: Substring) -> (Int64, Substring)? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let afterNumber = text[number.endIndex...]
        let name = afterNumber.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
        guard let unit = units.first(where: { $0.0 == name })?.1 else { return nil }
        let pieces = number.split(separator: ".", omittingEmptySubsequences: false)
        guard pieces.count <= 2, pieces.contains(where: { !$0.isEmpty }) else { return nil }
        guard let whole = pieces[0].isEmpty ? 0 : Int64(pieces[0]) else { return nil }
        let (nanoseconds, overflow) = whole.multipliedReportingOverflow(by: unit)
        if overflow { return nil }
        var fraction = 0.0
        if pieces.count == 2, !pieces[1].isEmpty {
            guard let value = Double("0." + pieces[1]) else { return nil }
            fraction = value * Double(unit)
        }
        let (sum, tooLong) = nanoseconds.addingReportingOverflow(Int64(fraction))
        return tooLong ? nil : (sum, afterNumber[name.endIndex...])
    }

    /// Writes a duration as Go does: `1m30s`, `1.5s`, `250ms`, `0s`.
    package static func text(_ duration: Duration) -> String {
        let nanoseconds = duration.nanoseconds
        if nanoseconds == 0 { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return sign + decimal(magnitude, 1_000) + "µs" }
        if magnitude < 1_000_000_000 { return sign + decimal(magnitude, 1_000_000) + "ms" }
        let minutes = magnitude / 60_000_000_000
        let seconds = decimal(magnitude % 60_000_000_000, 1_000_000_000) + "s"
        if minutes == 0 { return sign + seconds }
        if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
        return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
    }

    private static func decimal(_ value: UInt64, _ unit: UInt64) -> String {
        let digits = String(unit + value % unit).dropFirst()
        let fraction = String(digits.reversed().drop { $0 == "0" }.reversed())
        return fraction.isEmpty ? "\(value / unit)" : "\(value / unit).\(fraction)"
    }
}

extension Duration {
    /// The length in nanoseconds, held at the ends of the range of `Int64` (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooLong) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflow || tooLong { return seconds < 0 ? .min : .max }
        return sum
    }
}
