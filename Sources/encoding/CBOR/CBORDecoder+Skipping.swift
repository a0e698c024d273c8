extension CBORDecoder {
    /// Passes over the next item with everything in it, and checks only that it is well-formed.
    ///
    /// Depth costs no stack: open containers are counted together.
    public mutating func skip() throws(CBORError) {
        try walk { _, _ in }
    }

    /// Reads the next item with everything in it as it is.
    ///
    /// What the reference calls a deferred value: well-formed, of any shape.
    public mutating func rawItem() throws(CBORError) -> [UInt8] {
        let start = offset
        try skip()
        return Array(bytes[start..<offset])
    }

    /// Passes over the next item and hands each link in it, in order, to `body` as the range of its
    /// binary CID.
    public mutating func forEachLink(_ body: (Range<Int>) -> Void) throws(CBORError) {
        try walk { _, range in body(range) }
    }

    /// Passes over one item; `body` gets each link.
    private mutating func walk(
        _ link: (Int, Range<Int>) -> Void
    ) throws(CBORError) {
        // How many items are still to come. Each takes a byte at least, so the count can be checked
        // against the input and cannot overflow.
        var pending = 1
        while pending > 0 {
            pending -= 1
            let start = offset
            guard start < bytes.count else { throw CBORError(.truncated, at: start) }
            let first = bytes[start]
            if first == 0xfb {
                guard remaining >= 9 else { throw CBORError(.truncated, at: start) }
                offset += 9
                continue
            }
            let value = try number(first & 0x1f)
            switch CBORMajorType(initialByte: first) {
            case .unsigned, .negative:
                break
            case .bytes, .text:
                guard value <= UInt64(remaining) else { throw CBORError(.truncated, at: start) }
                offset += Int(value)
            case .array:
                guard value <= UInt64(remaining) else { throw CBORError(.truncated, at: start) }
                pending += Int(value)
            case .map:
                guard value <= UInt64(remaining) / 2 else {
                    throw CBORError(.truncated, at: start)
                }
                pending += 2 * Int(value)
            case .tag:
                if value == 42 {
                    link(start, try linkContent(from: start))
                } else {
                    pending += 1
                }
            case .simple:
                guard value >= 20 && value <= 22 else {
                    throw CBORError(.invalidSimpleValue(first), at: start)
                }
            }
        }
    }
}

/// Questions about encoded blocks.
public enum CBOR {
    /// Returns the binary CIDs of all links in one encoded item, in order, duplicates included.
    ///
    /// - Throws: ``CBORError``, if `block` does not begin with a well-formed item.
    public static func links(in block: [UInt8]) throws(CBORError) -> [[UInt8]] {
        var decoder = CBORDecoder(block)
        var found: [[UInt8]] = []
        try decoder.forEachLink { found.append(Array(block[$0])) }
        return found
    }
}
