internal import CBOR
internal import Multiformats

extension AMTNode {
    /// Reads a node and checks it.
    ///
    /// - Parameters:
    ///   - decoder: Stands at the node.
    ///   - bitWidth: The logarithm of the number of places.
    ///   - isLeaf: Whether the node's height demands values.
    ///   - mayBeEmpty: Whether this is the root of an array that may be empty.
    /// - Throws: `CBORError`, with the rule that is broken.
    convenience init(
        from decoder: inout CBORDecoder,
        bitWidth: Int,
        isLeaf: Bool,
        mayBeEmpty: Bool
    ) throws(CBORError) {
        let width = 1 << bitWidth
        try decoder.array(count: 3)
        let bitmap = try decoder.bytes(max: Self.bitmapBytes(bitWidth: bitWidth))
        guard bitmap.count == Self.bitmapBytes(bitWidth: bitWidth) else {
            throw decoder.invalid("bit map of \(bitmap.count) bytes")
        }
        // The lowest bit of a byte comes first. Bits beyond the width are passed over, as in the reference.
        let places = (0..<width).filter { bitmap[$0 >> 3] >> UInt8($0 & 7) & 1 == 1 }

        self.init()
        let linkCount = try decoder.arrayCount(max: width)
        if linkCount > 0 {
            guard !isLeaf else { throw decoder.invalid("links in a leaf") }
            try Self.check(linkCount, against: places.count, decoder)
            links = Array(repeating: .none, count: width)
            for place in places { links[place] = .stored(try decoder.nodeLink()) }
        }
        let valueCount = try decoder.arrayCount(max: width)
        if valueCount > 0 {
            guard isLeaf else { throw decoder.invalid("values in an inner node") }
            try Self.check(valueCount, against: places.count, decoder)
            bytes = try NodeBytes(block: decoder.bytes)
            values = Array(repeating: .none, count: width)
            for place in places { values[place] = try decoder.itemStretch() }
        }
        if linkCount == 0 && valueCount == 0 {
            guard mayBeEmpty else { throw decoder.invalid("an empty node") }
            try Self.check(0, against: places.count, decoder)
        }
    }

    private static func check(
        _ count: Int,
        against bits: Int,
        _ decoder: CBORDecoder
    ) throws(CBORError) {
        guard count == bits else { throw decoder.invalid("\(count) elements for \(bits) bits") }
    }

    /// One bit for each place, in at least one byte.
    private static func bitmapBytes(bitWidth: Int) -> Int {
        bitWidth <= 3 ? 1 : 1 << (bitWidth - 3)
    }

    /// Appends the stored form; the children must be written.
    func encode(to encoder: inout CBOREncoder, bitWidth: Int, isLeaf: Bool) {
        var bitmap = [UInt8](repeating: 0, count: Self.bitmapBytes(bitWidth: bitWidth))
        var count = 0
        for place in 0..<(isLeaf ? values.count : links.count)
        where isLeaf ? !values[place].isNone : !links[place].isNone {
            bitmap[place >> 3] |= 1 << UInt8(place & 7)
            count += 1
        }
        encoder.array(3)
        encoder.bytes(bitmap)
        if isLeaf {
            encoder.array(0)
            encoder.array(count)
            for value in values { bytes.append(value, to: &encoder) }
        } else {
            encoder.array(count)
            for link in links {
                if let cid = link.storedLink { encoder.encode(cid) }
            }
            encoder.array(0)
        }
    }
}

extension AMTLink {
    /// The child's CID, or nil where there is no child.
    fileprivate var storedLink: CID? {
        switch self {
        case .none: return nil
        case .stored(let link): return link
        case .node(let node):
            guard let link = node.storedLink else {
                preconditionFailure("an AMT node is written before its children")
            }
            return link
        }
    }
}
