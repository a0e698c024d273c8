internal import ActorRuntime
internal import CBOR
internal import FilecoinTypes
internal import IPLD
internal import Multiformats
internal import StateInspection

/// Says where two states differ, actor by actor, field by field, entry by entry.
struct StateDifference {
    private let store: any BlockStore

    init(_ store: any BlockStore) { self.store = store }

    /// Describes what `root` has that `expected` has not, as far as the blocks are there.
    func text(_ root: CID, expected: CID) throws -> String {
        guard try store.has(expected) else {
            return "\(root), expected \(expected), which is not in the data"
        }
        let ours = try actors(root)
        let theirs = try actors(expected)
        var lines: [String] = []
        for id in Set(ours.keys).union(theirs.keys).sorted() where ours[id] != theirs[id] {
            guard let a = ours[id] else {
                lines.append("\(Address.id(id)) is missing")
                continue
            }
            guard let b = theirs[id] else {
                lines.append("\(Address.id(id)) should not exist")
                continue
            }
            lines.append("\(Address.id(id)) \(a.actorCode?.name ?? "?"):" + difference(a, b))
        }
        return "\(root)\n    " + lines.joined(separator: "\n    ")
    }

    private func actors(_ root: CID) throws -> [ActorID: ActorRecord] {
        var actors: [ActorID: ActorRecord] = [:]
        let state: StateRoot = try store.value(root)
        // Sparse archives lack most of the tree; what is there is compared.
        collect(state.actors, &actors)
        return actors
    }

    private func collect(_ node: CID, _ actors: inout [ActorID: ActorRecord]) {
        guard let block = try? store.get(node) else { return }
        var decoder = CBORDecoder(block)
        guard (try? decoder.array(count: 2)) != nil, (try? decoder.bytes()) != nil,
            let count = try? decoder.arrayCount()
        else { return }
        for _ in 0..<count {
            if (try? decoder.peekType()) == .tag {
                guard let link = try? decoder.value(CID.self) else { return }
                collect(link, &actors)
                continue
            }
            guard let entries = try? decoder.arrayCount() else { return }
            for _ in 0..<entries {
                guard (try? decoder.array(count: 2)) != nil, let key = try? decoder.bytes(),
                    let actor = try? decoder.value(ActorRecord.self),
                    let id = try? Address(bytes: key).actorID
                else { return }
                actors[id] = actor
            }
        }
    }

    /// The fields that differ, `-` before ours and `+` before what was expected.
    private func difference(_ a: ActorRecord, _ b: ActorRecord) -> String {
        let outline = StateOutline(store: ActorStore(reading: store))
        return outline.node(a).differences(from: outline.node(b))
            .map { "\n      \($0)" }.joined()
    }
}
