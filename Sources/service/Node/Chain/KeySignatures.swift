import ActorRuntime
import FilecoinCrypto
import FilecoinTypes

/// Verifies the signatures that actors check, with the keys in the addresses.
final class KeySignatures: SignatureVerifier {
    func verify(_ signature: Signature, signer: Address, plaintext: [UInt8]) -> Bool {
        do {
            try signature.verify(plaintext, by: signer)
            return true
        } catch {
            return false
        }
    }
}
