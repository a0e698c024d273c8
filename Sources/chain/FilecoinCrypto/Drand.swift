internal import BLS12381
internal import Bytes
public import FilecoinTypes
internal import Hashing

/// Why a beacon entry is not the one of its round.
public enum DrandError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The chain's description holds no public key of its scheme.
    case invalidPublicKey(chain: String)
    /// The network did not sign the round.
    case invalidSignature(round: UInt64)
    /// A chained scheme needs the signature of the round before.
    case missingPrevious(round: UInt64)

    public var description: String {
        switch self {
        case .invalidPublicKey(let chain): "the drand chain \(chain) has no valid public key"
        case .invalidSignature(let round): "drand round \(round) has an invalid signature"
        case .missingPrevious(let round):
            "drand round \(round) cannot be checked without the one before"
        }
    }
}

/// The verifier of one drand network.
public struct DrandVerifier: Sendable {
    private enum Key: Sendable {
        case short(BLSPublicKey)
        case long(BLSLongPublicKey, SignatureDomain)
    }

    /// The network.
    public let info: DrandChainInfo
    private let key: Key

    /// Takes the public key out of a network's description.
    ///
    /// - Throws: ``DrandError/invalidPublicKey(chain:)``.
    public init(_ info: DrandChainInfo) throws(DrandError) {
        self.info = info
        do {
            switch info.scheme {
            case .pedersenBLSChained, .pedersenBLSUnchained:
                key = .short(try BLSPublicKey(bytes: info.publicKey))
            case .blsUnchainedOnG1:
                key = .long(try BLSLongPublicKey(bytes: info.publicKey), .basicG2)
            case .blsUnchainedG1RFC9380:
                key = .long(try BLSLongPublicKey(bytes: info.publicKey), .basicG1)
            }
        } catch {
            throw .invalidPublicKey(chain: info.hash.hex)
        }
    }

    /// Checks the entry of a round.
    ///
    /// - Parameters:
    ///   - entry: Round and signature.
    ///   - previousSignature: The signature of the round before, which a chained scheme signs too; for
    ///     round 1 the group's hash.
    /// - Throws: ``DrandError``.
    public func verify(
        _ entry: BeaconEntry,
        previousSignature: [UInt8]?
    ) throws(DrandError) {
        var message: [UInt8] = []
        if info.scheme.isChained {
            guard let previousSignature else { throw .missingPrevious(round: entry.round) }
            message = previousSignature
        }
        let digest = Self.digest(round: entry.round, previousSignature: message)
        let isValid =
            switch key {
            case .short(let key):
                (try? BLSSignature(bytes: entry.data))?.verifies(digest, by: key) ?? false
            case .long(let key, let domain):
                (try? BLSShortSignature(bytes: entry.data))?
                    .verifies(digest, by: key, domain: domain) ?? false
            }
        guard isValid else { throw .invalidSignature(round: entry.round) }
    }

    /// What the network signs for a round: SHA-256 of the signature before, if chained, and the round.
    public static func digest(round: UInt64, previousSignature: [UInt8]) -> [UInt8] {
        var message = previousSignature
        appendBigEndian(round, to: &message)
        return SHA256.hash(message)
    }
}

/// Makes the entries of a chained network whose secret is known: a devnet's.
public struct DrandSigner: Sendable {
    private let key: BLSSecretKey

    /// Takes the secret.
    ///
    /// - Throws: ``KeyError``, if the key is not a BLS key.
    public init(_ info: KeyInfo) throws(KeyError) {
        guard info.type == .bls else { throw .unknownType(info.type) }
        let key = info.privateKey.withBytes { try? BLSSecretKey(littleEndian: $0) }
        guard let key else { throw .invalidSecret(.bls, reason: "not between 1 and the order") }
        self.key = key
    }

    /// The network's public key, in G1.
    public var publicKey: [UInt8] { key.publicKey.bytes }

    /// Signs a round after the signature of the round before; for round 1 the group's hash.
    public func sign(round: UInt64, previousSignature: [UInt8]) -> BeaconEntry {
        let digest = DrandVerifier.digest(round: round, previousSignature: previousSignature)
        return BeaconEntry(round: round, data: key.sign(digest).bytes)
    }
}
