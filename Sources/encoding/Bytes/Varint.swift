/// Unsigned variable-length integers: seven bits a byte, lowest first, the high bit set on all but the last.
///
/// The multiformats rule holds: the shortest form only and at most nine bytes, so 63 bits.
/// Wire formats of other origin (Protocol Buffers) may allow ten; they say so when they decode.
///
/// - SeeAlso: The multiformats specification "unsigned-varint".
public enum Varint {
    /// Why bytes are no varint.
    public enum DecodingError: Error, Hashable, Sendable {
        /// The bytes end inside the number.
        case truncated
        /// The number goes on past the permitted number of bytes, or past 64 bits.
        case tooLong
        /// The last byte is zero, so a shorter form of `value` exists.
        case notMinimal(value: UInt64)
    }

    /// Returns the shortest form of `value`: one to ten bytes.
    public static func encode(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return bytes
    }

    /// Appends the shortest form of `value` to `bytes`.
    @inlinable
    public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Returns how many bytes the shortest form of `value` takes.
    @inlinable
    public static func length(of value: UInt64) -> Int {
        max(1, (70 - value.leadingZeroBitCount) / 7)
    }

    /// Reads one number and moves `offset` behind it.
    ///
    /// - Parameters:
    ///   - bytes: Where to read.
    ///   - offset: The index of the first byte; unchanged if reading fails.
    ///   - maximumLength: How many bytes the number may take, at most 10.
    /// - Returns: The number.
    /// - Throws: ``DecodingError``, if the bytes are not the shortest form of a number.
    @inlinable
    public static func decode(
        _ bytes: [UInt8],
        at offset: inout Int,
        maximumLength: Int = 9
    ) throws(DecodingError) -> UInt64 {
        var value: UInt64 = 0
        var index = offset
        for position in 0..<maximumLength {
            guard index < bytes.count else { throw .truncated }
            let byte = bytes[index]
            index += 1
            // The tenth byte has room for one bit only.
            if position == 9 && byte > 1 { throw .tooLong }
            value |= UInt64(byte & 0x7f) << UInt64(7 * position)
            if byte < 0x80 {
                if byte == 0 && position > 0 { throw .notMinimal(value: value) }
                offset = index
                return value
            }
        }
        throw .tooLong
    }
}
