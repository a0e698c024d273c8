public import BigIntegers

/// Writes CBOR items one after the other: shortest forms and definite lengths only.
///
/// The caller says how many items an array or map has and then writes them; nothing checks that it
/// does. Map keys are written in the caller's order, which has to be canonical.
@frozen
public struct CBOREncoder: Sendable {
    /// What was written so far.
    public var bytes: [UInt8]
    /// The first value that was written but could not be read back, as it is over a limit.
    ///
    /// Who stores the bytes looks here once, instead of every call throwing.
    public private(set) var defect: CBORError?

    /// Begins with nothing.
    @inlinable
    public init() { bytes = [] }

    /// Notes that the value that comes next is over a limit.
    public mutating func report(_ reason: CBORError.Reason) {
        if defect == nil { defect = CBORError(reason, at: bytes.count) }
    }

    /// Begins with nothing and room for `capacity` bytes.
    @inlinable
    public init(capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Begins again with nothing, in the memory that there is.
    @inlinable
    public mutating func reset() {
        bytes.removeAll(keepingCapacity: true)
        clearDefect()
    }

    @usableFromInline
    mutating func clearDefect() { defect = nil }

    /// Writes the first byte of an item and its number, in the shortest form.
    @inlinable
    public mutating func header(_ type: CBORMajorType, _ value: UInt64) {
        let major = type.rawValue << 5
        if value < 24 {
            bytes.append(major | UInt8(truncatingIfNeeded: value))
        } else if value <= 0xff {
            bytes.append(major | 24)
            bytes.append(UInt8(truncatingIfNeeded: value))
        } else {
            longHeader(major, value)
        }
    }

    @usableFromInline
    mutating func longHeader(_ major: UInt8, _ value: UInt64) {
        let (code, width): (UInt8, UInt64) =
            value <= 0xffff ? (25, 16) : value <= 0xffff_ffff ? (26, 32) : (27, 64)
        bytes.append(major | code)
        var shift = width
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Begins an array of `count` items.
    @inlinable
    public mutating func array(_ count: Int) { header(.array, UInt64(count)) }

    /// Begins a map of `count` pairs.
    @inlinable
    public mutating func map(_ count: Int) { header(.map, UInt64(count)) }

    /// Writes a number that is not negative.
    @inlinable
    public mutating func unsigned(_ value: UInt64) { header(.unsigned, value) }

    /// Writes a number with sign.
    @inlinable
    public mutating func signed(_ value: Int64) {
        if value >= 0 {
            header(.unsigned, UInt64(bitPattern: value))
        } else {
            // The negative number n is written as -1 - n, which is its complement.
            header(.negative, UInt64(bitPattern: ~value))
        }
    }

    /// Writes a byte string.
    @inlinable
    public mutating func bytes(_ value: [UInt8]) {
        header(.bytes, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes a text.
    @inlinable
    public mutating func text(_ value: String) {
        let utf8 = value.utf8
        header(.text, UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// Writes a text given as bytes, which need not be UTF-8.
    ///
    /// The reference's texts are byte strings of any content; see ``CBORDecoder/textBytes(max:)``.
    @inlinable
    public mutating func textBytes(_ value: [UInt8]) {
        header(.text, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes true or false.
    @inlinable
    public mutating func bool(_ value: Bool) { bytes.append(value ? 0xf5 : 0xf4) }

    /// Writes null.
    @inlinable
    public mutating func null() { bytes.append(0xf6) }

    /// Writes a 64-bit float.
    public mutating func double(_ value: Double) {
        bytes.append(0xfb)
        let pattern = value.bitPattern
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: pattern >> shift))
        }
    }

    /// Writes a value of a type with a CBOR form.
    @inlinable
    public mutating func encode<Value: CBOREncodable>(_ value: Value) { value.encode(to: &self) }

    /// Writes a value, or null in place of none.
    @inlinable
    public mutating func optional<Value: CBOREncodable>(_ value: Value?) {
        if let value { value.encode(to: &self) } else { null() }
    }

    /// Writes an array of values.
    @inlinable
    public mutating func list<Values: Collection>(_ values: Values)
    where Values.Element: CBOREncodable {
        array(values.count)
        for value in values { value.encode(to: &self) }
    }

    /// Writes an array, each item by `body`: for items that have no CBOR form of their own.
    @inlinable
    public mutating func list<Values: Collection>(
        _ values: Values,
        _ body: (inout CBOREncoder, Values.Element) -> Void
    ) {
        array(values.count)
        for value in values { body(&self, value) }
    }

    /// Writes a large integer as Filecoin does: a byte string that is empty for zero, else a sign
    /// byte (0 or 1) and the magnitude, highest byte first.
    ///
    /// More than 128 bytes are a ``defect``; see ``CBORDecoder/bigInt()``.
    @inlinable
    public mutating func bigInt(_ value: BigInt) {
        guard !value.isZero else {
            bytes.append(0x40)
            return
        }
        let count = value.magnitudeByteCount + 1
        if count > 128 { report(.tooLong(limit: 128, found: UInt64(count))) }
        header(.bytes, UInt64(count))
        bytes.append(value.isNegative ? 1 : 0)
        value.appendMagnitude(to: &bytes)
    }

    /// Writes a link: tag 42 around the binary CID behind a zero byte (the multibase prefix for
    /// "as it is").
    @inlinable
    public mutating func link(_ cid: [UInt8]) {
        header(.tag, 42)
        header(.bytes, UInt64(cid.count + 1))
        bytes.append(0)
        bytes.append(contentsOf: cid)
    }

    /// Writes an item that is encoded already.
    @inlinable
    public mutating func raw(_ item: [UInt8]) { bytes.append(contentsOf: item) }

    /// Copies a part of other bytes, without a slice, whose references would be counted.
    @inlinable
    public mutating func raw(_ range: Range<Int>, of source: [UInt8]) {
        unsafe source.withUnsafeBytes { source in
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[range]))
        }
    }
}
