public import Bytes
internal import COpenSSL

/// SHA256 (FIPS 180-4): HAMT keys, unsealed commitments, peer-to-peer.
///
/// The static functions hash one byte string; a value hashes what arrives in pieces, and a copy of
/// it goes on separately.
public struct SHA256: Sendable {
    /// The bytes of a digest.
    public static let digestLength = 32
    /// The bytes that the compression function takes at a time.
    public static let blockLength = 64

    private var context = SHA256_CTX()

    /// Begins a hash.
    public init() { _ = unsafe SHA256_Init(&context) }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
        _ = unsafe SHA256_Update(&context, bytes, bytes.count)
    }

    /// Takes the next bytes from memory of the caller.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe SHA256_Update(&context, bytes.baseAddress, bytes.count)
    }

    /// Returns the digest of what was taken so far; the hash can go on.
    public func finish() -> [UInt8] {
        var context = context
        return unsafe [UInt8](unsafeUninitializedCapacity: Self.digestLength) { buffer, count in
            _ = unsafe SHA256_Final(buffer.baseAddress, &context)
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

extension SHA256 {
    /// Returns the digest of `bytes` without an allocation.
    public static func digest(_ bytes: [UInt8]) -> Bytes32 {
        var context = SHA256_CTX()
        _ = unsafe SHA256_Init(&context)
        _ = unsafe SHA256_Update(&context, bytes, bytes.count)
        return unsafe Bytes32 { buffer in
            _ = unsafe SHA256_Final(
                buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
                &context
            )
        }
    }
}
