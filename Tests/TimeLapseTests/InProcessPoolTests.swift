import FilecoinTypes
import Pool
import ServiceKit
import TestSupport
import Testing

@testable import TimeLapse

/// All services of a pool inside this process, with real proofs; only their clock is moved by hand.
@Suite struct InProcessPoolTests {
    @Test func `both miners make blocks, every service answers, and all of them stop`() async throws
    {
        let directory = try TemporaryDirectory()
        let folder = PoolFolder(directory.path("pool"))
        try await DevnetParameters.link(into: folder.path)
        let pool = try await TimeLapsePool.start(
            in: folder,
            sectors: 1,
            note: { _ in },
            progress: { _ in }
        )
        do { try await live(pool) } catch {
            await pool.stop()
            throw error
        }
        await pool.stop()
        let after = await look(pool)
        for service in after.services { #expect(!service.isHealthy, "\(service.name)") }
        for service in await pool.plan.services where service != .beacon {
            // Whoever has stopped has given its folder back.
            try Repository(folder.repository(service)).unlock()
        }
    }

    /// Lets epochs pass until each miner has made a block: each wins eleven epochs of twelve.
    private func live(_ pool: TimeLapsePool) async throws {
        let miners = Set(await pool.plan.miners.map(\.id))
        #expect(miners.count == 2)
        var producers: Set<Address> = []
        while producers != miners {
            let epoch = await pool.epoch
            try #require(epoch < 20, "only \(producers) made blocks")
            try await pool.run(to: epoch + 1)
            producers.formUnion(await pool.audit.last.blocks.map(\.miner))
        }
        let view = await look(pool)
        for service in view.services { #expect(service.isHealthy, "\(service.name)") }
        for miner in view.miners { #expect(miner.blocks > 0 && miner.faults == 0, "\(miner.id)") }
    }

    /// What is to be seen from outside.
    private func look(_ pool: TimeLapsePool) async -> PoolView {
        await PoolObserver(folder: pool.folder, plan: pool.plan, clock: pool.clock).look()
    }
}
