import EventLoop
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

/// Serves a ``ScriptedChain`` as node and as gateway.
struct ScriptedNode: Sendable {
    private let server: HTTPServer
    /// Where both listen.
    let address: SocketAddress

    private struct AnyToken: TokenVerifier {
        func verify(_ token: String, peer: SocketAddress?) async throws -> Caller? {
            Caller(name: "messager", level: .admin)
        }
    }

    init(_ chain: ScriptedChain) async throws {
        var router = HTTPRouter()
        Self.node(chain).mount(on: &router, at: "/rpc/v1", verifier: AnyToken())
        Self.gateway(chain).mount(on: &router, at: "/rpc/v2", verifier: AnyToken())
        server = HTTPServer(router: router)
        address = try await server.start(on: .loopback(port: 0))
    }

    func stop() async { await server.shutdown(grace: .zero) }

    private static func node(_ chain: ScriptedChain) -> RPCService {
        var api = RPCService()
        api.on(StateGetNetworkParams.self, need: .read) { _ in
            NetworkParametersResult(
                networkName: "localnet-stub",
                blockDelaySeconds: 2,
                consensusMinerMinPower: 2048,
                preCommitChallengeDelay: 10,
                forkUpgradeParameters: .null,
                eip155ChainID: 0,
                genesisTimestamp: nil
            )
        }
        api.on(StateNetworkName.self, need: .read) { _ in "localnet-stub" }
        api.on(ChainHead.self, need: .read) { _ in chain.head }
        api.on(ChainNotify.self, need: .read) { _ in chain.follow() }
        api.on(ChainGetTipSet.self, need: .read) { _, key in try chain.tipset(key) }
        api.on(ChainGetMessagesInTipset.self, need: .read) { _, key in chain.messages(in: key) }
        api.on(ChainGetParentMessages.self, need: .read) { _, block in
            try chain.parentMessages(of: block)
        }
        api.on(ChainGetParentReceipts.self, need: .read) { _, block in
            try chain.parentReceipts(of: block)
        }
        api.on(StateGetActor.self, need: .read) { _, address, key in
            try chain.actor(address, key)
        }
        api.on(StateAccountKey.self, need: .read) { _, address, _ in
            try chain.accountKey(address)
        }
        api.on(StateSearchMsg.self, need: .read) { _, _, cid, _, _ in try chain.search(cid) }
        addPool(chain, to: &api)
        return api
    }

    private static func addPool(_ chain: ScriptedChain, to api: inout RPCService) {
        api.on(GasBatchEstimateMessageGas.self, need: .read) { _, messages, nonce, _ in
            try chain.estimate(messages, fromNonce: nonce)
        }
        api.on(GasEstimateMessageGas.self, need: .read) { _, message, spec, _ in
            chain.estimate(EstimateMessage(message: message, spec: spec))
        }
        api.on(MpoolGetConfig.self, need: .read) { _ in
            MpoolConfiguration(
                priorityAddresses: [],
                sizeLimitHigh: 30_000,
                sizeLimitLow: 20_000,
                replaceByFeeRatio: 125,
                pruneCooldown: 60_000_000_000,
                gasLimitOverestimation: 1.25
            )
        }
        api.on(MpoolGetNonce.self, need: .read) { _, address in
            try chain.actor(address, .empty).nonce
        }
        api.on(MpoolBatchPushUntrusted.self, need: .write) { _, messages in
            try chain.push(messages)
        }
    }

    private static func gateway(_ chain: ScriptedChain) -> RPCService {
        var api = RPCService()
        api.on(GatewayWalletHas.self, need: .admin) { _, address, _ in chain.hasKey(address) }
        api.on(GatewayWalletSign.self, need: .admin) { _, address, _, bytes, _ in
            try chain.sign(bytes.bytes, by: address)
        }
        return api
    }
}
