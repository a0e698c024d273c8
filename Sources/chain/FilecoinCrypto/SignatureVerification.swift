internal import BLS12381
public import FilecoinTypes
internal import Hashing
internal import Synchronization

/// Why a signature does not stand for its signer.
public enum SignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The scheme is not known or not one that nodes verify.
    case unsupportedType(SignatureType)
    /// The signer's address is of another scheme, or no key at all.
    case wrongSigner(Address, type: SignatureType)
    /// The data is no signature, or the key no key.
    case malformed
    /// Another key signed, or another message was signed.
    case mismatch(SignatureType)

    public var description: String {
        switch self {
        case .unsupportedType(let type): "cannot verify signature of unsupported type: \(type)"
        case .wrongSigner(let address, let type):
            "address \(address) cannot have a signature of type \(type)"
        case .malformed: "the signature or the key is not well formed"
        case .mismatch(.bls): "bls signature failed to verify"
        case .mismatch: "signature did not match"
        }
    }
}

extension Signature {
    /// Checks that the key behind an address signed a message.
    ///
    /// - Parameters:
    ///   - message: What was signed, before any hash.
    ///   - signer: A key address; resolve an ID address first.
    /// - Throws: ``SignatureError``.
    public func verify(_ message: [UInt8], by signer: Address) throws(SignatureError) {
        switch type {
        case .bls:
            guard signer.kind == .bls else { throw .wrongSigner(signer, type: type) }
            guard let key = PublicKeyCache.shared.key(signer.payload),
                let signature = try? BLSSignature(bytes: data)
            else { throw .malformed }
            guard signature.verifies(message, by: key) else { throw .mismatch(type) }
        case .secp256k1:
            guard signer.kind == .secp256k1 else { throw .wrongSigner(signer, type: type) }
            let digest = BLAKE2b.hash256(message)
            guard let key = Secp256k1PublicKey(recovering: data, digest: digest) else {
                throw .malformed
            }
            guard Address.secp256k1(publicKey: key.uncompressedBytes) == signer else {
                throw .mismatch(type)
            }
        default:
            throw .unsupportedType(type)
        }
    }

    /// Whether the key behind an address signed a message.
    public func verifies(_ message: [UInt8], by signer: Address) -> Bool {
        (try? verify(message, by: signer)) != nil
    }

    /// Adds BLS signatures up to the one that a block carries; of none, the point at infinity.
    ///
    /// - Throws: ``SignatureError``, if one is of another scheme or malformed.
    public static func aggregate(_ signatures: [Signature]) throws(SignatureError) -> Signature {
        var points: [BLSSignature] = []
        points.reserveCapacity(signatures.count)
        for signature in signatures {
            guard signature.type == .bls else { throw .unsupportedType(signature.type) }
            guard let point = try? BLSSignature(bytes: signature.data) else { throw .malformed }
            points.append(point)
        }
        return Signature(type: .bls, data: BLSSignature(aggregating: points).bytes)
    }

    /// Checks that this is the aggregate of one signature by each signer of the message beside it.
    ///
    /// Equal messages are refused. Without messages it must be the point at infinity; a node that validates
    /// blocks as the reference does lets any bytes pass there and does not call this.
    ///
    /// - Throws: ``SignatureError``.
    public func verifyAggregate(
        _ signed: [(signer: Address, message: [UInt8])]
    ) throws(SignatureError) {
        guard type == .bls else { throw .unsupportedType(type) }
        guard let aggregate = try? BLSSignature(bytes: data) else { throw .malformed }
        var rows: [(key: BLSPublicKey, message: [UInt8])] = []
        rows.reserveCapacity(signed.count)
        for (signer, message) in signed {
            guard signer.kind == .bls else { throw .wrongSigner(signer, type: type) }
            guard let key = PublicKeyCache.shared.key(signer.payload) else { throw .malformed }
            rows.append((key, message))
        }
        guard aggregate.verifiesAggregate(rows) else { throw .mismatch(type) }
    }
}

/// Public keys that were decoded before: finding out that a point is in its group costs as much as a tenth
/// of a verification, and a chain has few senders.
final class PublicKeyCache: Sendable {
    static let shared = PublicKeyCache()
    /// How many keys are kept; when full, all are forgotten.
    static let capacity = 4096

    private let keys = Mutex<[[UInt8]: BLSPublicKey]>([:])

    /// Decodes a key, or remembers it; `nil` if the bytes are no key.
    func key(_ bytes: [UInt8]) -> BLSPublicKey? {
        if let known = keys.withLock({ $0[bytes] }) { return known }
        guard let key = try? BLSPublicKey(bytes: bytes) else { return nil }
        keys.withLock { keys in
            if keys.count >= Self.capacity { keys.removeAll(keepingCapacity: true) }
            keys[bytes] = key
        }
        return key
    }
}
