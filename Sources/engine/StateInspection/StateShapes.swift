package import ActorRuntime
internal import BuiltinActors
internal import CBOR
package import FilecoinTypes
internal import Multiformats

/// How the states of actors are made up, learnt from states that have all of it.
///
/// Swift tells the fields of a value, not of a type: so the shapes are collected from actors that were run.
package struct StateShapes: Sendable {
    /// A field of a type.
    package struct Field: Hashable, Sendable {
        package let name: String
        /// The type, as written.
        package let type: String
        /// Where its CID leads; nil if it has none or it is only a name.
        package let link: String?
    }

    /// The fields of each type, by its name.
    package private(set) var fields: [String: [Field]] = [:]
    /// The types that occur in the state of each kind of actor, in the order of their first mention.
    package private(set) var types: [ActorKind: [String]] = [:]

    /// Knows nothing yet.
    package init() {}

    /// Learns from an actor.
    package mutating func learn(from actor: ActorRecord, _ store: ActorStore) {
        guard let kind = actor.actorCode?.kind, let type = kind.stateType else { return }
        func read<State: CBORDecodable>(_ type: State.Type) -> Any? {
            try? store.get(actor.head) as State
        }
        guard let state = read(type) else { return }
        note(state, kind, store)
    }

    private mutating func note(_ value: Any, _ kind: ActorKind, _ store: ActorStore) {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional, .collection:
            for child in mirror.children { note(child.value, kind, store) }
            return
        case .enum: return
        default: break
        }
        if value is any CustomStringConvertible || value is TokenAmount || value is CID { return }
        let type = StateOutline.typeName(of: value)
        if !(types[kind]?.contains(type) ?? false) { types[kind, default: []].append(type) }
        let isNew = fields[type] == nil
        var found: [Field] = []
        for child in mirror.children where !StateOutline.isHidden(child.value) {
            let name = child.label ?? "?"
            let link = StateLink.all["\(type).\(name)"]
            found.append(
                Field(
                    name: name,
                    type: Self.written("\(Swift.type(of: child.value))"),
                    link: link?.text
                )
            )
            note(child.value, kind, store)
            guard let link else { continue }
            follow(child.value, link, kind, store)
        }
        if isNew { fields[type] = found }
    }

    /// A type as Swift code writes it: `[Address]` for `Array<Address>`, `CID?` for `Optional<CID>`.
    private static func written(_ type: String) -> String {
        for (generic, open, close) in [("Array<", "[", "]"), ("Optional<", "", "?")]
        where type.hasPrefix(generic) && type.hasSuffix(">") {
            return open + written(String(type.dropFirst(generic.count).dropLast())) + close
        }
        return type
    }

    /// Learns from what the CIDs of a field lead to.
    private mutating func follow(
        _ value: Any,
        _ link: StateLink,
        _ kind: ActorKind,
        _ store: ActorStore
    ) {
        guard let cid = value as? CID else {
            for child in Mirror(reflecting: value).children {
                follow(child.value, link, kind, store)
            }
            return
        }
        for entry in link.entries(store, cid) {
            if let inner = entry.link {
                follow(entry.value, inner, kind, store)
            } else {
                note(entry.value, kind, store)
            }
        }
    }
}
