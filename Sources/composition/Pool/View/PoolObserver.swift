import FilecoinTypes
import Foundation
import HTTP
import JSON
import JSONRPC
package import ServiceKit
import VenusAPI

/// Looks at a running pool from outside, as any client can.
package actor PoolObserver {
    /// How far back blocks are counted at first.
    private static let depth = 120
    private static let timeout: Duration = .seconds(5)
    private static let messageLimit: Int64 = 2000

    private let folder: PoolFolder
    private let plan: PoolPlan
    private let clock: any ProtocolClock
    private let http = HTTPClient()
    private let health: HealthCheck
    private var tally = ChainTally()
    private var counted: TipsetKey = .empty
    private var genesisTime: UInt64?

    package init(folder: PoolFolder, plan: PoolPlan, clock: any ProtocolClock) {
        self.folder = folder
        self.plan = plan
        self.clock = clock
        health = HealthCheck(http: http)
    }

    /// What there is to see now; what does not answer is left out.
    package func look() async -> PoolView {
        var view = PoolView()
        for service in plan.services {
            let port = plan.port(service)
            view.services.append(
                PoolView.Service(
                    name: service,
                    port: port,
                    isHealthy: await health.isHealthy(port: port, timeout: .seconds(1))
                )
            )
        }
        view.miners = plan.miners.map {
            PoolView.Miner(id: $0.id, blocks: 0, wins: 0, faults: 0)
        }
        let answering = Set(view.services.filter(\.isHealthy).map(\.name))
        if answering.contains(.node) { try? await lookAtChain(&view) }
        if answering.contains(.messager) { try? await lookAtMessages(&view) }
        return view
    }

    private func client(_ service: ServiceName, _ path: String) throws -> RPCClient {
        let token = try AtomicFile.word(folder.repository(service) + "/token")
        guard let info = APIInfo(address: plan.url(service), token: token) else {
            throw CommandFailure("\(plan.url(service)) is no address")
        }
        var options = RPCClientOptions()
        options.timeout = Self.timeout
        return RPCClient(info, path: path, http: http, options: options)
    }

    private func lookAtMessages(_ view: inout PoolView) async throws {
        var query = MessagerQuery()
        query.limit = Self.messageLimit
        let messages = try await client(.messager, "/rpc/v0").call(MessagerListMessage.self, query)
        let known: [MessagerState] = [.unfilled, .filled, .onChain, .failed, .nonceConflict]
        view.messages = known.map { state in
            ("\(state)", messages.count { $0.state == state })
        }
        .filter { $0.1 > 0 }
    }

    private func lookAtChain(_ view: inout PoolView) async throws {
        let node = try client(.node, "/rpc/v1")
        let head = try await node.call(ChainHead.self)
        view.height = head.height
        view.baseFee = head.parentBaseFee
        view.blocksInHead = head.blocks.count
        let delay = plan.blockDelaySeconds
        let genesis = head.minTimestamp - UInt64(clamping: head.height.rawValue) * delay
        let elapsed = clock.now.seconds - Int64(clamping: genesis)
        view.epoch = ChainEpoch(rawValue: elapsed / Int64(clamping: delay))
        try await count(to: head, node)
        view.countedFrom = tally.heights?.lowerBound
        for index in view.miners.indices {
            let id = view.miners[index].id
            let row = tally.rows[id] ?? ChainTally.Row()
            view.miners[index].blocks = row.blocks
            view.miners[index].wins = row.wins
            view.miners[index].lastWindowPoSt = row.lastWindowPoSt
            let power = try await node.call(StateMinerPower.self, id, .empty)
            view.miners[index].power = power.minerPower.qualityAdjustedPower
            view.totalPower = power.totalPower.qualityAdjustedPower
            let sectors = try await node.call(StateMinerSectorCount.self, id, .empty)
            view.miners[index].faults = sectors.faulty
            let deadline = try await node.call(StateMinerProvingDeadline.self, id, .empty)
            view.miners[index].nextDeadline = deadline.close
        }
    }

    /// Counts the tipsets between the last head and this one; a reorganisation is counted as it came.
    private func count(to head: Tipset, _ node: RPCClient) async throws {
        var fresh: [Tipset] = []
        var current = head
        while current.key != counted, fresh.count < Self.depth {
            if let last = tally.heights?.upperBound, current.height <= last { break }
            fresh.append(current)
            if current.height == 0 { break }
            current = try await node.call(ChainGetTipSet.self, current.parentKey)
        }
        for (index, tipset) in fresh.enumerated().reversed() {
            let parentHeight = index + 1 < fresh.count ? fresh[index + 1].height : current.height
            var executed: [(message: Message, exitCode: ExitCode)] = []
            if tipset.height > 0 {
                let block = tipset.minTicketBlock.cid
                let messages = try await node.call(ChainGetParentMessages.self, block) ?? []
                let receipts = try await node.call(ChainGetParentReceipts.self, block) ?? []
                executed = zip(messages, receipts).map { ($0.message, $1.exitCode) }
            }
            tally.count(tipset, parentHeight: parentHeight, executed: executed)
        }
        counted = head.key
    }
}
