internal import FilecoinCrypto
package import FilecoinTypes
internal import Hashing

/// What lotus draws at random for a genesis block.
package struct GenesisSecrets: Hashable, Sendable {
    /// The ticket of the block: 32 bytes.
    package var ticket: [UInt8]
    /// The key address of the first verifier, f081.
    package var verifier: Address

    package init(ticket: [UInt8], verifier: Address) {
        self.ticket = ticket
        self.verifier = verifier
    }
}

extension GenesisSecrets {
    /// Draws the secrets of a new network; nobody keeps the key of f081.
    ///
    /// Fails only if no BLS key can be made.
    package init(using generator: inout some RandomNumberGenerator) throws {
        let ticket: [UInt8] = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let key = try SigningKey(KeyInfo.generate(.bls, using: &generator))
        self.init(ticket: ticket, verifier: key.address)
    }

    /// The secrets of the recorded reference networks, which follow from their names.
    ///
    /// Fails only if no BLS key can be made.
    package init(recordedFor networkName: String) throws {
        let seed = SHA256.hash(Array("f081|\(networkName)".utf8))
        guard let info = KeyInfo.bls(proofsSeed: seed) else {
            throw GenesisError.invalid("no key for the first verifier")
        }
        self.init(
            ticket: SHA256.hash(Array("ticket|\(networkName)".utf8)),
            verifier: try SigningKey(info).address
        )
    }
}
