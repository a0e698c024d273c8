import Bytes
import FilecoinCrypto
import FilecoinTypes

/// The bytes of hexadecimal text; nothing for other text.
func hex(_ text: some StringProtocol) -> [UInt8] { [UInt8](hex: text) ?? [] }

/// The key of a secret.
func signingKey(_ type: SignatureType, _ secret: [UInt8]) throws -> SigningKey {
    try SigningKey(KeyInfo(type: type, privateKey: SecretBytes(secret)))
}
