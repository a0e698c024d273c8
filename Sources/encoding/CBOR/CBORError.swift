/// Why bytes are not the CBOR that was expected.
public struct CBORError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of defects.
    public enum Reason: Hashable, Sendable {
        /// The input ends inside a value.
        case truncated
        /// Bytes are left behind the value.
        case trailingBytes(count: Int)
        /// A number or length is not in its shortest form.
        case notMinimal
        /// An indefinite length or a reserved initial byte.
        case invalidInitialByte(UInt8)
        /// Another kind of value was expected.
        case unexpectedType(expected: CBORMajorType, found: CBORMajorType)
        /// A simple value or a float that is not allowed here.
        case invalidSimpleValue(UInt8)
        /// An array or map does not have the number of items of its type.
        case unexpectedCount(expected: Int, found: UInt64)
        /// A length is above the limit of its field.
        case tooLong(limit: Int, found: UInt64)
        /// A number does not fit in its type.
        case outOfRange
        /// A text is not UTF-8.
        case invalidUTF8
        /// A tag other than 42, or a 42 whose content is no CID.
        case invalidTag(UInt64)
        /// A link's bytes are no CID behind a zero byte.
        case invalidLink
        /// Map keys are not texts in strictly ascending order (shorter first, then bytewise).
        case invalidKeyOrder
        /// A float is not 64 bits wide, or is infinite or no number.
        case invalidFloat
        /// The nesting is deeper than the limit.
        case tooDeep(limit: Int)
        /// The value is well-formed but not allowed in its field; says which and why.
        case invalid(String)
    }

    /// What is wrong.
    public let reason: Reason
    /// Where, in bytes from the start of the input.
    public let offset: Int

    /// Describes a defect at `offset`.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    public var description: String { "CBOR: \(reason) at byte \(offset)" }
}

/// The eight kinds of CBOR items, by the three highest bits of their first byte.
@frozen
public enum CBORMajorType: UInt8, Hashable, Sendable {
    case unsigned = 0
    case negative = 1
    case bytes = 2
    case text = 3
    case array = 4
    case map = 5
    case tag = 6
    case simple = 7
}
