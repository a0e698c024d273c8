/// Thirty-two bytes kept inline: a digest, a key or a field element, without an allocation.
///
/// The order is that of the bytes, first byte first. Word `n` holds bytes `8n` to `8n + 7` as a
/// big-endian number, so comparing words compares bytes.
@frozen
public struct Bytes32: Hashable, Comparable, Sendable {
    /// The bytes 0 to 7, big-endian.
    public var word0: UInt64
    /// The bytes 8 to 15, big-endian.
    public var word1: UInt64
    /// The bytes 16 to 23, big-endian.
    public var word2: UInt64
    /// The bytes 24 to 31, big-endian.
    public var word3: UInt64

    /// Thirty-two zero bytes.
    @inlinable
    public init() {
        word0 = 0
        word1 = 0
        word2 = 0
        word3 = 0
    }

    /// Takes the 32 bytes of `bytes` that begin at `offset`.
    ///
    /// - Returns: `nil` if there are fewer.
    @inlinable
    public init?(_ bytes: [UInt8], at offset: Int = 0) {
        guard offset >= 0, bytes.count - offset >= 32 else { return nil }
        word0 = Self.load(bytes, offset)
        word1 = Self.load(bytes, offset + 8)
        word2 = Self.load(bytes, offset + 16)
        word3 = Self.load(bytes, offset + 24)
    }

    /// Creates the value by letting `body` fill 32 bytes, which are zero before.
    @inlinable
    public init(filling body: (UnsafeMutableRawBufferPointer) -> Void) {
        self.init()
        unsafe withUnsafeMutableBytes(of: &self) { unsafe body($0) }
        word0 = UInt64(bigEndian: word0)
        word1 = UInt64(bigEndian: word1)
        word2 = UInt64(bigEndian: word2)
        word3 = UInt64(bigEndian: word3)
    }

    /// Takes `count` bytes that begin at `offset` and fills them up with zeros.
    ///
    /// - Returns: `nil` if there are fewer or `count` is not 0 to 32.
    @inlinable
    public init?(_ bytes: [UInt8], at offset: Int, count: Int) {
        guard (0...32).contains(count), offset >= 0, bytes.count - offset >= count else {
            return nil
        }
        if count == 32 {
            self.init(bytes, at: offset)
            return
        }
        self.init()
        unsafe withUnsafeMutableBytes(of: &self) { target in
            for index in 0..<count { unsafe target[index] = bytes[offset + index] }
        }
        word0 = UInt64(bigEndian: word0)
        word1 = UInt64(bigEndian: word1)
        word2 = UInt64(bigEndian: word2)
        word3 = UInt64(bigEndian: word3)
    }

    /// Takes the 32 bytes that begin at `offset`, all of which `bytes` must have.
    @inlinable
    public init(loading bytes: UnsafeRawBufferPointer, at offset: Int) {
        precondition(offset >= 0 && bytes.count - offset >= 32, "32 bytes are read")
        unsafe word0 = UInt64(
            bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        )
        unsafe word1 = UInt64(
            bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        )
        unsafe word2 = UInt64(
            bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
        )
        unsafe word3 = UInt64(
            bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)
        )
    }

    @inlinable
    static func load(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
        unsafe bytes.withUnsafeBytes {
            UInt64(bigEndian: unsafe $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    /// The byte at `index`, 0 to 31.
    @inlinable
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < 32, "a byte index is 0 to 31")
        let word =
            switch index >> 3 {
            case 0: word0
            case 1: word1
            case 2: word2
            default: word3
            }
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (index & 7)))
    }

    /// The bytes as an array.
    @inlinable
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes to `bytes`.
    @inlinable
    public func append(to bytes: inout [UInt8]) { append(to: &bytes, count: 32) }

    /// Appends the first `count` bytes to `bytes`.
    @inlinable
    public func append(to bytes: inout [UInt8], count: Int) {
        let words = (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
        unsafe withUnsafeBytes(of: words) { all in
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: all[..<count]))
        }
    }

    @inlinable
    public static func < (a: Self, b: Self) -> Bool {
        if a.word0 != b.word0 { return a.word0 < b.word0 }
        if a.word1 != b.word1 { return a.word1 < b.word1 }
        if a.word2 != b.word2 { return a.word2 < b.word2 }
        return a.word3 < b.word3
    }
}
