import FilecoinCrypto
import FilecoinTypes
import JSONRPC
import VenusAPI

/// Counts what miners won in past epochs, by drawing their elections again.
struct WinnerCount: Sendable {
    /// The most epochs times miners of one count.
    static let maximumDraws: Int64 = 20_000
    /// The most draws at once: each takes the node and a wallet some work.
    static let concurrency = 16

    let node: RPCClient
    let registry: MinerRegistry

    /// Counts the wins from one epoch to another, both included.
    ///
    /// - Throws: ``MinerFailure`` for epochs that are not on the chain yet.
    func count(
        _ miners: [Address],
        from start: ChainEpoch,
        to end: ChainEpoch
    ) async throws -> [MinerWins] {
        let head = try await node.call(ChainHead.self)
        guard 0 <= start, start <= end else {
            throw MinerFailure("the epochs \(start) to \(end) are no range")
        }
        guard end <= head.height else {
            throw MinerFailure("epoch \(end) is above the head, which is of epoch \(head.height)")
        }
        let (count, overflow) = (end.rawValue - start.rawValue + 1)
            .multipliedReportingOverflow(by: Int64(max(1, miners.count)))
        guard !overflow, count <= Self.maximumDraws else {
            throw MinerFailure(
                "more than \(Self.maximumDraws) draws; ask for fewer epochs or miners"
            )
        }
        var results: [MinerWins] = []
        for miner in miners {
            results.append(try await self.count(miner, from: start, to: end, head: head.key))
        }
        return results
    }

    private func count(
        _ miner: Address,
        from start: ChainEpoch,
        to end: ChainEpoch,
        head: TipsetKey
    ) async throws -> MinerWins {
        let route: any MinerRoute
        do { route = try registry.route(of: registry.entry(miner)) } catch {
            return MinerWins(miner: miner, total: 0, message: "\(error)", epochs: [])
        }
        // The genesis block was not elected.
        let epochs = Array(max(1, start.rawValue)...max(1, end.rawValue))
        var wins: [MinerWins.Epoch] = []
        await withTaskGroup(of: MinerWins.Epoch.self) { group in
            var rest = epochs[...]
            for epoch in rest.prefix(Self.concurrency) {
                group.addTask { await draw(miner, ChainEpoch(rawValue: epoch), head, route) }
            }
            rest = rest.dropFirst(Self.concurrency)
            while let result = await group.next() {
                if result.winCount > 0 || !result.message.isEmpty { wins.append(result) }
                if let epoch = rest.popFirst() {
                    group.addTask { await draw(miner, ChainEpoch(rawValue: epoch), head, route) }
                }
            }
        }
        try Task.checkCancellation()
        return MinerWins(
            miner: miner,
            total: wins.reduce(0) { $0 + $1.winCount },
            message: "",
            epochs: wins.sorted { $0.epoch < $1.epoch }
        )
    }

    private func draw(
        _ miner: Address,
        _ epoch: ChainEpoch,
        _ head: TipsetKey,
        _ route: any MinerRoute
    ) async -> MinerWins.Epoch {
        do {
            let base = try await node.call(ChainGetTipSetByHeight.self, epoch - 1, head)
            let info = try await node.call(MinerGetBaseInfo.self, miner, epoch, base.key)
            guard let info, info.isEligible else {
                return MinerWins.Epoch(epoch: epoch, winCount: 0)
            }
            let draw = DrawRequest.election(miner, epoch: epoch, entry: info.drawEntry)
            let signature = try await route.sign(draw, by: info.workerKey)
            let wins = ElectionProof.winCount(
                vrfProof: signature.data,
                power: info.minerPower.attoFIL,
                totalPower: info.networkPower.attoFIL
            )
            return MinerWins.Epoch(epoch: epoch, winCount: wins)
        } catch {
            return MinerWins.Epoch(epoch: epoch, winCount: 0, message: "\(error)")
        }
    }
}
