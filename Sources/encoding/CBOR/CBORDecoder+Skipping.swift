extension CBORDecoder {
    /// Passes over the next item with everything in it, and checks only that it is well-formed.
    ///
    /// Depth costs no stack: open containers are counted together.
    public mutating func skip() throws(CBORError) {
        try walk { _ in }
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
        try walk(body)
    }

    /// Passes over one item; `body` gets each link.
    private mutating func walk(_ link: (Range<Int>) -> Void) throws(CBORError) {
        // Local copies stay in registers; whole states are walked over when a tipset is written.
        let source = bytes
        let span = source.span
        var at = offset
        // How many items are still to come. Each takes a byte at least, so the count can be checked
        // against the input and cannot overflow.
        var pending = 1
        while pending > 0 {
            pending -= 1
            let start = at
            guard at < span.count else { throw CBORError(.truncated, at: start) }
            let first = span[at]
            let low = first & 0x1f
            var value = UInt64(low)
            if low < 24 {
                at += 1
            } else if first == 0xfb {
                guard span.count - at >= 9 else { throw CBORError(.truncated, at: start) }
                at += 9
                continue
            } else {
                offset = at
                value = try number(low)
                at = offset
            }
            let rest = UInt64(span.count - at)
            switch first >> 5 {
            case 0, 1:
                break
            case 2, 3:
                guard value <= rest else { throw CBORError(.truncated, at: start) }
                at += Int(value)
            case 4:
                guard value <= rest else { throw CBORError(.truncated, at: start) }
                pending += Int(value)
            case 5:
                guard value <= rest / 2 else { throw CBORError(.truncated, at: start) }
                pending += 2 * Int(value)
            case 6 where value == 42:
                offset = at
                link(try linkContent(from: start))
                at = offset
            case 6:
                pending += 1
            default:
                guard value >= 20 && value <= 22 else {
                    throw CBORError(.invalidSimpleValue(first), at: start)
                }
            }
        }
        offset = at
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
