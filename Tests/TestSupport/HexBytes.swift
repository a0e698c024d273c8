/// A hexadecimal literal in a test that is not one.
public struct InvalidHex: Error {
    /// The text.
    public let text: String
}

/// Returns the bytes of hexadecimal digits, an even number of them; throws for anything else.
public func hexBytes(_ text: some StringProtocol) throws -> [UInt8] {
    let digits = Array(text)
    guard digits.count.isMultiple(of: 2) else { throw InvalidHex(text: String(text)) }
    return try stride(from: 0, to: digits.count, by: 2).map { index in
        guard let high = digits[index].hexDigitValue, let low = digits[index + 1].hexDigitValue
        else { throw InvalidHex(text: String(text)) }
        return UInt8(high << 4 | low)
    }
}
