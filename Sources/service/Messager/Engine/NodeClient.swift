import FilecoinTypes
import JSONRPC
import Multiformats
import VenusAPI

/// The messager's node over JSON-RPC.
struct NodeClient: MessagerChain, MessagerTarget {
    /// How long a node may take for a batch: the sender's next round waits for it.
    static let pushTime: Duration = .seconds(15)

    private let client: RPCClient

    /// - Parameter client: Of the node's `/rpc/v1`, over a WebSocket for ``headChanges()``.
    init(_ client: RPCClient) { self.client = client }

    func head() async throws -> Tipset { try await client.call(ChainHead.self) }

    func headChanges() async throws -> AsyncThrowingStream<[TipsetChange], any Error> {
        try await client.open(ChainNotify.self)
    }

    func tipset(_ key: TipsetKey) async throws -> Tipset {
        try await client.call(ChainGetTipSet.self, key)
    }

    func parentMessages(of block: CID) async throws -> [ChainMessageResult] {
        try await client.call(ChainGetParentMessages.self, block) ?? []
    }

    func parentReceipts(of block: CID) async throws -> [MessageReceipt] {
        try await client.call(ChainGetParentReceipts.self, block) ?? []
    }

    func messages(in key: TipsetKey) async throws -> [Message] {
        (try await client.call(ChainGetMessagesInTipset.self, key) ?? []).map(\.message)
    }

    func account(of address: Address, at key: TipsetKey) async throws -> SenderAccount? {
        try await actor(address, key).map { SenderAccount(nonce: $0.nonce, balance: $0.balance) }
    }

    func code(of address: Address, at key: TipsetKey) async throws -> CID? {
        try await actor(address, key)?.code
    }

    private func actor(_ address: Address, _ key: TipsetKey) async throws -> ActorRecord? {
        do { return try await client.call(StateGetActor.self, address, key) } catch let error
            as RPCError where error.message.contains("actor not found")
        { return nil }
    }

    func poolNonce(of address: Address) async throws -> UInt64 {
        try await client.call(MpoolGetNonce.self, address)
    }

    func accountKey(of address: Address) async throws -> Address {
        try await client.call(StateAccountKey.self, address, .empty)
    }

    func search(_ cid: CID) async throws -> MessageLookup? {
        try await client.call(StateSearchMsg.self, .empty, cid, .undefined, true)
    }

    func estimate(
        _ messages: [EstimateMessage],
        fromNonce: UInt64,
        at key: TipsetKey
    ) async throws -> [EstimateResult] {
        try await client.call(GasBatchEstimateMessageGas.self, messages, fromNonce, key)
    }

    func estimate(_ message: EstimateMessage) async throws -> Message {
        try await client.call(GasEstimateMessageGas.self, message.message, message.spec, .empty)
    }

    func replaceByFeeRatio() async throws -> Double {
        try await client.call(MpoolGetConfig.self).replaceByFeeRatio
    }

    func blockDelay() async throws -> Duration {
        .seconds(
            Int64(clamping: try await client.call(StateGetNetworkParams.self).blockDelaySeconds)
        )
    }

    func push(_ messages: [SignedMessage]) async throws {
        _ = try await client.call(
            MpoolBatchPushUntrusted.self,
            messages,
            timeout: Self.pushTime
        )
    }
}
