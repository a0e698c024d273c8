internal import CBOR

/// Which of a HAMT node's 2 to 256 positions are taken.
struct NodeBitmap: Equatable {
    private var words: SIMD4<UInt64> = .zero

    init() {}

    /// Reads the stored form: a big-endian number without leading zero bytes.
    init(from decoder: inout CBORDecoder, bitWidth: Int) throws(CBORError) {
        let stored = try decoder.bytes(max: 32)
        guard stored.count == 0 || stored[0] != 0 else {
            throw decoder.invalid("bit field with a leading zero")
        }
        for offset in 0..<stored.count {
            let place = stored.count - 1 - offset
            words[place / 8] |= UInt64(stored[offset]) << UInt64(place % 8 * 8)
        }
        guard bitWidth == 8 || self.count(below: 1 << bitWidth) == count else {
            throw decoder.invalid("bit field beyond the width")
        }
    }

    /// The stored form.
    var stored: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for place in (0..<32).reversed() {
            let byte = UInt8(truncatingIfNeeded: words[place / 8] >> UInt64(place % 8 * 8))
            if byte != 0 || !bytes.isEmpty { bytes.append(byte) }
        }
        return bytes
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
