import BigIntegers
import Foundation

/// Sizes as people read and write them.
enum ByteCount {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB"]

    /// `1.5 TiB`: four significant digits, as lotus writes sizes.
    static func text(_ bytes: BigInt) -> String {
        let (value, unit) = scaled(bytes)
        return "\(digits(value, 4)) \(units[unit])"
    }

    static func text(_ bytes: UInt64) -> String { text(BigInt(bytes)) }

    /// `15 Ti`: three significant digits and no letter for bytes, as lotus writes weighted power.
    static func powerText(_ bytes: BigInt) -> String {
        let (value, unit) = scaled(bytes)
        return "\(digits(value, 3)) \(units[unit].dropLast())"
    }

    private static func scaled(_ bytes: BigInt) -> (Double, Int) {
        var value = Double(bytes.description) ?? 0
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return (value, unit)
    }

    /// Go's `%.4g`, which is C's.
    private static func digits(_ value: Double, _ count: Int) -> String {
        String(format: "%.\(count)g", value)
    }

    /// Reads `10GiB`, `512M` or a number of bytes; letters stand for powers of 1024.
    static func parse(_ text: String) -> UInt64? {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        guard let value = UInt64(number) else { return nil }
        var suffix = text[number.endIndex...].lowercased()
        if suffix.hasSuffix("ib") {
            suffix.removeLast(2)
        } else if suffix.hasSuffix("b") {
            suffix.removeLast()
        }
        guard let power = ["", "k", "m", "g", "t", "p"].firstIndex(of: suffix) else { return nil }
        let (product, overflow) = value.multipliedReportingOverflow(by: 1 << (10 * UInt64(power)))
        return overflow ? nil : product
    }
}
