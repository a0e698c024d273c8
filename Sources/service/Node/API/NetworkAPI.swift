import ChainStore
import FilecoinTypes
import HTTP
import JSON
import JSONRPC
import NetworkParameters
import ServiceKit
import VenusAPI

/// The methods that tell how the node stands: its peers, of which there are none yet, and how it keeps up.
///
/// The node keeps no payment channels and sets no funds aside in the market; what is asked about them is answered
/// as by an original that has none.
struct NetworkAPI: Sendable {
    let reader: ChainReader
    let clock: any ProtocolClock
    /// When the node started, and the name that it has until it ends.
    let start: (time: ProtocolTime, session: String)

    func register(on api: inout RPCService, _ version: NodeAPIVersion) {
        registerPeers(on: &api)
        registerStatus(on: &api)
        registerFunds(on: &api)
    }

    private func registerPeers(on api: inout RPCService) {
        api.on(NetPeers.self, need: .read, runs: .loop) { _ in [] }
        api.on(NetConnectedness.self, need: .read, runs: .loop) { _, _ in 0 }
        api.on(NetFindPeer.self, need: .read, runs: .loop) { _, _ in
            throw RPCError("failed to find any peer in table")
        }
        api.on(NetAgentVersion.self, need: .read, runs: .loop) { _, _ in
            throw RPCError("item not found")
        }
        api.on(NetAutoNatStatus.self, need: .read, runs: .loop) { _ in
            NATStatusResult(reachability: 0, publicAddresses: [])
        }
        api.on(NetPubsubScores.self, need: .read, runs: .loop) { _ in [] }
    }

    private func registerStatus(on api: inout RPCService) {
        let start = start
        let reader = reader
        let clock = clock
        api.on(NodeSession.self, need: .read, runs: .loop) { _ in start.session }
        api.on(NodeStartTime.self, need: .read, runs: .loop) { _ in
            CivilTime(nanoseconds: start.time.nanoseconds).rfc3339
        }
        let delay = reader.chain.parameters.blockDelaySeconds
        api.on(NodeBlockTime.self, need: .read, runs: .loop) { _ in
            Int64(clamping: delay) * 1_000_000_000
        }
        api.on(NodeStatus.self, need: .read) { _, withChain in
            let now = UInt64(clamping: clock.now.seconds)
            return try await reader.read { chain in
                let head = try chain.store.head()
                let late = now > head.minTimestamp ? now - head.minTimestamp : 0
                var status = NodeStatusResult(
                    epoch: UInt64(clamping: head.height.rawValue),
                    behind: late / chain.parameters.blockDelaySeconds
                )
                if withChain {
                    status.blocksPerTipset = try Self.blocksPerTipset(chain, head, last: 100)
                    status.blocksPerUnsettledTipset = try Self.blocksPerTipset(
                        chain,
                        head,
                        last: Int(NetworkParameters.finality.rawValue)
                    )
                }
                return status
            }
        }
    }

    /// How many blocks the newest tipsets have on average, as far back as there are any.
    private static func blocksPerTipset(
        _ chain: NodeChain,
        _ head: Tipset,
        last count: Int
    ) throws -> Double {
        var current = head
        var blocks = 0
        var tipsets = 0
        while tipsets < count, current.height > 0 {
            blocks += current.blocks.count
            tipsets += 1
            current = try chain.store.parent(of: current)
        }
        return tipsets == 0 ? 0 : Double(blocks) / Double(tipsets)
    }

    private func registerFunds(on api: inout RPCService) {
        api.on(PaychList.self, need: .read, runs: .loop) { _ in [] }
        api.on(PaychVoucherList.self, need: .write, runs: .loop) { _, _ in
            throw RPCError("channel not tracked")
        }
        api.on(PaychAvailableFundsByFromTo.self, need: .sign, runs: .loop) { _, from, to in
            ChannelFundsResult(from: from, to: to)
        }
        api.on(MarketGetReserved.self, need: .sign, runs: .loop) { _, _ in .zero }
    }
}
