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

    public var description: String { "CBOR at byte \(offset): \(reason)" }
}

extension CBORError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated: "the input ends inside a value"
        case .trailingBytes(let count): "\(count) bytes are left behind the value"
        case .notMinimal: "a number or length is longer than it needs to be"
        case .invalidInitialByte(let byte): "no value begins with the byte \(byte)"
        case .unexpectedType(let expected, let found): "\(found) where \(expected) is expected"
        case .invalidSimpleValue(let byte): "the simple value \(byte) is not allowed here"
        case .unexpectedCount(let expected, let found): "\(found) items instead of \(expected)"
        case .tooLong(let limit, let found): "a length of \(found), above the limit of \(limit)"
        case .outOfRange: "a number does not fit in its type"
        case .invalidUTF8: "a text is not UTF-8"
        case .invalidTag(let tag): "tag \(tag) where a link (42) is expected"
        case .invalidLink: "a link holds no CID"
        case .invalidKeyOrder: "map keys are not in ascending order, shorter ones first"
        case .invalidFloat: "a float is not 64 bits wide or not finite"
        case .tooDeep(let limit): "more than \(limit) levels of nesting"
        case .invalid(let message): message
        }
    }
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

    /// The kind that an item's first byte states.
    @inlinable
    init(initialByte byte: UInt8) {
        switch byte >> 5 {
        case 0: self = .unsigned
        case 1: self = .negative
        case 2: self = .bytes
        case 3: self = .text
        case 4: self = .array
        case 5: self = .map
        case 6: self = .tag
        default: self = .simple
        }
    }
}
