internal import ActorRuntime
internal import BuiltinActors
internal import FilecoinTypes
internal import IPLD
internal import Multiformats

/// A network before version 10, as far as the shared machine runs it: messages, gas, transfers and accounts
/// are as later, maps have their first layout, and all other actors are missing.
struct OldNetwork {
    let version: NetworkVersion

    /// Nil for a network version from 10 on.
    init?(_ version: NetworkVersion) {
        guard version < 10 else { return nil }
        self.version = version
    }

    /// The generation of its actors, as code CIDs and people name it.
    private var generation: (code: Int, name: String) { version < 4 ? (1, "v0") : (2, "v2") }

    /// Accounts are the same in all generations.
    func registry(withChaos: Bool) -> ActorRegistry {
        var cids: [ActorCode: CID] = [:]
        for kind in ActorKind.allCases {
            let code = ActorCode(kind, .v6)
            cids[code] = kind == .chaos ? code.cid : Self.codeCID(generation.code, kind)
        }
        return ActorRegistry(
            [AccountActor.definition] + (withChaos ? [ChaosActor.definition] : []),
            codes: ActorCodeTable(cids, networkVersions: [version: .v6])
        )
    }

    private static func codeCID(_ generation: Int, _ kind: ActorKind) -> CID {
        let name = "fil/\(generation)/\(kind.rawValue)"
        return CID(codec: .raw, multihash: Multihash(code: .identity, digest: Array(name.utf8)))
    }

    func tree(_ root: CID, _ store: any BlockStore) throws -> StateTree {
        try StateTree(firstLayout: root, store: store, version: version < 4 ? .v0 : .v1)
    }

    /// The first method that was called on an actor that this machine lacks.
    func missingMethod(in trace: ExecutionTrace, _ machine: Machine) -> String? {
        for event in trace.events {
            guard case .enter(_, let to, let method, _, _) = event, method != .send,
                let id = try? machine.tree.resolve(to),
                let record = try? machine.tree.actor(id),
                let code = machine.registry.codes.code(of: record),
                machine.registry[code.kind] == nil
            else { continue }
            return missing(code.kind, method)
        }
        return nil
    }

    /// How a missing method is named; later generations have kept the numbers.
    func missing(_ kind: ActorKind, _ method: MethodNumber) -> String {
        let name = ActorRegistry.builtin[kind]?.method(method, version: .v7)?.name
        return "actors \(generation.name) not built: \(kind.rawValue).\(name ?? method.description)"
    }
}
