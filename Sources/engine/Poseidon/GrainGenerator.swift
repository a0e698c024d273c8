/// The generator of Poseidon's round constants: the Grain LFSR in self-shrinking mode.
///
/// The register of 80 bits starts from the parameters of the instance, so the constants follow from them
/// alone. Poseidon paper, appendix F; the neptune library uses the same form.
struct GrainGenerator {
    /// The register; the oldest bit is bit 79.
    private var register: UInt128

    /// Starts the generator for a prime field of 255 bits and the S-box x^5.
    init(width: Int, fullRounds: Int, partialRounds: Int) {
        let fields: [(value: Int, bits: Int)] = [
            (1, 2), (1, 4), (255, 12), (width, 12), (fullRounds, 10), (partialRounds, 10),
            ((1 << 30) - 1, 30),
        ]
        register = fields.reduce(0) { $0 << UInt128($1.bits) | UInt128($1.value) }
        for _ in 0..<160 { _ = step() }
    }

    private mutating func step() -> UInt64 {
        // Bit i of the register, counted from the oldest, is at position 79 - i.
        let taps =
            register >> 17 ^ register >> 28 ^ register >> 41 ^ register >> 56 ^ register >> 66
            ^ register >> 79
        let bit = taps & 1
        register = (register << 1 | bit) & ((1 << 80) - 1)
        return UInt64(bit)
    }

    /// The next output bit: after each pair of raw bits whose first is one, the second.
    private mutating func nextBit() -> UInt64 {
        while step() == 0 { _ = step() }
        return step()
    }

    /// The next 255 output bits as little-endian limbs; the first bit is the most significant.
    mutating func nextLimbs() -> (UInt64, UInt64, UInt64, UInt64) {
        var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for _ in 0..<255 {
            limbs.3 = limbs.3 << 1 | limbs.2 >> 63
            limbs.2 = limbs.2 << 1 | limbs.1 >> 63
            limbs.1 = limbs.1 << 1 | limbs.0 >> 63
            limbs.0 = limbs.0 << 1 | nextBit()
        }
        return limbs
    }
}
