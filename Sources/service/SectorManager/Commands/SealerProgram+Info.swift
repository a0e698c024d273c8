import BigIntegers
import BuiltinActors
import CBOR
import FilecoinTypes
import Foundation
import JSON
import JSONRPC
import ServiceKit
import VenusAPI

extension SealerProgram {
    static let info = Command(
        "info",
        usage: "show the miner: chain, power, balances, sectors",
        flags: [
            Flag("hide-sectors-info", .boolean, usage: "do not count the sectors by state"),
            Flag.clockFile,
        ]
    ) { call in
        let report = try await MinerReport(call)
        call.print(report.text)
        if call.boolean("hide-sectors-info") { return }
        let summary = try await sealer(call).call(SectorsSummary.self)
        call.print("\nSectors:\n\tTotal: \(summary.values.reduce(0, +))")
        for (state, count) in summary.sorted(by: { $0.key < $1.key }) {
            call.print("\t\(state): \(count)")
        }
    }
}

/// What `info` shows, in the layout of venus-sealer.
struct MinerReport {
    private let miner: Address
    private let head: Tipset
    private let blockDelay: UInt64
    private let info: MinerInfoResult
    private let power: MinerPowerResult
    private let counts: MinerSectorsResult
    private let balance: TokenAmount
    private let available: TokenAmount
    private let state: BuiltinActors.MinerState
    private let market: MarketBalanceResult
    private let worker: TokenAmount
    private let controls: TokenAmount
    private let now: Int64

    init(_ call: Invocation) async throws {
        let node = try SealerProgram.node(call)
        miner = try await SealerProgram.miner(call)
        head = try await node.call(ChainHead.self)
        let key = head.key
        blockDelay = try await node.call(StateGetNetworkParams.self).blockDelaySeconds
        info = try await node.call(StateMinerInfo.self, miner, key)
        power = try await node.call(StateMinerPower.self, miner, key)
        counts = try await node.call(StateMinerSectorCount.self, miner, key)
        let actor = try await node.call(StateGetActor.self, miner, key)
        balance = actor.balance
        available = try await node.call(StateMinerAvailableBalance.self, miner, key)
        // As the original does: the node gives the block, the reader knows its shape.
        state = try BuiltinActors.MinerState(
            cbor: try await node.call(ChainReadObj.self, actor.head).bytes
        )
        market = try await node.call(StateMarketBalance.self, miner, key)
        worker = try await node.call(StateGetActor.self, info.worker, key).balance
        var sum = TokenAmount.zero
        for control in info.controlAddresses {
            sum += try await node.call(StateGetActor.self, control, key).balance
        }
        controls = sum
        now = try call.protocolClock().now.seconds
    }

    var text: String {
        ([chain, "Sealer: \(miner) (\(sizeText) sectors)"] + powerLines + winRate + balances)
            .joined(separator: "\n")
    }

    /// `512 MiB`.
    private var sizeText: String { ByteCount.text(info.sectorSize.bytes) }

    private var chain: String {
        let behind = max(0, now - Int64(clamping: head.minTimestamp))
        let delay = Int64(clamping: blockDelay)
        let length = GoDuration.text(.seconds(behind))
        let sync =
            behind * 2 < delay * 3
            ? "sync ok"
            : behind < delay * 5
                ? "sync slow (\(length) behind)" : "sync behind! (\(length) behind)"
        return "Chain: [\(sync)] [basefee \(head.parentBaseFee.shortText)]"
    }

    private var powerLines: [String] {
        let own = power.minerPower
        let all = power.totalPower
        let sectorSize = BigInt(info.sectorSize.bytes)
        func percent(_ a: TokenAmount, _ b: TokenAmount) -> String {
            String(format: "%.4f", 100 * Self.ratio(a, b))
        }
        func size(_ count: UInt64) -> String { ByteCount.text(BigInt(count) * sectorSize) }
        var proving = "\tProving: \(size(counts.active))"
        if counts.faulty > 0 {
            let share = counts.live == 0 ? 0 : 100 * Double(counts.faulty) / Double(counts.live)
            proving += " (\(size(counts.faulty)) Faulty, \(String(format: "%.2f", share))%)"
        }
        return [
            "Power: \(ByteCount.powerText(own.qualityAdjustedPower.attoFIL)) / "
                + "\(ByteCount.powerText(all.qualityAdjustedPower.attoFIL)) "
                + "(\(percent(own.qualityAdjustedPower, all.qualityAdjustedPower))%)",
            "\tRaw: \(ByteCount.text(own.rawBytePower.attoFIL)) / "
                + "\(ByteCount.text(all.rawBytePower.attoFIL)) "
                + "(\(percent(own.rawBytePower, all.rawBytePower))%)",
            "\tCommitted: \(size(counts.live))", proving,
        ]
    }

    private static func ratio(_ a: TokenAmount, _ b: TokenAmount) -> Double {
        let divisor = Double(b.attoFIL.description) ?? 0
        return divisor == 0 ? 0 : (Double(a.attoFIL.description) ?? 0) / divisor
    }

    /// How often the miner wins, from the Poisson distribution of its share of five blocks an epoch.
    private var winRate: [String] {
        guard power.hasMinPower else {
            return ["Below minimum power threshold, no blocks will be won"]
        }
        let share = Self.ratio(
            power.minerPower.qualityAdjustedPower,
            power.totalPower.qualityAdjustedPower
        )
        let rate = -expm1(-share * 5)
        guard rate > 0 else { return [] }
        let delay = Double(blockDelay)
        let weekly = rate * 7 * 86_400 / delay
        let sure = delay * log(1 - 0.999) / log(1 - min(rate, 1 - 1e-12))
        return [
            "Projected average block win rate: \(String(format: "%.2f", weekly))/week "
                + "(every \(Self.length(delay / rate)))",
            "Projected block win with 99.9% probability every \(Self.length(sure))",
            "(projections DO NOT account for future network and miner growth)", "",
        ]
    }

    private static func length(_ seconds: Double) -> String {
        GoDuration.text(.seconds(Int64(min(seconds, 1e9))))
    }

    private var balances: [String] {
        let free = market.escrow - market.locked
        var lines = [
            "Sealer Balance:    \(balance.shortText)",
            "      PreCommit:  \(state.preCommitDeposits.shortText)",
            "      Pledge:     \(state.initialPledge.shortText)",
            "      Vesting:    \(state.lockedFunds.shortText)",
            "      Available:  \(available.shortText)",
            "Market Balance:   \(market.escrow.shortText)",
            "       Locked:    \(market.locked.shortText)",
            "       Available: \(free.shortText)",
            "Worker Balance:   \(worker.shortText)",
        ]
        if !info.controlAddresses.isEmpty {
            lines.append("       Control:   \(controls.shortText)")
        }
        lines.append("Total Spendable:  \((available + free + worker + controls).shortText)")
        return lines
    }
}
