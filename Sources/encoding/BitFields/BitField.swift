/// A set of numbers below 2^64 - 1, kept as runs: sectors, partitions, deadlines.
///
/// All operations take time in the number of runs, not of bits. In bytes the set is RLE+ (see
/// ``init(rlePlus:strictness:)``); on chain it is a byte string of at most 32 KiB.
///
/// The chain's decoder looks at a bit field only when it is used, so a malformed one can be carried
/// in parameters and state. Such a value has no bits and ``isMalformed`` is true; so is the result
/// of any operation on it. Code that must reject it asks ``validate()`` where the reference would
/// first read the bits.
///
/// ```swift
/// var sectors: BitField = [1, 2, 3, 10]
/// sectors.formUnion(late)
/// for sector in try sectors.elements(limit: 10_000) { … }
/// ```
public struct BitField: Sendable {
    /// The runs of set bits: ascending, not empty, with a gap between any two.
    public private(set) var ranges: [Range<UInt64>]

    /// The bytes that the value was read from, if they are not what ``rlePlus`` would write.
    ///
    /// The reference writes a bit field that nobody changed as it was read.
    private(set) var original: [UInt8]?

    /// Whether the value was read from bytes that are no RLE+.
    public private(set) var isMalformed: Bool

    /// The empty set.
    public init() {
        ranges = []
        original = nil
        isMalformed = false
    }

    init(ranges: [Range<UInt64>], original: [UInt8]? = nil, isMalformed: Bool = false) {
        self.ranges = ranges
        self.original = original
        self.isMalformed = isMalformed
    }

    /// The set of the numbers from `range`.
    public init(_ range: Range<UInt64>) { self.init(ranges: range.isEmpty ? [] : [range]) }

    /// The set of `bits`, in any order, duplicates allowed.
    ///
    /// - Precondition: None is 2^64 - 1.
    public init(_ bits: some Sequence<UInt64>) {
        self.init()
        for bit in bits.sorted() {
            precondition(bit < .max, "a bit field holds numbers below 2^64 - 1")
            append(bit..<bit + 1)
        }
    }

    /// The set of runs in ascending order, which may touch or overlap.
    public init(ascending runs: some Sequence<Range<UInt64>>) {
        self.init()
        for run in runs { append(run) }
    }

    /// Adds a run that does not begin before the last one.
    mutating func append(_ run: Range<UInt64>) {
        guard !run.isEmpty else { return }
        guard let last = ranges.last, last.upperBound >= run.lowerBound else {
            ranges.append(run)
            return
        }
        ranges[ranges.count - 1] =
            last.lowerBound..<Swift.max(last.upperBound, run.upperBound)
    }

    /// Checks that the bytes were RLE+.
    public func validate() throws(BitFieldError) {
        if isMalformed { throw .malformed }
    }
}

/// Why bytes are no bit field, or a bit field cannot answer.
public enum BitFieldError: Error, Hashable, Sendable {
    /// The first two bits name a version other than 0.
    case unsupportedVersion
    /// A shorter form exists, or the last byte is zero.
    case notMinimal
    /// The length of a run is no varint of at most ten bytes.
    case invalidVarint
    /// The lengths add up to more than 2^64 - 1.
    case overflow
    /// A run of length zero after the first.
    case emptyRun
    /// More bits are set than the caller takes.
    case tooManyBits(limit: UInt64, found: UInt64)
    /// Fewer bits are set than were asked for.
    case notEnoughBits
    /// The value was read from bytes that are no RLE+.
    case malformed
}

extension BitFieldError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unsupportedVersion: "a bit field has RLE+ version 0"
        case .notMinimal: "a bit field is not in its shortest form"
        case .invalidVarint: "the length of a run is no varint"
        case .overflow: "the runs of a bit field are longer than 2^64 - 1 together"
        case .emptyRun: "a run of a bit field has length 0"
        case .tooManyBits(let limit, let found):
            "\(found) bits are set; at most \(limit) are allowed"
        case .notEnoughBits: "fewer bits are set than were asked for"
        case .malformed: "the bytes of a bit field are no RLE+"
        }
    }
}

// MARK: - Questions

extension BitField {
    /// Whether no bit is set.
    public var isEmpty: Bool { ranges.isEmpty }

    /// How many bits are set.
    public var count: UInt64 { ranges.reduce(0) { $0 + UInt64($1.upperBound - $1.lowerBound) } }

    /// The lowest bit.
    public var first: UInt64? { ranges.first?.lowerBound }

    /// The highest bit.
    public var last: UInt64? { ranges.last.map { $0.upperBound - 1 } }

    /// Whether `bit` is set; time in the logarithm of the runs.
    public func contains(_ bit: UInt64) -> Bool {
        let index = firstRange(endingAfter: bit)
        return index < ranges.count && ranges[index].lowerBound <= bit
    }

    /// The index of the first range that ends after `bit`.
    private func firstRange(endingAfter bit: UInt64) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound > bit { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The bits, ascending.
    ///
    /// - Throws: ``BitFieldError/tooManyBits(limit:found:)``, if there are more than `limit`: a few
    ///   bytes from outside can stand for 2^64 bits.
    public func elements(limit: UInt64) throws(BitFieldError) -> [UInt64] {
        let count = count
        guard count <= limit else { throw .tooManyBits(limit: limit, found: count) }
        var bits: [UInt64] = []
        bits.reserveCapacity(Int(count))
        for range in ranges { bits.append(contentsOf: range) }
        return bits
    }

    /// The bits, ascending, one at a time and without a limit.
    public var bits: some Sequence<UInt64> { ranges.lazy.flatMap { $0 } }

    /// The `count` bits that follow the first `skip` bits.
    ///
    /// - Throws: ``BitFieldError/notEnoughBits``.
    public func slice(skip: UInt64, count: UInt64) throws(BitFieldError) -> BitField {
        var result = BitField(ranges: [], isMalformed: isMalformed)
        var toSkip = skip
        var toTake = count
        for range in ranges where toTake > 0 {
            let length = range.upperBound - range.lowerBound
            guard length > toSkip else {
                toSkip -= length
                continue
            }
            let start = range.lowerBound + toSkip
            let taken = min(toTake, length - toSkip)
            result.append(start..<start + taken)
            toSkip = 0
            toTake -= taken
        }
        guard toTake == 0 else { throw .notEnoughBits }
        return result
    }
}

// MARK: - Changes

extension BitField {
    /// Sets `bit`.
    ///
    /// - Precondition: `bit` is not 2^64 - 1.
    public mutating func insert(_ bit: UInt64) {
        precondition(bit < .max, "a bit field holds numbers below 2^64 - 1")
        original = nil
        let index = firstRange(endingAfter: bit)
        if index < ranges.count, ranges[index].lowerBound <= bit { return }
        let touchesLeft = index > 0 && ranges[index - 1].upperBound == bit
        let touchesRight = index < ranges.count && ranges[index].lowerBound == bit + 1
        switch (touchesLeft, touchesRight) {
        case (true, true):
            ranges[index - 1] = ranges[index - 1].lowerBound..<ranges[index].upperBound
            ranges.remove(at: index)
        case (true, false):
            ranges[index - 1] = ranges[index - 1].lowerBound..<bit + 1
        case (false, true):
            ranges[index] = bit..<ranges[index].upperBound
        case (false, false):
            ranges.insert(bit..<bit + 1, at: index)
        }
    }

    /// Clears `bit`.
    public mutating func remove(_ bit: UInt64) {
        original = nil
        let index = firstRange(endingAfter: bit)
        guard index < ranges.count, ranges[index].lowerBound <= bit else { return }
        let range = ranges[index]
        let rest = [range.lowerBound..<bit, (bit + 1)..<range.upperBound].filter { !$0.isEmpty }
        ranges.replaceSubrange(index...index, with: rest)
    }
}

// MARK: - Conformances

extension BitField: Hashable {
    /// Whether the same bits are set, however they were written.
    public static func == (a: Self, b: Self) -> Bool {
        a.ranges == b.ranges && a.isMalformed == b.isMalformed
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(ranges)
        hasher.combine(isMalformed)
    }
}

extension BitField: ExpressibleByArrayLiteral {
    public init(arrayLiteral bits: UInt64...) { self.init(bits) }
}

extension BitField: CustomStringConvertible {
    /// The runs, as `{1-3, 10}`.
    public var description: String {
        if isMalformed { return "{malformed}" }
        let runs = ranges.map { range in
            range.upperBound - range.lowerBound == 1
                ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound - 1)"
        }
        return "{" + runs.joined(separator: ", ") + "}"
    }
}
