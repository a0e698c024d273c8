extension JSONParser {
    /// Returns bytes that are known to be ASCII as a string.
    func ascii(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> String {
        let part = text.extracting(start..<end)
        // The parser has seen each byte of this range to be below 0x80.
        return unsafe String(copying: UTF8Span(unchecked: part, isKnownASCII: true))
    }

    /// Reads the string that begins at this position with its quote.
    mutating func string(_ text: Span<UInt8>) throws(JSONError) -> String {
        position += 1
        let start = position
        var place = start
        let count = text.count
        while place < count {
            // Within bounds by the loop's condition.
            let byte = unsafe text[unchecked: place]
            if byte == UInt8(ascii: "\"") {
                position = place + 1
                return ascii(text, start, place)
            }
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\\") else { break }
            place += 1
        }
        return try stringWithEscapes(text, from: start, asciiUntil: place)
    }

    /// Reads a string that has an escape, a byte above ASCII, or a mistake at `asciiUntil`.
    private mutating func stringWithEscapes(
        _ text: Span<UInt8>,
        from start: Int,
        asciiUntil: Int
    ) throws(JSONError) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(asciiUntil - start + 32)
        for place in start..<asciiUntil { decoded.append(text[place]) }
        position = asciiUntil
        while position < text.count {
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"):
                try appendEscape(text, to: &decoded)
            case 0..<0x20:
                throw JSONError(.syntax(offset: position, expected: "no control character"))
            case 0x20..<0x80:
                decoded.append(byte)
                position += 1
            default:
                appendScalar(text, to: &decoded)
            }
        }
        throw JSONError(.truncated)
    }

    /// Copies one scalar above ASCII, or writes U+FFFD for one byte that begins none, as Go does.
    private mutating func appendScalar(_ text: Span<UInt8>, to decoded: inout [UInt8]) {
        let length = Self.scalarLength(text, at: position)
        guard length > 0 else {
            decoded += [0xEF, 0xBF, 0xBD]
            position += 1
            return
        }
        for place in position..<position + length { decoded.append(text[place]) }
        position += length
    }

    /// Returns the bytes of the well-formed UTF-8 sequence at `start`, or 0 (Unicode, table 3-7).
    private static func scalarLength(_ text: Span<UInt8>, at start: Int) -> Int {
        let lead = text[start]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: length = 4
        default: return 0
        }
        guard start + length <= text.count, second.contains(text[start + 1]) else { return 0 }
        for place in start + 2..<max(start + 2, start + length)
        where !(0x80...0xBF).contains(text[place]) { return 0 }
        return length
    }

    private mutating func appendEscape(
        _ text: Span<UInt8>,
        to decoded: inout [UInt8]
    ) throws(JSONError) {
        guard position + 1 < text.count else { throw JSONError(.truncated) }
        let plain: UInt8
        switch text[position + 1] {
        case UInt8(ascii: "u"): return try appendUnicodeEscape(text, to: &decoded)
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): plain = UInt8(ascii: "/")
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        default: throw JSONError(.syntax(offset: position + 1, expected: "an escape"))
        }
        decoded.append(plain)
        position += 2
    }

    private mutating func appendUnicodeEscape(
        _ text: Span<UInt8>,
        to decoded: inout [UInt8]
    ) throws(JSONError) {
        let first = try codeUnit(text, at: position)
        position += 6
        var scalar = Unicode.Scalar(UInt32(first))
        if (0xD800..<0xDC00).contains(first), position + 1 < text.count,
            text[position] == UInt8(ascii: "\\"), text[position + 1] == UInt8(ascii: "u")
        {
            let second = try codeUnit(text, at: position)
            if (0xDC00..<0xE000).contains(second) {
                position += 6
                let high = (UInt32(first) - 0xD800) << 10
                scalar = Unicode.Scalar(0x10000 + high + UInt32(second) - 0xDC00)
            }
        }
        // A surrogate without its partner names no character.
        decoded.append(contentsOf: String(Character(scalar ?? "\u{FFFD}")).utf8)
    }

    /// Reads the four hexadecimal digits of the escape that begins at `start`.
    private func codeUnit(_ text: Span<UInt8>, at start: Int) throws(JSONError) -> UInt16 {
        guard start + 6 <= text.count else { throw JSONError(.truncated) }
        var unit: UInt16 = 0
        for place in start + 2..<start + 6 {
            let digit: UInt8
            switch text[place] {
            case let byte where byte &- UInt8(ascii: "0") < 10: digit = byte - UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") < 6:
                digit = (byte | 0x20) - UInt8(ascii: "a") + 10
            default: throw JSONError(.syntax(offset: place, expected: "a hexadecimal digit"))
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
