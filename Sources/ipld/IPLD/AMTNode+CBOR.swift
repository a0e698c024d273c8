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
        let bitmap = try decoder.bytesRange(max: Self.bitmapBytes(bitWidth: bitWidth))
        guard bitmap.count == Self.bitmapBytes(bitWidth: bitWidth) else {
            throw decoder.invalid("bit map of \(bitmap.count) bytes")
        }
        let block = decoder.bytes
        // The lowest bit of a byte comes first. Bits beyond the width are passed over, as in the reference.
        func isTaken(_ place: Int) -> Bool {
            block[bitmap.lowerBound + place >> 3] >> UInt8(place & 7) & 1 == 1
        }
        var placeCount = 0
        for place in 0..<width where isTaken(place) { placeCount += 1 }

        self.init()
        let linkCount = try decoder.arrayCount(max: width)
        if linkCount > 0 {
            guard !isLeaf else { throw decoder.invalid("links in a leaf") }
            try Self.check(linkCount, against: placeCount, decoder)
            var links: [AMTLink] = []
            links.reserveCapacity(width)
            for place in 0..<width {
                links.append(isTaken(place) ? .stored(try decoder.nodeLink()) : .none)
            }
            self.links = links
        }
        let valueCount = try decoder.arrayCount(max: width)
        if valueCount > 0 {
            guard isLeaf else { throw decoder.invalid("values in an inner node") }
            try Self.check(valueCount, against: placeCount, decoder)
            bytes = try NodeBytes(block: block)
            var values: [ByteStretch] = []
            values.reserveCapacity(width)
            for place in 0..<width {
                values.append(isTaken(place) ? try decoder.itemStretch() : .none)
            }
            self.values = values
        }
        if linkCount == 0 && valueCount == 0 {
            guard mayBeEmpty else { throw decoder.invalid("an empty node") }
            try Self.check(0, against: placeCount, decoder)
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

    /// A little more than the bytes of the stored form.
    var encodedCapacity: Int {
        var total = 16 + max(links.count, values.count) / 8
        for place in links.indices where !links[place].isNone { total += 43 }
        for value in values { total += Int(value.count) }
        return total
    }

    /// Appends the stored form; the children must be written.
    func encode(to encoder: inout CBOREncoder, bitWidth: Int, isLeaf: Bool) {
        encoder.array(3)
        let byteCount = Self.bitmapBytes(bitWidth: bitWidth)
        encoder.header(.bytes, UInt64(byteCount))
        let placeCount = isLeaf ? values.count : links.count
        var count = 0
        for first in stride(from: 0, to: 8 * byteCount, by: 8) {
            var byte: UInt8 = 0
            for place in first..<min(first + 8, max(first, placeCount))
            where isLeaf ? !values[place].isNone : !links[place].isNone {
                byte |= 1 << UInt8(place & 7)
                count += 1
            }
            encoder.bytes.append(byte)
        }
        if isLeaf {
            encoder.array(0)
            encoder.array(count)
            for value in values where !value.isNone { bytes.append(value, to: &encoder) }
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
