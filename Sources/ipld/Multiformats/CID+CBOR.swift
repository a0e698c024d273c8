public import CBOR

extension CID: CBOREncodable, CBORDecodable {
    public func encode(to encoder: inout CBOREncoder) {
        encoder.header(.tag, 42)
        encoder.header(.bytes, UInt64(byteCount + 1))
        encoder.bytes.append(0)
        append(to: &encoder.bytes)
    }

    public init(from decoder: inout CBORDecoder) throws(CBORError) {
        let start = decoder.offset
        let range = try decoder.linkRange()
        var offset = range.lowerBound
        do {
            self = try CID(decoder.bytes, at: &offset)
        } catch {
            throw CBORError(.invalidLink, at: start)
        }
        guard offset == range.upperBound else { throw CBORError(.invalidLink, at: start) }
    }
}

extension CID {
    /// Returns the CIDs of all links in a block, in order, duplicates included.
    ///
    /// - Parameter block: An encoded DAG-CBOR item.
    /// - Returns: The CIDs, in the order in which they are written.
    /// - Throws: ``CBORError``, if the block is not well-formed or a link is no CID.
    public static func links(inDAGCBOR block: [UInt8]) throws(CBORError) -> [CID] {
        var decoder = CBORDecoder(block)
        var ranges: [Range<Int>] = []
        try decoder.forEachLink { ranges.append($0) }
        var links: [CID] = []
        links.reserveCapacity(ranges.count)
        for range in ranges {
            var offset = range.lowerBound
            guard let cid = try? CID(block, at: &offset), offset == range.upperBound else {
                throw CBORError(.invalidLink, at: range.lowerBound)
            }
            links.append(cid)
        }
        return links
    }
}
