public import Bytes
internal import CSodium

/// BLAKE2b (RFC 7693): Filecoin's hash for CIDs (32 bytes), addresses (20) and checksums (4).
///
/// The static functions hash one byte string; a value hashes what arrives in pieces:
/// ```swift
/// var hash = BLAKE2b(outputLength: 32)
/// hash.update(header)
/// hash.update(body)
/// let digest = hash.finish()
/// ```
@safe
public struct BLAKE2b: ~Copyable {
    /// The state of libsodium, which wants it on a 64-byte boundary.
    private let state: UnsafeMutableRawPointer
    private let outputLength: Int

    /// libsodium chooses the fastest code for this processor when it starts.
    private static let isReady: Bool = sodium_init() >= 0

    /// Begins a hash.
    ///
    /// - Parameters:
    ///   - outputLength: 1 to 64 bytes.
    ///   - key: At most 64 bytes; none for the plain hash.
    public init(outputLength: Int, key: [UInt8] = []) {
        precondition(Self.isReady, "libsodium does not start")
        precondition((1...64).contains(outputLength), "BLAKE2b gives 1 to 64 bytes")
        precondition(key.count <= 64, "a BLAKE2b key has at most 64 bytes")
        let size = crypto_generichash_blake2b_statebytes()
        unsafe state = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        self.outputLength = outputLength
        _ = unsafe crypto_generichash_blake2b_init(
            OpaquePointer(state),
            key.isEmpty ? nil : key,
            key.count,
            outputLength
        )
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) {
        _ = unsafe crypto_generichash_blake2b_update(
            OpaquePointer(state),
            bytes,
            UInt64(bytes.count)
        )
    }

    /// Takes the next bytes from memory of the caller.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        _ = unsafe crypto_generichash_blake2b_update(
            OpaquePointer(state),
            start.assumingMemoryBound(to: UInt8.self),
            UInt64(bytes.count)
        )
    }

    /// Returns the digest and ends the hash.
    public consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: outputLength)
        _ = unsafe crypto_generichash_blake2b_final(OpaquePointer(state), &digest, outputLength)
        return digest
    }

    deinit { unsafe state.deallocate() }
}

extension BLAKE2b {
    /// Returns the 32-byte digest of `bytes` without an allocation.
    public static func digest(_ bytes: [UInt8]) -> Bytes32 {
        precondition(isReady, "libsodium does not start")
        return unsafe Bytes32 { buffer in
            guard let output = unsafe buffer.assumingMemoryBound(to: UInt8.self).baseAddress else {
                return
            }
            _ = unsafe crypto_generichash_blake2b(
                output,
                32,
                bytes,
                UInt64(bytes.count),
                nil,
                0
            )
        }
    }

    /// Returns the 32-byte digest of `bytes`.
    public static func hash256(_ bytes: [UInt8]) -> [UInt8] { hash(bytes, outputLength: 32) }

    /// Returns the digest of `bytes`, 1 to 64 bytes long.
    ///
    /// A shorter digest is not the beginning of a longer one.
    public static func hash(_ bytes: [UInt8], outputLength: Int, key: [UInt8] = []) -> [UInt8] {
        precondition(isReady, "libsodium does not start")
        precondition((1...64).contains(outputLength), "BLAKE2b gives 1 to 64 bytes")
        precondition(key.count <= 64, "a BLAKE2b key has at most 64 bytes")
        var digest = [UInt8](repeating: 0, count: outputLength)
        _ = unsafe crypto_generichash_blake2b(
            &digest,
            outputLength,
            bytes,
            UInt64(bytes.count),
            key.isEmpty ? nil : key,
            key.count
        )
        return digest
    }
}
