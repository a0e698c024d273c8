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
                ]
            ),
            preSeal,
        ]
    )

    @Sendable private static func newTemplate(_ call: Invocation) throws {
        guard let path = call.arguments.first else { throw UsageError("a file is missing") }
        guard let root = Address(call.string("root-key")) else {
            throw UsageError("--root-key needs the key address that names verifiers")
        }
        let remainder = call.optionalString("remainder").flatMap { Address($0) } ?? root
        let template = GenesisTemplate(
            networkVersion: 15,
            accounts: try call.list("account").map(account),
            miners: [],
            networkName: call.optionalString("network-name") ?? "localnet",
            timestamp: UInt64(clamping: timestamp(call)),
            verifiedRegistryRoot: .init(oneSigner(root), balance: 0),
            remainder: .init(oneSigner(remainder), balance: 0)
        )
        try AtomicFile.write(template.jsonBytes(.indented()), to: path, mode: 0o644)
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
        for miner in manifest.miners {
            guard !template.miners.contains(where: { $0.id == miner.id }) else {
                throw CommandFailure("\(path) has \(miner.id) already")
            }
            template.miners.append(miner)
            let owner = GenesisTemplate.Actor.Control.account(owner: miner.owner)
            if !template.accounts.contains(where: { $0.control == owner }) {
                template.accounts.append(.init(owner, balance: .fil(50_000_000)))
            }
        }
        try AtomicFile.write(template.jsonBytes(.indented()), to: path, mode: 0o644)
    }
}
