internal import COpenSSL

/// Keys derived from passwords, slowly on purpose.
public enum PasswordHash {
    /// OpenSSL refused the parameters, or memory ran out.
    public struct Failure: Error, Hashable, Sendable {
        public init() {}
    }

    /// scrypt (RFC 7914).
    ///
    /// Needs `128 * n * r` bytes of memory.
    ///
    /// - Parameters:
    ///   - password: The secret.
    ///   - salt: Makes equal passwords different.
    ///   - n: The cost: a power of two above 1.
    ///   - r: The block size.
    ///   - p: The parallelization.
    ///   - count: How many bytes to derive.
    /// - Returns: The derived bytes.
    /// - Throws: ``Failure`` for parameters out of range.
    public static func scrypt(
        _ password: [UInt8],
        salt: [UInt8],
        n: UInt64,
        r: UInt64,
        p: UInt64,
        count: Int
    ) throws(Failure) -> [UInt8] {
        var derived = [UInt8](repeating: 0, count: count)
        // What is needed, and some more for OpenSSL itself; a file that asks for over 2 GiB is hostile.
        let (memory, overflow) = (n &* r).multipliedReportingOverflow(by: 128)
        guard !overflow, n > 1, n <= 1 << 24, r <= 64, p <= 64, memory <= 2 << 30 else {
            throw Failure()
        }
        let status = unsafe password.withUnsafeBufferPointer { password in
            let text = unsafe UnsafeRawPointer(password.baseAddress)?
                .assumingMemoryBound(to: CChar.self)
            return unsafe EVP_PBE_scrypt(
                text,
                password.count,
                salt,
                salt.count,
                n,
                r,
                p,
                memory + (64 << 20),
                &derived,
                count
            )
        }
        guard status == 1 else { throw Failure() }
        return derived
    }

    /// PBKDF2 with HMAC-SHA-256 (RFC 8018).
    ///
    /// - Parameters:
    ///   - password: The secret.
    ///   - salt: Makes equal passwords different.
    ///   - iterations: The cost.
    ///   - count: How many bytes to derive.
    /// - Returns: The derived bytes.
    /// - Throws: ``Failure`` for parameters out of range.
    public static func pbkdf2SHA256(
        _ password: [UInt8],
        salt: [UInt8],
        iterations: Int,
        count: Int
    ) throws(Failure) -> [UInt8] {
        guard (1...10_000_000).contains(iterations) else { throw Failure() }
        var derived = [UInt8](repeating: 0, count: count)
        let status = unsafe password.withUnsafeBufferPointer { password in
            let text = unsafe UnsafeRawPointer(password.baseAddress)?
                .assumingMemoryBound(to: CChar.self)
            return unsafe PKCS5_PBKDF2_HMAC(
                text,
                Int32(password.count),
                salt,
                Int32(salt.count),
                Int32(iterations),
                EVP_sha256(),
                Int32(count),
                &derived
            )
        }
        guard status == 1 else { throw Failure() }
        return derived
    }
}

/// AES-128 in counter mode; the counter is the whole block, big-endian.
public enum AES128CTR {
    /// Encrypts or decrypts, which is the same.
    ///
    /// - Precondition: Key and initial counter have 16 bytes.
    public static func apply(_ bytes: [UInt8], key: [UInt8], counter: [UInt8]) -> [UInt8]? {
        precondition(key.count == 16 && counter.count == 16, "key and counter have 16 bytes")
        guard let context = unsafe EVP_CIPHER_CTX_new() else { return nil }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: bytes.count)
        var written: Int32 = 0
        guard
            unsafe EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), nil, key, counter) == 1,
            unsafe EVP_EncryptUpdate(context, &output, &written, bytes, Int32(bytes.count)) == 1,
            Int(written) == bytes.count
        else { return nil }
        return output
    }
}
