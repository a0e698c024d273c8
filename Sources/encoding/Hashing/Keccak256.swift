/// Keccak-256 as Ethereum uses it: the padding from before the SHA-3 standard (FIPS 202 pads differently).
public enum Keccak256 {
    /// Bytes absorbed per permutation.
    private static let rate = 136

    /// Returns the 32-byte hash.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        var block = [UInt8](repeating: 0, count: rate)
        var offset = 0
        while bytes.count - offset >= rate {
            block.replaceSubrange(0..<rate, with: bytes[offset..<offset + rate])
            absorb(block, into: &state)
            offset += rate
        }
        block = Array(bytes[offset...])
        block.append(0x01)
        block += [UInt8](repeating: 0, count: rate - block.count)
        block[rate - 1] |= 0x80
        absorb(block, into: &state)
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> (8 * UInt64($0 % 8))) }
    }

    private static func absorb(_ block: [UInt8], into state: inout [UInt64]) {
        for word in 0..<rate / 8 {
            var value: UInt64 = 0
            for byte in 0..<8 { value |= UInt64(block[word * 8 + byte]) << (8 * UInt64(byte)) }
            state[word] ^= value
        }
        permute(&state)
    }

    /// Keccak-f[1600], 24 rounds of theta, rho, pi, chi and iota.
    private static func permute(_ a: inout [UInt64]) {
        var c = [UInt64](repeating: 0, count: 5)
        for round in roundConstants {
            for x in 0..<5 { c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] }
            for x in 0..<5 {
                let d = c[(x + 4) % 5] ^ rotated(c[(x + 1) % 5], by: 1)
                for y in stride(from: 0, to: 25, by: 5) { a[x + y] ^= d }
            }
            var carried = a[1]
            for step in 0..<24 {
                let target = piLanes[step]
                let next = a[target]
                a[target] = rotated(carried, by: rotations[step])
                carried = next
            }
            for y in stride(from: 0, to: 25, by: 5) {
                for x in 0..<5 { c[x] = a[y + x] }
                for x in 0..<5 { a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]) }
            }
            a[0] ^= round
        }
    }

    private static func rotated(_ value: UInt64, by count: UInt64) -> UInt64 {
        value << count | value >> (64 - count)
    }

    private static let rotations: [UInt64] = [
        1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
    ]

    private static let piLanes: [Int] = [
        10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
    ]

    private static let roundConstants: [UInt64] = [
        0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808a,
        0x8000_0000_8000_8000, 0x0000_0000_0000_808b, 0x0000_0000_8000_0001,
        0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008a,
        0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000a,
        0x0000_0000_8000_808b, 0x8000_0000_0000_008b, 0x8000_0000_0000_8089,
        0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
        0x0000_0000_0000_800a, 0x8000_0000_8000_000a, 0x8000_0000_8000_8081,
        0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
    ]
}
