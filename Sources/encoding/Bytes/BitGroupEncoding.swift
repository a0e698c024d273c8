/// An encoding that writes a fixed number of bits as each character: base 2, 8, 16, 32 and 64.
///
/// Bits are taken from the highest of the first byte on; the last character is filled with zero
/// bits. A decoder accepts only what an encoder writes, unless asked to be lenient.
///
/// - SeeAlso: RFC 4648; the multibase specification for base 2 and base 8.
public struct BitGroupEncoding: Sendable {
    /// Why a text cannot be decoded.
    public enum DecodingError: Error, Hashable, Sendable {
        /// A character outside the alphabet, at `offset` in UTF-8 bytes.
        case invalidCharacter(offset: Int)
        /// No byte string has an encoding of this length.
        case invalidLength(Int)
        /// The padding is missing, misplaced, or there though the encoding has none.
        case invalidPadding
        /// The bits that fill the last character are not zero.
        case trailingBits
    }

    private let characters: [UInt8]
    private let values: [UInt8]
    private let bits: Int
    private let isPadded: Bool

    private static let noValue: UInt8 = 0xff
    private static let padding = UInt8(ascii: "=")

    /// Describes an encoding.
    ///
    /// - Parameters:
    ///   - alphabet: 2, 8, 16, 32 or 64 ASCII characters, by value.
    ///   - isPadded: Whether `=` fills the last group up to a whole number of bytes.
    ///   - ignoresCase: Whether a decoder takes letters in either case.
    init(alphabet: String, isPadded: Bool = false, ignoresCase: Bool = false) {
        characters = Array(alphabet.utf8)
        bits = characters.count.trailingZeroBitCount
        self.isPadded = isPadded
        var values = [UInt8](repeating: Self.noValue, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
            let isLetter = (character | 0x20) >= 0x61 && (character | 0x20) <= 0x7a
            if ignoresCase && isLetter { values[Int(character ^ 0x20)] = UInt8(value) }
        }
        self.values = values
    }

    /// How many characters a padded text is a multiple of.
    private var groupLength: Int {
        switch bits {
        case 3, 5: 8
        case 6: 4
        case 4: 2
        default: 8
        }
    }

    /// Returns the text of `bytes`.
    public func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + bits - 1) / bits + groupLength)
        var pending: UInt32 = 0
        var pendingBits = 0
        let mask = UInt32(1) << UInt32(bits) - 1
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            pendingBits += 8
            while pendingBits >= bits {
                pendingBits -= bits
                text.append(characters[Int(pending >> UInt32(pendingBits) & mask)])
            }
        }
        if pendingBits > 0 {
            text.append(characters[Int(pending << UInt32(bits - pendingBits) & mask)])
        }
        if isPadded {
            while !text.count.isMultiple(of: groupLength) { text.append(Self.padding) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the bytes of `text`.
    ///
    /// - Parameters:
    ///   - text: What ``encode(_:)`` writes.
    ///   - isLenient: Whether bits that fill the last character may be anything, as Go's decoders
    ///     take them. Two texts then stand for the same bytes.
    /// - Returns: The bytes.
    /// - Throws: ``DecodingError``, with the first defect.
    public func decode(
        _ text: some StringProtocol,
        isLenient: Bool = false
    ) throws(DecodingError) -> [UInt8] {
        var digits = Array(text.utf8)
        if isPadded { try removePadding(&digits) }
        // The fill never takes a whole character.
        guard digits.count * bits % 8 < bits else { throw .invalidLength(digits.count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * bits / 8)
        var pending: UInt32 = 0
        var pendingBits = 0
        for (offset, character) in digits.enumerated() {
            let value = values[Int(character)]
            guard value != Self.noValue else { throw .invalidCharacter(offset: offset) }
            pending = pending << UInt32(bits) | UInt32(value)
            pendingBits += bits
            if pendingBits >= 8 {
                pendingBits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits)))
            }
        }
        guard isLenient || pending & (1 << UInt32(pendingBits) - 1) == 0 else {
            throw .trailingBits
        }
        return bytes
    }

    private func removePadding(_ digits: inout [UInt8]) throws(DecodingError) {
        guard digits.count.isMultiple(of: groupLength) else { throw .invalidPadding }
        var removed = 0
        while digits.last == Self.padding {
            digits.removeLast()
            removed += 1
        }
        guard removed < groupLength else { throw .invalidPadding }
        // Only as much padding as the last group needs.
        let rest = digits.count % groupLength
        guard removed == (rest == 0 ? 0 : groupLength - rest) else { throw .invalidPadding }
    }
}

extension BitGroupEncoding {
    static let digits32 = "abcdefghijklmnopqrstuvwxyz234567"
    static let digits32Hex = "0123456789abcdefghijklmnopqrstuv"
    static let digits64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    static let digits64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// Bits as the characters 0 and 1.
    public static let base2 = BitGroupEncoding(alphabet: "01")
    /// Three bits a character.
    public static let base8 = BitGroupEncoding(alphabet: "01234567")
    /// Hexadecimal, lower case when written, either when read.
    public static let base16 = BitGroupEncoding(alphabet: "0123456789abcdef", ignoresCase: true)
    /// Hexadecimal, upper case when written, either when read.
    public static let base16Upper = BitGroupEncoding(
        alphabet: "0123456789ABCDEF",
        ignoresCase: true
    )
    /// RFC 4648, section 6, lower case, no padding; either case when read.
    public static let base32 = BitGroupEncoding(alphabet: digits32, ignoresCase: true)
    /// RFC 4648, section 6, lower case only: what CIDs and Filecoin addresses use.
    public static let base32LowerOnly = BitGroupEncoding(alphabet: digits32)
    /// RFC 4648, section 6, upper case, no padding.
    public static let base32Upper = BitGroupEncoding(
        alphabet: digits32.uppercased(),
        ignoresCase: true
    )
    /// RFC 4648, section 6, lower case, padded.
    public static let base32Padded = BitGroupEncoding(
        alphabet: digits32,
        isPadded: true,
        ignoresCase: true
    )
    /// RFC 4648, section 6, upper case, padded: what the RFC calls base32.
    public static let base32PaddedUpper = BitGroupEncoding(
        alphabet: digits32.uppercased(),
        isPadded: true,
        ignoresCase: true
    )
    /// RFC 4648, section 7, lower case, no padding.
    public static let base32Hex = BitGroupEncoding(alphabet: digits32Hex, ignoresCase: true)
    /// RFC 4648, section 7, upper case, no padding.
    public static let base32HexUpper = BitGroupEncoding(
        alphabet: digits32Hex.uppercased(),
        ignoresCase: true
    )
    /// RFC 4648, section 7, lower case, padded.
    public static let base32HexPadded = BitGroupEncoding(
        alphabet: digits32Hex,
        isPadded: true,
        ignoresCase: true
    )
    /// RFC 4648, section 7, upper case, padded.
    public static let base32HexPaddedUpper = BitGroupEncoding(
        alphabet: digits32Hex.uppercased(),
        isPadded: true,
        ignoresCase: true
    )
    /// The human-oriented alphabet of z-base-32, no padding.
    public static let base32Z = BitGroupEncoding(alphabet: "ybndrfg8ejkmcpqxot1uwisza345h769")
    /// RFC 4648, section 4, no padding.
    public static let base64 = BitGroupEncoding(alphabet: digits64)
    /// RFC 4648, section 4, padded: Go's `[]byte` in JSON.
    public static let base64Padded = BitGroupEncoding(alphabet: digits64, isPadded: true)
    /// RFC 4648, section 5 (URL alphabet), no padding: JSON web tokens.
    public static let base64URL = BitGroupEncoding(alphabet: digits64URL)
    /// RFC 4648, section 5 (URL alphabet), padded.
    public static let base64URLPadded = BitGroupEncoding(alphabet: digits64URL, isPadded: true)
}

/// Base 32 as CIDs and addresses write it: RFC 4648, section 6, lower case, no padding.
public enum Base32 {
    /// Returns the text of `bytes`.
    public static func encode(_ bytes: [UInt8]) -> String {
        BitGroupEncoding.base32LowerOnly.encode(bytes)
    }

    /// Returns the bytes of `text`; upper case is refused.
    public static func decode(
        _ text: some StringProtocol
    ) throws(BitGroupEncoding.DecodingError) -> [UInt8] {
        try BitGroupEncoding.base32LowerOnly.decode(text)
    }
}

/// Base 64 of RFC 4648 in its four usual forms.
public enum Base64 {
    /// Returns the text of `bytes`, in the standard or the URL alphabet, padded or not.
    public static func encode(
        _ bytes: [UInt8],
        url: Bool = false,
        padded: Bool = true
    ) -> String {
        encoding(url: url, padded: padded).encode(bytes)
    }

    /// Returns the bytes of `text` in exactly the named form.
    ///
    /// - Parameters:
    ///   - text: What ``encode(_:url:padded:)`` writes in that form.
    ///   - url: Whether the alphabet is the one for URLs.
    ///   - padded: Whether `=` fills the last group.
    ///   - isLenient: Whether bits that fill the last character may be anything.
    /// - Returns: The bytes.
    /// - Throws: The first defect.
    public static func decode(
        _ text: some StringProtocol,
        url: Bool = false,
        padded: Bool = true,
        isLenient: Bool = false
    ) throws(BitGroupEncoding.DecodingError) -> [UInt8] {
        try encoding(url: url, padded: padded).decode(text, isLenient: isLenient)
    }

    private static func encoding(url: Bool, padded: Bool) -> BitGroupEncoding {
        switch (url, padded) {
        case (false, false): .base64
        case (false, true): .base64Padded
        case (true, false): .base64URL
        case (true, true): .base64URLPadded
        }
    }
}
