import CBOR
import ChainStore
import FilecoinTypes
import IPLD
import JSON
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

/// The methods that show blocks of the store to people.
struct ChainToolsAPI: Sendable {
    /// Tipsets of one list, at the most.
    private static let listLimit = 10_000

    let reader: ChainReader

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        let reader = reader
        api.on(ChainStatObj.self, need: .read) { _, object, base in
            try await reader.read { try Self.size(of: object, without: base, in: $0.store.blocks) }
        }
        api.on(ChainGetNode.self, need: .read) { _, path in
            try await reader.read { try Self.node(path, in: $0.store.blocks) }
        }
        api.on(ChainList.self, need: .read) { _, key, count in
            guard count > 0, count <= Self.listLimit else {
                throw RPCError("ask for 1 to \(Self.listLimit) tipsets, not \(count)")
            }
            return try await reader.at(key) { chain, tipset in
                var keys: [TipsetKey] = []
                var current = tipset
                while keys.count < count {
                    keys.append(current.key)
                    if current.height == 0 { break }
                    current = try chain.store.parent(of: current)
                }
                return keys
            }
        }
        api.on(GetFullBlock.self, need: .read) { _, cid in
            try await reader.read { chain in
                let header = try chain.store.header(cid)
                let messages = try chain.store.messages(of: header)
                return FullBlockResult(
                    header: header,
                    blsMessages: messages.bls,
                    secpMessages: messages.secp
                )
            }
        }
    }

    private static func size(
        of object: CID,
        without base: CID?,
        in store: ChainBlockStore
    ) throws -> ObjectSizeResult {
        var known: Set<CID> = []
        if let base {
            try DAG.forEachBlock(from: [base], in: store) { known.insert($0.cid) }
        }
        var result = ObjectSizeResult(size: 0, links: 0)
        // Identity links have their content in themselves, and count as blocks too.
        var inline: Set<CID> = []
        try DAG.forEachBlock(from: [object], in: store, where: { !known.contains($0) }) { block in
            result.size += UInt64(block.bytes.count)
            result.links += 1
            for link in try DAG.links(of: block)
            where link.isIdentity && inline.insert(link).inserted {
                result.size += UInt64(link.digest.count)
                result.links += 1
            }
        }
        return result
    }

    // MARK: - Paths

    /// Follows a path of places in lists and names in maps, from a block on; links are followed on the way.
    private static func node(_ path: String, in store: ChainBlockStore) throws -> NodeResult {
        var parts = path.split(separator: "/").map(String.init)
        if parts.first == "ipfs" || parts.first == "ipld" { parts.removeFirst() }
        guard let first = parts.first else { throw RPCError("parsing path: the path is empty") }
        var cid: CID
        do { cid = try CID(first) } catch {
            throw RPCError("parsing path: invalid path \"\(path)\": invalid cid: \(error)")
        }
        var value = try block(cid, in: store)
        for part in parts.dropFirst() {
            var found: CBORValue?
            switch value {
            case .list(let items):
                found = Int(part).flatMap { items.indices.contains($0) ? items[$0] : nil }
            case .map(let map): found = map.first { $0.key == part }?.value
            default: found = nil
            }
            guard let found else { throw RPCError("no such link: \"\(part)\" in \(cid)") }
            value = found
            if case .link(let bytes) = found {
                cid = try CID(bytes: bytes)
                value = try block(cid, in: store)
            }
        }
        return NodeResult(cid: cid, object: try JSONValue(parsing: DAGJSON.encode(value)))
    }

    private static func block(_ cid: CID, in store: ChainBlockStore) throws -> CBORValue {
        guard let bytes = try store.get(cid) else {
            throw RPCError("blockstore get: \(NotFound(cid))")
        }
        return cid.codec == .dagCBOR ? try CBORValue(cbor: bytes) : .bytes(bytes)
    }
}
