internal import Bytes
internal import Hashing

/// How a HAMT turns a key into the path to it.
public enum HAMTHash: Sendable {
    /// SHA-256: what every HAMT of the Filecoin state uses.
    case sha256
    /// The key itself, cut or padded with zeros to 32 bytes: for tests that choose the paths.
    case identity

    /// The path of `key`.
    func path(of key: [UInt8]) -> Bytes32 {
        switch self {
        case .sha256:
            return SHA256.digest(key)
        case .identity:
            let kept = key.prefix(32)
            return Bytes32(Array(kept) + [UInt8](repeating: 0, count: 32 - kept.count)) ?? Bytes32()
        }
    }
}

/// The bits of a key's hash, taken from the front a few at a time.
struct HashBits {
    private let hash: Bytes32
    private(set) var consumed: Int

    init(_ hash: Bytes32, consumed: Int = 0) {
        self.hash = hash
        self.consumed = consumed
    }

    /// Takes the next `count` bits (1 to 8), the most significant first.
    ///
    /// - Throws: ``IPLDError/tooDeep`` when the hash is used up.
    mutating func next(_ count: Int) throws -> Int {
        guard consumed + count <= 256 else { throw IPLDError.tooDeep }
        let byte = consumed >> 3
        // Two bytes always hold the wanted bits, since there are at most eight.
        let low = byte < 31 ? hash[byte + 1] : 0
        let pair = UInt16(hash[byte]) << 8 | UInt16(low)
        let shift = UInt16(16 - (consumed & 7) - count)
        consumed += count
        return Int(pair >> shift) & ((1 << count) - 1)
    }
}
