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
        let bitmap = try decoder.byteSlice(max: Self.bitmapBytes(bitWidth: bitWidth))
        guard bitmap.count == Self.bitmapBytes(bitWidth: bitWidth) else {
            throw decoder.invalid("bit map of \(bitmap.count) bytes")
        }
        let linkCount = try decoder.arrayCount(max: width)
        var links: [CID] = []
        links.reserveCapacity(linkCount)
        for _ in 0..<linkCount { links.append(try decoder.nodeLink()) }
        let valueCount = try decoder.arrayCount(max: width)
        var values: [ByteSlice] = []
        values.reserveCapacity(valueCount)
        for _ in 0..<valueCount { values.append(try decoder.itemSlice()) }

        self.init()
        switch (links.isEmpty, values.isEmpty) {
        case (false, false): throw decoder.invalid("both links and values")
        case (true, true):
            guard mayBeEmpty else { throw decoder.invalid("an empty node") }
            guard (0..<bitmap.count).allSatisfy({ bitmap[$0] == 0 }) else {
                throw decoder.invalid("bits without elements")
            }
        case (false, true):
            guard !isLeaf else { throw decoder.invalid("links in a leaf") }
            self.links = try Self.spread(links, by: bitmap, width: width, decoder)
                .map { link in link.map(AMTLink.stored) ?? .none }
        case (true, false):
            guard isLeaf else { throw decoder.invalid("values in an inner node") }
            self.values = try Self.spread(values, by: bitmap, width: width, decoder)
        }
    }

    /// One bit for each place, in at least one byte.
    private static func bitmapBytes(bitWidth: Int) -> Int {
        bitWidth <= 3 ? 1 : 1 << (bitWidth - 3)
    }

    /// Puts the elements at the places whose bits are set; the lowest bit of a byte comes first.
    private static func spread<Element>(
        _ elements: [Element],
        by bitmap: ByteSlice,
        width: Int,
        _ decoder: CBORDecoder
    ) throws(CBORError) -> [Element?] {
        var places = [Element?](repeating: nil, count: width)
        var used = 0
        for place in 0..<width where bitmap[place >> 3] >> UInt8(place & 7) & 1 == 1 {
            guard used < elements.count else { throw decoder.invalid("more bits than elements") }
            places[place] = elements[used]
            used += 1
        }
        guard used == elements.count else { throw decoder.invalid("fewer bits than elements") }
        return places
    }

    /// Appends the stored form; the children must be written.
    func encode(to encoder: inout CBOREncoder, bitWidth: Int, isLeaf: Bool) {
        var bitmap = [UInt8](repeating: 0, count: Self.bitmapBytes(bitWidth: bitWidth))
        var count = 0
        for place in 0..<(isLeaf ? values.count : links.count)
        where isLeaf ? values[place] != nil : !links[place].isNone {
            bitmap[place >> 3] |= 1 << UInt8(place & 7)
            count += 1
        }
        encoder.array(3)
        encoder.bytes(bitmap)
        if isLeaf {
            encoder.array(0)
            encoder.array(count)
            for case let value? in values { value.append(to: &encoder) }
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
