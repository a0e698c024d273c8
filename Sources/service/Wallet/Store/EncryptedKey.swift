import Bytes
import FilecoinCrypto
import Hashing
import JSON
import ServiceKit

/// What a password becomes before it encrypts anything: its Keccak-256, 32 bytes.
struct PasswordDigest: Equatable, Sendable {
    private let bytes: SecretBytes

    init(_ password: Secret) {
        var digest = Keccak256.hash(Array(password.revealed.utf8))
        bytes = SecretBytes(wiping: &digest)
    }

    /// Runs `body` with a copy that is zeroed afterwards.
    func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result { try bytes.withBytes(body) }
}

/// A private key under a password, in the Web3 secret storage format (version 3) with one more step:
/// the key derivation is fed with the Keccak-256 of the password.
///
/// 1. `derived = scrypt(Keccak256(password), salt, n, r, p)`, 32 bytes.
/// 2. `ciphertext = AES-128-CTR(derived[0..<16], iv, key)`.
/// 3. `mac = Keccak256(derived[16..<32] + ciphertext)`.
struct EncryptedKey: Equatable, Sendable {
    /// How the password becomes a key.
    enum Derivation: Equatable, Sendable {
        case scrypt(n: UInt64, r: UInt64, p: UInt64, salt: [UInt8])
        case pbkdf2(iterations: Int, salt: [UInt8])
    }

    let derivation: Derivation
    let counter: [UInt8]
    let ciphertext: [UInt8]
    let mac: [UInt8]

    /// The length of a derived key.
    static let derivedBytes = 32

    /// Encrypts a private key.
    ///
    /// - Throws: `PasswordHash.Failure` for a cost out of range.
    init(
        _ key: SecretBytes,
        password: PasswordDigest,
        cost: ScryptCost,
        salt: [UInt8],
        counter: [UInt8]
    ) throws(PasswordHash.Failure) {
        derivation = .scrypt(n: cost.n, r: ScryptCost.r, p: cost.p, salt: salt)
        self.counter = counter
        var derived = try Self.derive(derivation, password)
        defer { wipe(&derived) }
        let encrypted = key.withBytes {
            AES128CTR.apply($0, key: Array(derived[..<16]), counter: counter)
        }
        guard let encrypted else { throw PasswordHash.Failure() }
        ciphertext = encrypted
        mac = Keccak256.hash(derived[16...] + encrypted)
    }

    /// The private key.
    ///
    /// - Throws: ``WalletFailure`` if it was encrypted under another password.
    func decrypt(_ password: PasswordDigest) throws -> SecretBytes {
        var derived = try Self.derive(derivation, password)
        defer { wipe(&derived) }
        guard constantTimeEquals(Keccak256.hash(derived[16...] + ciphertext), mac) else {
            throw WalletFailure.wrongKeyPassword
        }
        guard var plain = AES128CTR.apply(ciphertext, key: Array(derived[..<16]), counter: counter)
        else { throw WalletFailure.wrongKeyPassword }
        return SecretBytes(wiping: &plain)
    }

    private static func derive(
        _ derivation: Derivation,
        _ password: PasswordDigest
    ) throws(PasswordHash.Failure) -> [UInt8] {
        try password.withBytes { password throws(PasswordHash.Failure) in
            switch derivation {
            case .scrypt(let n, let r, let p, let salt):
                try PasswordHash.scrypt(password, salt: salt, n: n, r: r, p: p, count: derivedBytes)
            case .pbkdf2(let iterations, let salt):
                try PasswordHash.pbkdf2SHA256(
                    password,
                    salt: salt,
                    iterations: iterations,
                    count: derivedBytes
                )
            }
        }
    }
}

/// What scrypt costs for new keys.
struct ScryptCost: Equatable, Sendable {
    /// A power of two; the memory is `1024 * n` bytes.
    var n: UInt64 = 262_144
    var p: UInt64 = 1
    /// The block size of every key.
    static let r: UInt64 = 8
}

extension EncryptedKey: JSONCodable {
    func encode(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("cipher", "aes-128-ctr")
            writer.member("ciphertext", ciphertext.hex)
            writer.key("cipherparams")
            writer.object { $0.member("iv", counter.hex) }
            switch derivation {
            case .scrypt(let n, let r, let p, let salt):
                writer.member("kdf", "scrypt")
                writer.key("kdfparams")
                writer.object { writer in
                    writer.member("dklen", Self.derivedBytes)
                    writer.member("n", n)
                    writer.member("p", p)
                    writer.member("r", r)
                    writer.member("salt", salt.hex)
                }
            case .pbkdf2(let iterations, let salt):
                writer.member("kdf", "pbkdf2")
                writer.key("kdfparams")
                writer.object { writer in
                    writer.member("c", iterations)
                    writer.member("dklen", Self.derivedBytes)
                    writer.member("prf", "hmac-sha256")
                    writer.member("salt", salt.hex)
                }
            }
            writer.member("mac", mac.hex)
        }
    }

    init(from value: JSONValue) throws(JSONError) {
        let object = try value.expectObject()
        guard try object.decode("cipher", as: String.self) == "aes-128-ctr" else {
            throw .invalid("the cipher of a key must be aes-128-ctr")
        }
        ciphertext = try Self.bytes(object, "ciphertext")
        counter = try Self.bytes(object.required("cipherparams").expectObject(), "iv")
        mac = try Self.bytes(object, "mac")
        let parameters = try object.required("kdfparams").expectObject()
        let salt = try Self.bytes(parameters, "salt")
        guard try parameters.decode("dklen", as: Int.self) == Self.derivedBytes else {
            throw .invalid("dklen of a key must be \(Self.derivedBytes)")
        }
        switch try object.decode("kdf", as: String.self) {
        case "scrypt":
            derivation = .scrypt(
                n: try parameters.decode("n"),
                r: try parameters.decode("r"),
                p: try parameters.decode("p"),
                salt: salt
            )
        case "pbkdf2":
            guard try parameters.decode("prf", as: String.self) == "hmac-sha256" else {
                throw .invalid("prf of a key must be hmac-sha256")
            }
            derivation = .pbkdf2(iterations: try parameters.decode("c"), salt: salt)
        case let other: throw .invalid("kdf \(other) of a key is neither scrypt nor pbkdf2")
        }
    }

    private static func bytes(_ object: JSONObject, _ name: String) throws(JSONError) -> [UInt8] {
        guard let bytes = [UInt8](hex: try object.decode(name, as: String.self)) else {
            throw .invalid("\(name) of a key is not hexadecimal")
        }
        return bytes
    }
}

extension JSONObject {
    fileprivate func required(_ name: String) throws(JSONError) -> JSONValue {
        guard let value = value(forField: name) else { throw .invalid("a key without \(name)") }
        return value
    }
}
