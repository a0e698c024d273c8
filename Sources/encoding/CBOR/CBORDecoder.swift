public import BigIntegers

/// Reads CBOR items one after the other from a byte array, without copying it.
///
/// What typed chain structures are read with. Like the reference's generated decoders it refuses
/// numbers and lengths that are not in shortest form, indefinite lengths, and anything but the
/// expected kind of item; every length is checked against what is left before memory is taken.
/// Generic walking with all rules of DAG-CBOR is ``CBORValue``'s.
@frozen
public struct CBORDecoder: Sendable {
    /// The input.
    public let bytes: [UInt8]
    /// The index of the next byte.
    public var offset: Int

    /// The most items or bytes that a list, byte string or text has unless its field says
    /// otherwise: the limit of the reference's generated decoders.
    public static let usualLimit = 8192
    /// The most bytes of a byte string unless its field says otherwise (2 MiB, as the reference).
    public static let usualByteLimit = 2 << 20

    /// Begins at the first byte.
    @inlinable
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
    }

    /// How many bytes are left.
    @inlinable
    public var remaining: Int { bytes.count - offset }

    /// Whether all bytes are read.
    @inlinable
    public var isAtEnd: Bool { offset >= bytes.count }

    /// Checks that all bytes are read.
    @inlinable
    public func finish() throws(CBORError) {
        guard isAtEnd else { throw CBORError(.trailingBytes(count: remaining), at: offset) }
    }

    /// An error at the current place, for values that are well-formed but not allowed.
    public func invalid(_ message: String) -> CBORError { CBORError(.invalid(message), at: offset) }

    // MARK: Headers

    /// Reads the first byte of an item and its number.
    ///
    /// Simple values and floats come back as `.simple` with their number.
    @inlinable
    public mutating func header() throws(CBORError) -> (type: CBORMajorType, value: UInt64) {
        guard offset < bytes.count else { throw CBORError(.truncated, at: offset) }
        let first = bytes[offset]
        return (CBORMajorType(initialByte: first), try number(first & 0x1f))
    }

    /// Reads the number that goes with an initial byte whose lowest five bits are `low`.
    @inlinable
    mutating func number(_ low: UInt8) throws(CBORError) -> UInt64 {
        if low < 24 {
            offset += 1
            return UInt64(low)
        }
        if low == 24, offset + 1 < bytes.count, bytes[offset + 1] >= 24 {
            let value = UInt64(bytes[offset + 1])
            offset += 2
            return value
        }
        return try longNumber(low)
    }

    @usableFromInline
    mutating func longNumber(_ low: UInt8) throws(CBORError) -> UInt64 {
        guard low < 28 else { throw CBORError(.invalidInitialByte(bytes[offset]), at: offset) }
        let width = 1 << Int(low - 24)
        guard remaining > width else { throw CBORError(.truncated, at: offset) }
        var value: UInt64 = 0
        for index in offset + 1...offset + width { value = value << 8 | UInt64(bytes[index]) }
        let floor: UInt64 = width == 1 ? 24 : 1 << UInt64(4 * width)
        guard value >= floor else { throw CBORError(.notMinimal, at: offset) }
        offset += 1 + width
        return value
    }

    /// Reads the header of an item of kind `type` and returns its number.
    @inlinable
    public mutating func header(_ type: CBORMajorType) throws(CBORError) -> UInt64 {
        let start = offset
        let (found, value) = try header()
        guard found == type else {
            offset = start
            throw CBORError(.unexpectedType(expected: type, found: found), at: start)
        }
        return value
    }

    /// Reads the length of an item of kind `type`, at most `max`.
    @inlinable
    mutating func length(_ type: CBORMajorType, max: Int) throws(CBORError) -> Int {
        let start = offset
        let value = try header(type)
        guard value <= UInt64(max) else {
            throw CBORError(.tooLong(limit: max, found: value), at: start)
        }
        return Int(truncatingIfNeeded: value)
    }

    /// The kind of the next item, without reading it.
    @inlinable
    public func peekType() throws(CBORError) -> CBORMajorType {
        guard offset < bytes.count else { throw CBORError(.truncated, at: offset) }
        return CBORMajorType(initialByte: bytes[offset])
    }

    // MARK: Containers

    /// Begins an array of exactly `count` items.
    @inlinable
    public mutating func array(count: Int) throws(CBORError) {
        let start = offset
        let found = try header(.array)
        guard found == UInt64(count) else {
            throw CBORError(.unexpectedCount(expected: count, found: found), at: start)
        }
    }

    /// Begins an array of at most `max` items and returns how many it has.
    @inlinable
    public mutating func arrayCount(max: Int = usualLimit) throws(CBORError) -> Int {
        try length(.array, max: max)
    }

    /// Begins a map of at most `max` pairs and returns how many it has.
    @inlinable
    public mutating func mapCount(max: Int = usualLimit) throws(CBORError) -> Int {
        try length(.map, max: max)
    }

    // MARK: Numbers

    /// Reads a number that is not negative.
    @inlinable
    public mutating func unsigned() throws(CBORError) -> UInt64 { try header(.unsigned) }

    /// Reads a number that is not negative into a narrower type.
    @inlinable
    public mutating func unsigned<Integer: FixedWidthInteger>(
        as type: Integer.Type
    ) throws(CBORError) -> Integer {
        let start = offset
        guard let value = Integer(exactly: try header(.unsigned)) else {
            throw CBORError(.outOfRange, at: start)
        }
        return value
    }

    /// Reads a number with sign.
    @inlinable
    public mutating func signed() throws(CBORError) -> Int64 {
        let start = offset
        let (type, value) = try header()
        guard value <= UInt64(Int64.max) else { throw CBORError(.outOfRange, at: start) }
        switch type {
        case .unsigned:
            return Int64(bitPattern: value)
        case .negative:
            return ~Int64(bitPattern: value)
        default:
            offset = start
            throw CBORError(.unexpectedType(expected: .unsigned, found: type), at: start)
        }
    }

    /// Reads a large integer in Filecoin's form: a byte string that is empty for zero, else a sign
    /// byte (0 or 1) and the magnitude, highest byte first, in at most 128 bytes together.
    ///
    /// Leading zero bytes of the magnitude are accepted, as the reference does; writing the value
    /// again leaves them out.
    @inlinable
    public mutating func bigInt() throws(CBORError) -> BigInt {
        let start = offset
        let count = try length(.bytes, max: 128)
        if count == 0 { return .zero }
        guard count <= remaining else { throw CBORError(.truncated, at: start) }
        let sign = bytes[offset]
        guard sign <= 1 else {
            throw CBORError(.invalid("the sign of a large integer is 0 or 1"), at: offset)
        }
        let magnitude = (offset + 1)..<(offset + count)
        offset += count
        return BigInt(magnitude: bytes, in: magnitude, isNegative: sign == 1)
    }

    // MARK: Strings

    /// Reads a byte string of at most `max` bytes.
    @inlinable
    public mutating func bytes(max: Int = usualByteLimit) throws(CBORError) -> [UInt8] {
        Array(bytes[try stringRange(.bytes, max: max)])
    }

    /// Reads a byte string of at most `max` bytes and returns where it lies in the input.
    @inlinable
    public mutating func bytesRange(
        max: Int = usualByteLimit
    ) throws(CBORError) -> Range<Int> {
        try stringRange(.bytes, max: max)
    }

    /// Reads a text of at most `max` bytes, which must be UTF-8.
    @inlinable
    public mutating func text(max: Int = usualLimit) throws(CBORError) -> String {
        let start = offset
        let range = try stringRange(.text, max: max)
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw CBORError(.invalidUTF8, at: start)
        }
        return text
    }

    /// Reads a text of at most `max` bytes as it is.
    ///
    /// The reference does not check that texts are UTF-8, and chains hold some that are not (labels
    /// of deals); a state that is written back must keep them.
    @inlinable
    public mutating func textBytes(max: Int = usualLimit) throws(CBORError) -> [UInt8] {
        Array(bytes[try stringRange(.text, max: max)])
    }

    @inlinable
    mutating func stringRange(_ type: CBORMajorType, max: Int) throws(CBORError) -> Range<Int> {
        let start = offset
        let count = try length(type, max: max)
        guard count <= remaining else { throw CBORError(.truncated, at: start) }
        offset += count
        return (offset - count)..<offset
    }

    // MARK: Simple values

    /// Reads true or false.
    @inlinable
    public mutating func bool() throws(CBORError) -> Bool {
        let start = offset
        let value = try header(.simple)
        guard value == 20 || value == 21 else {
            offset = start
            throw CBORError(.invalidSimpleValue(bytes[start]), at: start)
        }
        return value == 21
    }

    /// Reads null if it is next, and says whether it was.
    @inlinable
    public mutating func isNull() throws(CBORError) -> Bool {
        guard offset < bytes.count else { throw CBORError(.truncated, at: offset) }
        guard bytes[offset] == 0xf6 else { return false }
        offset += 1
        return true
    }

    /// Reads a finite 64-bit float.
    public mutating func double() throws(CBORError) -> Double {
        let start = offset
        guard remaining >= 9, bytes[offset] == 0xfb else {
            throw CBORError(
                isAtEnd || bytes[offset] == 0xfb ? .truncated : .invalidFloat,
                at: start
            )
        }
        var pattern: UInt64 = 0
        for index in offset + 1...offset + 8 { pattern = pattern << 8 | UInt64(bytes[index]) }
        let value = Double(bitPattern: pattern)
        guard value.isFinite else { throw CBORError(.invalidFloat, at: start) }
        offset += 9
        return value
    }

    // MARK: Typed values

    /// Reads a value of a type with a CBOR form.
    @inlinable
    public mutating func value<Value: CBORDecodable>(
        _ type: Value.Type = Value.self
    ) throws(CBORError) -> Value {
        try Value(from: &self)
    }

    /// Reads a value, or null in place of none.
    @inlinable
    public mutating func optional<Value: CBORDecodable>(
        _ type: Value.Type = Value.self
    ) throws(CBORError) -> Value? {
        try isNull() ? nil : Value(from: &self)
    }

    /// Reads an array of at most `max` values.
    @inlinable
    public mutating func list<Value: CBORDecodable>(
        _ type: Value.Type = Value.self,
        max: Int = usualLimit
    ) throws(CBORError) -> [Value] {
        let count = try arrayCount(max: max)
        var values: [Value] = []
        // Each item takes a byte at least, so a false count reserves no more than the input has.
        values.reserveCapacity(min(count, remaining))
        for _ in 0..<count { values.append(try Value(from: &self)) }
        return values
    }

    /// Reads an array of at most `max` items, each by `body`.
    @inlinable
    public mutating func list<Value>(
        max: Int = usualLimit,
        _ body: (inout CBORDecoder) throws(CBORError) -> Value
    ) throws(CBORError) -> [Value] {
        let count = try arrayCount(max: max)
        var values: [Value] = []
        values.reserveCapacity(min(count, remaining))
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }

    /// Reads a link and returns where its binary CID lies in the input, without the zero byte.
    @inlinable
    public mutating func linkRange() throws(CBORError) -> Range<Int> {
        let start = offset
        let tag = try header(.tag)
        guard tag == 42 else { throw CBORError(.invalidTag(tag), at: start) }
        return try linkContent(from: start)
    }

    /// Reads what comes after the tag of a link that begins at `start`.
    @inlinable
    mutating func linkContent(from start: Int) throws(CBORError) -> Range<Int> {
        // 512 bytes is the reference's limit.
        let range = try stringRange(.bytes, max: 512)
        guard range.count >= 2, bytes[range.lowerBound] == 0 else {
            throw CBORError(.invalidLink, at: start)
        }
        return (range.lowerBound + 1)..<range.upperBound
    }

    /// Reads a link and returns its binary CID.
    @inlinable
    public mutating func link() throws(CBORError) -> [UInt8] { Array(bytes[try linkRange()]) }
}
