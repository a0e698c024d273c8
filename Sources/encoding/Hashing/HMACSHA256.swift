/// HMAC with SHA-256 (RFC 2104, FIPS 198-1): the signature of HS256 tokens.
public struct HMACSHA256: Sendable {
    private var inner = SHA256()
    private var outer = SHA256()

    /// Begins a code under `key`, of any length; keys above 64 bytes are hashed first.
    public init(key: [UInt8]) {
        var padded = key.count > SHA256.blockLength ? SHA256.hash(key) : key
        padded += [UInt8](repeating: 0, count: SHA256.blockLength - padded.count)
        inner.update(padded.map { $0 ^ 0x36 })
        outer.update(padded.map { $0 ^ 0x5c })
    }

    /// Takes the next bytes.
    public mutating func update(_ bytes: [UInt8]) { inner.update(bytes) }

    /// Returns the 32-byte code of what was taken so far.
    public func finish() -> [UInt8] {
        var outer = outer
        outer.update(inner.finish())
        return outer.finish()
    }

    /// Returns the 32-byte code of `bytes` under `key`.
    ///
    /// Compare codes with `constantTimeEquals`, never with `==`.
    public static func authenticate(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = Self(key: key)
        code.update(bytes)
        return code.finish()
    }
}
