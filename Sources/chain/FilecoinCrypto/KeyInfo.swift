public import FilecoinTypes

/// A key as wallets store and exchange it: its scheme and its secret.
///
/// The secret of a BLS key is the little-endian number, that of a secp256k1 key the big-endian one.
public struct KeyInfo: Equatable, Sendable {
    /// The scheme.
    public let type: SignatureType
    /// The secret.
    public let privateKey: SecretBytes

    /// Joins scheme and secret; whether they fit shows when a ``SigningKey`` is made.
    public init(type: SignatureType, privateKey: SecretBytes) {
        self.type = type
        self.privateKey = privateKey
    }
}
