import FilecoinTypes
import Genesis
import JSON
import NetworkParameters
import ServiceKit
import StorageProofs

/// The lesser commands of `venus seed`: multisigs, the two special actors, manifests put together.
extension NodeProgram {
    /// `seed genesis add-msis`, `set-vrk`, `set-remainder`, `set-network-version`.
    static let genesisEditing: [Command] = [
        Command(
            "add-msis",
            usage: "add the multisigs of a CSV file",
            argumentsUsage: "<template> <csv>",
            action: addMultisigs
        ),
        specialActor("set-vrk", "verified registry's root key") {
            $0.verifiedRegistryRoot = $1
        },
        specialActor("set-remainder", "actor that gets what is left") { $0.remainder = $1 },
        Command(
            "set-network-version",
            usage: "set the network version that the network starts with",
            argumentsUsage: "<template>",
            flags: [Flag("network-version", .integer, usage: "14 or 15; 15 without")],
            action: setNetworkVersion
        ),
    ]

    /// `seed aggregate-manifests`.
    static let aggregateManifests = Command(
        "aggregate-manifests",
        usage: "print the pre-seal manifests of several files as one",
        flags: [Flag("file", .list, usage: "a manifest, may be repeated")],
        action: { call in
            let manifests = try call.list("file").map {
                try PreSealManifest(json: try AtomicFile.read($0))
            }
            guard !manifests.isEmpty else { throw UsageError("--file names no manifest") }
            call.print(try PreSealManifest.aggregate(manifests).jsonText(.indented()))
        }
    )

    /// The epochs of vesting are counted in the blocks of the public networks, as the original does.
    private static func multisigs(_ path: String) throws -> [GenesisTemplate.Actor] {
        try GenesisTemplate.multisigs(
            csv: String(decoding: try AtomicFile.read(path), as: UTF8.self),
            blockDelaySeconds: NetworkParameters.mainnet.blockDelaySeconds
        )
    }

    private static func edit(
        _ path: String,
        _ body: (inout GenesisTemplate) throws -> Void
    ) throws {
        var template = try GenesisTemplate(json: try AtomicFile.read(path))
        try body(&template)
        try AtomicFile.write(template.jsonBytes(.indented()), to: path, mode: 0o644)
    }

    @Sendable private static func addMultisigs(_ call: Invocation) throws {
        guard call.arguments.count == 2 else {
            throw UsageError("a template and a CSV file are needed")
        }
        let actors = try multisigs(call.arguments[1])
        try edit(call.arguments[0]) { $0.accounts += actors }
    }

    @Sendable private static func setNetworkVersion(_ call: Invocation) throws {
        guard let path = call.arguments.first else { throw UsageError("a template is missing") }
        let version = call.isSet("network-version") ? call.integer("network-version") : 15
        guard (14...15).contains(version) else {
            throw UsageError("--network-version \(version) has no native actors; 14 and 15 have")
        }
        try edit(path) { $0.networkVersion = NetworkVersion(rawValue: UInt32(version)) }
    }

    private static func specialActor(
        _ name: String,
        _ what: String,
        _ set: @escaping @Sendable (inout GenesisTemplate, GenesisTemplate.Actor) -> Void
    ) -> Command {
        Command(
            name,
            usage: "set the \(what)",
            argumentsUsage: "<template>",
            flags: [
                Flag("account", usage: "a key address that owns nothing else"),
                Flag("multisig", usage: "a CSV file whose first multisig it is"),
            ],
            action: { call in
                guard let path = call.arguments.first else {
                    throw UsageError("a template is missing")
                }
                let actor: GenesisTemplate.Actor
                if let text = call.optionalString("account") {
                    guard let owner = Address(text), owner.isKey else {
                        throw UsageError("--account: \"\(text)\" is no key address")
                    }
                    actor = .init(.account(owner: owner), balance: 0)
                } else if let file = call.optionalString("multisig") {
                    guard let first = try multisigs(file).first else {
                        throw UsageError("no msig entries in csv file")
                    }
                    actor = first
                } else {
                    throw UsageError("must include either --account or --multisig flag")
                }
                try edit(path) { set(&$0, actor) }
            }
        )
    }
}
