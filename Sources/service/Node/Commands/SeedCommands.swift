import FilecoinTypes
import Foundation
import Genesis
import JSON
import ServiceKit
import StorageProofs

extension NodeProgram {
    /// Tools for the genesis of a network of one's own.
    static let seed = Command(
        "seed",
        usage: "make the genesis of a network",
        subcommands: [
            Command(
                "genesis",
                usage: "edit a genesis template",
                subcommands: [
                    Command(
                        "new",
                        usage: "write an empty template",
                        argumentsUsage: "<file>",
                        flags: [
                            Flag("network-name", usage: "name of the network"),
                            Flag("root-key", usage: "key address that names verifiers"),
                            Flag("remainder", usage: "key address that gets what is left"),
                            Flag("account", .list, usage: "ADDRESS=FIL, may be repeated"),
                            Flag("timestamp", .integer, usage: "seconds since 1970; now without"),
                        ],
                        action: newTemplate
                    ),
                    Command(
                        "add-miner",
                        usage: "add the miners of a pre-seal manifest",
                        argumentsUsage: "<template> <manifest>",
                        action: addMiner
                    ),
                ] + genesisEditing
            ),
            preSeal, aggregateManifests,
        ]
    )

    @Sendable private static func newTemplate(_ call: Invocation) throws {
        guard let path = call.arguments.first else { throw UsageError("a file is missing") }
        var template = try GenesisTemplate.new(
            networkName: call.optionalString("network-name") ?? "localnet",
            networkVersion: 15,
            timestamp: UInt64(clamping: timestamp(call))
        )
        template.accounts = try call.list("account").map(account)
        if let root = try key(call, "root-key") {
            template.verifiedRegistryRoot.control = oneSigner(root)
            template.remainder.control = oneSigner(root)
        }
        if let remainder = try key(call, "remainder") {
            template.remainder.control = oneSigner(remainder)
        }
        try AtomicFile.write(template.jsonBytes(.indented()), to: path, mode: 0o644)
    }

    /// The key address that a flag names.
    private static func key(_ call: Invocation, _ flag: String) throws -> Address? {
        guard let text = call.optionalString(flag) else { return nil }
        guard let address = Address(text), address.isKey else {
            throw UsageError("--\(flag): \"\(text)\" is no key address")
        }
        return address
    }

    private static func timestamp(_ call: Invocation) -> Int64 {
        call.isSet("timestamp") ? call.integer("timestamp") : WallTime.nanoseconds / 1_000_000_000
    }

    private static func oneSigner(_ signer: Address) -> GenesisTemplate.Actor.Control {
        .multisig(signers: [signer], threshold: 1, vestingDuration: 0, vestingStart: 0)
    }

    /// Reads `address=FIL`.
    private static func account(_ text: String) throws -> GenesisTemplate.Actor {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let owner = Address(String(parts[0])),
            let balance = try? TokenAmount(parts[1])
        else { throw UsageError("\"\(text)\" is not ADDRESS=FIL") }
        return GenesisTemplate.Actor(.account(owner: owner), balance: balance)
    }

    @Sendable private static func addMiner(_ call: Invocation) throws {
        guard call.arguments.count == 2 else {
            throw UsageError("a template and a manifest are needed")
        }
        let path = call.arguments[0]
        var template = try GenesisTemplate(json: try AtomicFile.read(path))
        let manifest = try PreSealManifest(json: try AtomicFile.read(call.arguments[1]))
        // IDs may be left out: a devnet's miners are chosen by when they must prove first.
        try template.add(manifest, allowsGaps: true)
        try AtomicFile.write(template.jsonBytes(.indented()), to: path, mode: 0o644)
    }
}
