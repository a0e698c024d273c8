import FilecoinTypes
import HTTP
import JSONRPC
import ServiceKit
import VenusAPI

/// The miner's node over JSON-RPC, and further nodes that take blocks.
struct NodeClient: MiningNode {
    /// The node, over plain HTTP: a call after a restart of the node need not wait for a connection.
    let client: RPCClient
    /// The node over a WebSocket, for its head changes.
    let socket: RPCClient
    /// Nodes that are offered a block when the first one does not take it.
    let others: [RPCClient]
    /// How long the choice of messages may take.
    let selectionTime: Duration

    func head() async throws -> Tipset { try await client.call(ChainHead.self) }

    func headChanges() async throws -> AsyncThrowingStream<[TipsetChange], any Error> {
        try await socket.open(ChainNotify.self)
    }

    func networkVersion(at key: TipsetKey) async throws -> NetworkVersion {
        try await client.call(StateNetworkVersion.self, key)
    }

    func waitForBeacon(of epoch: ChainEpoch) async throws {
        _ = try await client.call(StateGetBeaconEntry.self, epoch)
    }

    func baseInfo(
        of miner: Address,
        at epoch: ChainEpoch,
        on key: TipsetKey
    ) async throws -> MiningBaseInfo? {
        try await client.call(MinerGetBaseInfo.self, miner, epoch, key)
    }

    func messages(on key: TipsetKey, qualities: [Double]) async throws -> [[SignedMessage]] {
        try await client.call(MpoolSelects.self, key, qualities, timeout: selectionTime)
    }

    func block(_ template: BlockTemplate) async throws -> BlockMessage {
        try await client.call(MinerCreateBlock.self, template)
    }

    func submit(_ block: BlockMessage) async throws {
        do {
            _ = try await client.call(SyncSubmitBlock.self, block)
        } catch {
            for other in others where (try? await other.call(SyncSubmitBlock.self, block)) != nil {
                return
            }
            // What the node that chose the messages says tells the most.
            throw error
        }
    }

    /// When epochs begin.
    func epochs() async throws -> EpochSchedule {
        let parameters = try await client.call(StateGetNetworkParams.self)
        guard parameters.blockDelaySeconds > 0 else {
            throw MinerFailure("the node says that an epoch takes 0 seconds")
        }
        let genesis: UInt64
        if let time = parameters.genesisTimestamp, time > 0 {
            genesis = time
        } else {
            genesis = try await client.call(ChainGetGenesis.self).minTimestamp
        }
        return EpochSchedule(
            genesis: ProtocolTime(seconds: Int64(clamping: genesis)),
            blockDelay: .seconds(Int64(clamping: parameters.blockDelaySeconds))
        )
    }
}
