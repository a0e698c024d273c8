/// The ChaCha20 stream with a counter of 64 bits and a nonce of zero, as Rust's `ChaChaRng` uses it.
///
/// Only for reproducing keys that were derived with it; nothing is encrypted here.
enum ChaCha20 {
    /// Returns 64 bytes of the stream.
    ///
    /// - Precondition: The key has 32 bytes.
    static func keystreamBlock(key: [UInt8], counter: UInt64) -> [UInt8] {
        precondition(key.count == 32, "a ChaCha20 key has 32 bytes")
        // "expand 32-byte k"
        var initial: [UInt32] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]
        for index in 0..<8 {
            let word = key[index * 4..<index * 4 + 4].reversed().reduce(UInt32(0)) {
                $0 << 8 | UInt32($1)
            }
            initial.append(word)
        }
        initial += [UInt32(truncatingIfNeeded: counter), UInt32(counter >> 32), 0, 0]
        var state = initial
        for _ in 0..<10 {
            for column in 0..<4 {
                quarterRound(&state, column, column + 4, column + 8, column + 12)
            }
            for (a, b, c, d) in [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)] {
                quarterRound(&state, a, b, c, d)
            }
        }
        // Wrapping sums are the definition of the cipher.
        return zip(state, initial).flatMap { word, start in
            let sum = word &+ start
            return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: sum >> $0) }
        }
    }

    private static func quarterRound(_ s: inout [UInt32], _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        s[a] = s[a] &+ s[b]
        s[d] = rotate(s[d] ^ s[a], 16)
        s[c] = s[c] &+ s[d]
        s[b] = rotate(s[b] ^ s[c], 12)
        s[a] = s[a] &+ s[b]
        s[d] = rotate(s[d] ^ s[a], 8)
        s[c] = s[c] &+ s[d]
        s[b] = rotate(s[b] ^ s[c], 7)
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word << count | word >> (32 - count)
    }
}
