import BigIntegers
import FilecoinTypes
import Foundation
import JSONRPC
import Multiformats
import ServiceKit
import VenusAPI

/// Check 6: services die or stand still under load, and nothing is lost or done twice.
struct FaultChecks: Sendable {
    let pool: PoolUnderTest
    let report: CheckReport

    /// Kills these with `kill -9`, one after the other, and has those stand still for three epochs.
    func run(killing killed: [ServiceName], stopping stopped: [ServiceName]) async {
        let load = Load(pool: pool)
        do {
            try await load.during(every: .seconds(4)) {
                for service in killed {
                    await report.check("6.1 kill -9 of \(service)") {
                        try await pool.killAndAwait(service)
                        try await checkAllWorks()
                    }
                }
                for service in stopped {
                    await report.check("6.2 \(service) stands still for three epochs") {
                        try pool.signal(service, SIGSTOP)
                        try await Task.sleep(for: pool.epoch * 3)
                        try pool.signal(service, SIGCONT)
                        try await checkAllWorks()
                    }
                }
            }
        } catch { report.note("load: \(error)") }
        await report.check("6.3 no message was lost, no nonce used twice") {
            try await load.settle(seconds: pool.seconds(60))
            report.note("\(load.ids.count) messages")
        }
        await report.check("6.4 no two blocks by one miner at one height") {
            try await checkHeights()
        }
    }

    /// Within ten epochs a new message lands, every miner makes a block and every service answers.
    private func checkAllWorks() async throws {
        let start = try await pool.wait(for: "the head", seconds: 60) { try await pool.head() }
        let seconds = pool.seconds(10)
        let deadline = ContinuousClock.now + .seconds(seconds)
        func left() -> Int64 {
            max(1, (deadline - ContinuousClock.now).components.seconds)
        }
        let accounts = pool.accounts
        let id = try await pool.wait(for: "the messager to take a message", seconds: left()) {
            try await pool.push(from: accounts[0], to: accounts[3], value: TokenAmount(attoFIL: 7))
        }
        let message = try await pool.waitForMessage(id, seconds: left())
        let code = message.receipt?.exitCode ?? ExitCode(rawValue: -1)
        try require(code.isSuccess, "a message after it ended with exit code \(code)")
        let miners = Set(pool.plan.miners.map(\.id))
        try await pool.wait(for: "blocks of every miner", seconds: left()) {
            let tipsets = try await ChainScan(node: pool.node())
                .tipsets(from: start.height + 1, to: pool.head())
            let seen = Set(tipsets.flatMap(\.blocks).map(\.miner))
            let missing = miners.subtracting(seen)
            try require(
                missing.isEmpty,
                "none of \(missing.map(\.description).sorted().joined(separator: ", "))"
            )
            return true
        }
        let health = HealthCheck(http: pool.http)
        for service in pool.plan.services {
            let isHealthy = await health.isHealthy(port: pool.plan.port(service))
            try require(isHealthy, "\(service) does not answer")
        }
    }

    /// Neither on the chain nor in the records of the miner service.
    private func checkHeights() async throws {
        let tipsets = try await ChainScan(node: pool.node()).tipsets(from: 1, to: pool.head())
        for tipset in tipsets {
            let miners = tipset.blocks.map(\.miner)
            try requireEqual(Set(miners).count, miners.count, "miners in tipset \(tipset.height)")
        }
        let miner = try pool.client(.miner, token: pool.localToken(.miner))
        let query = MinerBlockQuery(miners: [], limit: 100_000, offset: 0)
        let blocks = try await miner.call(MinerListBlocks.self, query)
        for miner in pool.plan.miners.map(\.id) {
            let epochs = blocks.filter { $0.miner == miner.text(on: .mainnet) }
                .map(\.epoch)
            try requireEqual(
                Set(epochs).count,
                epochs.count,
                "the number of epochs won by \(miner)"
            )
        }
        let onChain = tipsets.flatMap(\.blocks).count
        report.note("\(onChain) blocks on the chain, \(blocks.count) made")
    }
}
