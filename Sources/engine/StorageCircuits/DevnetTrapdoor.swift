import BLS12381
import Hashing
package import ProofSystem

/// The published secret numbers of devnet parameters.
///
/// Everybody can compute them, so everybody can prove anything against these parameters. They exist so that a
/// network on one desk needs no download of gigabytes, and every such network has the same verifying keys.
package enum DevnetTrapdoor {
    /// Each number is SHA-256 of "venus devnet insecure trapdoor/<identifier of the circuit>/<name>" as a
    /// little-endian integer with the two top bits cleared.
    package static func trapdoor(circuit identifier: String) -> Trapdoor {
        func number(_ name: String) -> Fr {
            let text = "venus devnet insecure trapdoor/\(identifier)/\(name)"
            var bytes = SHA256.hash(Array(text.utf8))
            bytes[31] &= 0x3f
            // Without its two top bits every such number is below the modulus.
            return Fr(littleEndian: bytes) ?? .one
        }
        return Trapdoor(
            alpha: number("alpha"),
            beta: number("beta"),
            gamma: number("gamma"),
            delta: number("delta"),
            tau: number("tau")
        )
    }
}
