import Bytes
import FilecoinCrypto
import FilecoinTypes
import Foundation
import Genesis
import Hashing
import JSON
import NetworkParameters
import ServiceKit

/// Makes genesis blocks.
enum GenesisCommands {
    /// Reads a template, builds the state by running the actors, and writes the archive.
    static func make(_ call: Invocation, output: String) throws {
        guard let path = call.optionalString("genesis-template") else {
            throw UsageError("--make-genesis needs --genesis-template")
        }
        let template = try GenesisTemplate(json: try AtomicFile.read(path))
        let parameters: NetworkParameters
        if let file = call.optionalString("network-parameters") {
            parameters = try NetworkParameters(json: try AtomicFile.read(file))
        } else {
            parameters = try NodeRepository.profile(call.optionalString("network") ?? "devnet")
        }
        AddressNetwork.show(parameters.addressNetwork)
        let random: @Sendable (String) -> [UInt8]
        if let seed = call.optionalString("genesis-seed") {
            random = { BLAKE2b.hash256(Array("\(seed)/\($0)".utf8)) }
        } else {
            let source = SystemRandom()
            random = { _ in source.bytes(32) }
        }
        guard let verifier = KeyInfo.bls(proofsSeed: random("verifier")) else {
            throw CommandFailure("cannot make the key of f081")
        }
        let key = try SigningKey(verifier).address
        let block = try GenesisBlock.make(
            template,
            parameters: parameters,
            secrets: GenesisSecrets(ticket: random("ticket"), verifier: key)
        )
        try AtomicFile.write(block.archive, to: output, mode: 0o644)
        call.print("\(block.cid)")
    }
}
