internal import CBOR
internal import Multiformats

/// A part of a block, shared with it instead of copied.
///
/// A node of a HAMT or AMT holds up to hundreds of small byte strings. Cutting each of them out of the
/// block would cost an allocation apiece, for every node that a look-up passes.
struct ByteSlice {
    private let block: [UInt8]
    private let start: Int
    private let end: Int

    /// The part `range` of `block`, which must lie inside it.
    init(_ block: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= block.count)
        self.block = block
        self.start = range.lowerBound
        self.end = range.upperBound
    }

    /// The whole of `bytes`.
    init(_ bytes: [UInt8]) {
        self.block = bytes
        self.start = 0
        self.end = bytes.count
    }

    var count: Int { end - start }

    /// A copy of the bytes; free when the slice is the whole block.
    var array: [UInt8] {
        count == block.count ? block : Array(block[start..<end])
    }

    /// The byte at `offset` from the start of the slice.
    subscript(offset: Int) -> UInt8 { block[start + offset] }

    static func == (left: ByteSlice, right: ByteSlice) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<left.count where left[offset] != right[offset] { return false }
        return true
    }

    /// Whether the slice holds exactly `bytes`.
    func equals(_ bytes: [UInt8]) -> Bool {
        guard count == bytes.count else { return false }
        for offset in 0..<count where block[start + offset] != bytes[offset] { return false }
        return true
    }

    /// Bytewise order; a prefix comes before what it begins.
    static func < (left: ByteSlice, right: ByteSlice) -> Bool {
        for offset in 0..<min(left.count, right.count) where left[offset] != right[offset] {
            return left[offset] < right[offset]
        }
        return left.count < right.count
    }
}

extension ByteSlice {
    /// Decodes the value that the slice consists of, in place.
    func decoded<Value: CBORDecodable>() throws(CBORError) -> Value {
        var decoder = CBORDecoder(block)
        decoder.offset = start
        return try Value(from: &decoder)
    }

    /// Appends the bytes as they are.
    func append(to encoder: inout CBOREncoder) {
        encoder.bytes.append(contentsOf: block[start..<end])
    }
}

extension CBOREncoder {
    /// Writes a byte string.
    mutating func bytes(_ slice: ByteSlice) {
        header(.bytes, UInt64(slice.count))
        slice.append(to: &self)
    }
}

extension CBORDecoder {
    /// Reads a byte string of at most `max` bytes.
    mutating func byteSlice(max: Int) throws(CBORError) -> ByteSlice {
        ByteSlice(bytes, try bytesRange(max: max))
    }

    /// Reads a link to a dag-cbor block, as every child of a node must be.
    mutating func nodeLink() throws(CBORError) -> CID {
        let cid: CID = try value()
        guard cid.codec == .dagCBOR else { throw invalid("link to something other than dag-cbor") }
        return cid
    }

    /// Passes over one item, whatever it holds, and returns its bytes.
    mutating func itemSlice() throws(CBORError) -> ByteSlice {
        let start = offset
        try skip()
        return ByteSlice(bytes, start..<offset)
    }
}
