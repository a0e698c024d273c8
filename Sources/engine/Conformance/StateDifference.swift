internal import ActorRuntime
internal import CBOR
internal import FilecoinTypes
internal import IPLD
internal import Multiformats

/// Says where two states differ, actor by actor and field by field.
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
                lines.append("f0\(id) is missing")
                continue
            }
            guard let b = theirs[id] else {
                lines.append("f0\(id) should not exist")
                continue
            }
            lines.append("f0\(id) \(a.actorCode?.name ?? "?"): " + difference(a, b))
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

    private func difference(_ a: ActorRecord, _ b: ActorRecord) -> String {
        var parts: [String] = []
        if a.code != b.code { parts.append("code \(a.code), expected \(b.code)") }
        if a.nonce != b.nonce { parts.append("nonce \(a.nonce), expected \(b.nonce)") }
        if a.balance != b.balance {
            parts.append("balance \(a.balance.attoFIL), expected \(b.balance.attoFIL)")
        }
        if a.head != b.head {
            parts.append("head\n      ours   \(hex(a.head))\n      theirs \(hex(b.head))")
        }
        return parts.joined(separator: "; ")
    }

    private func hex(_ cid: CID) -> String {
        guard let block = try? store.get(cid) else { return "\(cid) (not here)" }
        let text = block.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return "\(cid) \(text)"
    }
}
