internal import FilecoinTypes
internal import Multiformats
internal import Synchronization

/// What the pool remembers of signatures: which were right, and those of BLS messages, which blocks do not
/// keep one by one.
final class SignatureMemory: Sendable {
    private struct State {
        var verified = RecentKeys<[UInt8]>(limit: MessagePoolLimits.verifiedSignatureCount)
        var blsOrder = RecentKeys<CID>(limit: MessagePoolLimits.blsSignatureCount)
        var bls: [CID: Signature] = [:]
    }

    private let state = Mutex(State())

    /// Message and signature together: a second signature of one message is another matter.
    private static func key(_ message: PendingMessage) -> [UInt8] {
        message.messageCID.bytes + message.signed.signature.bytes
    }

    func isVerified(_ message: PendingMessage) -> Bool {
        state.withLock { $0.verified.contains(Self.key(message)) }
    }

    func noteVerified(_ message: PendingMessage) {
        state.withLock { _ = $0.verified.insert(Self.key(message)) }
    }

    /// Keeps the signature of a BLS message.
    func remember(_ message: SignedMessage) {
        guard message.signature.type == .bls else { return }
        let cid = message.message.cid
        state.withLock { state in
            state.bls[cid] = message.signature
            if let forgotten = state.blsOrder.insert(cid) { state.bls[forgotten] = nil }
        }
    }

    /// A BLS message of a block with its own signature, if that is remembered.
    func signed(_ message: Message) -> SignedMessage? {
        guard let signature = state.withLock({ $0.bls[message.cid] }) else { return nil }
        return SignedMessage(message: message, signature: signature)
    }
}

/// A set that forgets what was put in first.
struct RecentKeys<Key: Hashable & Sendable>: Sendable {
    private var keys: Set<Key> = []
    private var ring: [Key] = []
    private var oldest = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    func contains(_ key: Key) -> Bool { keys.contains(key) }

    /// Adds a key; returns the one that had to go for it.
    mutating func insert(_ key: Key) -> Key? {
        guard keys.insert(key).inserted else { return nil }
        if ring.count < limit {
            ring.append(key)
            return nil
        }
        let forgotten = ring[oldest]
        ring[oldest] = key
        oldest = (oldest + 1) % limit
        keys.remove(forgotten)
        return forgotten
    }
}
