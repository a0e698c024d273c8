extension [UInt8] {
    /// Reads hexadecimal digits, in either case, without prefix or separators.
    ///
    /// Gives `nil` if a character is no digit or the count is odd.
    ///
    /// - Parameter text: An even number of digits; the empty string gives no bytes.
    public init?(hex text: some StringProtocol) {
        let length = text.utf8.count
        guard length.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = hexDigit(character) else { return nil }
            if let pending = high {
                bytes.append(pending << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        self = bytes
    }

    /// The bytes as lower-case hexadecimal digits.
    public var hex: String {
        let digits = StaticAlphabet.hexLower
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Returns the value of a hexadecimal digit in ASCII, or `nil` for another character.
func hexDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
}

enum StaticAlphabet {
    static let hexLower: [UInt8] = Array("0123456789abcdef".utf8)
}
