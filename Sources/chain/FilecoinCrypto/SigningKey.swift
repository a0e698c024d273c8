internal import BLS12381
public import FilecoinTypes
internal import Hashing

/// Why a key cannot be used.
public enum KeyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Only bls, secp256k1 and delegated keys exist.
    case unknownType(SignatureType)
    /// The secret is no key of its scheme.
    case invalidSecret(SignatureType, reason: String)

    public var description: String {
        switch self {
        case .unknownType(let type): "key type not supported: \(type)"
        case .invalidSecret(let type, let reason): "invalid \(type) key: \(reason)"
        }
    }
}

/// A key that signs for one address.
///
/// - BLS: a signature in G2 of the message itself (hashed to the curve under the tag of the basic scheme).
/// - secp256k1: a recoverable signature of the BLAKE2b-256 of the message.
///
/// Both are deterministic. The secret is wiped from memory with the last copy of the value.
public struct SigningKey: Sendable {
    private enum Secret: Sendable {
        case bls(BLSSecretKey)
        case secp256k1(Secp256k1SecretKey)
    }

    private let secret: Secret
    /// The address that the key signs for.
    public let address: Address
    /// The public key: 48 bytes (BLS) or 65 bytes uncompressed (secp256k1).
    public let publicKey: [UInt8]

    /// Makes a stored key ready for use.
    ///
    /// - Throws: ``KeyError``.
    public init(_ info: KeyInfo) throws(KeyError) {
        do {
            switch info.type {
            case .bls:
                let key = try info.privateKey.withBytes { try BLSSecretKey(littleEndian: $0) }
                secret = .bls(key)
                publicKey = key.publicKey.bytes
                address = try .bls(publicKey: publicKey)
            case .secp256k1:
                let key = try info.privateKey.withBytes { try Secp256k1SecretKey(bytes: $0) }
                secret = .secp256k1(key)
                publicKey = key.publicKey.uncompressedBytes
                address = .secp256k1(publicKey: publicKey)
            default:
                throw KeyError.unknownType(info.type)
            }
        } catch let error as KeyError {
            throw error
        } catch {
            throw .invalidSecret(info.type, reason: "\(error)")
        }
    }

    /// The scheme of the key's signatures.
    public var type: SignatureType {
        switch secret {
        case .bls: .bls
        case .secp256k1: .secp256k1
        }
    }

    /// Signs a message of any length.
    public func sign(_ message: [UInt8]) -> Signature {
        switch secret {
        case .bls(let key):
            return Signature(type: .bls, data: key.sign(message).bytes)
        case .secp256k1(let key):
            // A BLAKE2b-256 always has the 32 bytes that signing asks for.
            let data = (try? key.sign(digest: BLAKE2b.hash256(message))) ?? []
            return Signature(type: .secp256k1, data: data)
        }
    }
}

// MARK: - Making keys

extension KeyInfo {
    /// Makes a new key from a source of random numbers that nobody can guess.
    ///
    /// - Throws: ``KeyError/unknownType(_:)``.
    public static func generate(
        _ type: SignatureType,
        using generator: inout some RandomNumberGenerator
    ) throws(KeyError) -> KeyInfo {
        var seed = [UInt8](repeating: 0, count: 32)
        defer { wipe(&seed) }
        while true {
            for index in seed.indices { seed[index] = generator.next() }
            switch type {
            case .bls:
                if let info = bls(seed: seed) { return info }
            case .secp256k1:
                // One in 2^128 is zero or too great.
                if (try? Secp256k1SecretKey(bytes: seed)) != nil {
                    return KeyInfo(type: .secp256k1, privateKey: SecretBytes(seed))
                }
            default: throw .unknownType(type)
            }
        }
    }

    /// Makes a new key from the system's random numbers.
    ///
    /// - Throws: ``KeyError/unknownType(_:)``.
    public static func generate(_ type: SignatureType) throws(KeyError) -> KeyInfo {
        var generator = SystemRandomNumberGenerator()
        return try generate(type, using: &generator)
    }

    /// Derives the BLS key that the proofs library gives for a seed (`PrivateKeyGenerateWithSeed`).
    ///
    /// The seed is the key of a ChaCha20 stream, whose first 32 bytes go through KeyGen.
    /// A seed has 32 bytes; other lengths give `nil`.
    public static func bls(proofsSeed seed: [UInt8]) -> KeyInfo? {
        guard seed.count == 32 else { return nil }
        var material = ChaCha20.keystreamBlock(key: seed, counter: 0)
        defer { wipe(&material) }
        return bls(seed: [UInt8](material.prefix(32)))
    }

    private static func bls(seed: [UInt8]) -> KeyInfo? {
        guard let key = try? BLSSecretKey(seed: seed) else { return nil }
        return key.withLittleEndianBytes { KeyInfo(type: .bls, privateKey: SecretBytes($0)) }
    }
}
