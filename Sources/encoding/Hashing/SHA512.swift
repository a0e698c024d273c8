internal import COpenSSL

/// SHA512 (FIPS 180-4).
///
/// The static functions hash one byte string; a value hashes what arrives in pieces, and a copy of
/// it goes on separately.
public struct SHA512: Sendable {
    /// The bytes of a digest.
    public static let digestLength = 64
    /// The bytes that the compression function takes at a time.
    public static let blockLength = 128

    private var context = SHA512_CTX()

    /// Begins a hash.
    public init() { _ = unsafe SHA512_Init(&context) }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
        _ = unsafe SHA512_Update(&context, bytes, bytes.count)
    }

    /// Takes the next bytes from memory of the caller.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe SHA512_Update(&context, bytes.baseAddress, bytes.count)
    }

    /// Returns the digest of what was taken so far; the hash can go on.
    public func finish() -> [UInt8] {
        var context = context
        return unsafe [UInt8](unsafeUninitializedCapacity: Self.digestLength) { buffer, count in
            _ = unsafe SHA512_Final(buffer.baseAddress, &context)
            count = Self.digestLength
        }
    }

    /// Returns the digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = Self()
        hash.update(bytes)
        return hash.finish()
    }
}
