import CBOR
import FilecoinTypes
import JSONRPC
import MessagePool
import Multiformats
import VenusAPI

/// Completes, signs and pushes messages of the node's own wallet, one at a time so that nonces follow.
actor MessageSender {
    private let pool: MessagePool
    private let estimator: GasEstimator
    private let access: ChainAccess
    private let wallet: NodeWallet
    private var last: Task<SignedMessage, any Error>?

    init(pool: MessagePool, estimator: GasEstimator, access: ChainAccess, wallet: NodeWallet) {
        self.pool = pool
        self.estimator = estimator
        self.access = access
        self.wallet = wallet
    }

    func send(
        _ message: Message,
        _ spec: VenusAPI.MessageSendSpec?
    ) async throws -> SignedMessage {
        guard message.nonce == 0 else {
            throw RPCError(
                "MpoolPushMessage expects message nonce to be 0, was \(message.nonce)"
            )
        }
        let previous = last
        // The next caller waits for it, as this one does.
        let task = Task {
            _ = await previous?.result
            return try await complete(message, spec)
        }
        last = task
        return try await task.value
    }

    private func complete(
        _ message: Message,
        _ spec: VenusAPI.MessageSendSpec?
    ) async throws -> SignedMessage {
        let head = await pool.pendingMessages().head
        let key: Address
        do { key = try await access.keyAddress(of: message.from, at: head) } catch {
            throw RPCError("getting key address: \(error)")
        }
        guard wallet.has(key) else { throw RPCError("no key of \(key) in this node's wallet") }
        var message = message
        message.from = key
        let earlier = try await pool.pendingMessages(of: key).messages.map(\.message)
        var generator = SystemRandomNumberGenerator()
        do {
            message = try await estimator.estimate(
                message,
                spec: spec.map(GasSpec.init),
                after: earlier,
                on: head,
                using: &generator
            )
        } catch { throw RPCError("GasEstimateMessageGas error: \(error)") }
        message.nonce = try await pool.nextNonce(of: key)
        guard let signature = try wallet.sign(message.cid.bytes, by: key) else {
            throw RPCError("no key of \(key) in this node's wallet")
        }
        let signed = SignedMessage(message: message, signature: signature)
        try await pool.push(signed)
        return signed
    }
}
