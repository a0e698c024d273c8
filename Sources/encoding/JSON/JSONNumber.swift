/// A JSON number: its text, exact whatever its size.
public struct JSONNumber: Hashable, Sendable, CustomStringConvertible {
    /// The number as JSON writes it.
    ///
    /// - Invariant: Fits the number grammar of RFC 8259, section 6.
    public let text: String

    /// Trusts the caller that `text` fits the grammar.
    init(trusted text: String) { self.text = text }

    /// The number with this value.
    public init(_ value: some BinaryInteger) { text = String(value) }

    /// The number as Go's `encoding/json` prints it, or `nil` if the value is infinite or no number.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = GoFloat.text(value)
    }

    /// Checks text that came from outside; `nil` unless it fits the number grammar of RFC 8259.
    public init?(text: String) {
        var parser = JSONParser(limits: .standard)
        let bytes: [UInt8] = Array(text.utf8)
        guard let end = try? parser.skipNumber(bytes.span), end == bytes.count else { return nil }
        self.text = text
    }

    /// The integer that the text is, or `nil` if it has a fraction or an exponent or does not fit.
    ///
    /// Go refuses `1.0` and `1e3` for an integer; so does this.
    public func integer<T: FixedWidthInteger>(as type: T.Type = T.self) -> T? { T(text) }

    /// The value as a Boolean-free signed integer, or `nil` if it is not exactly one.
    public var int64: Int64? { Int64(text) }

    /// The value as an unsigned integer, or `nil` if it is not exactly one.
    public var uint64: UInt64? { UInt64(text) }

    /// The nearest floating-point value, or `nil` if the number is too large for one.
    public var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }

    public var description: String { text }
}

/// How Go's `encoding/json` prints a floating-point number.
enum GoFloat {
    /// Returns the shortest text that reads back as `value`, in Go's layout.
    ///
    /// Exponents appear below 1e-6 and from 1e21 on, without a leading zero (Go's `floatEncoder`).
    static func text(_ value: Double) -> String {
        guard value != 0 else { return value.sign == .minus ? "-0" : "0" }
        let (digits, exponent) = shortestDigits(value.magnitude)
        let sign = value < 0 ? "-" : ""
        // The value is 0.DIGITS * 10^exponent.
        guard exponent > -6, exponent <= 21 else {
            let first = String(digits.prefix(1))
            let rest = String(digits.dropFirst())
            let power = exponent - 1
            let fraction = rest.isEmpty ? "" : "." + rest
            return sign + first + fraction + "e" + (power < 0 ? "-" : "+") + String(power.magnitude)
        }
        if exponent <= 0 {
            return sign + "0." + String(repeating: "0", count: -exponent) + digits
        }
        if digits.count <= exponent {
            return sign + digits + String(repeating: "0", count: exponent - digits.count)
        }
        return sign + String(digits.prefix(exponent)) + "." + String(digits.dropFirst(exponent))
    }

    /// Returns the shortest digits that identify `value`, and where the decimal point stands.
    private static func shortestDigits(_ value: Double) -> (digits: String, exponent: Int) {
        // Swift's description holds the shortest digits, in a layout of its own: 1e-07, 12.5, 1e+16.
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let whole = mantissa[0]
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        var exponent = whole.utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = Substring(String(whole) + String(fraction))
        while digits.first == "0" {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent)
    }
}
