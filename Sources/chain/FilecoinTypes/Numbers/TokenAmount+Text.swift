internal import BigIntegers

/// Why text is no amount of FIL.
public enum TokenAmountError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The unit is neither FIL nor attoFIL.
    case unknownUnit(String)
    /// The number has more than 50 characters.
    case tooLong(Int)
    /// The number is not a decimal number.
    case notANumber(String)
    /// The number has digits below one attoFIL.
    case tooPrecise(String)

    public var description: String {
        switch self {
        case .unknownUnit(let unit): "unrecognized suffix: \"\(unit)\"; use FIL or attoFIL"
        case .tooLong(let count): "string length too large: \(count); at most 50 characters"
        case .notANumber(let text): "failed to parse \"\(text)\" as a decimal number"
        case .tooPrecise(let text): "\"\(text)\" has digits below one attoFIL (10^-18 FIL)"
        }
    }
}

extension TokenAmount: CustomStringConvertible {
    /// The amount in FIL without needless zeros: `1.5 FIL`, `0 FIL`.
    public var description: String { unitlessText + " FIL" }

    /// The amount in FIL without the unit.
    public var unitlessText: String { Self.decimal(attoFIL, decimals: 18) }

    /// The amount in the largest unit that leaves a number of at least one, to three decimals: `1.5 mFIL`.
    public var shortText: String {
        guard !isZero else { return "0" }
        let magnitude = attoFIL.magnitude
        let prefixes = ["a", "f", "p", "n", "μ", "m", ""]
        var exponent = 0
        var limit: BigInt = 1000
        while exponent < prefixes.count - 1, magnitude >= limit {
            exponent += 1
            limit = limit * BigInt(1000)
        }
        // Rounded to a thousandth of the unit, halves away from zero, as Go's FloatString does.
        let drop = max(0, exponent * 3 - 3)
        let unit = Self.powerOfTen(drop)
        let rounded =
            ((magnitude * BigInt(2) + unit).quotientAndRemainder(dividingBy: unit * BigInt(2)))
            .quotient
        let text = Self.decimal(rounded, decimals: exponent * 3 - drop)
        return "\(isNegative ? "-" : "")\(text) \(prefixes[exponent])FIL"
    }

    /// Reads what people type: `1.5`, `1.5 FIL`, `200 attoFIL`; a number without unit is FIL.
    ///
    /// - Throws: ``TokenAmountError``, which names the part that cannot be read.
    public init(_ text: some StringProtocol) throws(TokenAmountError) {
        let number = text.prefix { "-.1234567890".contains($0) }
        let suffix = text[number.endIndex...]
        let isAtto: Bool
        switch suffix.drop(while: \.isWhitespace).lowercased() {
        case "", "fil": isAtto = false
        case "attofil", "afil": isAtto = true
        default: throw .unknownUnit(String(suffix.drop(while: \.isWhitespace)))
        }
        guard number.utf8.count <= 50 else { throw .tooLong(number.utf8.count) }
        self.init(attoFIL: try Self.parse(number, decimals: isAtto ? 0 : 18))
    }

    private static func parse(
        _ text: some StringProtocol,
        decimals: Int
    ) throws(TokenAmountError) -> BigInt {
        let isNegative = text.hasPrefix("-")
        let unsigned = text.dropFirst(isNegative ? 1 : 0)
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, unsigned.contains(where: \.isNumber), !unsigned.contains("-") else {
            throw .notANumber(String(text))
        }
        var fraction = parts.count == 2 ? String(parts[1]) : ""
        while fraction.hasSuffix("0") { fraction.removeLast() }
        guard fraction.count <= decimals else { throw .tooPrecise(String(text)) }
        let padding = String(repeating: "0", count: decimals - fraction.count)
        guard let magnitude = BigInt(decimal: "0\(parts[0])\(fraction)\(padding)") else {
            throw .notANumber(String(text))
        }
        return isNegative ? -magnitude : magnitude
    }

    /// Writes `value` / 10^`decimals` without trailing zeros.
    static func decimal(_ value: BigInt, decimals: Int) -> String {
        let isNegative = value.signum < 0
        var digits = value.description
        if isNegative { digits.removeFirst() }
        if digits.count <= decimals {
            digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
        }
        let whole = digits.dropLast(decimals)
        var fraction = digits.suffix(decimals)
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return (isNegative ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
    }

    private static func powerOfTen(_ exponent: Int) -> BigInt {
        var power: BigInt = 1
        for _ in 0..<exponent { power = power * BigInt(10) }
        return power
    }
}
