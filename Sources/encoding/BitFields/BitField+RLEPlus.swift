extension BitField {
    /// The most bytes of an encoded bit field on chain.
    public static let maximumEncodedLength = 32 << 10

    /// Which byte strings are RLE+.
    public enum Strictness: Sendable {
        /// Only what an encoder writes: the rule from network version 16 on.
        case canonical
        /// Also runs in longer forms than needed: what the native actors take.
        case anyForm
    }

    /// Reads RLE+: bits from the lowest of the first byte on, and zeros without end behind the last.
    ///
    /// | bits | meaning |
    /// |---|---|
    /// | `00` | version |
    /// | 1 bit | whether the first run is of set bits; runs alternate from there |
    /// | `1` | a run of length 1 |
    /// | `01`, 4 bits | a run of length 2 to 15 |
    /// | `00`, varint | a longer run |
    ///
    /// A run of length 0 ends the list. The last byte is not zero, and the last run is of set bits.
    ///
    /// - Parameters:
    ///   - bytes: The encoding; empty for the empty set.
    ///   - strictness: Whether only the shortest encoding is taken.
    /// - Throws: ``BitFieldError``.
    public init(
        rlePlus bytes: [UInt8],
        strictness: Strictness = .canonical
    ) throws(BitFieldError) {
        var reader = RunReader(bytes)
        let ranges = try reader.readAll()
        if !reader.isCanonical && strictness == .canonical { throw .notMinimal }
        self.init(ranges: ranges, original: reader.isCanonical ? nil : bytes)
    }

    /// Takes bytes as the chain does: any that name version 0.
    ///
    /// - Throws: ``BitFieldError/unsupportedVersion``; other defects make the value malformed.
    public init(deferring bytes: [UInt8]) throws(BitFieldError) {
        do {
            try self.init(rlePlus: bytes, strictness: .anyForm)
        } catch {
            if error == .unsupportedVersion { throw error }
            // The reference refuses another version at once, even before a zero at the end.
            if let first = bytes.first, first & 3 != 0 { throw .unsupportedVersion }
            self.init(ranges: [], original: bytes, isMalformed: true)
        }
    }

    /// The shortest RLE+ form.
    public var rlePlus: [UInt8] {
        guard let first = ranges.first else { return [] }
        var writer = RunWriter()
        writer.put(0, bits: 2)
        writer.put(first.lowerBound == 0 ? 1 : 0, bits: 1)
        var end: UInt64 = 0
        for range in ranges {
            if range.lowerBound > end { writer.putRun(range.lowerBound - end) }
            writer.putRun(range.upperBound - range.lowerBound)
            end = range.upperBound
        }
        return writer.finish()
    }

    /// What is written on chain: the bytes as they were read if nothing changed, else ``rlePlus``.
    public var encodedBytes: [UInt8] { original ?? rlePlus }
}

// MARK: - Run lengths

extension BitField {
    /// The lengths of the runs in turn, of clear bits first: `[0]` for the empty set.
    ///
    /// The form in JSON. The first number is 0 if bit 0 is set.
    public var runLengths: [UInt64] {
        guard !ranges.isEmpty else { return [0] }
        var lengths: [UInt64] = []
        lengths.reserveCapacity(2 * ranges.count)
        var end: UInt64 = 0
        for range in ranges {
            lengths.append(range.lowerBound - end)
            lengths.append(range.upperBound - range.lowerBound)
            end = range.upperBound
        }
        return lengths
    }

    /// Reads the lengths of the runs in turn, of clear bits first.
    ///
    /// - Throws: ``BitFieldError/emptyRun`` for a zero after the first, or
    ///   ``BitFieldError/overflow``.
    public init(runLengths lengths: [UInt64]) throws(BitFieldError) {
        var ranges: [Range<UInt64>] = []
        var end: UInt64 = 0
        for (index, length) in lengths.enumerated() {
            guard length > 0 || index == 0 else { throw .emptyRun }
            let (next, overflow) = end.addingReportingOverflow(length)
            guard !overflow else { throw .overflow }
            if !index.isMultiple(of: 2) { ranges.append(end..<next) }
            end = next
        }
        self.init(ranges: ranges)
    }
}

// MARK: - Bits

/// Reads RLE+ from a byte array through a window of up to 64 bits.
private struct RunReader {
    private let bytes: [UInt8]
    private var next = 0
    private var window: UInt64 = 0
    private var windowBits = 0
    /// Whether all that was read is what an encoder writes.
    private(set) var isCanonical = true

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Makes at least 56 bits available; behind the end they are zero.
    private mutating func fill() {
        while windowBits <= 56 {
            guard next < bytes.count else {
                windowBits = 64
                return
            }
            window |= UInt64(bytes[next]) << UInt64(windowBits)
            next += 1
            windowBits += 8
        }
    }

    private mutating func take(_ count: Int) -> UInt64 {
        let value = window & (1 << UInt64(count) - 1)
        window >>= UInt64(count)
        windowBits -= count
        return value
    }

    /// Whether nothing but zeros is left.
    private var hasOnlyZeros: Bool { window == 0 && next >= bytes.count }

    mutating func readAll() throws(BitFieldError) -> [Range<UInt64>] {
        guard let last = bytes.last else { return [] }
        guard last != 0 else { throw .notMinimal }
        fill()
        guard take(2) == 0 else { throw .unsupportedVersion }
        var isSet = take(1) == 1
        var ranges: [Range<UInt64>] = []
        ranges.reserveCapacity(bytes.count)
        var end: UInt64 = 0
        var lastIsSet = false
        while true {
            fill()
            if hasOnlyZeros { break }
            let length = try readRun()
            if length == 0 {
                // Ends the list though bits follow.
                isCanonical = false
                break
            }
            let (next, overflow) = end.addingReportingOverflow(length)
            guard !overflow else { throw .overflow }
            if isSet { ranges.append(end..<next) }
            end = next
            lastIsSet = isSet
            isSet.toggle()
        }
        if !lastIsSet { isCanonical = false }
        return ranges
    }

    private mutating func readRun() throws(BitFieldError) -> UInt64 {
        if take(1) == 1 { return 1 }
        if take(1) == 1 {
            let length = take(4)
            if length < 2 { isCanonical = false }
            return length
        }
        var length: UInt64 = 0
        for position in 0..<10 {
            fill()
            let byte = take(8)
            if position == 9 && byte > 1 { throw .invalidVarint }
            length |= (byte & 0x7f) << UInt64(7 * position)
            if byte < 0x80 {
                if byte == 0 && position > 0 { throw .invalidVarint }
                if length < 16 { isCanonical = false }
                return length
            }
        }
        throw .invalidVarint
    }
}

/// Writes RLE+.
private struct RunWriter {
    private var bytes: [UInt8] = []
    private var window: UInt64 = 0
    private var windowBits = 0

    mutating func put(_ value: UInt64, bits: Int) {
        window |= value << UInt64(windowBits)
        windowBits += bits
        while windowBits >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: window))
            window >>= 8
            windowBits -= 8
        }
    }

    mutating func putRun(_ length: UInt64) {
        if length == 1 {
            put(1, bits: 1)
        } else if length < 16 {
            put(2 | length << 2, bits: 6)
        } else {
            put(0, bits: 2)
            var rest = length
            while rest >= 0x80 {
                put(rest & 0x7f | 0x80, bits: 8)
                rest >>= 7
            }
            put(rest, bits: 8)
        }
    }

    mutating func finish() -> [UInt8] {
        if windowBits > 0 { bytes.append(UInt8(truncatingIfNeeded: window)) }
        while bytes.last == 0 { bytes.removeLast() }
        return bytes
    }
}
