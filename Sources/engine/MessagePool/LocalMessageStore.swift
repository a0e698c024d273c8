internal import CBOR
internal import FilecoinTypes
internal import KeyValueStore
internal import Multiformats
internal import Synchronization

/// The messages of this node's clients on disk, so that none is lost when the process dies.
///
/// | key | value |
/// |---|---|
/// | `mpool/local/`, byte count of the sender's address, its bytes, the nonce as 8 big-endian bytes, the CID | the signed message |
///
/// A message stays until its nonce has been used for so long that no reorganization can free it.
final class LocalMessageStore: Sendable {
    private let store: any KeyValueStore
    /// Where the nonces of stored messages were used, by the part of the key before the CID.
    private let applied = Mutex<[[UInt8]: ChainEpoch]>([:])
    private let known = Mutex<Set<[UInt8]>>([])
    private static let prefix = Array("mpool/local/".utf8)

    init(_ store: any KeyValueStore) {
        self.store = store
    }

    private static func slot(_ sender: Address, _ nonce: UInt64) -> [UInt8] {
        let bytes = sender.bytes
        return prefix + [UInt8(bytes.count)] + bytes
            + (0..<8).map { UInt8(truncatingIfNeeded: nonce >> (56 - 8 * $0)) }
    }

    /// Keeps a message; it survives the process when this returns.
    func put(_ message: PendingMessage, sender: Address) throws {
        let slot = Self.slot(sender, message.nonce)
        try store.put(slot + message.cid.bytes, message.signed.cborBytes())
        known.withLock { _ = $0.insert(slot) }
        applied.withLock { $0[slot] = nil }
    }

    func delete(_ message: PendingMessage, sender: Address) throws {
        try store.delete(Self.slot(sender, message.nonce) + message.cid.bytes)
    }

    /// All messages, each sender's in order of nonces.
    func all() throws -> [SignedMessage] {
        var messages: [SignedMessage] = []
        var damaged: (any Error)?
        try store.iterate(prefix: Self.prefix) { key, value in
            do {
                messages.append(try SignedMessage(cbor: value))
                let slot = Array(
                    key.prefix(Self.prefix.count + 1 + Int(key[Self.prefix.count]) + 8)
                )
                known.withLock { _ = $0.insert(slot) }
            } catch { damaged = error }
            return true
        }
        if let damaged { throw damaged }
        return messages
    }

    /// How many messages are on disk.
    var storedCount: Int { (try? all().count) ?? 0 }

    /// Notes that a nonce was used on the chain.
    func noteApplied(sender: Address, nonce: UInt64, at height: ChainEpoch) {
        let slot = Self.slot(sender, nonce)
        guard known.withLock({ $0.contains(slot) }) else { return }
        applied.withLock { $0[slot] = height }
    }

    /// Notes that a nonce is free again.
    func noteReverted(sender: Address, nonce: UInt64) {
        applied.withLock { $0[Self.slot(sender, nonce)] = nil }
    }

    /// Removes the messages whose nonces were used before an epoch.
    func removeFinal(below height: ChainEpoch) throws {
        let final = applied.withLock { $0.filter { $0.value < height }.map(\.key) }
        guard !final.isEmpty else { return }
        var batch = KeyValueBatch()
        for slot in final {
            try store.iterate(prefix: slot) { key, _ in
                batch.delete(key)
                return true
            }
        }
        try store.write(batch)
        applied.withLock { applied in final.forEach { applied[$0] = nil } }
        known.withLock { known in final.forEach { known.remove($0) } }
    }
}
