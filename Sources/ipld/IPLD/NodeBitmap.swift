internal import CBOR

/// Which of a HAMT node's 2 to 256 positions are taken.
struct NodeBitmap: Equatable {
    private var words: SIMD4<UInt64> = .zero

    init() {}

    /// Reads the stored form: a big-endian number without leading zero bytes.
    init(from decoder: inout CBORDecoder, bitWidth: Int) throws(CBORError) {
        let stored = try decoder.bytesRange(max: 32)
        guard stored.isEmpty || decoder.bytes[stored.lowerBound] != 0 else {
            throw decoder.invalid("bit field with a leading zero")
        }
        for offset in stored {
            let place = stored.upperBound - 1 - offset
            words[place / 8] |= UInt64(decoder.bytes[offset]) << UInt64(place % 8 * 8)
        }
        guard bitWidth == 8 || self.count(below: 1 << bitWidth) == count else {
            throw decoder.invalid("bit field beyond the width")
        }
    }

    /// Writes the stored form.
    func encode(to encoder: inout CBOREncoder) {
        var byteCount = 0
        for index in 0..<4 where words[index] != 0 {
            byteCount = 8 * index + (71 - words[index].leadingZeroBitCount) / 8
        }
        encoder.header(.bytes, UInt64(byteCount))
        for place in stride(from: byteCount - 1, through: 0, by: -1) {
            encoder.bytes.append(
                UInt8(truncatingIfNeeded: words[place / 8] >> UInt64(place % 8 * 8))
            )
        }
    }

    /// How many positions are taken.
    var count: Int {
        var total = 0
        for index in 0..<4 { total += words[index].nonzeroBitCount }
        return total
    }

    subscript(position: Int) -> Bool {
        get { words[position >> 6] >> UInt64(position & 63) & 1 == 1 }
        set {
            let bit: UInt64 = 1 << UInt64(position & 63)
            if newValue { words[position >> 6] |= bit } else { words[position >> 6] &= ~bit }
        }
    }

    /// How many positions lower than `position` are taken: the place of its pointer in the node.
    func count(below position: Int) -> Int {
        var total = 0
        for index in 0..<(position >> 6) { total += words[index].nonzeroBitCount }
        let rest = position & 63
        if rest > 0 { total += (words[position >> 6] & ((1 << UInt64(rest)) - 1)).nonzeroBitCount }
        return total
    }
}
