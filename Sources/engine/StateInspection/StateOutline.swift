package import ActorRuntime
internal import BuiltinActors
internal import CBOR
package import FilecoinTypes
internal import Multiformats

/// The states of actors as trees for people: every field by its name, every HAMT and AMT entry by its key.
///
/// ```swift
/// let outline = StateOutline(store: blocks)
/// for line in outline.node(ours).differences(from: outline.node(theirs)) { print(line) }
/// ```
/// Names are those of this program's types; where the CIDs lead is in one table, ``StateLink/all``.
package struct StateOutline {
    private let store: ActorStore

    /// Prepares to read blocks.
    package init(store: ActorStore) { self.store = store }

    /// An actor with its state.
    package func node(_ actor: ActorRecord) -> StateNode {
        .parts([
            .init(name: "code", node: .leaf(actor.actorCode?.name ?? "\(actor.code)")),
            .init(name: "nonce", node: .leaf("\(actor.nonce)")),
            .init(name: "balance", node: .leaf("\(actor.balance.attoFIL)")),
            .init(name: "state", node: .link(actor.head) { state(of: actor) }),
        ])
    }

    private func state(of actor: ActorRecord) -> StateNode {
        guard let kind = actor.actorCode?.kind, let type = kind.stateType else {
            return .leaf("\(actor.head)")
        }
        func read<State: CBORDecodable & SendableMetatype>(_ type: State.Type) -> StateNode {
            StateLink.block(type).node(store, actor.head)
        }
        return read(type)
    }

    /// A value with its parts; `link` says where it leads if it is a CID.
    static func node(_ value: Any, _ store: ActorStore, link: StateLink?) -> StateNode {
        switch value {
        case let cid as CID:
            guard let link else { return .leaf("\(cid)") }
            return .link(cid) { link.node(store, cid) }
        case let bytes as [UInt8]: return .leaf(bytes.isEmpty ? "no bytes" : hex(bytes))
        case let amount as TokenAmount: return .leaf("\(amount.attoFIL)")
        default: break
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            return mirror.children.first.map { node($0.value, store, link: link) } ?? .leaf("none")
        case .collection:
            return .parts(
                mirror.children.enumerated().map { index, child in
                    .init(name: "\(index)", node: node(child.value, store, link: link))
                }
            )
        default: break
        }
        if let text = value as? any CustomStringConvertible { return .leaf(text.description) }
        if mirror.displayStyle == .enum { return .leaf("\(value)") }
        let type = typeName(of: value)
        return .parts(
            mirror.children.filter { !isHidden($0.value) }.map { child in
                let name = child.label ?? "?"
                let link = StateLink.all["\(type).\(name)"]
                return .init(name: name, node: node(child.value, store, link: link))
            }
        )
    }

    /// The name of a value's type, with the types that it is declared in.
    static func typeName(of value: Any) -> String {
        String(reflecting: type(of: value)).split(separator: ".").dropFirst()
            .joined(separator: ".")
    }

    /// Whether a field is no part of the state, but says which shape a record has.
    static func isHidden(_ value: Any) -> Bool { value is ActorsVersion }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

extension ActorKind {
    /// The type of the actor's state; nil for one that no network has.
    var stateType: (any (CBORDecodable & SendableMetatype).Type)? {
        switch self {
        case .system: SystemState.self
        case .`init`: InitState.self
        case .account: AccountState.self
        case .cron: CronState.self
        case .storagePower: PowerState.self
        case .storageMarket: MarketState.self
        case .storageMiner: MinerState.self
        case .multisig: MultisigState.self
        case .paymentChannel: PaymentChannelState.self
        case .reward: RewardState.self
        case .verifiedRegistry: VerifiedRegistryState.self
        case .chaos: nil
        }
    }
}
