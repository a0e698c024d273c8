public import Bytes

/// A text form of bytes whose first character names the base.
///
/// - SeeAlso: The multibase registry.
public enum Multibase: Character, CaseIterable, Sendable {
    case identity = "\0"
    case base2 = "0"
    case base8 = "7"
    case base10 = "9"
    case base16 = "f"
    case base16Upper = "F"
    case base32Hex = "v"
    case base32HexUpper = "V"
    case base32HexPadded = "t"
    case base32HexPaddedUpper = "T"
    case base32 = "b"
    case base32Upper = "B"
    case base32Padded = "c"
    case base32PaddedUpper = "C"
    case base32Z = "h"
    case base36 = "k"
    case base36Upper = "K"
    case base58BTC = "z"
    case base58Flickr = "Z"
    case base64 = "m"
    case base64Padded = "M"
    case base64URL = "u"
    case base64URLPadded = "U"

    /// Why a text cannot be decoded.
    public enum DecodingError: Error, Hashable, Sendable {
        /// The text is empty.
        case empty
        /// No base that we know has this prefix.
        case unknownBase(Character)
        case bitGroup(BitGroupEncoding.DecodingError)
        case radix(RadixEncoding.DecodingError)
    }

    private enum Encoding {
        case none
        case bitGroup(BitGroupEncoding)
        case radix(RadixEncoding)
    }

    private var encoding: Encoding {
        switch self {
        case .identity: .none
        case .base2: .bitGroup(.base2)
        case .base8: .bitGroup(.base8)
        case .base10: .radix(.base10)
        case .base16: .bitGroup(.base16)
        case .base16Upper: .bitGroup(.base16Upper)
        case .base32Hex: .bitGroup(.base32Hex)
        case .base32HexUpper: .bitGroup(.base32HexUpper)
        case .base32HexPadded: .bitGroup(.base32HexPadded)
        case .base32HexPaddedUpper: .bitGroup(.base32HexPaddedUpper)
        case .base32: .bitGroup(.base32)
        case .base32Upper: .bitGroup(.base32Upper)
        case .base32Padded: .bitGroup(.base32Padded)
        case .base32PaddedUpper: .bitGroup(.base32PaddedUpper)
        case .base32Z: .bitGroup(.base32Z)
        case .base36: .radix(.base36)
        case .base36Upper: .radix(.base36Upper)
        case .base58BTC: .radix(.base58)
        case .base58Flickr: .radix(.base58Flickr)
        case .base64: .bitGroup(.base64)
        case .base64Padded: .bitGroup(.base64Padded)
        case .base64URL: .bitGroup(.base64URL)
        case .base64URLPadded: .bitGroup(.base64URLPadded)
        }
    }

    /// Returns the text of `bytes`, prefix first.
    ///
    /// The identity base can only carry bytes that are UTF-8; others are replaced.
    public func encode(_ bytes: [UInt8]) -> String {
        switch encoding {
        case .none: String(rawValue) + String(decoding: bytes, as: UTF8.self)
        case .bitGroup(let encoding): String(rawValue) + encoding.encode(bytes)
        case .radix(let encoding): String(rawValue) + encoding.encode(bytes)
        }
    }

    /// Returns the bytes of `text` and the base that it was in.
    public static func decode(
        _ text: some StringProtocol
    ) throws(DecodingError) -> (bytes: [UInt8], base: Multibase) {
        guard let prefix = text.first else { throw .empty }
        guard let base = Multibase(rawValue: prefix) else { throw .unknownBase(prefix) }
        let digits = text.dropFirst()
        switch base.encoding {
        case .none:
            return (Array(digits.utf8), base)
        case .bitGroup(let encoding):
            do { return (try encoding.decode(digits), base) } catch { throw .bitGroup(error) }
        case .radix(let encoding):
            do { return (try encoding.decode(digits), base) } catch { throw .radix(error) }
        }
    }
}
