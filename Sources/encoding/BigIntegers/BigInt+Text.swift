extension BigInt: CustomStringConvertible, LosslessStringConvertible {
    /// The longest decimal text that is read: more digits than any amount or power of a chain.
    public static let maximumDigits = 100_000

    /// The decimal digits, after a minus sign if the value is negative.
    public var description: String {
        if case .small(let value) = storage { return value.description }
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        let digits = Limbs.decimalDigits(limbs)
        text.append(contentsOf: digits.drop { $0 == 0 }.map { $0 + UInt8(ascii: "0") })
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads decimal digits after an optional `-` or `+`, as Go's `big.Int.SetString` does in base 10.
    ///
    /// - Returns: `nil` for any other character, no digit, or over ``maximumDigits`` digits.
    public init?(_ description: String) { self.init(decimal: description) }

    /// Reads decimal digits after an optional `-` or `+`.
    public init?(decimal text: some StringProtocol) {
        var digits: [UInt8] = []
        digits.reserveCapacity(text.utf8.count)
        var isNegative = false
        for (index, character) in text.utf8.enumerated() {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits.append(character - UInt8(ascii: "0"))
            case UInt8(ascii: "-") where index == 0:
                isNegative = true
            case UInt8(ascii: "+") where index == 0:
                break
            default:
                return nil
            }
        }
        guard !digits.isEmpty, digits.count <= Self.maximumDigits else { return nil }
        // 38 digits stay below 2^127.
        if digits.count <= 38 {
            var value: Int128 = 0
            for digit in digits { value = value * 10 + Int128(digit) }
            self.init(small: isNegative ? -value : value)
        } else {
            self.init(words: Limbs.number(decimalDigits: digits), isNegative: isNegative)
        }
    }
}

extension BigInt {
    /// Reads a magnitude, highest byte first; leading zero bytes change nothing.
    public init(magnitude bigEndian: [UInt8], isNegative: Bool = false) {
        self.init(magnitude: bigEndian[...], isNegative: isNegative)
    }

    /// Reads a magnitude from a part of `bytes`, without a slice, whose references would be counted.
    public init(magnitude bytes: [UInt8], in range: Range<Int>, isNegative: Bool) {
        guard range.count <= 15 else {
            self.init(magnitude: bytes[range], isNegative: isNegative)
            return
        }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in range {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(bytes[index])
        }
        let value = Int128(high) << 64 | Int128(low)
        self.init(small: isNegative ? -value : value)
    }

    /// Reads a magnitude, highest byte first; leading zero bytes change nothing.
    public init(magnitude bigEndian: ArraySlice<UInt8>, isNegative: Bool = false) {
        var words: [UInt] = []
        words.reserveCapacity(bigEndian.count / 8 + 1)
        var end = bigEndian.endIndex
        while end > bigEndian.startIndex {
            let start = max(bigEndian.startIndex, end - 8)
            var word: UInt = 0
            for byte in bigEndian[start..<end] { word = word << 8 | UInt(byte) }
            words.append(word)
            end = start
        }
        self.init(words: words, isNegative: isNegative)
    }

    /// The magnitude, highest byte first, without leading zero bytes: empty for zero.
    public var magnitudeBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((bitWidth + 7) / 8)
        appendMagnitude(to: &bytes)
        return bytes
    }

    /// How many bytes ``magnitudeBytes`` has.
    public var magnitudeByteCount: Int { (bitWidth + 7) / 8 }

    /// Appends ``magnitudeBytes`` to `bytes`.
    public func appendMagnitude(to bytes: inout [UInt8]) {
        if case .small(let value) = storage {
            Self.append(value.magnitude, count: magnitudeByteCount, to: &bytes)
            return
        }
        let limbs = limbs
        for position in stride(from: magnitudeByteCount - 1, through: 0, by: -1) {
            let limb = limbs[position >> 3]
            bytes.append(UInt8(truncatingIfNeeded: limb >> UInt(8 * (position & 7))))
        }
    }

    /// Appends the lowest `count` bytes, the highest of them first.
    private static func append(_ magnitude: UInt128, count: Int, to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes(of: magnitude.bigEndian) { all in
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all.suffix(count)))
        }
    }
}
