/// Which scheme made a signature; the byte before its data.
///
/// Decoders of the chain form let only the three known schemes through; the API form carries any number.
public struct SignatureType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The byte.
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// ECDSA on secp256k1: 65 bytes r, s and the recovery number.
    public static let secp256k1 = SignatureType(rawValue: 1)
    /// BLS12-381: a compressed point of G2, 96 bytes.
    public static let bls = SignatureType(rawValue: 2)
    /// A signature that an actor judges; for Ethereum accounts like secp256k1 over another digest.
    public static let delegated = SignatureType(rawValue: 3)

    /// Whether the scheme exists.
    public var isKnown: Bool { (1...3).contains(rawValue) }

    /// The name in key files and commands.
    public var description: String {
        switch self {
        case .secp256k1: "secp256k1"
        case .bls: "bls"
        case .delegated: "delegated"
        default: "unknown(\(rawValue))"
        }
    }

    /// The scheme of a name.
    public init?(name: some StringProtocol) {
        switch name {
        case "secp256k1": self = .secp256k1
        case "bls": self = .bls
        case "delegated": self = .delegated
        default: return nil
        }
    }
}

/// A signature with its scheme.
public struct Signature: Hashable, Sendable {
    /// How many bytes the chain form may have, the scheme's byte included.
    public static let maximumByteCount = 200

    /// The scheme.
    public var type: SignatureType
    /// The bytes that the scheme defines.
    public var data: [UInt8]

    /// Joins scheme and bytes; neither is checked.
    public init(type: SignatureType, data: [UInt8]) {
        self.type = type
        self.data = data
    }

    /// The scheme's byte and the data.
    public var bytes: [UInt8] { [type.rawValue] + data }

    /// Reads the scheme's byte and the data; `nil` for an unknown scheme or more than 200 bytes.
    public init?(bytes: [UInt8]) {
        guard let first = bytes.first, bytes.count <= Self.maximumByteCount else { return nil }
        type = SignatureType(rawValue: first)
        data = [UInt8](bytes.dropFirst())
        guard type.isKnown else { return nil }
    }
}
