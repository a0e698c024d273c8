/// An encoding that writes the whole byte string as one number: base 10, 36 and 58.
///
/// Each leading zero byte becomes one leading zero digit. Time grows with the square of the
/// length, so callers bound what they decode; ``decode(_:)`` itself refuses more than
/// ``maximumTextLength`` characters.
public struct RadixEncoding: Sendable {
    /// Why a text cannot be decoded.
    public enum DecodingError: Error, Hashable, Sendable {
        /// A character outside the alphabet, at `offset` in UTF-8 bytes.
        case invalidCharacter(offset: Int)
        /// More characters than ``RadixEncoding/maximumTextLength``.
        case tooLong(Int)
    }

    /// The longest text that is decoded: far above any CID, short enough for quadratic time.
    public static let maximumTextLength = 16_384

    private let characters: [UInt8]
    private let values: [UInt8]
    private static let noValue: UInt8 = 0xff

    /// Describes an encoding by its digits, in ASCII, by value.
    init(alphabet: String, ignoresCase: Bool = false) {
        characters = Array(alphabet.utf8)
        var values = [UInt8](repeating: Self.noValue, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
            let isLetter = (character | 0x20) >= 0x61 && (character | 0x20) <= 0x7a
            if ignoresCase && isLetter { values[Int(character ^ 0x20)] = UInt8(value) }
        }
        self.values = values
    }

    /// Returns the text of `bytes`.
    public func encode(_ bytes: [UInt8]) -> String {
        let zeros = bytes.prefix { $0 == 0 }.count
        // Little-endian digits of the number read so far.
        var digits: [UInt8] = []
        digits.reserveCapacity(bytes.count * 2)
        let radix = UInt32(characters.count)
        for byte in bytes.dropFirst(zeros) {
            var carry = UInt32(byte)
            for index in digits.indices {
                carry += UInt32(digits[index]) << 8
                digits[index] = UInt8(truncatingIfNeeded: carry % radix)
                carry /= radix
            }
            while carry > 0 {
                digits.append(UInt8(truncatingIfNeeded: carry % radix))
                carry /= radix
            }
        }
        var text = [UInt8](repeating: characters[0], count: zeros)
        text.reserveCapacity(zeros + digits.count)
        for digit in digits.reversed() { text.append(characters[Int(digit)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the bytes of `text`.
    ///
    /// - Throws: ``DecodingError``, with the first defect.
    public func decode(_ text: some StringProtocol) throws(DecodingError) -> [UInt8] {
        let digits = Array(text.utf8)
        guard digits.count <= Self.maximumTextLength else { throw .tooLong(digits.count) }
        let zeros = digits.prefix { $0 == characters[0] }.count
        let radix = UInt32(characters.count)
        // Little-endian bytes of the number read so far.
        var number: [UInt8] = []
        number.reserveCapacity(digits.count)
        for (offset, character) in digits.enumerated() {
            let value = values[Int(character)]
            guard value != Self.noValue else { throw .invalidCharacter(offset: offset) }
            var carry = UInt32(value)
            for index in number.indices {
                carry += UInt32(number[index]) * radix
                number[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            if carry > 0 { number.append(UInt8(truncatingIfNeeded: carry)) }
        }
        var bytes = [UInt8](repeating: 0, count: zeros)
        bytes.append(contentsOf: number.reversed())
        return bytes
    }
}

extension RadixEncoding {
    static let digits58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    static let digits58Flickr = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
    static let digits36 = "0123456789abcdefghijklmnopqrstuvwxyz"

    /// Decimal digits.
    public static let base10 = RadixEncoding(alphabet: "0123456789")
    /// Digits and lower-case letters; either case when read.
    public static let base36 = RadixEncoding(alphabet: digits36, ignoresCase: true)
    /// Digits and upper-case letters; either case when read.
    public static let base36Upper = RadixEncoding(
        alphabet: digits36.uppercased(),
        ignoresCase: true
    )
    /// The alphabet of Bitcoin, without 0, O, I and l.
    public static let base58 = RadixEncoding(alphabet: digits58)
    /// The same characters, lower case before upper case.
    public static let base58Flickr = RadixEncoding(alphabet: digits58Flickr)
}

/// Base 58 in the Bitcoin alphabet, as CIDs of version 0 and peer identities are written.
public enum Base58 {
    /// Returns the text of `bytes`.
    public static func encode(_ bytes: [UInt8]) -> String { RadixEncoding.base58.encode(bytes) }

    /// Returns the bytes of `text`.
    public static func decode(
        _ text: some StringProtocol
    ) throws(RadixEncoding.DecodingError) -> [UInt8] {
        try RadixEncoding.base58.decode(text)
    }
}
