import FilecoinTypes
import JSONRPC
import Miner
import ServiceKit
import VenusAPI

/// Check 4: blocks that break one rule are refused for that rule; the block without the change is accepted.
struct AlteredBlockChecks: Sendable {
    /// How many epochs are tried until the miner wins.
    private static let attempts = 12

    let pool: PoolUnderTest
    let report: CheckReport

    func run() async {
        do {
            try await setMining(false)
            let forge = try await BlockForge(pool: pool, number: 1)
            let (block, base) = try await win(forge)
            try await refuse(block, base, forge)
            await report.check("4.2 the unchanged block is accepted") {
                _ = try await pool.nodeForMiner().call(SyncSubmitBlock.self, block)
                let head = try await pool.head()
                try require(head.cids.contains(block.cid), "the head does not have the block")
            }
        } catch { await report.check("4.0 a block made by hand") { throw error } }
        await report.check("4.3 mining goes on afterwards") {
            try await setMining(true)
            let height = try await pool.head().height
            try await pool.waitForHead(height + 2, seconds: pool.seconds(10))
        }
    }

    /// Nobody else makes a block while one is made by hand.
    private func setMining(_ isOn: Bool) async throws {
        for miner in pool.plan.miners {
            _ = try await ProgramCall.run(
                MinerProgram.application,
                [
                    "--repo", pool.folder.repository(.miner), "address", isOn ? "start" : "stop",
                    "\(miner.id)",
                ]
            )
        }
        // A round that had begun may still give a block.
        if !isOn { try await Task.sleep(for: pool.epoch * 2) }
    }

    /// Makes a block for the next epoch in which the miner wins, and waits until that epoch has begun.
    private func win(_ forge: BlockForge) async throws -> (BlockMessage, Tipset) {
        let clock = try OffsetClock(file: pool.folder.clock.path)
        let delay = pool.epoch.components.seconds
        for _ in 0..<Self.attempts {
            let base = try await pool.head()
            let elapsed = clock.now.seconds - Int64(clamping: base.minTimestamp)
            let epoch = base.height + ChainEpoch(rawValue: max(0, elapsed / delay) + 1)
            let block = try await forge.block(at: epoch, on: base)
            let begin = ProtocolTime(
                seconds: Int64(clamping: base.minTimestamp)
                    + (epoch.rawValue - base.height.rawValue) * delay
            )
            try await clock.sleep(until: begin)
            if let block { return (block, base) }
        }
        throw CheckFailure("\(forge.miner) did not win in \(Self.attempts) epochs")
    }

    private func refuse(_ block: BlockMessage, _ base: Tipset, _ forge: BlockForge) async throws {
        let others = pool.plan.miners.map(\.id).filter { $0 != forge.miner }
        guard let other = others.first else { throw CheckFailure("the pool has one miner only") }
        let node = try pool.nodeForMiner()
        for alteration in BlockForge.alterations(other: other, parent: base) {
            await report.check("4.1 refused: \(alteration.name)") {
                var altered = block
                alteration.change(&altered.header)
                if alteration.isSignedAgain { forge.sign(&altered.header) }
                try require(altered.cid != block.cid, "the change changes nothing")
                do {
                    _ = try await node.call(SyncSubmitBlock.self, altered)
                } catch let error as RPCError {
                    try require(
                        error.message.contains(alteration.reason),
                        "the reason is \"\(error.message)\", expected \"\(alteration.reason)\""
                    )
                    return
                }
                throw CheckFailure("the block was accepted")
            }
        }
    }
}

extension PoolUnderTest {
    /// The node, with the token that auth gave to the miner service.
    func nodeForMiner() throws -> RPCClient {
        try client(.node, token: AtomicFile.word(folder.authToken("miner")))
    }
}
