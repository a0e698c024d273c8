internal import CBOR
internal import Multiformats

/// A stretch of a node's bytes, by place and length.
struct ByteStretch {
    let start: UInt32
    let count: UInt32

    /// No bytes: what an AMT has at a place without a value.
    ///
    /// An encoded value has one byte at least.
    static let none: ByteStretch = ByteStretch(start: 0, count: 0)

    var isNone: Bool { count == 0 }

    fileprivate var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// The bytes of a node's keys and values: the block that it was read from, then what was added since.
///
/// A node holds up to hundreds of small byte strings. Cutting each of them out of the block, or only
/// counting a reference for each, would cost more than all the rest of reading a node; stretches are
/// plain numbers. What is no longer used stays until it is more than half of the bytes.
struct NodeBytes {
    private var bytes: [UInt8] = []
    private var unused: Int = 0

    init() {}

    /// The bytes of a block, in which stretches are about to be found.
    init(block: [UInt8]) throws(CBORError) {
        // Far above any block that a store takes; stretches count in 32 bits.
        guard block.count < 1 << 31 else {
            throw CBORError(.tooLong(limit: 1 << 31, found: 0), at: 0)
        }
        bytes = block
    }

    /// A copy of a stretch.
    subscript(stretch: ByteStretch) -> [UInt8] { Array(bytes[stretch.range]) }

    /// Whether a stretch holds exactly `other`.
    func equal(_ stretch: ByteStretch, _ other: [UInt8]) -> Bool {
        guard Int(stretch.count) == other.count else { return false }
        let start = Int(stretch.start)
        for offset in 0..<other.count where bytes[start + offset] != other[offset] { return false }
        return true
    }

    /// Whether `first` comes before a stretch in bytewise order.
    func precedes(_ first: [UInt8], _ stretch: ByteStretch) -> Bool {
        first.lexicographicallyPrecedes(bytes[stretch.range])
    }

    /// Whether a stretch comes before another in bytewise order.
    func precedes(_ first: ByteStretch, _ second: ByteStretch) -> Bool {
        let common = Int(min(first.count, second.count))
        for offset in 0..<common {
            let a = bytes[Int(first.start) + offset]
            let b = bytes[Int(second.start) + offset]
            if a != b { return a < b }
        }
        return first.count < second.count
    }

    /// Decodes the value in a stretch, in place.
    func decoded<Value: CBORDecodable>(_ stretch: ByteStretch) throws(CBORError) -> Value {
        var decoder = CBORDecoder(bytes)
        decoder.offset = Int(stretch.start)
        return try Value(from: &decoder)
    }

    /// Appends a stretch to what `encoder` has written.
    func append(_ stretch: ByteStretch, to encoder: inout CBOREncoder) {
        encoder.raw(stretch.range, of: bytes)
    }

    /// Adds bytes and returns where they are.
    mutating func add(_ added: [UInt8]) -> ByteStretch {
        let start = bytes.count
        precondition(start + added.count < 1 << 31, "a node has less than 2 GiB")
        bytes += added
        return ByteStretch(start: UInt32(start), count: UInt32(added.count))
    }

    /// Puts bytes in place of a stretch and returns where they are.
    mutating func replace(_ stretch: ByteStretch, by added: [UInt8]) -> ByteStretch {
        guard Int(stretch.count) == added.count else {
            drop(stretch)
            return add(added)
        }
        bytes.replaceSubrange(stretch.range, with: added)
        return stretch
    }

    /// Notes that a stretch is not used any more.
    mutating func drop(_ stretch: ByteStretch) { unused += Int(stretch.count) }

    /// Whether it is time to copy what is used to new bytes.
    var wantsCompaction: Bool { unused > 4096 && unused > bytes.count / 2 }
}

extension CBORDecoder {
    /// Reads a byte string of at most `max` bytes and returns where its content is.
    mutating func byteStretch(max: Int) throws(CBORError) -> ByteStretch {
        let range = try bytesRange(max: max)
        return ByteStretch(start: UInt32(range.lowerBound), count: UInt32(range.count))
    }

    /// Passes over one item, whatever it holds, and returns where it is.
    mutating func itemStretch() throws(CBORError) -> ByteStretch {
        let start = offset
        try skip()
        return ByteStretch(start: UInt32(start), count: UInt32(offset - start))
    }

    /// Reads a link to a dag-cbor block, as every child of a node must be.
    mutating func nodeLink() throws(CBORError) -> CID {
        let cid: CID = try value()
        guard cid.codec == .dagCBOR else { throw invalid("link to something other than dag-cbor") }
        return cid
    }
}
